"""Fields about the machine around the tunnel: what goes through it, names, and when it connects. Qt-free."""

from __future__ import annotations

from typing import Final

from .fields import Field, FieldPage, Option
from .words import QT_TRANSLATE_NOOP

_OUTSIDE: Final = (
    Option("auto", QT_TRANSLATE_NOOP("Field", "As suits the rest")),
    Option("allow", QT_TRANSLATE_NOOP("Field", "Passes outside the tunnel")),
    Option("block", QT_TRANSLATE_NOOP("Field", "Is refused")),
)
_OUTSIDE_HELP: Final = QT_TRANSLATE_NOOP(
    "Field",
    "When none of it goes into the tunnel. By itself it is refused where the tunnel has all of the other "
    "kind.",
)

NETWORK: Final = FieldPage(
    "network",
    QT_TRANSLATE_NOOP("Field", "Network"),
    "routes",
    QT_TRANSLATE_NOOP("Field", "What goes through the tunnel, and what does not."),
    (
        Field(
            "network.subnets",
            "lines",
            QT_TRANSLATE_NOOP("Field", "Through the tunnel"),
            QT_TRANSLATE_NOOP("Field", "Networks, one a line. 0.0.0.0/0 and ::/0 are everything."),
            example="10.0.0.0/8",
        ),
        Field(
            "network.bypass",
            "lines",
            QT_TRANSLATE_NOOP("Field", "Not through the tunnel"),
            QT_TRANSLATE_NOOP("Field", "Networks that keep out although one above covers them."),
            example="192.0.2.0/24",
        ),
        Field(
            "network.announced_only",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Only networks that the gateway announces"),
            QT_TRANSLATE_NOOP("Field", "Where it announces any. All else stays outside."),
        ),
        Field(
            "network.lan",
            "flag",
            QT_TRANSLATE_NOOP("Field", "The local network stays within reach"),
            QT_TRANSLATE_NOOP("Field", "Printers and other machines nearby keep out of the tunnel."),
        ),
        Field(
            "network.ipv4",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Ask for an IPv4 address"),
            QT_TRANSLATE_NOOP("Field", "Inside the tunnel."),
        ),
        Field(
            "network.ipv6",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Ask for an IPv6 address"),
            QT_TRANSLATE_NOOP("Field", "Inside the tunnel."),
        ),
        Field(
            "network.ipv4_outside",
            "choice",
            QT_TRANSLATE_NOOP("Field", "IPv4 without a place in the tunnel"),
            _OUTSIDE_HELP,
            _OUTSIDE,
        ),
        Field(
            "network.ipv6_outside",
            "choice",
            QT_TRANSLATE_NOOP("Field", "IPv6 without a place in the tunnel"),
            _OUTSIDE_HELP,
            _OUTSIDE,
        ),
        Field(
            "network.mtu",
            "number",
            QT_TRANSLATE_NOOP("Field", "Largest packet (MTU)"),
            QT_TRANSLATE_NOOP("Field", "Of the tunnel. Smaller ones help where large packets get lost."),
            unit="octets",
            zero=QT_TRANSLATE_NOOP("Field", "Found out"),
        ),
    ),
)

DNS: Final = FieldPage(
    "dns",
    QT_TRANSLATE_NOOP("Field", "DNS"),
    "search",
    QT_TRANSLATE_NOOP("Field", "Where names are asked while the tunnel stands."),
    (
        Field(
            "dns.mode",
            "choice",
            QT_TRANSLATE_NOOP("Field", "The tunnel's DNS servers get"),
            QT_TRANSLATE_NOOP(
                "Field",
                "By itself it is every name when all traffic goes through the tunnel and no domains are "
                "known, else names below those domains.",
            ),
            (
                Option("auto", QT_TRANSLATE_NOOP("Field", "What suits the rest")),
                Option("all", QT_TRANSLATE_NOOP("Field", "Every name")),
                Option("split", QT_TRANSLATE_NOOP("Field", "Names below certain domains")),
                Option("off", QT_TRANSLATE_NOOP("Field", "Nothing: DNS stays as it is")),
            ),
        ),
        Field(
            "dns.match",
            "lines",
            QT_TRANSLATE_NOOP("Field", "Domains"),
            QT_TRANSLATE_NOOP("Field", "Names below these go to the tunnel, beside those the gateway names."),
            example="corp.example.org",
        ),
        Field(
            "dns.servers",
            "lines",
            QT_TRANSLATE_NOOP("Field", "DNS servers"),
            QT_TRANSLATE_NOOP("Field", "Addresses, instead of those that the gateway names."),
            example="10.0.0.53",
        ),
        Field(
            "dns.search",
            "lines",
            QT_TRANSLATE_NOOP("Field", "Search domains"),
            QT_TRANSLATE_NOOP("Field", "Appended to names without a dot."),
            example="corp.example.org",
        ),
    ),
)

