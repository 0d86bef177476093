"""Fields about IKE and ESP themselves: encryption, the way packets take, and times. Qt-free."""

from __future__ import annotations

from typing import Final

from .fields import Field, FieldPage, Option
from .words import QT_TRANSLATE_NOOP

_SUITES_HELP: Final = QT_TRANSLATE_NOOP("Field", "What is offered to the gateway, which picks one of it.")
_CIPHERS_OWN: Final = QT_TRANSLATE_NOOP("Field", "The cipher's own limit")

ENCRYPTION: Final = FieldPage(
    "encryption",
    QT_TRANSLATE_NOOP("Field", "Encryption"),
    "shield",
    QT_TRANSLATE_NOOP("Field", "Which algorithms are used, and how long their keys last."),
    (
        Field(
            "ike.proposals",
            "suites",
            QT_TRANSLATE_NOOP("Field", "Agreeing on keys (IKE)"),
            _SUITES_HELP,
            example="aes256gcm16-prfsha384-ecp384",
        ),
        Field(
            "esp.proposals",
            "suites",
            QT_TRANSLATE_NOOP("Field", "Traffic (ESP)"),
            _SUITES_HELP,
            example="aes128gcm16",
        ),
        Field(
            "ike.ppk.id",
            "text",
            QT_TRANSLATE_NOOP("Field", "Name of a post-quantum key"),
            QT_TRANSLATE_NOOP("Field", "A key shared with the gateway beside everything else (RFC 8784)."),
        ),
        Field(
            "secrets.ppk",
            "secret",
            QT_TRANSLATE_NOOP("Field", "Post-quantum key"),
            QT_TRANSLATE_NOOP("Field", "The key of that name."),
        ),
        Field(
            "ike.ppk.required",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Do not connect without the post-quantum key"),
            QT_TRANSLATE_NOOP("Field", "Otherwise it is left out where the gateway has none."),
        ),
        Field(
            "ike.lifetime_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "New IKE keys after"),
            QT_TRANSLATE_NOOP("Field", "The connection goes on meanwhile."),
            unit="s",
            digits=1,
        ),
        Field(
            "ike.reauth_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "Sign in anew after"),
            QT_TRANSLATE_NOOP("Field", "Rarely needed; it may ask you again."),
            unit="s",
            zero=QT_TRANSLATE_NOOP("Field", "When the gateway asks"),
            digits=1,
        ),
        Field(
            "esp.lifetime_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "New traffic keys after"),
            QT_TRANSLATE_NOOP("Field", "The connection goes on meanwhile."),
            unit="s",
            digits=1,
        ),
        Field(
            "esp.max_octets",
            "number",
            QT_TRANSLATE_NOOP("Field", "New traffic keys after as much data"),
            QT_TRANSLATE_NOOP("Field", "In either direction."),
            unit="octets",
            zero=_CIPHERS_OWN,
        ),
        Field(
            "esp.max_packets",
            "number",
            QT_TRANSLATE_NOOP("Field", "New traffic keys after as many packets"),
            QT_TRANSLATE_NOOP("Field", "In either direction."),
            unit="packets",
            zero=_CIPHERS_OWN,
        ),
    ),
)

TRANSPORT: Final = FieldPage(
    "transport",
    QT_TRANSLATE_NOOP("Field", "Getting through"),
    "internet",
    QT_TRANSLATE_NOOP("Field", "How packets reach the gateway in difficult networks."),
    (
        Field(
            "transport.tcp",
            "choice",
            QT_TRANSLATE_NOOP("Field", "TCP instead of UDP"),
            QT_TRANSLATE_NOOP("Field", "Slower, and gets through where a network lets no UDP pass."),
            (
                Option("auto", QT_TRANSLATE_NOOP("Field", "When UDP gets no answer")),
                Option("always", QT_TRANSLATE_NOOP("Field", "Always")),
                Option("never", QT_TRANSLATE_NOOP("Field", "Never")),
            ),
        ),
        Field(
            "transport.tcp_port",
            "number",
            QT_TRANSLATE_NOOP("Field", "TCP port"),
            QT_TRANSLATE_NOOP("Field", "Where the gateway listens for it."),
        ),
        Field(
            "transport.tls",
            "flag",
            QT_TRANSLATE_NOOP("Field", "TCP inside TLS"),
            QT_TRANSLATE_NOOP("Field", "It only helps to get through; IKE inside it proves the gateway."),
        ),
        Field(
            "ike.mobike",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Stay connected when the network changes (MOBIKE)"),
            QT_TRANSLATE_NOOP("Field", "From Wi-Fi to cable and back."),
        ),
        Field(
            "ike.resumption",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Come back without signing in anew"),
            QT_TRANSLATE_NOOP("Field", "With a ticket of the gateway, for some hours (RFC 5723)."),
        ),
        Field(
            "ike.redirect",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Follow the gateway to another one"),
            QT_TRANSLATE_NOOP("Field", "When it is too busy or being closed (RFC 5685)."),
        ),
        Field(
            "ike.fragmentation",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Split large IKE messages"),
            QT_TRANSLATE_NOOP("Field", "Many routers drop large packets (RFC 7383)."),
        ),
        Field(
            "ike.fragment_octets",
            "number",
            QT_TRANSLATE_NOOP("Field", "Size of the pieces"),
            QT_TRANSLATE_NOOP("Field", "Of the IP packet that carries one."),
            unit="octets",
            zero=QT_TRANSLATE_NOOP("Field", "What gets through"),
        ),
        Field(
            "ike.childless",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Sign in first, then set traffic up"),
            QT_TRANSLATE_NOOP("Field", "In two steps (RFC 6023); few gateways have it."),
        ),
        Field(
            "esp.replay_window",
            "number",
            QT_TRANSLATE_NOOP("Field", "How late a packet may be"),
            QT_TRANSLATE_NOOP("Field", "Older ones are taken for copies and dropped."),
            unit="packets",
        ),
        Field(
            "esp.copy_dscp",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Show the priority of packets outside the tunnel"),
            QT_TRANSLATE_NOOP("Field", "Networks on the way can serve calls first, and can tell them apart."),
        ),
    ),
)

TIMING: Final = FieldPage(
    "timing",
    QT_TRANSLATE_NOOP("Field", "Timing"),
    "connecting",
    QT_TRANSLATE_NOOP("Field", "How long things may take."),
    (
        Field(
            "timing.liveness_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "Ask whether the gateway is there after"),
            QT_TRANSLATE_NOOP("Field", "Of silence."),
            unit="s",
            zero=QT_TRANSLATE_NOOP("Field", "Never"),
            digits=1,
        ),
        Field(
            "timing.keepalive_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "Keep routers' memory awake each"),
            QT_TRANSLATE_NOOP("Field", "Home routers forget connections that are silent."),
            unit="s",
            zero=QT_TRANSLATE_NOOP("Field", "Never"),
            digits=1,
        ),
        Field(
            "timing.retransmit_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "Say it again after"),
            QT_TRANSLATE_NOOP("Field", "When a message gets no answer, then twice as long, and so on."),
            unit="s",
            digits=1,
        ),
        Field(
            "timing.retransmit_tries",
            "number",
            QT_TRANSLATE_NOOP("Field", "Say it again so often"),
            QT_TRANSLATE_NOOP("Field", "Then the gateway counts as gone."),
        ),
        Field(
            "timing.idle_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "Disconnect when nothing was used for"),
            QT_TRANSLATE_NOOP("Field", "No packet of any program went through."),
            unit="s",
            zero=QT_TRANSLATE_NOOP("Field", "Never"),
            digits=1,
        ),
    ),
)
