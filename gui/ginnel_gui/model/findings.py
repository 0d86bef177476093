"""Words for findings: what was found, and what a person at a desktop can do about it. Qt-free.

`%1`, `%2`... are the parameters of a finding in the order in which `ipc.identifiers` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from ginnel_service.ipc.identifiers import EXAMINATION_IDS, FINDING_IDS
from ginnel_service.ipc.schema import CHECKS, Check, Finding, Severity

from .drops import DROPS
from .examined import EXAMINED
from .words import QT_TRANSLATE_NOOP, Words

SEVERITIES: Final[dict[Severity, Words]] = {
    "warning": QT_TRANSLATE_NOOP("Finding", "Problem"),
    "note": QT_TRANSLATE_NOOP("Finding", "Hint"),
    "ok": QT_TRANSLATE_NOOP("Finding", "In order"),
}
#: severity -> the icon that says the same, and its colour in the palette
MARKS: Final[dict[Severity, tuple[str, str]]] = {
    "warning": ("problem", "bad"),
    "note": ("hint", "busy"),
    "ok": ("in_order", "good"),
}

#: What is looked at, as a step of its progress.
CHECK_WORDS: Final[dict[Check, Words]] = {
    "name": QT_TRANSLATE_NOOP("Finding", "The gateway's name"),
    "udp": QT_TRANSLATE_NOOP("Finding", "The way to the gateway (UDP)"),
    "tcp": QT_TRANSLATE_NOOP("Finding", "The other way (TCP)"),
    "nat": QT_TRANSLATE_NOOP("Finding", "Address translation on the way"),
    "proposals": QT_TRANSLATE_NOOP("Finding", "Encryption that the gateway accepts"),
    "fragments": QT_TRANSLATE_NOOP("Finding", "Large messages"),
    "path_mtu": QT_TRANSLATE_NOOP("Finding", "Size of packets on the way"),
    "certificates": QT_TRANSLATE_NOOP("Finding", "Certificates"),
    "clock": QT_TRANSLATE_NOOP("Finding", "This machine's clock"),
    "dns": QT_TRANSLATE_NOOP("Finding", "Name servers"),
    "routes": QT_TRANSLATE_NOOP("Finding", "Networks that get in each other's way"),
    "firewall": QT_TRANSLATE_NOOP("Finding", "Kill switch and firewall"),
    "service": QT_TRANSLATE_NOOP("Finding", "Rights of Ginnel's service"),
}

#: What a machine can take off a tunnel's hands.
OFFLOADS: Final[dict[str, Words]] = {
    "tun_checksum": QT_TRANSLATE_NOOP("Finding", "checksums left to the tunnel"),
    "tun_tcp4": QT_TRANSLATE_NOOP("Finding", "large packets of TCP over IPv4"),
    "tun_tcp6": QT_TRANSLATE_NOOP("Finding", "large packets of TCP over IPv6"),
    "tun_udp": QT_TRANSLATE_NOOP("Finding", "large packets of UDP"),
    "udp_segment": QT_TRANSLATE_NOOP("Finding", "many packets to the gateway at once"),
    "udp_gro": QT_TRANSLATE_NOOP("Finding", "many packets from the gateway at once"),
    "batched_send": QT_TRANSLATE_NOOP("Finding", "sending in batches"),
    "batched_receive": QT_TRANSLATE_NOOP("Finding", "receiving in batches"),
    "urgent_threads": QT_TRANSLATE_NOOP("Finding", "precedence over ordinary programs"),
}

_NOBODY: Final = QT_TRANSLATE_NOOP("Finding", "nobody")
_UNKNOWN: Final = (
    QT_TRANSLATE_NOOP(
        "Finding", "The service found something that this version of the app does not know: %1"
    ),
    QT_TRANSLATE_NOOP("Finding", "Bring the app and the service to the same version."),
)

#: finding id -> what was found, and what to do about it or None
FINDINGS: Final[dict[str, tuple[Words, Words | None]]] = {
    "tun_present": (QT_TRANSLATE_NOOP("Finding", "This machine can have tunnels."), None),
    "tun_missing": (
        QT_TRANSLATE_NOOP(
            "Finding", "This machine offers no tunnel device, so nothing can go through a tunnel."
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Restart the machine, above all after an update of the system. In a container, its host has to "
            "pass the device /dev/net/tun in.",
        ),
    ),
    "tun_not_permitted": (
        QT_TRANSLATE_NOOP("Finding", "Ginnel's service may not open the tunnel device."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Install Ginnel anew, so that its service gets its rights. In a container, its host has to allow "
            "the device /dev/net/tun.",
        ),
    ),
    "cpu_aes": (QT_TRANSLATE_NOOP("Finding", "The processor helps with encryption (AES)."), None),
    "cpu_no_aes": (
        QT_TRANSLATE_NOOP("Finding", "The processor does not help with AES, so that AES is slow on it."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "If the gateway accepts ChaCha20-Poly1305, choose it for the traffic in the connection's "
            "advanced settings.",
        ),
    ),
    "kernel_has_offloads": (
        QT_TRANSLATE_NOOP("Finding", "The system has all that makes a tunnel fast."),
        None,
    ),
    "kernel_lacks_offloads": (
        QT_TRANSLATE_NOOP("Finding", "The system lacks what makes a tunnel faster: %1."),
        QT_TRANSLATE_NOOP("Finding", "Everything works without it. A newer Linux kernel has it."),
    ),
    "secrets_under_credential": (
        QT_TRANSLATE_NOOP("Finding", "Stored passwords are encrypted with a key that the system keeps."),
        None,
    ),
    "secrets_under_file": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "Stored passwords are encrypted, but with a key that lies beside them: whoever takes the disk "
            "can read them.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Encrypt the disk, or have an administrator give the service a key that the machine keeps "
            "(systemd-creds).",
        ),
    ),
    "secrets_locked": (
        QT_TRANSLATE_NOOP("Finding", "Stored passwords of these connections can no longer be read: %1."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Enter them anew in the connection's settings, or have an administrator bring the service's "
            "former key back.",
        ),
    ),
    "connection_up": (QT_TRANSLATE_NOOP("Finding", "Connected."), None),
    "connection_not_up": (
        QT_TRANSLATE_NOOP("Finding", "Not connected."),
        QT_TRANSLATE_NOOP("Finding", "Connect, and examine again, to see how the tunnel fares."),
    ),
    "offloads_in_use": (QT_TRANSLATE_NOOP("Finding", "The tunnel uses all that makes it fast."), None),
    "offload_unsupported": (
        QT_TRANSLATE_NOOP("Finding", "The system lacks something that makes tunnels faster: %1."),
        QT_TRANSLATE_NOOP("Finding", "Everything works without it. A newer Linux kernel has it."),
    ),
    "offload_off": (
        QT_TRANSLATE_NOOP("Finding", "Something that makes tunnels faster is not in use: %1."),
        QT_TRANSLATE_NOOP(
            "Finding", "Disconnect and connect again. If it stays, update the network card's driver."
        ),
    ),
    "threads_not_urgent": (
        QT_TRANSLATE_NOOP(
            "Finding", "The tunnel waits its turn behind other programs: slower when the machine is busy."
        ),
        QT_TRANSLATE_NOOP("Finding", "Install Ginnel anew, so that its service gets its rights."),
    ),
    "buffer_small": (
        QT_TRANSLATE_NOOP(
            "Finding", "The system grants the socket %1 a buffer of only %2 octets: bursts overflow it."
        ),
        QT_TRANSLATE_NOOP("Finding", "Install Ginnel anew, so that its service gets its rights."),
    ),
    "no_drops": (QT_TRANSLATE_NOOP("Finding", "No packet was lost in the tunnel."), None),
    **EXAMINED,
    **DROPS,
}


def describe(finding: Finding, say: Callable[[Words], str]) -> tuple[str, str]:
    """What was found and what to do, or ""; not for `connection_error`, whose words are the error's.

    `say` translates.
    """
    known = FINDINGS.get(finding.id)
    if known is None:
        return say(_UNKNOWN[0]._replace(values=(printable(finding.id),))), say(_UNKNOWN[1])
    values = tuple(_value(each, finding.params.get(each), say) for each in parameters(finding.id))
    text, remedy = known
    return say(text._replace(values=values)), "" if remedy is None else say(remedy._replace(values=values))


def parameters(identifier: str) -> tuple[str, ...]:
    """In the order of `%1`, `%2`..."""
    if identifier.startswith("drop_"):
        return ("count",)
    return FINDING_IDS.get(identifier) or EXAMINATION_IDS.get(identifier, ())


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """What needs doing first."""
    order = tuple(SEVERITIES)
    return sorted(findings, key=lambda each: order.index(each.severity))


def printable(text: str) -> str:
    """Names that came from the network bring no control characters along."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _value(key: str, value: Any, say: Callable[[Words], str]) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_value(key, each, say) for each in value) or say(_NOBODY)
    if key in {"offload", "offloads"} and value in OFFLOADS:
        return say(OFFLOADS[value])
    if key == "check" and value in CHECKS:
        return say(CHECK_WORDS[value])
    return "?" if value is None else printable(str(value))
