"""Fields about who is who: the gateway, the person, and the certificates of both. Qt-free."""

from __future__ import annotations

from typing import Final

from .fields import Field, FieldPage, Option
from .words import QT_TRANSLATE_NOOP

IDENTITY: Final = FieldPage(
    "identity",
    QT_TRANSLATE_NOOP("Field", "Identity"),
    "office",
    QT_TRANSLATE_NOOP("Field", "Where the gateway is, who you are to it, and who it has to prove to be."),
    (
        Field(
            "name",
            "text",
            QT_TRANSLATE_NOOP("Field", "&Name"),
            QT_TRANSLATE_NOOP("Field", "What this connection is called here. You can rename it in the list."),
            example="office",
        ),
        Field(
            "server",
            "text",
            QT_TRANSLATE_NOOP("Field", "&Server"),
            QT_TRANSLATE_NOOP("Field", "The gateway's name or address."),
            example="vpn.example.org",
        ),
        Field(
            "port",
            "number",
            QT_TRANSLATE_NOOP("Field", "UDP port"),
            QT_TRANSLATE_NOOP("Field", "Where the gateway listens. It is 500 almost everywhere."),
        ),
        Field(
            "local.id",
            "text",
            QT_TRANSLATE_NOOP("Field", "Your &identity"),
            QT_TRANSLATE_NOOP(
                "Field",
                "Who you are to the gateway. Empty: your user name, or the subject of your certificate.",
            ),
            example="alice@example.org",
        ),
        Field(
            "remote.id",
            "text",
            QT_TRANSLATE_NOOP("Field", "Gateway's identity"),
            QT_TRANSLATE_NOOP(
                "Field",
                "Who the gateway has to prove to be. Empty: the server's name. With %any whoever the trusted "
                "certificates vouch for.",
            ),
            example="vpn.example.org",
        ),
        Field(
            "remote.method",
            "choice",
            QT_TRANSLATE_NOOP("Field", "The gateway proves itself with"),
            QT_TRANSLATE_NOOP("Field", "How you can tell that it is the right gateway."),
            (
                Option("", QT_TRANSLATE_NOOP("Field", "What suits how you sign in")),
                Option("certificate", QT_TRANSLATE_NOOP("Field", "A certificate")),
                Option("psk", QT_TRANSLATE_NOOP("Field", "The pre-shared key")),
            ),
        ),
    ),
)

