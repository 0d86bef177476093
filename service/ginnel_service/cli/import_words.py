"""Words for what an import says by identifier: why a file is refused, why a part of it has no effect, and
what has to be asked.
"""

from __future__ import annotations

#: refusal -> (cause, remedy); braces take the refusal's parameters.
REFUSED: dict[str, tuple[str, str]] = {
    "import_too_large": (
        "The file is larger than a profile can be ({limit} octets).",
        "Check that it is the profile, and not a backup or an installer.",
    ),
    "import_unknown_format": (
        "The file is of no format that Ginnel reads.",
        "It takes .mobileconfig, .sswan, swanctl.conf, ipsec.conf, Azure's VpnSettings.xml or its zip, "
        "PKCS#12 files and its own TOML. Ask whoever gave it to you for one of these.",
    ),
    "import_malformed": (
        "The file looks like {format}, but cannot be read: {cause}.",
        "Get it anew; it may have been cut short or changed on its way.",
    ),
    "import_duplicate_key": (
        "The file says `{key}` twice, so that nobody can tell which one counts.",
        "Ask whoever made it to correct it.",
    ),
    "import_invalid": (
        "The file is a profile that cannot be used as it is written.",
        "Correct what is listed above, then import it again.",
    ),
    "import_nothing": (
        "There is no VPN connection in the file.",
        "Check that it is the right one of the files that you got.",
    ),
    "import_encrypted": (
        "The profile inside the file is encrypted for one device that is managed by an organisation.",
        "Ask its administrator for a profile that is not encrypted.",
    ),
    "import_enrolment": (
        "The profile has the device fetch its certificate by itself ({kind}), which Ginnel does not do.",
        "Ask the administrator for your certificate as a PKCS#12 file, and for a profile that uses it.",
    ),
    "import_l2tp": (
        "The file is for L2TP, an older kind of VPN.",
        "Ask whether the gateway offers IKEv2 as well, and get the profile for that.",
    ),
    "import_ikev1": (
        "The file is for IKEv1 (`Cisco IPSec`, XAuth), which Ginnel does not speak because it is obsolete.",
        "Ask whether the gateway offers IKEv2 as well, and get the profile for that.",
    ),
    "import_other_vpn": (
        "The file holds no connection that a client of IKEv2 can make, but one of another kind ({kind}).",
        "Ask whether the gateway offers IKEv2 as well, and get the client's profile for that.",
    ),
    "import_dns_only": (
        "The file only sets DNS servers: it holds no VPN.",
        "Set them in the network settings of this machine.",
    ),
    "import_wireguard": (
        "The file is for WireGuard, another kind of VPN.",
        "Use it with WireGuard's own program, or ask for a profile for IKEv2.",
    ),
    "import_openvpn": (
        "The file is for OpenVPN, another kind of VPN.",
        "Use it with OpenVPN's own program, or ask for a profile for IKEv2.",
    ),
    "import_certificate_only": (
        "The file holds certificates and no VPN connection.",
        "A root belongs to a profile: `ginnel create NAME --server HOST --ca FILE`.",
    ),
    "import_unverified": (
        "The signature of the file does not prove anything: the file was changed after it was signed, or the "
        "signature is of a kind that can be forged.",
        "Get it anew. If you know for certain where it comes from, --unverified takes it nevertheless.",
    ),
}

#: Why a part of a file has no effect; braces take the parameters.
NOTES: dict[str, str] = {
    "unknown_key": "is not known to Ginnel",
    "unusable_value": "cannot be used: {cause}",
    "weak_algorithm": "names algorithms that Ginnel lacks, or that are too weak: {words}",
    "old_tls": "TLS {version} is broken; 1.2 and 1.3 are used",
    "proxy": "Ginnel sets no proxy: programs go to the network through the tunnel without one",
    "apps": "Ginnel takes all programs of this machine into the tunnel, or none",
    "script": "a program to be run; Ginnel runs none for a profile",
    "other_payload": "is something else than a VPN ({kind})",
    "other_connection": "another connection, which Ginnel cannot make ({kind})",
    "enrolment": "a certificate that a device would fetch by itself ({kind}); get it as a PKCS#12 file",
    "signed_by_issuer": "the gateway's certificate has to be issued by {issuer}: give that root with --ca in "
    "`ginnel create`, or any root that this machine trusts will do",
    "server_name": "the gateway's certificate would have to bear the name {name}; it has to bear the "
    "identity instead",
    "not_a_root": "the certificate of {subject} is none that vouches for others, and is not trusted",
    "too_many": "more than Ginnel takes",
    "include": "another file ({file}), which is not read: give it on its own",
    "missing_file": "names a file ({file}) that is not here: give it with --with",
    "transport_mode": "transport mode, which protects no network",
    "several_children": "a further connection inside the tunnel; the first one is taken",
    "gateway_routes": "what goes through the tunnel is what the gateway allows",
    "elsewhere": "has a meaning only in the program or on the system that the file was made for",
    "always_so": "is always so with Ginnel",
    "locked": "needs its password",
}

#: What has to be asked -> (what it is called, the option that gives it)
ASKS: dict[str, tuple[str, str]] = {
    "server": ("Server", "--server"),
    "username": ("User name", "--username"),
    "identity": ("Your identity, such as alice@example.org", "--id"),
    "psk": ("Pre-shared key", "--psk-file"),
    "ppk": ("Post-quantum key", "--ppk-file"),
    "pkcs12_password": ("Password of the certificate's file", "--key-password-file"),
    "certificate": ("Your certificate with its key, as a PKCS#12 file", "--with"),
}

FORMATS: dict[str, str] = {
    "mobileconfig": "Apple's configuration profile",
    "sswan": "a profile of strongSwan's app",
    "swanctl": "strongSwan's swanctl.conf",
    "ipsec": "strongSwan's ipsec.conf",
    "azure": "the settings of an Azure gateway",
    "pkcs12": "a certificate with its key (PKCS#12)",
    "toml": "Ginnel's own profile",
}


def note(identifier: str, params: dict[str, str]) -> str:
    """Why a part of a file has no effect. Of a later version's identifiers there are no words."""
    words = NOTES.get(identifier)
    return identifier if words is None else words.format_map(params)
