"""A peer that has the keys and no manners: it seals whatever it likes with one side's real keys."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from ginnel_service.ike import exchange_keys
from ginnel_service.ike.codes import Flags, NotifyType, PayloadType, ProtocolId
from ginnel_service.ike.message import Outside, parse_header, serialise_payloads
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.auth import AuthPayload
from ginnel_service.ike.payloads.config import CfgEntry, ConfigPayload
from ginnel_service.ike.payloads.delete import DeletePayload
from ginnel_service.ike.payloads.eap import EapPayload
from ginnel_service.ike.payloads.identity import Identity, IdiPayload, IdrPayload
from ginnel_service.ike.payloads.ke import KePayload
from ginnel_service.ike.payloads.nonce import NoncePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import Proposal, SaPayload, Transform
from ginnel_service.ike.payloads.selector import RawSelector, TrafficSelector, TsiPayload, TsrPayload
from ginnel_service.ike.payloads.unknown import UnknownPayload
from ginnel_service.ike.proposals import DEFAULT_ESP, DEFAULT_IKE, offer, with_ke
from ginnel_service.ike.protect import Protector
from ginnel_service.ike.sa import IkeSa
from ginnel_service.ike.session import Session

METHODS = (31, 19, 20, 14)


@dataclass(frozen=True, slots=True)
class RawPayload:
    """Octets that need not parse as what `type` says."""

    type: int
    data: bytes
    critical: bool = False

    def serialise(self) -> bytes:
        return self.data


@dataclass
class Impostor:
    """Speaks to `victim` as its peer would, on any of its IKE SAs."""

    victim: Session
    rng: random.Random
    _sealers: dict[bytes, Protector] = field(default_factory=dict)

    def request(self, exchange: int, payloads: tuple[Payload, ...], sa: IkeSa | None = None) -> bytes:
        """The next request on `sa`, the current one unless told."""
        sa = sa or self.victim.talk.current
        outside = self.outside(sa, exchange)
        return self.sealer(sa).seal_inner(outside, *serialise_payloads(payloads))

    def numbered(self, exchange: int, message_id: int, payloads: tuple[Payload, ...]) -> bytes:
        """A request on the current SA with a Message ID of our choice."""
        sa = self.victim.talk.current
        outside = self.outside(sa, exchange)._replace(message_id=message_id)
        return self.sealer(sa).seal_inner(outside, *serialise_payloads(payloads))

    def response(self, payloads: tuple[Payload, ...], sa: IkeSa | None = None) -> bytes | None:
        """An answer to what the victim has outstanding on `sa`, if anything."""
        sa = sa or self.victim.talk.current
        outside = self.answering(sa)
        if outside is None:
            return None
        return self.sealer(sa).seal_inner(outside, *serialise_payloads(payloads))

    def outside(self, sa: IkeSa, exchange: int) -> Outside:
        """The header of the next request on `sa`."""
        flags = 0 if sa.initiated else Flags.INITIATOR
        return Outside(sa.spi_i, sa.spi_r, exchange, flags, sa.responses.expected_id)

    def answering(self, sa: IkeSa) -> Outside | None:
        """The header of the answer to what the victim has outstanding on `sa`, if anything."""
        outstanding = sa.requests.outstanding
        if outstanding is None or sa.keys is None:
            return None
        flags = Flags.RESPONSE | (0 if sa.initiated else Flags.INITIATOR)
        return Outside(sa.spi_i, sa.spi_r, outstanding.exchange.type, flags, outstanding.message_id)

    def fragment(
        self, sa: IkeSa, outside: Outside, first: int, place: tuple[int, int], inner: bytes
    ) -> bytes:
        """One SKF payload; `place` is its number and the total, any two numbers of 16 bits."""
        numbers = struct.pack("!HH", *place)
        return self.sealer(sa)._seal(outside, PayloadType.SKF, first, numbers, inner)

    def opened(self, datagram: bytes, sa: IkeSa | None = None) -> tuple[Payload, ...]:
        """What the victim said; `sa` when it has forgotten that SA since."""
        header = parse_header(datagram)
        sa = sa or next(s for s in self.victim.talk.sas if header.spi_i == s.spi_i)
        assert sa.suite is not None
        assert sa.keys is not None
        encr, integ = (sa.keys.ei, sa.keys.ai) if sa.initiated else (sa.keys.er, sa.keys.ar)
        return Protector(sa.suite, encr, integ, self.rng.randbytes).open(datagram)

    def sealer(self, sa: IkeSa) -> Protector:
        """What seals with the keys that the victim opens with."""
        sealer = self._sealers.get(sa.our_spi)
        if sealer is None:
            assert sa.suite is not None
            assert sa.keys is not None
            encr, integ = (sa.keys.er, sa.keys.ar) if sa.initiated else (sa.keys.ei, sa.keys.ai)
            sealer = self._sealers[sa.our_spi] = Protector(sa.suite, encr, integ, self.rng.randbytes)
        return sealer

    # Payloads that make some sense, and others that make none

    def payloads(self) -> tuple[Payload, ...]:
        """A message as a peer might send it, with payloads missing, doubled, swapped or broken."""
        makers: tuple[Callable[[], list[Payload]], ...] = (
            self._new_child,
            self._rekey_child,
            self._rekey_ike,
            self._deletes,
            self._auth,
            self._anything,
            list,
        )
        chosen = self.rng.choice(makers)()
        if self.rng.random() < 0.5:
            for _ in range(self.rng.randint(1, 3)):
                self._spoil(chosen)
        return tuple(chosen)

    def _spoil(self, payloads: list[Payload]) -> None:
        match self.rng.randrange(5):
            case 0 if payloads:
                payloads.pop(self.rng.randrange(len(payloads)))
            case 1 if payloads:
                payloads.append(self.rng.choice(payloads))
            case 2:
                self.rng.shuffle(payloads)
            case 3 if payloads and self.rng.random() < 0.2:
                payloads[self.rng.randrange(len(payloads))] = self._broken()
            case _:
                payloads.insert(0, self._one())

    def _anything(self) -> list[Payload]:
        return [self._one() for _ in range(self.rng.randint(0, 8))]

    def _one(self) -> Payload:
        makers: tuple[Callable[[], Payload], ...] = (
            self._ike_offer,
            self._esp_offer,
            self._nonce,
            self._ke,
            self._notify,
            self._delete,
            self._config,
            lambda: TsiPayload(self._selectors()),
            lambda: TsrPayload(self._selectors()),
            lambda: IdiPayload(self._identity()),
            lambda: IdrPayload(self._identity()),
            lambda: AuthPayload(self.rng.choice((1, 2, 9, 14)), self.rng.randbytes(self.rng.choice((0, 32)))),
            lambda: EapPayload(self.rng.randbytes(self.rng.randrange(9))),
            lambda: UnknownPayload(200, b"?", critical=self.rng.random() < 0.05),
        )
        return self.rng.choice(makers)()

    def _broken(self) -> Payload:
        kind = self.rng.randrange(33, 49)
        return RawPayload(kind, self.rng.randbytes(self.rng.randrange(40)))  # type: ignore[return-value]

    def _new_child(self) -> list[Payload]:
        payloads = [
            self._esp_offer(),
            self._nonce(),
            TsiPayload(self._selectors()),
            TsrPayload(self._selectors()),
        ]
        if self.rng.random() < 0.3:
            payloads.append(self._ke())
        return payloads

    def _rekey_child(self) -> list[Payload]:
        return [NotifyPayload(NotifyType.REKEY_SA, protocol=3, spi=self._child_spi()), *self._new_child()]

    def _rekey_ike(self) -> list[Payload]:
        return [self._ike_offer(), self._nonce(), self._ke()]

    def _deletes(self) -> list[Payload]:
        return [self._delete() for _ in range(self.rng.randint(1, 3))]

    def _auth(self) -> list[Payload]:
        return [
            IdiPayload(self._identity()),
            IdrPayload(self._identity()),
            AuthPayload(2, self.rng.randbytes(32)),
            self._config(),
            *self._new_child(),
        ]

    def _identity(self) -> Identity:
        return Identity(
            self.rng.choice((0, 1, 2, 3, 5, 9, 11, 77)), self.rng.randbytes(self.rng.randrange(20))
        )

    def _child_spi(self) -> bytes:
        known = [r.sa.spi_out for r in self.victim.children] + [r.sa.spi_in for r in self.victim.children]
        return self.rng.choice([*known, *known, *known, b"", bytes(4), b"\xff" * 4, bytes(255)])

    def _ike_offer(self) -> Payload:
        sa = self.victim.talk.current
        known = [s for one in self.victim.talk.sas for s in (one.spi_i, one.spi_r)]
        spi = self.rng.choice([self.rng.randbytes(8), *known, bytes(8), b"", bytes(4), bytes(255)])
        assert sa.suite is not None
        return SaPayload(self._mangled(DEFAULT_IKE, ProtocolId.IKE, spi))

    def _esp_offer(self) -> Payload:
        spi = self.rng.choice(
            [self.rng.randbytes(4), self.rng.randbytes(4), self._child_spi(), bytes(4), bytes(8), b""]
        )
        proposals = DEFAULT_ESP
        if self.rng.random() < 0.3:
            proposals = with_ke(proposals, self.rng.choice((*METHODS, 0, 999)))
        return SaPayload(self._mangled(proposals, ProtocolId.ESP, spi))

    def _mangled(self, proposals: tuple[Proposal, ...], protocol: int, spi: bytes) -> tuple[Proposal, ...]:
        if self.rng.random() < 0.3:
            transforms = tuple(
                Transform(
                    self.rng.randrange(0, 14),
                    self.rng.choice((0, 1, 2, 5, 12, 14, 20, 31, 65535)),
                    self.rng.choice((None, 0, 128, 256, 65535)),
                )
                for _ in range(self.rng.randrange(8))
            )
            proposals = (
                Proposal(self.rng.randrange(256), self.rng.choice((protocol, 0, 2)), spi, transforms),
            )
        if self.rng.random() < 0.5:  # as an answer looks: one transform of each type
            own = self.rng.choice(proposals)
            single = {t.type: t for t in self.rng.sample(own.transforms, len(own.transforms))}
            proposals = (Proposal(own.number, own.protocol, spi, tuple(single.values())),)
        return offer(proposals, spi)

    def _nonce(self) -> Payload:
        size = self.rng.choice((32, 32, 32, 32, 16, 256, 0, 15, 257))
        return NoncePayload(self.rng.randbytes(size))

    def _ke(self) -> Payload:
        method = self.rng.choice((*METHODS, *METHODS, 31, 31, 0, 999))
        if method in METHODS and method != 14 and self.rng.random() < 0.8:
            return KePayload(method, exchange_keys.generate(method, self.rng.randbytes).public)
        return KePayload(method, self.rng.choice((b"", bytes(32), b"\xff" * 256, self.rng.randbytes(64))))

    def _notify(self) -> Payload:
        kind = self.rng.choice((*NotifyType, 0, 8191, 16383, 40000, 65535))
        data = self.rng.choice((b"", b"\0\x1f", b"\0\x13", b"\x27\x0f", self.rng.randbytes(70)))
        return NotifyPayload(kind, data, self.rng.choice((0, 1, 2, 3, 99)), self._child_spi())

    def _delete(self) -> Payload:
        kind = self.rng.random()
        if kind < 0.05:
            return DeletePayload(ProtocolId.IKE)
        if kind < 0.1:
            return DeletePayload(self.rng.choice((0, 99)))
        count = self.rng.choice((0, 1, 1, 2, 500))
        known = [r.sa.spi_out for r in self.victim.children] or [bytes(4)]
        spis = tuple(self.rng.choice((self.rng.choice(known), self.rng.randbytes(4))) for _ in range(count))
        return DeletePayload(self.rng.choice((2, 3, 3, 3)), spis)

    def _config(self) -> Payload:
        entries = tuple(
            CfgEntry(
                self.rng.choice((1, 2, 3, 8, 10, 13, 15, 25, 0x7FFF)),
                self.rng.randbytes(self.rng.choice((0, 4, 8, 16, 17, 18))),
            )
            for _ in range(self.rng.randrange(5))
        )
        return ConfigPayload(self.rng.choice((0, 1, 2, 3, 4, 200)), entries)

    def _selectors(self) -> tuple[TrafficSelector | RawSelector, ...]:
        return tuple(self._selector() for _ in range(self.rng.choice((0, 1, 1, 2, 2, 255))))

    def _selector(self) -> TrafficSelector | RawSelector:
        match self.rng.randrange(6):
            case 0:
                return TrafficSelector.from_network("::/0")
            case 1 | 2:
                return TrafficSelector.from_network("0.0.0.0/0")
            case 3:
                host = ip_address(self.rng.choice(("10.9.0.2", "fd00:9::2", "192.0.2.77")))
                return TrafficSelector(self.rng.choice((0, 1, 6, 17)), 0, 65535, host, host)
            case 4:
                return TrafficSelector.from_network("10.0.0.0/8", 6, 65535, 0)
            case _:
                return RawSelector(self.rng.choice((0, 9, 255)), self.rng.randbytes(self.rng.randint(1, 30)))
