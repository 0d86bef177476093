"""IKE messages: the header and the chain of payloads (RFC 7296 sections 3.1 and 3.2).

Knows no keys: an SK or SKF payload stays sealed. Serialising what was parsed gives the same octets, but for
what receivers ignore: reserved fields, the minor version, and the critical bit of payloads known here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from .codes import Flags, NotifyType, PayloadType
from .errors import InvalidSyntax, LocalError, PeerError, UnsupportedCritical
from .payloads import PARSERS, NotifyPayload, Payload, SkfPayload, SkPayload, UnknownPayload

HEADER_LENGTH = 28
MAX_PAYLOADS = 256

_HEADER = struct.Struct("!8s8sBBBBII")
_GENERIC = struct.Struct("!BBH")
_VERSION = 0x20
_CRITICAL = 0x80

P = TypeVar("P")


class UnsupportedVersion(PeerError):
    """Not IKEv2. A higher version is told so (RFC 7296 section 2.5); a lower one gets silence."""

    code = "invalid_major_version"

    def __init__(self, major: int) -> None:
        super().__init__(f"IKE major version {major}")
        self.notify = NotifyType.INVALID_MAJOR_VERSION if major > 2 else None


@dataclass(frozen=True, slots=True)
class Header:
    """The fixed header. SPIs are 8 octets; `length` is what the sender says, to be compared by the caller."""

    spi_i: bytes
    spi_r: bytes
    next_payload: int
    major: int
    minor: int
    exchange: int
    flags: int
    message_id: int
    length: int

    @property
    def from_initiator(self) -> bool:
        """Whether the sender is the original initiator of the IKE SA."""
        return bool(self.flags & Flags.INITIATOR)

    @property
    def is_response(self) -> bool:
        return bool(self.flags & Flags.RESPONSE)


class Outside(NamedTuple):
    """What the header says of a message but for its payloads and its length."""

    spi_i: bytes
    spi_r: bytes
    exchange: int
    flags: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message and its payloads in order.

    When it was protected, `inner` is the chain of payloads as it was inside, and `first_inner` the type of
    the first of them: what RFC 9242 authenticates.
    """

    spi_i: bytes
    spi_r: bytes
    exchange: int
    message_id: int
    from_initiator: bool
    is_response: bool
    payloads: tuple[Payload, ...]
    first_inner: int = field(default=0, compare=False)
    inner: bytes = field(default=b"", compare=False, repr=False)

    @property
    def outside(self) -> Outside:
        flags = (Flags.INITIATOR if self.from_initiator else 0) | (Flags.RESPONSE if self.is_response else 0)
        return Outside(self.spi_i, self.spi_r, self.exchange, flags, self.message_id)

    def get(self, payload_class: type[P]) -> P | None:
        """The first payload of a class."""
        for payload in self.payloads:
            if isinstance(payload, payload_class):
                return payload
        return None

    def all(self, payload_class: type[P]) -> list[P]:
        """Every payload of a class, in order."""
        return [payload for payload in self.payloads if isinstance(payload, payload_class)]

    def notify(self, notify_type: int) -> NotifyPayload | None:
        """The first Notify of a type."""
        for payload in self.payloads:
            if isinstance(payload, NotifyPayload) and payload.notify == notify_type:
                return payload
        return None


def parse_header(data: bytes | memoryview) -> Header:
    """The header at the start of `data`. Raises InvalidSyntax, UnsupportedVersion."""
    if len(data) < HEADER_LENGTH:
        raise InvalidSyntax("shorter than an IKE header")
    spi_i, spi_r, first, version, exchange, flags, message_id, length = _HEADER.unpack_from(data)
    if version >> 4 != 2:
        raise UnsupportedVersion(version >> 4)
    return Header(spi_i, spi_r, first, version >> 4, version & 0xF, exchange, flags, message_id, length)


def parse_payloads(first: int, data: memoryview | bytes) -> tuple[Payload, ...]:
    """The chain that begins with a payload of type `first` and fills `data`.

    SK and SKF end a chain and stay sealed. Raises InvalidSyntax, UnsupportedCritical.
    """
    view = memoryview(data)
    payloads: list[Payload] = []
    kind, at, end = first, 0, len(view)
    while kind != PayloadType.NONE:
        if len(payloads) == MAX_PAYLOADS:
            raise InvalidSyntax(f"more than {MAX_PAYLOADS} payloads")
        if at + 4 > end:
            raise InvalidSyntax("payload header cut short")
        following, flags, length = _GENERIC.unpack_from(view, at)
        if length < 4 or at + length > end:
            raise InvalidSyntax(f"payload of type {kind} with length {length}, {end - at} octets left")
        body = view[at + 4 : at + length]
        at += length
        if kind == PayloadType.SK:
            payloads.append(SkPayload.parse(body, following))
            break
        if kind == PayloadType.SKF:
            payloads.append(SkfPayload.parse(body, following))
            break
        parser = PARSERS.get(kind)
        if parser is not None:
            payloads.append(parser(body))
        elif flags & _CRITICAL:
            raise UnsupportedCritical(kind)
        else:
            payloads.append(UnknownPayload(kind, bytes(body)))
        kind = following
    if at != end:
        raise InvalidSyntax(f"{end - at} octets after the last payload")
    return tuple(payloads)


def parse_message(data: bytes) -> Message:
    """A whole datagram. Raises a PeerError when it is not one well-formed IKEv2 message."""
    header = parse_header(data)
    if header.length != len(data):
        raise InvalidSyntax(f"message of {len(data)} octets says {header.length}")
    return Message(
        header.spi_i,
        header.spi_r,
        header.exchange,
        header.message_id,
        header.from_initiator,
        header.is_response,
        parse_payloads(header.next_payload, memoryview(data)[HEADER_LENGTH:]),
    )


def serialise_payloads(payloads: Sequence[Payload]) -> tuple[int, bytes]:
    """(type of the first payload, the chain). Raises LocalError for what does not fit the format."""
    parts: list[bytes] = []
    last = len(payloads) - 1
    for i, payload in enumerate(payloads):
        following: int = PayloadType.NONE if i == last else payloads[i + 1].type
        if isinstance(payload, SkPayload | SkfPayload):
            if i != last:
                raise LocalError("nothing follows an encrypted payload")
            following = payload.first_inner
        body = payload.serialise()
        if len(body) > 0xFFFF - 4:
            raise LocalError(f"payload of type {payload.type} with {len(body)} octets")
        critical = _CRITICAL if isinstance(payload, UnknownPayload) and payload.critical else 0
        parts.append(_GENERIC.pack(following, critical, 4 + len(body)) + body)
    return (payloads[0].type if payloads else PayloadType.NONE), b"".join(parts)


def serialise_message(message: Message) -> bytes:
    """The datagram, unprotected."""
    first, chain = serialise_payloads(message.payloads)
    return serialise_header(message.outside, first, HEADER_LENGTH + len(chain)) + chain


def serialise_header(outside: Outside, first: int, length: int) -> bytes:
    """The fixed header of a message of `length` octets whose first payload is of type `first`."""
    spi_i, spi_r, exchange, flags, message_id = outside
    return _HEADER.pack(spi_i, spi_r, first, _VERSION, exchange, flags, message_id, length)
