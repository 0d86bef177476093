"""One IKE_SA_INIT request that only wants to know what comes back (RFC 7296 section 1.2), and an answer's
meaning. Pure.

It says the truth about addresses, where a tunnel would claim a NAT to have its ESP in UDP: the answer then
tells whether there is one (section 2.23). It may be padded to any size by a Vendor ID (section 3.12).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Final, Literal, Self

from ..ike import exchange_keys, natt
from ..ike.codes import ExchangeType, NotifyType, TransformType
from ..ike.config import RandomBytes
from ..ike.errors import PeerError
from ..ike.events import Endpoint, Path
from ..ike.exchanges.init import NONCE_OCTETS, first_method
from ..ike.message import HEADER_LENGTH, Message, parse_message, serialise_message
from ..ike.payloads import Payload
from ..ike.payloads.ke import KePayload
from ..ike.payloads.nonce import NoncePayload
from ..ike.payloads.notify import NotifyPayload
from ..ike.payloads.sa import Proposal, SaPayload
from ..ike.payloads.vendor import VendorPayload
from ..ike.proposals import keywords, offer

#: What stands before IKE on port 4500 and in streams (RFC 3948 section 2.2).
MARKER: Final = bytes(4)
_SPI_OCTETS: Final = 8
_PAYLOAD_HEADER: Final = 4
_IKEV1: Final = 0x10

Kind = Literal["accepted", "refused", "other_group", "cookie", "ikev1", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a gateway answered. `nat_*` and `fragmentation` are known of an accepted request alone."""

    kind: Kind
    suite: str = ""  # accepted: the proposal that it chose, in keywords
    group: int = 0  # other_group: the key exchange method that it wants (transform type 4)
    cookie: bytes = b""
    notify: int = 0  # error: the type of its Notify
    nat_supported: bool = False
    nat_local: bool = False  # before us
    nat_remote: bool = False  # before the gateway, or it says so
    fragmentation: bool = False  # RFC 7383


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One request. `octets` of the whole datagram pad it, a marker included; 0 pads nothing."""

    spi: bytes
    nonce: bytes
    method: int
    public: bytes
    proposals: tuple[Proposal, ...]
    local: Endpoint
    remote: Endpoint
    marked: bool
    cookie: bytes = b""
    octets: int = 0

    @classmethod
    def make(
        cls,
        proposals: tuple[Proposal, ...],
        local: Endpoint,
        remote: Endpoint,
        random: RandomBytes,
        *,
        marked: bool,
        octets: int = 0,
        group: int = 0,
    ) -> Self:
        """A fresh request; `group` is the key exchange to begin with, 0: the first one proposed."""
        method = group or first_method(proposals)
        return cls(
            spi=random(_SPI_OCTETS),
            nonce=random(NONCE_OCTETS),
            method=method,
            public=exchange_keys.generate(method, random).public,
            proposals=offer(proposals),
            local=local,
            remote=remote,
            marked=marked,
            octets=octets,
        )

    def with_cookie(self, cookie: bytes) -> Self:
        """The same request for a gateway that wants to see first that we receive (section 2.6)."""
        return replace(self, cookie=cookie)

    def datagram(self) -> bytes:
        path = Path(self.local, self.remote, self.marked)
        payloads: list[Payload] = [
            SaPayload(self.proposals),
            KePayload(self.method, self.public),
            NoncePayload(self.nonce),
            *natt.detection_notifies(self.spi, bytes(_SPI_OCTETS), path, force=False, random=bytes),
            NotifyPayload(NotifyType.FRAGMENTATION_SUPPORTED),
        ]
        if any(t.type >= TransformType.ADDKE1 for p in self.proposals for t in p.transforms):
            payloads.append(NotifyPayload(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED))
        if self.cookie:
            payloads.insert(0, NotifyPayload(NotifyType.COOKIE, self.cookie))
        bare = self._framed(payloads)
        room = self.octets - len(bare) - _PAYLOAD_HEADER
        return bare if room < 0 else self._framed([*payloads, VendorPayload(bytes(room))])

    def read(self, datagram: bytes) -> Reply | None:
        """The answer that `datagram` is; None when it is none to this request."""
        data = datagram
        if self.marked:
            if not data.startswith(MARKER):
                return None
            data = data[len(MARKER) :]
        if len(data) < HEADER_LENGTH or data[:_SPI_OCTETS] != self.spi:
            return None
        if data[17] & 0xF0 == _IKEV1:
            return Reply(kind="ikev1")
        try:
            message = parse_message(data)
        except PeerError:
            return None
        if not message.is_response or message.exchange != ExchangeType.IKE_SA_INIT:
            return None
        return self._meaning(message)

    def _meaning(self, message: Message) -> Reply:
        cookie, group = message.notify(NotifyType.COOKIE), message.notify(NotifyType.INVALID_KE_PAYLOAD)
        if cookie is not None:
            return Reply(kind="cookie", cookie=cookie.data)
        if group is not None:
            return Reply(kind="other_group", group=int.from_bytes(group.data, "big"))
        if message.notify(NotifyType.NO_PROPOSAL_CHOSEN) is not None:
            return Reply(kind="refused")
        chosen = message.get(SaPayload)
        if chosen is None or not chosen.proposals:
            told = message.get(NotifyPayload)
            return Reply(kind="error", notify=told.notify if told is not None else 0)
        supported, nat_local, nat_remote = natt.detect(
            message.all(NotifyPayload),
            self.spi,
            message.spi_r,
            Path(self.local, self.remote, self.marked),
        )
        return Reply(
            kind="accepted",
            suite=keywords(chosen.proposals[0]),
            nat_supported=supported,
            nat_local=nat_local,
            nat_remote=nat_remote,
            fragmentation=message.notify(NotifyType.FRAGMENTATION_SUPPORTED) is not None,
        )

    def _framed(self, payloads: list[Payload]) -> bytes:
        message = Message(
            self.spi, bytes(_SPI_OCTETS), ExchangeType.IKE_SA_INIT, 0, True, False, tuple(payloads)
        )
        return (MARKER if self.marked else b"") + serialise_message(message)


def ikev1_question(spi: bytes) -> bytes:
    """The first message of IKEv1's main mode (RFC 2408 section 3, RFC 2409 section 5), which a gateway of
    that version alone answers: AES or 3DES, SHA-1 or SHA-256, groups 2, 5 or 14, and a pre-shared key."""
    choices = [
        (cipher, digest, group)
        for cipher in (_AES_256, _TRIPLE_DES)
        for digest in (_SHA1, _SHA256)
        for group in (2, 5, 14)
    ]
    transforms = b"".join(
        _transform(number, *choice, last=number == len(choices)) for number, choice in enumerate(choices, 1)
    )
    # Payload header, then number 1, protocol ISAKMP, no SPI, and how many transforms
    proposal = struct.pack("!BBHBBBB", 0, 0, 8 + len(transforms), 1, 1, 0, len(choices)) + transforms
    # DOI and situation: IPsec, identity alone (RFC 2407 section 4.2)
    sa = struct.pack("!BBHII", 0, 0, 12 + len(proposal), 1, 1) + proposal
    header = struct.pack("!8s8sBBBBII", spi, bytes(8), 1, _IKEV1, 2, 0, 0, HEADER_LENGTH + len(sa))
    return header + sa


def is_ikev1(datagram: bytes, spi: bytes) -> bool:
    """Whether it answers `ikev1_question`, be it with a refusal."""
    return len(datagram) >= HEADER_LENGTH and datagram[:8] == spi and datagram[17] & 0xF0 == _IKEV1


#: Attribute values of RFC 2409 appendix A: (type, value) pairs of fixed length.
_AES_256: Final = ((1, 7), (14, 256))
_TRIPLE_DES: Final = ((1, 5),)
_SHA1: Final = 2
_SHA256: Final = 4


def _transform(
    number: int, cipher: tuple[tuple[int, int], ...], digest: int, group: int, *, last: bool
) -> bytes:
    pairs = (*cipher, (2, digest), (3, 1), (4, group), (11, 1), (12, 28800))
    attributes = b"".join(struct.pack("!HH", 0x8000 | kind, value) for kind, value in pairs)
    return struct.pack("!BBHBBH", 0 if last else 3, 0, 8 + len(attributes), number, 1, 0) + attributes
