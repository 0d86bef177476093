"""What the two ends of an EAP conversation say to their caller, and the reasons why one fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from ..events import Prompt

_MESSAGE_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this EAP packet."""

    packet: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """The person has to say something before the conversation goes on: `Peer.answer`."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The server accepted us. `msk` is None where the method derives no key (GTC, MD5).

    `safe` says that the method by itself proves the gateway and resists guessing (RFC 5998 section 4).
    """

    msk: bytes | None = field(repr=False)
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The conversation is over. `code` is one of SESSION_CODES; `detail` holds no secret."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms a user comes in, as a server elsewhere says: what it gets, and for how long.

    `addresses` are those and no others, `pool` is where others come from. `lifetime_s` 0 sets no limit.
    """

    addresses: tuple[IPv4Address | IPv6Address, ...] = ()
    pool: str = ""
    lifetime_s: float = 0.0


NO_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server's verdict: send `packet`, which is EAP-Success. `msk` is None where there is no key."""

    packet: bytes
    msk: bytes | None = field(repr=False)
    identity: bytes
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class Rejected:
    """The server's verdict: send `packet`, which is EAP-Failure."""

    packet: bytes
    detail: str


#: What a driver answers when a session asks; see `Session.supply`.
Supplied = bytes | str | Reply | Accepted | Rejected | None


def printable(octets: bytes) -> str:
    """A server's message as one bounded line without control characters."""
    text = octets[: 4 * _MESSAGE_CHARACTERS].decode("utf-8", "replace")
    line = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(line.split())[:_MESSAGE_CHARACTERS]
