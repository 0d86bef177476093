"""TLS messages in EAP packets (RFC 5216 sections 2.1.5 and 3): flags, lengths, fragments both ways."""

from __future__ import annotations

from ..errors import InvalidSyntax

LENGTH_INCLUDED, MORE, START = 0x80, 0x40, 0x20
_VERSION = 0x07  # of TTLS and PEAP; reserved in EAP-TLS

MAX_MESSAGE_OCTETS = 65536
MAX_FRAGMENTS = 100


class Fragments:
    """Cuts what we send, joins what we receive; the two directions take turns, as EAP does.

    After `take` gave a message, `put` the answer; `next` is always the next packet to send.
    """

    def __init__(self, fragment_octets: int) -> None:
        self._size = fragment_octets
        self._out = memoryview(b"")
        self._whole = 0  # octets of the message in `_out` before anything was sent
        self._in = bytearray()
        self._count = 0
        self._promised: int | None = None

    @property
    def sending(self) -> bool:
        """Whether a message of ours is still under way."""
        return bool(self._out)

    def take(self, data: bytes) -> bytes | None:
        """One packet's type data: the message that it completes, or None when more is to come.

        An acknowledgement reads as an empty message. Raises InvalidSyntax.
        """
        if not data:
            raise InvalidSyntax("EAP with TLS, but without flags")
        flags, body = data[0], data[1:]
        if flags & LENGTH_INCLUDED:
            if len(body) < 4:
                raise InvalidSyntax("a TLS message length that is cut off")
            promised, body = int.from_bytes(body[:4], "big"), body[4:]
            if promised > MAX_MESSAGE_OCTETS or (self._promised or promised) != promised:
                raise InvalidSyntax(f"a TLS message of {promised} octets")
            self._promised = promised
        if self.sending and (body or flags & MORE):
            raise InvalidSyntax("TLS data where an acknowledgement is due")
        self._in += body
        self._count += 1
        if len(self._in) > MAX_MESSAGE_OCTETS or self._count > MAX_FRAGMENTS:
            raise InvalidSyntax(f"a TLS message of more than {len(self._in) - len(body)} octets")
        if flags & MORE:
            if not body:
                raise InvalidSyntax("an empty fragment with more to come")
            return None
        message, promised_octets = bytes(self._in), self._promised
        self._in.clear()
        self._count, self._promised = 0, None
        if promised_octets is not None and promised_octets != len(message):
            raise InvalidSyntax(f"a TLS message of {len(message)} octets was said to have {promised_octets}")
        return message

    def put(self, message: bytes) -> None:
        assert not self._out
        self._out = memoryview(message)
        self._whole = len(message)

    def next(self) -> bytes:
        """Type data of our next packet; an acknowledgement when nothing is left to send."""
        first = len(self._out) == self._whole
        part, self._out = self._out[: self._size], self._out[self._size :]
        flags = MORE if self._out else 0
        if flags and first:
            flags |= LENGTH_INCLUDED
            return bytes([flags]) + self._whole.to_bytes(4, "big") + bytes(part)
        return bytes([flags]) + bytes(part)


def version(data: bytes) -> int:
    """The version in the flags of TTLS and PEAP."""
    return data[0] & _VERSION if data else 0
