"""PEAP version 0 as Windows speaks it ([MS-PEAP], draft-kamath-pppext-peapv0): EAP inside without headers,
a Result TLV at its end, and Cryptobinding when the gateway asks for it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import InvalidSyntax
from .method import Step
from .outcome import Failed, Reply, Succeeded
from .packet import HEADER_LENGTH, Code, Packet, Type
from .tls import MSK_OCTETS, TlsMethod
from .tls_config import TlsConfig
from .tls_tunnel import Tunnel

if TYPE_CHECKING:
    from .peer import Outcome, Peer

RESULT, CRYPTOBINDING = 3, 12
RESULT_SUCCESS, RESULT_FAILURE = 1, 2
_MANDATORY = 0x8000
_BINDING_OCTETS, _NONCE_OCTETS, _MAC_OCTETS = 56, 32, 20
MAX_TLVS = 16


def tlv(kind: int, value: bytes) -> bytes:
    flags = 0 if kind == CRYPTOBINDING else _MANDATORY  # the MAC covers the missing flag, too
    return (flags | kind).to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


def parse_tlvs(octets: bytes) -> dict[int, bytes]:
    """The TLVs of an Extensions packet by type, each at most once. Raises InvalidSyntax."""
    found: dict[int, bytes] = {}
    while octets:
        kind, length = int.from_bytes(octets[:2], "big"), int.from_bytes(octets[2:4], "big")
        if len(octets) < 4 + length or kind & 0x3FFF in found or len(found) == MAX_TLVS:
            raise InvalidSyntax("a malformed list of TLVs inside PEAP")
        found[kind & 0x3FFF] = octets[4 : 4 + length]
        octets = octets[4 + length :]
        if kind & _MANDATORY and kind & 0x3FFF not in (RESULT, CRYPTOBINDING):
            raise InvalidSyntax(f"TLV {kind & 0x3FFF} inside PEAP")
    return found


def _expand(key: bytes, label: bytes, seed: bytes, count: int) -> bytes:
    """PRF+ of [MS-PEAP] section 3.1.5.5.2.2: HMAC-SHA1, a counter, and two zero octets."""
    out = block = b""
    for number in range(1, -(-count // 20) + 1):
        block = hmac.digest(key, block + label + seed + bytes([number, 0, 0]), hashlib.sha1)
        out += block
    return out[:count]


def compound_keys(tunnel_key: bytes, inner_msk: bytes) -> tuple[bytes, bytes]:
    """IPMK and CMK ([MS-PEAP] section 3.1.5.5.2): from the tunnel's key and the inner method's, if any."""
    inner = inner_msk[:32] or bytes(32)
    keys = _expand(tunnel_key[:40], b"Inner Methods Compound Keys", inner, 60)
    return keys[:40], keys[40:]


def compound_msk(ipmk: bytes) -> bytes:
    return _expand(ipmk, b"Session Key Generating Function", b"\0", 2 * MSK_OCTETS)[:MSK_OCTETS]


def binding(subtype: int, nonce: bytes, cmk: bytes) -> bytes:
    """The value of a Cryptobinding TLV: reserved, version, received version, subtype, nonce, MAC."""
    head = bytes([0, 0, 0, subtype]) + nonce
    sealed = tlv(CRYPTOBINDING, head + bytes(_MAC_OCTETS)) + bytes([Type.PEAP])
    return head + hmac.digest(cmk, sealed, hashlib.sha1)


class Peap(TlsMethod):
    """`eap` is the peer of the conversation inside."""

    type = Type.PEAP

    def __init__(self, config: TlsConfig, utc: Callable[[], float], eap: Peer) -> None:
        super().__init__(config, utc)
        self._eap = eap
        self._ended = False

    def inside(self, tunnel: Tunnel, plain: bytes) -> Step:
        if not plain:
            return b""
        if self._ended:
            raise InvalidSyntax("PEAP goes on after its result")
        packet = self._unpack(plain)
        if packet.code == Code.REQUEST and packet.type == Type.EXTENSIONS:
            return self._extensions(packet)
        return self._inner_step(self._eap.receive(packet.serialise()))

    def answered(self, text: str) -> Step:
        return self._inner_step(self._eap.answer(text))

    def _unpack(self, plain: bytes) -> Packet:
        """PEAPv0 leaves out code, identifier and length, but for Extensions; FreeRADIUS sends them with its
        first request, and wants none in the answer."""
        whole = len(plain) >= HEADER_LENGTH and int.from_bytes(plain[2:4], "big") == len(plain)
        if whole and plain[0] in tuple(Code):
            return Packet.parse(plain)
        return Packet(Code.REQUEST, self._identifier, plain[0], plain[1:])

    def _inner_step(self, outcome: Outcome) -> Step:
        self.blame = self._eap.blame
        if isinstance(outcome, Reply):
            return outcome.packet[HEADER_LENGTH:]
        if isinstance(outcome, Succeeded):
            return b""
        return outcome

    def _extensions(self, request: Packet) -> Step:
        tlvs = parse_tlvs(request.data)
        result = int.from_bytes(tlvs.get(RESULT, b""), "big")
        if result not in (RESULT_SUCCESS, RESULT_FAILURE) or len(tlvs[RESULT]) != 2:
            raise InvalidSyntax("PEAP Extensions without a result")
        self._ended = True
        if result == RESULT_FAILURE:
            return self._result(request, RESULT_FAILURE)
        if not self._eap.done:
            raise InvalidSyntax("PEAP's success before the method inside was done")
        answer = b""
        if CRYPTOBINDING in tlvs:
            assert self.msk is not None
            ipmk, cmk = compound_keys(self.msk, self._eap.msk or b"")
            asked = tlvs[CRYPTOBINDING]
            nonce = asked[4 : 4 + _NONCE_OCTETS]
            if len(asked) != _BINDING_OCTETS or not hmac.compare_digest(asked, binding(0, nonce, cmk)):
                return Failed("authentication_failed", "PEAP's cryptobinding does not verify")
            answer = tlv(CRYPTOBINDING, binding(1, nonce, cmk))
            self.msk = compound_msk(ipmk)
        self.done = True
        return self._result(request, RESULT_SUCCESS, answer)

    def _result(self, request: Packet, result: int, more: bytes = b"") -> bytes:
        data = tlv(RESULT, result.to_bytes(2, "big")) + more
        return Packet(Code.RESPONSE, request.identifier, Type.EXTENSIONS, data).serialise()
