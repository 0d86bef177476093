"""Words for every error that the service can name, and for the app's own: cause and remedy. Qt-free.

They are about the connection that is shown, and need not name it, nor its server. No command lines: whoever
reads them sits at a desktop, with the editor, the log and the diagnostics at hand.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .words import QT_TRANSLATE_NOOP, Words


class Entry(NamedTuple):
    """`takes` are the parameters that stand for %1, %2... in both texts."""

    cause: Words
    remedy: Words
    takes: tuple[str, ...] = ()


#: error's identifier -> words
ERRORS: Final[dict[str, Entry]] = {
    # a session's end
    "authentication_failed": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway and this connection do not agree on who is who."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check the shared key or the certificate, and the identities of both sides, in the editor.",
        ),
    ),
    "identity_mismatch": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway goes by another name than this connection expects."),
        QT_TRANSLATE_NOOP(
            "Error",
            "If the name in the details is the gateway's, enter it as the gateway's identity in the "
            "editor. Otherwise do not connect.",
        ),
    ),
    "no_proposal_chosen": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway accepts none of the algorithms that were offered."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Ask its administrator which ones it accepts, and choose them in the editor. Diagnostics "
            "can find out, too.",
        ),
    ),
    "ts_unacceptable": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway refuses the networks that this connection asks for."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Ask its administrator which networks it serves, and enter them in the editor.",
        ),
    ),
    "internal_address_failure": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway has no address left for this connection."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Try again later. If it goes on, its administrator has to enlarge the range of addresses.",
        ),
    ),
    "unreachable": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway does not answer."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check that the Internet can be reached, and the server's name. The network may also "
            "block VPNs: Diagnostics tells.",
        ),
    ),
    "peer_vanished": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway stopped answering."),
        QT_TRANSLATE_NOOP("Error", "Check that the Internet can be reached, then connect again."),
    ),
    "peer_restarted": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway was restarted, or gave the connection up."),
        QT_TRANSLATE_NOOP("Error", "It is connected again by itself. If not, connect again."),
    ),
    "invalid_peer_message": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway sent something that breaks the rules of IKEv2."),
        QT_TRANSLATE_NOOP("Error", "Show the details to the gateway's administrator."),
    ),
    "peer_error": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway reported an error of its own."),
        QT_TRANSLATE_NOOP("Error", "Show the details to the gateway's administrator."),
    ),
    "expired": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The keys came to the end of their life before the gateway agreed to new ones.",
        ),
        QT_TRANSLATE_NOOP("Error", "Connect again."),
    ),
    "wrong_password": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway does not accept the user name or the password."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Connect again, and type the password anew. Check the user name in the editor.",
        ),
    ),
    "password_expired": Entry(
        QT_TRANSLATE_NOOP("Error", "The password has expired, and was not changed."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Connect again and choose a new password, or change it where you usually do.",
        ),
    ),
    "account_disabled": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway knows this account, but does not let it in now."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Ask its administrator whether the account is locked, limited to certain hours, or not "
            "allowed to connect from outside.",
        ),
    ),
    "eap_refused": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway refused the login without saying why."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check user name, password and certificate. Then ask the gateway's administrator.",
        ),
    ),
    "eap_method_unsupported": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway wants a way to log in that this connection does not allow.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "If you trust the gateway, allow that way in the editor. MD5 and GTC give away more than "
            "the others.",
        ),
    ),
    "eap_tls_failed": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "Logging in over TLS failed: the gateway's server and this connection do not agree.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check the TLS versions in the editor, and whether the server wants a certificate of yours.",
        ),
    ),
    "prompt_unanswered": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway's question was not answered in time, or was refused."),
        QT_TRANSLATE_NOOP("Error", "Connect again, and answer the question."),
    ),
    "server_certificate": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The certificate that the gateway shows at the login cannot be verified.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "Do not type a password. Check the trusted certificates and the server's name in the editor.",
        ),
    ),
    "certificate_expired": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway's certificate, or one that vouches for it, has expired."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check the date and time of this computer. If they are right, the gateway's administrator "
            "has to renew the certificate.",
        ),
    ),
    "certificate_not_yet_valid": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway's certificate, or one that vouches for it, is not valid yet.",
        ),
        QT_TRANSLATE_NOOP("Error", "Check the date and time of this computer; its clock is probably slow."),
    ),
    "certificate_untrusted": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "Nobody whom this connection trusts vouches for the gateway's certificate.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "If the gateway has a root certificate of its own, get it from the administrator and add "
            "it in the editor. Otherwise somebody may pretend to be the gateway.",
        ),
    ),
    "certificate_revoked": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway's certificate, or one that vouches for it, was taken back.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "Do not connect. Whoever holds it now may be an impostor: ask the gateway's administrator.",
        ),
    ),
    "certificate_broken": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway's certificate, or one that vouches for it, breaks the rules for certificates.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "Show the details to the gateway's administrator, who has to issue another one.",
        ),
    ),
    "certificate_missing": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway sent no certificate, and this connection knows none of it.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "Ask its administrator to have it send its certificate, or add the certificate in the editor.",
        ),
    ),
    "certificate_purpose": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway's certificate is not meant for a gateway."),
        QT_TRANSLATE_NOOP("Error", "Its administrator has to issue one for server authentication."),
    ),
    "certificate_weak": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway's certificate, or one that vouches for it, has a key or a signature that is "
            "too weak.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "Its administrator has to issue another one. The editor can allow SHA-1 signatures, at "
            "your risk.",
        ),
    ),
    "certificate_identity": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway's certificate is made out to another name than this connection expects.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check the server's name. If the gateway goes by another one, enter that as its identity "
            "in the editor.",
        ),
    ),
    "revocation_unknown": Entry(
        QT_TRANSLATE_NOOP("Error", "Nobody could say whether the gateway's certificate was taken back."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check that the Internet can be reached, or let such certificates pass in the editor.",
        ),
    ),
    "sha1_only": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway can sign with SHA-1 only, which is too weak."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Ask its administrator for SHA-2. Until then the editor can allow SHA-1, at your risk.",
        ),
    ),
    "ppk_required": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The gateway and this connection do not share the post-quantum key that one of them insists on.",
        ),
        QT_TRANSLATE_NOOP("Error", "Compare its name and the key itself with the gateway's administrator."),
    ),
    "redirect_loop": Entry(
        QT_TRANSLATE_NOOP("Error", "The gateway sends this connection on to others without end."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Try again later. If it goes on, tell the gateway's administrator, or forbid redirects in "
            "the editor.",
        ),
    ),
    "pkcs12_unusable": Entry(
        QT_TRANSLATE_NOOP("Error", "The PKCS#12 file of this connection cannot be used."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Check its password. If that is right, ask whoever gave you the file for another one, and choose "
            "it in the editor.",
        ),
    ),
    # profiles
    "unknown_profile": Entry(
        QT_TRANSLATE_NOOP("Error", "There is no such connection any more."),
        QT_TRANSLATE_NOOP("Error", "Choose another one from the list."),
    ),
    "profile_invalid": Entry(
        QT_TRANSLATE_NOOP("Error", "This connection cannot be used as it is written."),
        QT_TRANSLATE_NOOP("Error", "Correct what the details name in the editor."),
    ),
    "profile_corrupt": Entry(
        QT_TRANSLATE_NOOP("Error", "The file of this connection cannot be read."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Delete the connection and import it anew, or have an administrator repair the file in "
            "the details.",
        ),
    ),
    "profile_exists": Entry(
        QT_TRANSLATE_NOOP("Error", "There is a connection with this name already."),
        QT_TRANSLATE_NOOP("Error", "Choose another name, or replace the one that is there."),
    ),
    "too_many_profiles": Entry(
        QT_TRANSLATE_NOOP(
            "Error", "You have as many connections as one person may have on this computer (%1)."
        ),
        QT_TRANSLATE_NOOP("Error", "Delete those that you no longer need, or ask an administrator."),
        ("limit",),
    ),
    "storage_refused": Entry(
        QT_TRANSLATE_NOOP("Error", "The disk of this computer is full, or cannot be written."),
        QT_TRANSLATE_NOOP("Error", "Nothing was changed. Make room on it, then try again."),
    ),
    "secrets_locked": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The stored secrets of this connection cannot be opened: their key is missing.",
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "They are kept. An administrator has to bring the key back, or you enter the secrets anew "
            "in the editor.",
        ),
    ),
    # the machine
    "tun_not_permitted": Entry(
        QT_TRANSLATE_NOOP("Error", "The service may not make the tunnel's network device."),
        QT_TRANSLATE_NOOP(
            "Error",
            "An administrator has to start the service with the rights that it needs.",
        ),
    ),
    "tun_unavailable": Entry(
        QT_TRANSLATE_NOOP("Error", "This computer's system offers no device for tunnels."),
        QT_TRANSLATE_NOOP("Error", "An administrator has to load the kernel's module “tun”."),
    ),
    "device_lost": Entry(
        QT_TRANSLATE_NOOP("Error", "Another program removed the tunnel's network device."),
        QT_TRANSLATE_NOOP(
            "Error",
            "The connection makes a new one by itself. If it goes on, look for another VPN or network "
            "manager.",
        ),
    ),
    "device_down": Entry(
        QT_TRANSLATE_NOOP(
            "Error",
            "The tunnel's network device %1 was switched off: traffic goes the way it went without "
            "the tunnel.",
        ),
        QT_TRANSLATE_NOOP("Error", "Disconnect and connect again."),
        ("device",),
    ),
    "socket_lost": Entry(
        QT_TRANSLATE_NOOP("Error", "The connection to the network broke on this computer."),
        QT_TRANSLATE_NOOP("Error", "The connection begins anew by itself. If it goes on, look at the log."),
    ),
    "port_busy": Entry(
        QT_TRANSLATE_NOOP("Error", "Another program uses UDP port %1."),
        QT_TRANSLATE_NOOP("Error", "Quit the other VPN program, then try again."),
        ("port",),
    ),
    "name_not_resolved": Entry(
        QT_TRANSLATE_NOOP("Error", "The server's name is unknown."),
        QT_TRANSLATE_NOOP("Error", "Check its spelling, and that the Internet can be reached."),
    ),
    "network_refused": Entry(
        QT_TRANSLATE_NOOP("Error", "The system refused a change of the network settings."),
        QT_TRANSLATE_NOOP(
            "Error",
            "Another VPN or network manager may be in the way. The details and the log tell more.",
        ),
    ),
    "firewall_unavailable": Entry(
        QT_TRANSLATE_NOOP("Error", "The system's firewall cannot be used, and this connection needs it."),
        QT_TRANSLATE_NOOP(
            "Error",
            "An administrator has to install it (on Linux: nftables), or turn the kill switch of this "
            "connection off.",
        ),
    ),
    "dns_refused": Entry(
        QT_TRANSLATE_NOOP("Error", "The system refused a change of its DNS settings."),
        QT_TRANSLATE_NOOP(
            "Error",
            "An administrator has to see why; the details tell the step. The editor can also leave "
            "DNS as it is.",
        ),
    ),
    # the service
    "not_permitted": Entry(
        QT_TRANSLATE_NOOP("Error", "You may not do that with this connection."),
        QT_TRANSLATE_NOOP("Error", "Use one of your own, or ask an administrator of this computer."),
    ),
    "already_up": Entry(
        QT_TRANSLATE_NOOP("Error", "It is connected already, or about to be."),
        QT_TRANSLATE_NOOP("Error", "Disconnect it first."),
    ),
    "unknown_prompt": Entry(
        QT_TRANSLATE_NOOP("Error", "The question has been answered or withdrawn already."),
        QT_TRANSLATE_NOOP("Error", "If the connection asks again, answer then."),
    ),
    "not_up": Entry(
        QT_TRANSLATE_NOOP("Error", "It is not connected."),
        QT_TRANSLATE_NOOP("Error", "Connect it first."),
    ),
    "kill_switch_off": Entry(
        QT_TRANSLATE_NOOP("Error", "No kill switch is on."),
        QT_TRANSLATE_NOOP("Error", "Traffic passes as always. The editor turns one on for a connection."),
    ),
    "kill_switch_not_kept": Entry(
        QT_TRANSLATE_NOOP(
            "Error", "The kill switch is off, but that cannot be written to the disk of this computer."
        ),
        QT_TRANSLATE_NOOP(
            "Error",
            "It may come back when the computer starts anew or such a connection is made. Make room on "
            "the disk, then turn it off in the editor.",
        ),
    ),
    "on_demand_off": Entry(
        QT_TRANSLATE_NOOP("Error", "This connection has no rules that are on."),
        QT_TRANSLATE_NOOP("Error", "Turn them on first."),
    ),
    "diagnosis_running": Entry(
        QT_TRANSLATE_NOOP("Error", "This connection is being examined already."),
        QT_TRANSLATE_NOOP("Error", "Wait half a minute, then try again."),
    ),
    "service_stopping": Entry(
        QT_TRANSLATE_NOOP("Error", "The service is being stopped."),
        QT_TRANSLATE_NOOP("Error", "Wait until it has started again."),
    ),
    "unknown_logger": Entry(
        QT_TRANSLATE_NOOP("Error", "The service has no such part in its log."),
        QT_TRANSLATE_NOOP("Error", "Choose another one."),
    ),
    "bad_request": Entry(
        QT_TRANSLATE_NOOP("Error", "The service did not understand the app."),
        QT_TRANSLATE_NOOP(
            "Error",
            "They may be of different versions: an administrator should restart the service after an update.",
        ),
    ),
    "protocol_unsupported": Entry(
        QT_TRANSLATE_NOOP("Error", "The service speaks another language than this app."),
        QT_TRANSLATE_NOOP("Error", "They are of different versions: update both, and restart the service."),
    ),
    "unknown_method": Entry(
        QT_TRANSLATE_NOOP("Error", "The service does not know what the app asks for."),
        QT_TRANSLATE_NOOP(
            "Error",
            "They are of different versions: an administrator should restart the service after an update.",
        ),
    ),
    "too_large": Entry(
        QT_TRANSLATE_NOOP("Error", "That is more than the service takes at once."),
        QT_TRANSLATE_NOOP("Error", "Shorten it, or ask for less."),
    ),
    "busy": Entry(
        QT_TRANSLATE_NOOP("Error", "Too many programs watch the service."),
        QT_TRANSLATE_NOOP("Error", "Close some of them, then try again."),
    ),
    "internal_error": Entry(
        QT_TRANSLATE_NOOP("Error", "The service failed in a way that nobody foresaw."),
        QT_TRANSLATE_NOOP("Error", "Look at the log, and report it with the details."),
    ),
    # the app itself
    "connection_lost": Entry(
        QT_TRANSLATE_NOOP("Error", "The service does not answer."),
        QT_TRANSLATE_NOOP(
            "Error",
            "The app goes on looking for it. An administrator may have to start it.",
        ),
    ),
}
