"""Words for what an examination of a gateway finds, and for what it looks at."""

from __future__ import annotations

#: What is written where nothing needs doing.
NOTHING = ""

#: check -> what is being done
CHECKS: dict[str, str] = {
    "name": "the gateway's name",
    "udp": "its UDP ports",
    "tcp": "its TCP port",
    "nat": "NAT",
    "proposals": "what it accepts",
    "fragments": "large messages",
    "path_mtu": "what the path carries",
    "certificates": "certificates",
    "clock": "the clock",
    "dns": "name servers",
    "routes": "routes",
    "firewall": "the firewall",
    "service": "the service's rights",
}

#: finding id -> (text, remedy); braces take the finding's parameters.
EXAMINED: dict[str, tuple[str, str]] = {
    # the gateway's name
    "name_resolves": ("{server} is {addresses}, said {servers} within {ms} ms.", NOTHING),
    "name_is_address": ("{server} is an address: no name has to be resolved.", NOTHING),
    "name_slow": (
        "It took {servers} {ms} ms to say that {server} is {addresses}.",
        "Use a faster name server, or write an address as `server` in the profile.",
    ),
    "name_unresolved": (
        "{server} does not resolve ({detail}); asked was {servers}.",
        "Check the name's spelling and whether other names resolve; a login page may want to be seen first.",
    ),
    # the ways to the gateway
    "udp_answers": ("{address} answers at UDP port {port} within {ms} ms.", NOTHING),
    "udp_silent": (
        "{address} does not answer at UDP port {port}, and nobody says why.",
        "A firewall on the way drops it, or there is no IKEv2 gateway: try another network, as a phone has.",
    ),
    "udp_refused": (
        "{address} says that nobody listens at its UDP port {port}, or a firewall says so for it.",
        "Check server and port of the profile, and whether the gateway's IPsec service runs.",
    ),
    "udp_denied": (
        "This machine's own firewall lets nothing out to {address}, UDP port {port}.",
        "Allow it in the output rules (`nft list ruleset`); a kill switch of another VPN may be on.",
    ),
    "no_route": (
        "There is no way to {address} ({detail}).",
        "Check that this machine is connected to a network; without IPv6 there, IPv4 is used.",
    ),
    "port_500_blocked": (
        "UDP port 500 is blocked on the way and port 4500 is not.",
        "Write `port = 4500` in the profile: IKE begins there then.",
    ),
    "port_4500_blocked": (
        "UDP port 4500 is blocked on the way and port 500 is not: a connection begins and then hangs.",
        "Ask the network's administrator to open it, or use TCP (transport.tcp) if the gateway has it.",
    ),
    "gateway_silent": (
        "Nothing is heard of the gateway by UDP.",
        "Try another network. If it works there, this one blocks VPNs: TCP may get through (transport.tcp).",
    ),
    "gateway_ikev1": (
        "The gateway speaks IKEv1 only, which is obsolete; Ginnel speaks IKEv2.",
        "Ask its administrator to enable IKEv2; where it cannot, use what else it offers, such as WireGuard.",
    ),
    "gateway_error": (
        "The gateway answers with error {notify}.",
        "Ask its administrator to look at its log.",
    ),
    "tcp_answers": ("{address} also takes IKE by TCP port {port}, within {ms} ms.", NOTHING),
    "tcp_closed": (
        "The gateway offers nothing at TCP port {port} ({detail}), so there is no way around a UDP block.",
        "Nothing needs doing where UDP works; else ask its administrator for TCP encapsulation (RFC 9329).",
    ),
    "tcp_other": (
        "Something answers at TCP port {port} of {address}, but not as RFC 9329 has it.",
        "Check transport.tcp_port and transport.tls of the profile with the gateway's administrator.",
    ),
    "tcp_never": ("The profile uses UDP alone.", NOTHING),
    "nat_none": ("There is no NAT in front of this machine.", NOTHING),
    "nat_here": (
        "A NAT stands in front of this machine. Whether it keeps ports cannot be told, as a gateway shows "
        "only a hash of what it sees.",
        NOTHING,
    ),
    "nat_gateway": ("The gateway is behind a NAT, or says so to have ESP in UDP.", NOTHING),
    "nat_unsupported": (
        "The gateway does not support NAT traversal, and Ginnel needs it: ESP goes in UDP.",
        "Ask its administrator to enable it; it is also called UDP encapsulation or NAT-T.",
    ),
    "nat_unknown": (
        "Whether there is a NAT is not known: the gateway tells it only with proposals that it accepts.",
        "Solve what is said of proposals first.",
    ),
    # what the gateway accepts
    "proposal_accepted": ("The gateway accepts the profile's proposals and chooses {suite}.", NOTHING),
    "proposal_group": (
        "The gateway wants the key exchange {group}, which costs each connection one more round trip.",
        "Name it first in `ike.proposals` of the profile to save that.",
    ),
    "proposal_refused": (
        "The gateway accepts none of the profile's proposals for IKE.",
        "See below what it does accept.",
    ),
    "gateway_accepts": (
        "The gateway accepts: {suites}.",
        "Create the profile anew with `--replace` and one of these as --ike-proposal; its administrator can "
        "tell which it prefers, and which for ESP.",
    ),
    "gateway_old": (
        "The gateway accepts Triple DES alone, which is broken (RFC 8247) and which Ginnel does not have.",
        "Ask its administrator to enable AES.",
    ),
    "gateway_refuses_all": (
        "The gateway refuses every proposal that Ginnel could make.",
        "It may not know this machine's address: ask its administrator whom it lets in, and with what.",
    ),
    # how much the path carries
    "fragments_arrive": ("IP fragments arrive: a message of {octets} octets was answered.", NOTHING),
    "fragments_lost": (
        "IP fragments do not arrive (a message of {octets} octets), but both sides cut up IKE's messages.",
        "Nothing needs doing.",
    ),
    "fragments_needed": (
        "IP fragments do not arrive (a message of {octets} octets), and IKE has no fragmentation of its own.",
        "Logins with certificates may hang: enable IKE fragmentation (RFC 7383) at the gateway, and "
        "`ike.fragmentation` in the profile.",
    ),
    "path_mtu": ("The path carries packets of {octets} octets.", NOTHING),
    "path_mtu_small": (
        "The path carries packets of no more than {octets} octets, and says so.",
        "The tunnel adapts by itself; nothing needs doing.",
    ),
    "path_mtu_hole": (
        "Packets of more than {octets} octets vanish on the path without a word.",
        "The tunnel finds that out by itself. If it stalls at first, set network.mtu in the profile to 1280, "
        "and have ICMP let through.",
    ),
    "path_mtu_unknown": (
        "What the path carries is not known: the gateway answers no padded message.",
        "If large transfers stall, set network.mtu in the profile to 1280.",
    ),
    # certificates and clock
    "certificate_valid": ("The certificate `{certificate}` is valid until {date}.", NOTHING),
    "certificate_ends_soon": (
        "Your certificate `{certificate}` ends on {date}.",
        "Ask whoever issued it for a new one in time.",
    ),
    "certificate_ended": (
        "The certificate `{certificate}` ended on {date}.",
        "Get a new one from whoever issued it; if the date is wrong, check this machine's clock.",
    ),
    "certificate_begins_later": (
        "The certificate `{certificate}` begins on {date} only.",
        "Check this machine's clock and its time zone: it is probably slow.",
    ),
    "certificate_unreadable": (
        "The certificate `{certificate}` is missing from the profile, or cannot be read.",
        "Create the profile anew with it.",
    ),
    "private_key_missing": (
        "The private key of your certificate `{certificate}` is missing.",
        "Create the profile anew with --key or --pkcs12.",
    ),
    "private_key_differs": (
        "The private key is not that of your certificate `{certificate}`.",
        "Create the profile anew with the two that belong together.",
    ),
    "roots_of_system": ("The gateway's certificate is checked against the system's roots.", NOTHING),
    "roots_missing": (
        "The profile trusts the system's roots, and the system has none.",
        "Install its package of certificates (ca-certificates), or give the gateway's own root with --ca.",
    ),
    "clock_kept_right": ("This machine's clock is kept right.", NOTHING),
    "clock_not_kept_right": (
        "Nothing is known to keep this machine's clock right.",
        "Enable NTP (`timedatectl set-ntp true`): certificates begin and end by the clock.",
    ),
    "clock_behind": (
        "This machine's clock says {now}, but `{certificate}` begins on {date}: it is slow.",
        "Set the clock, best by NTP (`timedatectl set-ntp true`).",
    ),
    "clock_doubtful": (
        "By this machine's clock ({now}) the gateway's certificate is not valid; it may be the clock.",
        "Set the clock, best by NTP (`timedatectl set-ntp true`), before you suspect the certificate.",
    ),
    # what else the machine has
    "routes_clear": ("Nothing else on this machine wants the tunnel's packets.", NOTHING),
    "subnet_on_link": (
        "The tunnel's subnet {subnet} overlaps with {network} at {device}: neighbours there are not reached "
        "while it is up.",
        "Use another network at home, or keep that one out with `network.bypass` in the profile.",
    ),
    "subnet_of_other_vpn": (
        "The tunnel's subnet {subnet} is reached through {device}, which looks like another VPN.",
        "Disconnect the other VPN, or leave that subnet to one of the two.",
    ),
    "other_vpn": (
        "{device} looks like another VPN's device.",
        "Both can run side by side as long as their subnets differ.",
    ),
    "other_vpn_default": (
        "{device} looks like another VPN's device and takes all traffic.",
        "Disconnect it, unless this tunnel is meant to run inside it.",
    ),
    "gateway_through_vpn": (
        "The gateway's address {address} is reached through {device}, which looks like another VPN.",
        "If the tunnel is not meant to run inside it, disconnect the other VPN.",
    ),
    "dns_clear": ("Names are asked of {servers}.", NOTHING),
    "dns_in_subnet": (
        "Names are asked of {server}, which the tunnel's subnet {subnet} will cover: it is not reached then.",
        "Keep it out with `network.bypass` in the profile, or name servers inside with `dns.servers`.",
    ),
    "dns_outside": (
        "All traffic goes through the tunnel, but names are asked outside it, of {servers}: they show.",
        "Name servers that are reached inside with `dns.servers` in the profile.",
    ),
    "dns_in_tunnel": ("Names are asked of the tunnel's servers: {servers}.", NOTHING),
    "dns_leak": (
        "Names are also asked of servers outside the tunnel: {servers}.",
        "Another program set them: stop it, or choose another --dns-manager for ginneld. The kill switch "
        "(kill_switch.mode) stops such questions on their way.",
    ),
    "dns_not_asked": (
        "No program asks the tunnel's DNS servers: {servers}.",
        "Another program has set others since: connect anew, and see `ginnel log` for what is in the way.",
    ),
    "dns_not_split": (
        "All names are asked of {servers}, as this machine's DNS cannot tell the tunnel's names from others.",
        "systemd-resolved can: install it, and let /etc/resolv.conf point to its stub.",
    ),
    "dns_names_elsewhere": (
        "Names below {domains} are asked of {servers}, outside the tunnel: another link claims them.",
        "Nothing, where those are names of the network at hand. `resolvectl domain` shows who claims what.",
    ),
    "dns_local_resolver": (
        "Programs ask a resolver on this machine ({servers}), and whom it asks cannot be seen from here.",
        "Have it learn its servers from resolvconf or systemd-resolved, or ask the tunnel's for all names.",
    ),
    "dns_read_directly": (
        "Programs that read /etc/resolv.conf themselves ask {servers}, outside the tunnel.",
        "Make it a link to systemd-resolved's own, /run/systemd/resolve/stub-resolv.conf.",
    ),
    "dns_unreadable": (
        "Whom this machine's programs ask for names cannot be seen: {detail}.",
        "Look at /etc/resolv.conf, and at `systemctl status systemd-resolved`.",
    ),
    "kill_switch_off": ("No kill switch stops traffic.", NOTHING),
    "kill_switch_on": ("The kill switch lets nothing past the tunnel.", NOTHING),
    "kill_switch_stops": (
        "The kill switch stops all traffic, for a tunnel is wanted and this one is not up.",
        "Connect with `ginnel up {connection}`, or lift it: see `ginnel killswitch --help`.",
    ),
    "service_rights": ("The service has the rights that it needs.", NOTHING),
    "service_lacks_rights": (
        "The service may not change the machine's network: it lacks CAP_NET_ADMIN.",
        "Start it as root, or with that capability.",
    ),
    "memory_not_locked": (
        "The service's memory is not locked, so that keys may reach the swap.",
        "Raise its limit (LimitMEMLOCK=infinity in its unit), or start it as root.",
    ),
    # the examination itself
    "check_unfinished": ("The check `{check}` did not end in time.", "Try again; the network may be slow."),
    "check_failed": ("The check `{check}` failed: {detail}.", "Look at `ginnel log`."),
}
