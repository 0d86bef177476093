"""Words for what an examination of a gateway finds (see `findings`). Qt-free."""

from __future__ import annotations

from typing import Final

from .words import QT_TRANSLATE_NOOP, Words

#: finding id -> what was found, and what to do about it or None
EXAMINED: Final[dict[str, tuple[Words, Words | None]]] = {
    # the gateway's name
    "name_resolves": (
        QT_TRANSLATE_NOOP("Finding", "%1 is known as %2: %4 said so within %3 ms."),
        None,
    ),
    "name_is_address": (
        QT_TRANSLATE_NOOP("Finding", "%1 is an address; no name has to be looked up."),
        None,
    ),
    "name_slow": (
        QT_TRANSLATE_NOOP("Finding", "It took %3 ms until %4 said that %1 is %2."),
        QT_TRANSLATE_NOOP("Finding", "Use a faster name server, or enter the address in place of the name."),
    ),
    "name_unresolved": (
        QT_TRANSLATE_NOOP("Finding", "The name %1 is not known (%2). Asked was: %3."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Check its spelling, and whether other websites open: a hotel's or train's login page may "
            "want to be seen first.",
        ),
    ),
    # the ways to the gateway
    "udp_answers": (
        QT_TRANSLATE_NOOP("Finding", "The gateway answers: %1, port %2, within %3 ms."),
        None,
    ),
    "udp_silent": (
        QT_TRANSLATE_NOOP("Finding", "%1 does not answer at port %2, and nobody says why."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "A firewall on the way stops it, or there is no VPN gateway. Try another network, such as "
            "your phone's.",
        ),
    ),
    "udp_refused": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "%1 says that nobody listens at port %2, or a firewall says so in its name.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Check the server's name and port, and ask its administrator whether the VPN runs.",
        ),
    ),
    "udp_denied": (
        QT_TRANSLATE_NOOP("Finding", "This machine's own firewall lets nothing out to %1, port %2."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Allow it in the firewall's settings. The kill switch of another VPN may be on.",
        ),
    ),
    "no_route": (
        QT_TRANSLATE_NOOP("Finding", "There is no way to %1 (%2)."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Check that this machine is connected to a network. Without IPv6 there, IPv4 is used.",
        ),
    ),
    "port_500_blocked": (
        QT_TRANSLATE_NOOP("Finding", "Port 500 is blocked on the way, and port 4500 is not."),
        QT_TRANSLATE_NOOP("Finding", "Enter 4500 as the port in the connection's settings."),
    ),
    "port_4500_blocked": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Port 4500 is blocked on the way, and port 500 is not: connecting begins, and then hangs.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Ask the network's administrator to open it, or choose TCP in the connection's advanced "
            "settings if the gateway has it.",
        ),
    ),
    "gateway_silent": (
        QT_TRANSLATE_NOOP("Finding", "Nothing is heard of the gateway."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Try another network. If it works there, this one blocks VPNs; TCP may get through.",
        ),
    ),
    "gateway_ikev1": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway speaks only IKEv1, which is obsolete. Ginnel speaks IKEv2.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Ask its administrator to enable IKEv2."),
    ),
    "gateway_error": (
        QT_TRANSLATE_NOOP("Finding", "The gateway answers with the error %1."),
        QT_TRANSLATE_NOOP("Finding", "Ask its administrator to look at its log."),
    ),
    "tcp_answers": (
        QT_TRANSLATE_NOOP("Finding", "The gateway can also be reached by TCP: %1, port %2, within %3 ms."),
        None,
    ),
    "tcp_closed": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway offers no way by TCP (port %2: %3), should UDP be blocked.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Nothing needs doing as long as UDP works. Else ask its administrator for TCP encapsulation.",
        ),
    ),
    "tcp_other": (
        QT_TRANSLATE_NOOP("Finding", "Something else than a VPN answers at TCP port %2 of %1."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Check TCP port and TLS in the connection's advanced settings with the gateway's administrator.",
        ),
    ),
    "tcp_never": (
        QT_TRANSLATE_NOOP("Finding", "This connection uses UDP alone, as its settings say."),
        None,
    ),
    "nat_none": (
        QT_TRANSLATE_NOOP("Finding", "No router changes this machine's address."),
        None,
    ),
    "nat_here": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "A router changes this machine's address, as at most homes. The tunnel is made for that.",
        ),
        None,
    ),
    "nat_gateway": (
        QT_TRANSLATE_NOOP("Finding", "The gateway is behind a router that changes its address, or says so."),
        None,
    ),
    "nat_unsupported": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway cannot work behind address translation, and Ginnel needs that.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Ask its administrator to enable NAT traversal (UDP encapsulation)."),
    ),
    "nat_unknown": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Whether a router changes addresses is not known: the gateway says it only once encryption "
            "is agreed on.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Solve first what is said about encryption."),
    ),
    # what the gateway accepts
    "proposal_accepted": (
        QT_TRANSLATE_NOOP("Finding", "Encryption is agreed on: %1."),
        None,
    ),
    "proposal_group": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway prefers the key exchange %1, which costs each connection a little time.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Move it to the top of the list in the connection's advanced settings."),
    ),
    "proposal_refused": (
        QT_TRANSLATE_NOOP("Finding", "The gateway accepts none of this connection's encryption."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "See below what it does accept, and choose that in the connection's advanced settings.",
        ),
    ),
    "gateway_accepts": (
        QT_TRANSLATE_NOOP("Finding", "The gateway accepts: %1."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Choose one of these in the connection's advanced settings. The gateway's administrator can "
            "tell which is preferred.",
        ),
    ),
    "gateway_old": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway accepts only Triple DES, which is broken, and which Ginnel does not have.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Ask its administrator to enable AES."),
    ),
    "gateway_refuses_all": (
        QT_TRANSLATE_NOOP("Finding", "The gateway refuses all that Ginnel can offer."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "It may not know this machine: ask its administrator whom it lets in, and with what.",
        ),
    ),
    # how much the path carries
    "fragments_arrive": (
        QT_TRANSLATE_NOOP("Finding", "Large messages arrive (%1 octets)."),
        None,
    ),
    "fragments_lost": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Packets in pieces do not arrive (%1 octets), but the tunnel's messages are cut up before.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Nothing needs doing."),
    ),
    "fragments_needed": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Packets in pieces do not arrive (%1 octets), and the gateway cannot cut up its messages.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Logging in with certificates may hang: ask the gateway's administrator to enable IKE "
            "fragmentation.",
        ),
    ),
    "path_mtu": (
        QT_TRANSLATE_NOOP("Finding", "The way carries packets of %1 octets."),
        None,
    ),
    "path_mtu_small": (
        QT_TRANSLATE_NOOP("Finding", "The way carries packets of at most %1 octets, and says so."),
        QT_TRANSLATE_NOOP("Finding", "The tunnel adapts by itself; nothing needs doing."),
    ),
    "path_mtu_hole": (
        QT_TRANSLATE_NOOP("Finding", "Packets of more than %1 octets vanish on the way without a word."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The tunnel finds that out by itself. If it stalls at first, set the MTU to 1280 in the "
            "connection's advanced settings.",
        ),
    ),
    "path_mtu_unknown": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "How large packets may be on the way is not known, as the gateway does not answer when asked.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "If large downloads stall, set the MTU to 1280 in the connection's advanced settings.",
        ),
    ),
    # certificates and clock
    "certificate_valid": (
        QT_TRANSLATE_NOOP("Finding", "The certificate “%1” is valid until %2."),
        None,
    ),
    "certificate_ends_soon": (
        QT_TRANSLATE_NOOP("Finding", "Your certificate “%1” ends on %2."),
        QT_TRANSLATE_NOOP("Finding", "Ask whoever gave it to you for a new one in time."),
    ),
    "certificate_ended": (
        QT_TRANSLATE_NOOP("Finding", "The certificate “%1” ended on %2."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Ask whoever issued it for a new one. If the date looks wrong, check this machine's clock.",
        ),
    ),
    "certificate_begins_later": (
        QT_TRANSLATE_NOOP("Finding", "The certificate “%1” is valid only from %2 on."),
        QT_TRANSLATE_NOOP("Finding", "Check this machine's clock and time zone; it is probably slow."),
    ),
    "certificate_unreadable": (
        QT_TRANSLATE_NOOP("Finding", "The certificate “%1” is missing, or cannot be read."),
        QT_TRANSLATE_NOOP("Finding", "Add it again in the connection's settings."),
    ),
    "private_key_missing": (
        QT_TRANSLATE_NOOP("Finding", "The private key of your certificate “%1” is missing."),
        QT_TRANSLATE_NOOP("Finding", "Import the file with certificate and key again (.p12 or .pfx)."),
    ),
    "private_key_differs": (
        QT_TRANSLATE_NOOP("Finding", "The private key does not belong to your certificate “%1”."),
        QT_TRANSLATE_NOOP("Finding", "Import the file with the two that belong together (.p12 or .pfx)."),
    ),
    "roots_of_system": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway's certificate is checked against the authorities that the system trusts.",
        ),
        None,
    ),
    "roots_missing": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The connection relies on the authorities that the system trusts, and the system has none.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Install the system's package of certificates (ca-certificates), or add the gateway's own "
            "root certificate to the connection.",
        ),
    ),
    "clock_kept_right": (
        QT_TRANSLATE_NOOP("Finding", "This machine's clock is kept right."),
        None,
    ),
    "clock_not_kept_right": (
        QT_TRANSLATE_NOOP("Finding", "Nothing seems to keep this machine's clock right."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Switch on automatic time in the system's settings: certificates begin and end by the clock.",
        ),
    ),
    "clock_behind": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "This machine's clock says %3, but “%1” begins on %2: the clock is slow.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Set the clock, best by switching on automatic time in the system's settings.",
        ),
    ),
    "clock_doubtful": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "By this machine's clock (%1) the gateway's certificate is not valid; the clock may be wrong.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Check the clock first: switch on automatic time in the system's settings.",
        ),
    ),
    # what else the machine has
    "routes_clear": (
        QT_TRANSLATE_NOOP("Finding", "Nothing else on this machine wants the tunnel's traffic."),
        None,
    ),
    "subnet_on_link": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The tunnel's network %1 overlaps with the network at hand (%2 at %3): what is there cannot "
            "be reached while connected.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Change the addresses of your home network, or keep that network out of the tunnel on the "
            "page “Split tunnel”.",
        ),
    ),
    "subnet_of_other_vpn": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The tunnel's network %1 is reached through %2, which looks like another VPN.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Disconnect the other VPN, or leave that network to one of the two."),
    ),
    "other_vpn": (
        QT_TRANSLATE_NOOP("Finding", "%1 looks like another VPN."),
        QT_TRANSLATE_NOOP("Finding", "Both can run side by side as long as their networks differ."),
    ),
    "other_vpn_default": (
        QT_TRANSLATE_NOOP("Finding", "%1 looks like another VPN, and takes all traffic."),
        QT_TRANSLATE_NOOP("Finding", "Disconnect it, unless this tunnel is meant to run inside it."),
    ),
    "gateway_through_vpn": (
        QT_TRANSLATE_NOOP("Finding", "The gateway (%1) is reached through %2, which looks like another VPN."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Disconnect the other VPN, unless this tunnel is meant to run inside it.",
        ),
    ),
    "dns_clear": (
        QT_TRANSLATE_NOOP("Finding", "Names are asked of %1."),
        None,
    ),
    "dns_in_subnet": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Names are asked of %1, which lies in the tunnel's network %2 and is not reached once connected.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Keep it out of the tunnel on the page “Split tunnel”, or name servers inside in the "
            "connection's settings.",
        ),
    ),
    "dns_outside": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "All traffic goes through the tunnel, but names are asked outside it, of %1: they can see which.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Name servers inside the tunnel in the connection's settings."),
    ),
    "dns_in_tunnel": (
        QT_TRANSLATE_NOOP("Finding", "Names are asked inside the tunnel, of %1."),
        None,
    ),
    "dns_leak": (
        QT_TRANSLATE_NOOP("Finding", "Names are also asked outside the tunnel, of %1: they can see which."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Another program has set these servers: end it. The kill switch stops such questions on "
            "their way.",
        ),
    ),
    "dns_not_asked": (
        QT_TRANSLATE_NOOP("Finding", "No program asks the tunnel's name servers: %1."),
        QT_TRANSLATE_NOOP("Finding", "Another program has set others since: disconnect and connect again."),
    ),
    "dns_not_split": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "All names are asked of %1, as this machine cannot tell the tunnel's names from others.",
        ),
        QT_TRANSLATE_NOOP("Finding", "With systemd-resolved it can; an administrator can install it."),
    ),
    "dns_names_elsewhere": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Names below %1 are asked outside the tunnel, of %2: another network claims them.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Nothing needs doing where those are names of the network at hand."),
    ),
    "dns_local_resolver": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Programs ask a name server on this machine (%1), and whom it asks cannot be seen from here.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Let all names go through the tunnel in the connection's settings if that matters.",
        ),
    ),
    "dns_read_directly": (
        QT_TRANSLATE_NOOP("Finding", "Some programs ask %1 for names, outside the tunnel."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "An administrator can link /etc/resolv.conf to the file of systemd-resolved.",
        ),
    ),
    "dns_unreadable": (
        QT_TRANSLATE_NOOP("Finding", "Whom this machine asks for names cannot be seen: %1."),
        QT_TRANSLATE_NOOP("Finding", "An administrator should look at /etc/resolv.conf."),
    ),
    "kill_switch_off": (
        QT_TRANSLATE_NOOP("Finding", "No kill switch stops traffic."),
        None,
    ),
    "kill_switch_on": (
        QT_TRANSLATE_NOOP("Finding", "The kill switch lets nothing past the tunnel."),
        None,
    ),
    "kill_switch_stops": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The kill switch stops all traffic, as a tunnel is wanted and is not up.",
        ),
        QT_TRANSLATE_NOOP("Finding", "Connect, or turn it off on the page “Kill switch”."),
    ),
    "service_rights": (
        QT_TRANSLATE_NOOP("Finding", "Ginnel's service has the rights that it needs."),
        None,
    ),
    "service_lacks_rights": (
        QT_TRANSLATE_NOOP("Finding", "Ginnel's service may not change the machine's network."),
        QT_TRANSLATE_NOOP("Finding", "Install Ginnel anew, so that its service gets its rights."),
    ),
    "memory_not_locked": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "The service's memory may be written to the disk's swap, and keys with it.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Install Ginnel anew, so that its service gets its rights, or encrypt the disk.",
        ),
    ),
    # the examination itself
    "check_unfinished": (
        QT_TRANSLATE_NOOP("Finding", "This was not done in time: %1."),
        QT_TRANSLATE_NOOP("Finding", "Try again; the network may be slow."),
    ),
    "check_failed": (
        QT_TRANSLATE_NOOP("Finding", "This could not be examined: %1 (%2)."),
        QT_TRANSLATE_NOOP("Finding", "Look at the log."),
    ),
}