SIGN_IN: Final = FieldPage(
    "sign_in",
    QT_TRANSLATE_NOOP("Field", "Signing in"),
    "waiting",
    QT_TRANSLATE_NOOP("Field", "How you prove who you are."),
    (
        Field(
            "authentication.method",
            "choice",
            QT_TRANSLATE_NOOP("Field", "Si&gn in with"),
            QT_TRANSLATE_NOOP("Field", "Your administrator tells which of these the gateway expects."),
            (
                Option("", QT_TRANSLATE_NOOP("Field", "What is given")),
                Option("eap", QT_TRANSLATE_NOOP("Field", "User name (EAP)")),
                Option("certificate", QT_TRANSLATE_NOOP("Field", "Certificate")),
                Option("psk", QT_TRANSLATE_NOOP("Field", "Pre-shared key")),
            ),
        ),
        Field(
            "authentication.second",
            "choice",
            QT_TRANSLATE_NOOP("Field", "And then with"),
            QT_TRANSLATE_NOOP("Field", "Some gateways want a second proof after the first."),
            (
                Option("", QT_TRANSLATE_NOOP("Field", "Nothing more")),
                Option("eap", QT_TRANSLATE_NOOP("Field", "User name (EAP)")),
                Option("certificate", QT_TRANSLATE_NOOP("Field", "Certificate")),
            ),
        ),
        Field(
            "authentication.username",
            "text",
            QT_TRANSLATE_NOOP("Field", "&User name"),
            QT_TRANSLATE_NOOP("Field", "As the gateway knows you."),
            example="alice",
        ),
        Field(
            "secrets.password",
            "secret",
            QT_TRANSLATE_NOOP("Field", "&Password"),
            QT_TRANSLATE_NOOP("Field", "Without one you are asked when it connects."),
        ),
        Field(
            "authentication.one_time",
            "flag",
            QT_TRANSLATE_NOOP("Field", "The password is a code that changes"),
            QT_TRANSLATE_NOOP("Field", "You are asked for it each time, and it is never kept."),
        ),
        Field(
            "secrets.psk",
            "secret",
            QT_TRANSLATE_NOOP("Field", "Pre-shared &key"),
            QT_TRANSLATE_NOOP("Field", "A secret that the gateway and all of its users share."),
        ),
        Field(
            "authentication.certificate",
            "own",
            QT_TRANSLATE_NOOP("Field", "Your &certificate"),
            QT_TRANSLATE_NOOP("Field", "With its private key, which is kept as a secret."),
        ),
        Field(
            "authentication.pkcs12",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Your certificate is in a locked PKCS#12 file"),
            QT_TRANSLATE_NOOP("Field", "Kept as it is, and opened with its password when it connects."),
        ),
        Field(
            "secrets.pkcs12",
            "locked",
            QT_TRANSLATE_NOOP("Field", "Locked file"),
            QT_TRANSLATE_NOOP("Field", "Instead of the certificate above."),
        ),
        Field(
            "secrets.pkcs12_password",
            "secret",
            QT_TRANSLATE_NOOP("Field", "Password of the locked file"),
            QT_TRANSLATE_NOOP("Field", "Without one you are asked when it connects."),
        ),
        Field(
            "authentication.eap",
            "methods",
            QT_TRANSLATE_NOOP("Field", "EAP methods"),
            QT_TRANSLATE_NOOP("Field", "Accepted ones, the best first. None: those that suit what you gave."),
            (
                Option("tls", QT_TRANSLATE_NOOP("Field", "TLS (certificate)")),
                Option("ttls", QT_TRANSLATE_NOOP("Field", "TTLS (password, inside TLS)")),
                Option("peap", QT_TRANSLATE_NOOP("Field", "PEAP (password, inside TLS)")),
                Option("mschapv2", QT_TRANSLATE_NOOP("Field", "MSCHAPv2 (password)")),
                Option("gtc", QT_TRANSLATE_NOOP("Field", "GTC (password or code, shown to the gateway)")),
                Option("md5", QT_TRANSLATE_NOOP("Field", "MD5 (password, weak)")),
            ),
        ),
        Field(
            "authentication.eap_identity",
            "text",
            QT_TRANSLATE_NOOP("Field", "Outer identity"),
            QT_TRANSLATE_NOOP("Field", "What is said before anything is encrypted. Empty: the user name."),
            example="anonymous@example.org",
        ),
        Field(
            "authentication.eap_only",
            "flag",
            QT_TRANSLATE_NOOP("Field", "EAP proves the gateway as well"),
            QT_TRANSLATE_NOOP("Field", "For gateways without a certificate of their own (RFC 5998)."),
        ),
        Field(
            "authentication.ttls_inner",
            "choice",
            QT_TRANSLATE_NOOP("Field", "Inside TTLS"),
            QT_TRANSLATE_NOOP("Field", "How the password is shown to the server inside TLS."),
            (
                Option("mschapv2", QT_TRANSLATE_NOOP("Field", "MSCHAPv2")),
                Option("pap", QT_TRANSLATE_NOOP("Field", "PAP, in the clear")),
                Option("eap", QT_TRANSLATE_NOOP("Field", "Another EAP method")),
            ),
        ),
        Field(
            "authentication.server_names",
            "lines",
            QT_TRANSLATE_NOOP("Field", "Names of the EAP server"),
            QT_TRANSLATE_NOOP(
                "Field", "One of them its certificate must bear. None: the gateway's identity."
            ),
            example="radius.example.org",
        ),
        Field(
            "authentication.tls_min",
            "choice",
            QT_TRANSLATE_NOOP("Field", "Oldest TLS"),
            QT_TRANSLATE_NOOP("Field", "Inside EAP. Older servers have 1.2 alone."),
            (
                Option("1.2", QT_TRANSLATE_NOOP("Field", "TLS 1.2")),
                Option("1.3", QT_TRANSLATE_NOOP("Field", "TLS 1.3")),
            ),
        ),
        Field(
            "authentication.tls_max",
            "choice",
            QT_TRANSLATE_NOOP("Field", "Newest TLS"),
            QT_TRANSLATE_NOOP("Field", "Inside EAP. Some servers claim 1.3 and fail at it."),
            (
                Option("1.2", QT_TRANSLATE_NOOP("Field", "TLS 1.2")),
                Option("1.3", QT_TRANSLATE_NOOP("Field", "TLS 1.3")),
            ),
        ),
        Field(
            "authentication.rsa_pss",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Prefer RSA signatures with PSS"),
            QT_TRANSLATE_NOOP("Field", "For gateways that refuse the older padding."),
        ),
        Field(
            "authentication.urls",
            "lines",
            QT_TRANSLATE_NOOP("Field", "Where your certificate is published"),
            QT_TRANSLATE_NOOP("Field", "For gateways that look certificates up: yours, then those above it."),
            example="http://pki.example.org/alice.cer",
        ),
    ),
)

