"""Words for what an import says by identifier: what a file is, what of it has no effect, what is missing.

Parameters stand for %1, %2... in the order of `importers.REFUSALS` and `importers.NOTES`. Qt-free.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ginnel_service.profiles.importers import NOTES as NOTE_PARAMS
from ginnel_service.profiles.importers import REFUSALS, Ask, Format

from .words import QT_TRANSLATE_NOOP, Words


class Refusal(NamedTuple):
    cause: Words
    remedy: Words


REFUSED: Final[dict[str, Refusal]] = {
    "import_too_large": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file is larger than a profile can be (%1 bytes)."),
        QT_TRANSLATE_NOOP("Import", "Check that it is the profile, and not a backup or an installer."),
    ),
    "import_unknown_format": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file is of no format that Ginnel reads."),
        QT_TRANSLATE_NOOP(
            "Import",
            "It takes .mobileconfig, .sswan, swanctl.conf, ipsec.conf, Azure's VpnSettings.xml or its zip, "
            "PKCS#12 files and its own TOML. Ask whoever gave it to you for one of these.",
        ),
    ),
    "import_malformed": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file looks like %1, but cannot be read: %2."),
        QT_TRANSLATE_NOOP("Import", "Get it anew; it may have been cut short or changed on its way."),
    ),
    "import_duplicate_key": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file says “%1” twice, so that nobody can tell which one counts."),
        QT_TRANSLATE_NOOP("Import", "Ask whoever made it to correct it."),
    ),
    "import_invalid": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file is a profile that cannot be used as it is written."),
        QT_TRANSLATE_NOOP("Import", "Correct what the details list, then import it again."),
    ),
    "import_nothing": Refusal(
        QT_TRANSLATE_NOOP("Import", "There is no VPN connection in the file."),
        QT_TRANSLATE_NOOP("Import", "Check that it is the right one of the files that you got."),
    ),
    "import_encrypted": Refusal(
        QT_TRANSLATE_NOOP(
            "Import", "The profile inside the file is encrypted for one device that an organisation manages."
        ),
        QT_TRANSLATE_NOOP("Import", "Ask its administrator for a profile that is not encrypted."),
    ),
    "import_enrolment": Refusal(
        QT_TRANSLATE_NOOP(
            "Import",
            "The profile has the device fetch its certificate by itself (%1), which Ginnel does not do.",
        ),
        QT_TRANSLATE_NOOP(
            "Import",
            "Ask the administrator for your certificate as a PKCS#12 file, and for a profile that uses it.",
        ),
    ),
    "import_l2tp": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file is for L2TP, an older kind of VPN."),
        QT_TRANSLATE_NOOP(
            "Import", "Ask whether the gateway offers IKEv2 as well, and get the profile for that."
        ),
    ),
    "import_ikev1": Refusal(
        QT_TRANSLATE_NOOP(
            "Import",
            "The file is for IKEv1 (“Cisco IPSec”, XAuth), which Ginnel does not speak because it is "
            "obsolete.",
        ),
        QT_TRANSLATE_NOOP(
            "Import", "Ask whether the gateway offers IKEv2 as well, and get the profile for that."
        ),
    ),
    "import_other_vpn": Refusal(
        QT_TRANSLATE_NOOP(
            "Import", "The file holds no connection that Ginnel can make, but one of another kind (%1)."
        ),
        QT_TRANSLATE_NOOP(
            "Import", "Ask whether the gateway offers IKEv2 as well, and get the profile for that."
        ),
    ),
    "import_dns_only": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file only sets DNS servers: it holds no VPN."),
        QT_TRANSLATE_NOOP("Import", "Set them in the network settings of this machine."),
    ),
    "import_wireguard": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file is for WireGuard, another kind of VPN."),
        QT_TRANSLATE_NOOP("Import", "Use it with WireGuard's own program, or ask for a profile for IKEv2."),
    ),
    "import_openvpn": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file is for OpenVPN, another kind of VPN."),
        QT_TRANSLATE_NOOP("Import", "Use it with OpenVPN's own program, or ask for a profile for IKEv2."),
    ),
    "import_certificate_only": Refusal(
        QT_TRANSLATE_NOOP("Import", "The file holds certificates and no VPN connection."),
        QT_TRANSLATE_NOOP(
            "Import",
            "Make a new connection, and choose the file there as a trusted root or your certificate.",
        ),
    ),
}

#: Why a part of a file has no effect.
NOTES: Final[dict[str, Words]] = {
    "unknown_key": QT_TRANSLATE_NOOP("Import", "Ginnel does not know this"),
    "unusable_value": QT_TRANSLATE_NOOP("Import", "It cannot be used: %1"),
    "weak_algorithm": QT_TRANSLATE_NOOP(
        "Import", "It names algorithms that Ginnel lacks, or that are too weak: %1"
    ),
    "old_tls": QT_TRANSLATE_NOOP("Import", "TLS %1 is broken; 1.2 and 1.3 are used"),
    "proxy": QT_TRANSLATE_NOOP("Import", "Ginnel sets no proxy: programs go through the tunnel without one"),
    "apps": QT_TRANSLATE_NOOP("Import", "Ginnel takes all programs into the tunnel, or none"),
    "script": QT_TRANSLATE_NOOP("Import", "A program to be run; Ginnel runs none for a connection"),
    "other_payload": QT_TRANSLATE_NOOP("Import", "It is something else than a VPN (%1)"),
    "other_connection": QT_TRANSLATE_NOOP("Import", "Another connection, which Ginnel cannot make (%1)"),
    "enrolment": QT_TRANSLATE_NOOP(
        "Import", "A certificate that a device would fetch by itself (%1); get it as a PKCS#12 file"
    ),
    "signed_by_issuer": QT_TRANSLATE_NOOP(
        "Import",
        "The gateway's certificate has to be issued by %1: any root that this machine trusts will do, "
        "unless you choose that one in the editor",
    ),
    "server_name": QT_TRANSLATE_NOOP(
        "Import",
        "The gateway's certificate would have to bear the name %1; it has to bear the identity instead",
    ),
    "not_a_root": QT_TRANSLATE_NOOP(
        "Import", "The certificate of %1 is none that vouches for others, and is not trusted"
    ),
    "too_many": QT_TRANSLATE_NOOP("Import", "More than Ginnel takes"),
    "include": QT_TRANSLATE_NOOP("Import", "Another file (%1), which is not read: import it on its own"),
    "missing_file": QT_TRANSLATE_NOOP(
        "Import", "It names a file (%1) that is not here: add it with “Add files”"
    ),
    "transport_mode": QT_TRANSLATE_NOOP("Import", "Transport mode, which protects no network"),
    "several_children": QT_TRANSLATE_NOOP(
        "Import", "A further connection inside the tunnel; the first one is taken"
    ),
    "gateway_routes": QT_TRANSLATE_NOOP("Import", "What the gateway allows goes through the tunnel"),
    "elsewhere": QT_TRANSLATE_NOOP(
        "Import", "It has a meaning only in the program or system that the file was made for"
    ),
    "always_so": QT_TRANSLATE_NOOP("Import", "It is always so with Ginnel"),
    "locked": QT_TRANSLATE_NOOP("Import", "It needs its password"),
}

#: What has to be asked for before a profile can be kept.
ASKS: Final[dict[Ask, Words]] = {
    "server": QT_TRANSLATE_NOOP("Import", "Server"),
    "username": QT_TRANSLATE_NOOP("Import", "User name"),
    "identity": QT_TRANSLATE_NOOP("Import", "Your identity, such as alice@example.org"),
    "psk": QT_TRANSLATE_NOOP("Import", "Pre-shared key"),
    "ppk": QT_TRANSLATE_NOOP("Import", "Post-quantum key"),
    "pkcs12_password": QT_TRANSLATE_NOOP("Import", "Password of the certificate's file"),
    "certificate": QT_TRANSLATE_NOOP("Import", "Your certificate with its key, as a PKCS#12 file"),
}

FORMATS: Final[dict[Format, Words]] = {
    "mobileconfig": QT_TRANSLATE_NOOP("Import", "Apple's configuration profile"),
    "sswan": QT_TRANSLATE_NOOP("Import", "A profile of strongSwan's app"),
    "swanctl": QT_TRANSLATE_NOOP("Import", "strongSwan's swanctl.conf"),
    "ipsec": QT_TRANSLATE_NOOP("Import", "strongSwan's ipsec.conf"),
    "azure": QT_TRANSLATE_NOOP("Import", "The settings of an Azure gateway"),
    "pkcs12": QT_TRANSLATE_NOOP("Import", "A certificate with its key (PKCS#12)"),
    "toml": QT_TRANSLATE_NOOP("Import", "Ginnel's own profile"),
}


def refused(code: str, params: Mapping[str, Any]) -> Refusal:
    """Raises KeyError for an identifier that there is not."""
    cause, remedy = REFUSED[code]
    values = tuple(str(params.get(key, "?")) for key in REFUSALS[code])
    return Refusal(cause.of(*values), remedy)


def note(identifier: str, params: Mapping[str, str]) -> Words:
    """Why a part of a file has no effect. Raises KeyError."""
    return NOTES[identifier].of(*(params.get(key, "?") for key in NOTE_PARAMS[identifier]))
