"""The Encrypted payload (RFC 7296 section 3.14) and its fragments (RFC 7383 section 2.5), sealed and opened.

One `Protector` per direction of an IKE SA. What encrypts is in `ciphers`.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .ciphers import sk_cipher
from .codes import PayloadType
from .config import RandomBytes
from .errors import IntegrityFailed, InvalidSyntax
from .events import IkeSuite
from .message import (
    HEADER_LENGTH,
    Outside,
    parse_header,
    parse_payloads,
    serialise_header,
    serialise_payloads,
)
from .payloads import Payload, SkfPayload, SkPayload

_GENERIC = struct.Struct("!BBH")  # of a payload: type of the next, flags, length
_NUMBERS = struct.Struct("!HH")  # of a fragment: its own and the total
_SK_HEAD = HEADER_LENGTH + _GENERIC.size
_SKF_HEAD = _SK_HEAD + _NUMBERS.size


class Opened(NamedTuple):
    """What was inside one SK payload, or inside fragment `number` of `total`; both are 1 for SK.

    `first` is the type of the first payload of `inner`, 0 in all fragments but the first.
    """

    first: int
    inner: bytes
    number: int = 1
    total: int = 1

    def __repr__(self) -> str:
        """Without what is inside, which may be a password."""
        return f"Opened({self.first}, {len(self.inner)} octets, {self.number}, {self.total})"


class Protector:
    """Seals or opens SK and SKF payloads under one direction's keys."""

    def __init__(self, suite: IkeSuite, encr_key: bytes, integ_key: bytes, random: RandomBytes) -> None:
        self._cipher = sk_cipher(suite, encr_key, integ_key, random)

    def sealed_octets(self, plain: int) -> int:
        """How long a message is whose payloads inside the SK payload have `plain` octets."""
        return _SK_HEAD + self._body_octets(plain)

    def seal(
        self,
        spi_i: bytes,
        spi_r: bytes,
        exchange: int,
        flags: int,
        message_id: int,
        payloads: tuple[Payload, ...],
    ) -> bytes:
        """The whole message, header included, with `payloads` inside one SK payload."""
        outside = Outside(spi_i, spi_r, exchange, flags, message_id)
        return self.seal_inner(outside, *serialise_payloads(payloads))

    def seal_inner(self, outside: Outside, first: int, inner: bytes) -> bytes:
        """The whole message with a chain of payloads that begins with one of type `first`."""
        return self._seal(outside, PayloadType.SK, first, b"", inner)

    def cut(
        self, outside: Outside, first: int, inner: bytes, limit: int, more_than: int = 0
    ) -> tuple[bytes, ...]:
        """The message in datagrams of at most `limit` octets: whole, or in more than `more_than` fragments.

        Fragments are of one size, give or take an octet. A peer that holds some of an earlier cut lets go of
        them when it sees a larger total.
        """
        if not more_than and self.sealed_octets(len(inner)) <= limit:
            return (self.seal_inner(outside, first, inner),)
        cipher = self._cipher
        room = (limit - _SKF_HEAD - cipher.iv - cipher.icv) // cipher.block * cipher.block - 1
        total = max(more_than + 1, -(-len(inner) // max(1, room)))
        edges = [len(inner) * number // total for number in range(total + 1)]
        return tuple(
            self._seal(
                outside,
                PayloadType.SKF,
                first if number == 1 else PayloadType.NONE,  # "MUST be set to zero" in the others
                _NUMBERS.pack(number, total),
                inner[edges[number - 1] : edges[number]],
            )
            for number in range(1, total + 1)
        )

    def open(self, datagram: bytes) -> tuple[Payload, ...]:
        """The payloads of a whole message. Raises IntegrityFailed when it does not verify, else PeerError."""
        opened = self.open_inner(datagram)
        if opened.total > 1:
            raise IntegrityFailed("a fragment is no message")
        return parse_inner(opened.first, opened.inner)

    def open_inner(self, datagram: bytes) -> Opened:
        """What one SK or SKF payload holds. Raises IntegrityFailed, or InvalidSyntax for false padding.

        Only messages whose one outer payload is SK or SKF are accepted.
        """
        numbers = fragment_numbers(datagram)
        head = _SK_HEAD if numbers is None else _SKF_HEAD
        first, _, length = _GENERIC.unpack_from(datagram, HEADER_LENGTH)
        if HEADER_LENGTH + length != len(datagram) or parse_header(datagram).length != len(datagram):
            raise IntegrityFailed("the SK payload does not fill the message")
        plain = self._cipher.open(datagram[:head], datagram[head:])
        padding = plain[-1]
        if padding >= len(plain):
            raise InvalidSyntax("padding longer than the SK payload")
        return Opened(first, plain[: len(plain) - 1 - padding], *(numbers or ()))

    def _body_octets(self, plain: int) -> int:
        cipher = self._cipher
        return cipher.iv + plain + 1 + -(plain + 1) % cipher.block + cipher.icv

    def _seal(self, outside: Outside, kind: PayloadType, first: int, numbers: bytes, inner: bytes) -> bytes:
        padding = -(len(inner) + 1) % self._cipher.block
        plain = inner + bytes(padding) + bytes([padding])
        length = _GENERIC.size + len(numbers) + self._body_octets(len(inner))
        head = serialise_header(outside, kind, HEADER_LENGTH + length)
        head += _GENERIC.pack(first, 0, length) + numbers
        return head + self._cipher.seal(head, plain)


def fragment_numbers(datagram: bytes) -> tuple[int, int] | None:
    """(number, total) of a fragment, None for a whole protected message. Raises IntegrityFailed else."""
    kind = parse_header(datagram).next_payload
    if kind == PayloadType.SK and len(datagram) >= _SK_HEAD:
        return None
    if kind != PayloadType.SKF or len(datagram) < _SKF_HEAD:
        raise IntegrityFailed("the message is not protected")
    first, _, _ = _GENERIC.unpack_from(datagram, HEADER_LENGTH)
    number, total = _NUMBERS.unpack_from(datagram, _SK_HEAD)
    if not 1 <= number <= total or (first and number > 1):
        raise IntegrityFailed(f"fragment {number} of {total} that begins with payload {first}")
    return number, total


def parse_inner(first: int, inner: bytes) -> tuple[Payload, ...]:
    """The payloads of a message that was protected. Raises InvalidSyntax, UnsupportedCritical."""
    payloads = parse_payloads(first, inner)
    if payloads and isinstance(payloads[-1], SkPayload | SkfPayload):
        raise InvalidSyntax("an encrypted payload inside an encrypted payload")
    return payloads


def int_auth_octets(
    spi_i: bytes,
    spi_r: bytes,
    exchange: int,
    flags: int,
    message_id: int,
    first_inner: int,
    inner: bytes,
) -> bytes:
    """IntAuth_*A | IntAuth_*P of one IKE_INTERMEDIATE message (RFC 9242 section 3.3.2), fragmented or not.

    The header of the message and of its SK payload, with lengths as if there were neither IV, padding nor
    ICV, and the plain payloads.
    """
    outside = Outside(spi_i, spi_r, exchange, flags, message_id)
    head = serialise_header(outside, PayloadType.SK, _SK_HEAD + len(inner))
    return head + _GENERIC.pack(first_inner, 0, _GENERIC.size + len(inner)) + inner