CERTIFICATES: Final = FieldPage(
    "certificates",
    QT_TRANSLATE_NOOP("Field", "Certificates"),
    "certificate",
    QT_TRANSLATE_NOOP("Field", "Whom this connection trusts, and the certificates that are kept with it."),
    (
        Field(
            "remote.ca",
            "roots",
            QT_TRANSLATE_NOOP("Field", "&Trusted roots"),
            QT_TRANSLATE_NOOP(
                "Field",
                "One of them has to vouch for the gateway, for this connection only. None: those that this "
                "machine trusts.",
            ),
        ),
        Field(
            "remote.system_roots",
            "flag",
            QT_TRANSLATE_NOOP("Field", "This machine's roots count as well"),
            QT_TRANSLATE_NOOP("Field", "Beside the trusted roots above."),
        ),
        Field(
            "remote.ask_trust",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Ask when nobody vouches for the gateway"),
            QT_TRANSLATE_NOOP(
                "Field", "You compare its fingerprint. Without roots and only certificate alone."
            ),
        ),
        Field(
            "remote.pin",
            "pin",
            QT_TRANSLATE_NOOP("Field", "Only this certificate"),
            QT_TRANSLATE_NOOP("Field", "The gateway must have this one, whoever vouches for it."),
        ),
        Field(
            "certificates",
            "certificates",
            QT_TRANSLATE_NOOP("Field", "Kept with this connection"),
            QT_TRANSLATE_NOOP("Field", "PEM, DER and PKCS#12 files are read."),
        ),
        Field(
            "remote.revocation.ocsp",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Ask whether certificates were taken back (OCSP)"),
            QT_TRANSLATE_NOOP("Field", "At the address that the certificate names."),
        ),
        Field(
            "remote.revocation.crl",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Fetch lists of certificates that were taken back (CRL)"),
            QT_TRANSLATE_NOOP("Field", "From the address that the certificate names."),
        ),
        Field(
            "remote.revocation.strict",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Refuse the gateway when nobody can tell"),
            QT_TRANSLATE_NOOP("Field", "Otherwise an unreachable list or answer is passed over."),
        ),
        Field(
            "remote.certificate_requests",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Tell the gateway which roots are trusted"),
            QT_TRANSLATE_NOOP("Field", "Gateways with several certificates pick the right one by it."),
        ),
        Field(
            "remote.certificate_lookup",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Fetch certificates that the gateway names by address"),
            QT_TRANSLATE_NOOP("Field", "It may name a hash and a URL instead of sending its certificate."),
        ),
        Field(
            "remote.allow_cn",
            "flag",
            QT_TRANSLATE_NOOP("Field", "A name in the subject alone will do"),
            QT_TRANSLATE_NOOP("Field", "For old certificates without alternative names."),
        ),
        Field(
            "remote.allow_sha1",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Signatures with SHA-1 will do"),
            QT_TRANSLATE_NOOP("Field", "They can be forged. For old gateways alone, at your risk."),
        ),
    ),
)