KILL_SWITCH: Final = FieldPage(
    "kill_switch",
    QT_TRANSLATE_NOOP("Field", "Kill switch"),
    "shield",
    QT_TRANSLATE_NOOP("Field", "Stops traffic that would go past the tunnel."),
    (
        Field(
            "kill_switch.mode",
            "choice",
            QT_TRANSLATE_NOOP("Field", "Stop traffic outside the tunnel"),
            QT_TRANSLATE_NOOP(
                "Field",
                "“Always” holds across restarts of the service and of this machine, until it is set "
                "otherwise.",
            ),
            (
                Option("off", QT_TRANSLATE_NOOP("Field", "Never")),
                Option("connecting", QT_TRANSLATE_NOOP("Field", "From connecting to disconnecting")),
                Option("always", QT_TRANSLATE_NOOP("Field", "Always")),
            ),
        ),
    ),
)

ON_DEMAND: Final = FieldPage(
    "on_demand",
    QT_TRANSLATE_NOOP("Field", "On demand"),
    "on_demand",
    QT_TRANSLATE_NOOP("Field", "When it connects and disconnects without you."),
    (
        Field(
            "start.at",
            "choice",
            QT_TRANSLATE_NOOP("Field", "Connect by itself"),
            QT_TRANSLATE_NOOP("Field", "Once, whatever network there is."),
            (
                Option("", QT_TRANSLATE_NOOP("Field", "No")),
                Option("login", QT_TRANSLATE_NOOP("Field", "When you log in")),
                Option("boot", QT_TRANSLATE_NOOP("Field", "When this machine starts")),
            ),
        ),
        Field(
            "on_demand.enabled",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Follow the rules below"),
            QT_TRANSLATE_NOOP("Field", "Looked at whenever the network changes."),
        ),
        Field(
            "on_demand.rules",
            "rules",
            QT_TRANSLATE_NOOP("Field", "Rules"),
            QT_TRANSLATE_NOOP("Field", "The first one that matches the network decides."),
        ),
    ),
)

#: Of one rule; paths are those within it.
RULE: Final[tuple[Field, ...]] = (
    Field(
        "action",
        "choice",
        QT_TRANSLATE_NOOP("Field", "Then"),
        QT_TRANSLATE_NOOP("Field", "What is done on a network that matches."),
        (
            Option("connect", QT_TRANSLATE_NOOP("Field", "Connect")),
            Option("disconnect", QT_TRANSLATE_NOOP("Field", "Disconnect")),
            Option("ignore", QT_TRANSLATE_NOOP("Field", "Leave it as it is")),
            Option("evaluate", QT_TRANSLATE_NOOP("Field", "Connect when certain names are wanted")),
        ),
    ),
    Field(
        "domains",
        "lines",
        QT_TRANSLATE_NOOP("Field", "Wanted domains"),
        QT_TRANSLATE_NOOP("Field", "It connects when a name below one of these is wanted and not reached."),
        example="corp.example.org",
    ),
    Field(
        "interface",
        "choice",
        QT_TRANSLATE_NOOP("Field", "Kind of network"),
        QT_TRANSLATE_NOOP("Field", "That this machine's traffic goes through."),
        (
            Option("", QT_TRANSLATE_NOOP("Field", "Any")),
            Option("ethernet", QT_TRANSLATE_NOOP("Field", "Cable")),
            Option("wifi", QT_TRANSLATE_NOOP("Field", "Wi-Fi")),
            Option("cellular", QT_TRANSLATE_NOOP("Field", "Mobile network")),
        ),
    ),
    Field(
        "ssids",
        "lines",
        QT_TRANSLATE_NOOP("Field", "Names of Wi-Fi networks"),
        QT_TRANSLATE_NOOP("Field", "Any of them. None: whatever it is called."),
        example="Home",
    ),
    Field(
        "dns_domains",
        "lines",
        QT_TRANSLATE_NOOP("Field", "Search domains of the network"),
        QT_TRANSLATE_NOOP("Field", "Any of them, or one below it."),
        example="corp.example.org",
    ),
    Field(
        "dns_servers",
        "lines",
        QT_TRANSLATE_NOOP("Field", "DNS servers of the network"),
        QT_TRANSLATE_NOOP("Field", "Each server of the network is one of these."),
        example="192.0.2.53",
    ),
    Field(
        "probe",
        "text",
        QT_TRANSLATE_NOOP("Field", "Page that answers there"),
        QT_TRANSLATE_NOOP("Field", "An address that answers with 200 on the networks that are meant."),
        example="https://intranet.example.org/",
    ),
)

RECONNECTING: Final = FieldPage(
    "reconnecting",
    QT_TRANSLATE_NOOP("Field", "Reconnecting"),
    "reconnecting",
    QT_TRANSLATE_NOOP("Field", "What happens when the connection is lost."),
    (
        Field(
            "reconnect.enabled",
            "flag",
            QT_TRANSLATE_NOOP("Field", "Connect again by itself"),
            QT_TRANSLATE_NOOP("Field", "With longer and longer waits in between."),
        ),
        Field(
            "reconnect.tries",
            "number",
            QT_TRANSLATE_NOOP("Field", "Tries in a row"),
            QT_TRANSLATE_NOOP("Field", "Then it waits for you."),
            zero=QT_TRANSLATE_NOOP("Field", "For ever"),
        ),
        Field(
            "reconnect.limit_s",
            "number",
            QT_TRANSLATE_NOOP("Field", "Longest wait"),
            QT_TRANSLATE_NOOP("Field", "Between two tries."),
            unit="s",
            digits=1,
        ),
    ),
)
