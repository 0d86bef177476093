"""Invariant: each payload's parser and what negotiates with its content raise a PeerError and nothing else;
an accepted body serialises to as many octets, and what is agreed lies within both sides' wishes.

The first octet picks the parser, the rest is the body.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

from ginnel_service.ike import configuration, exchange_keys, natt
from ginnel_service.ike.codes import PayloadType, ProtocolId
from ginnel_service.ike.errors import PeerError
from ginnel_service.ike.events import Endpoint, Path
from ginnel_service.ike.exchanges.child import esp_suite
from ginnel_service.ike.exchanges.init import suite_of
from ginnel_service.ike.payloads import PARSERS, Payload, SkfPayload, SkPayload
from ginnel_service.ike.payloads.config import ConfigPayload
from ginnel_service.ike.payloads.identity import IdiPayload, IdrPayload
from ginnel_service.ike.payloads.ke import KePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import SaPayload
from ginnel_service.ike.payloads.selector import TsiPayload, TsrPayload
from ginnel_service.ike.proposals import DEFAULT_ESP, DEFAULT_IKE, answers, choose, keywords
from ginnel_service.ike.selectors import everything, narrow

_SEALED: dict[int, Callable[[memoryview], Payload]] = {
    PayloadType.SK: lambda body: SkPayload.parse(body, PayloadType.SA),
    PayloadType.SKF: lambda body: SkfPayload.parse(body, PayloadType.SA),
}
KINDS = (*sorted(PARSERS), *_SEALED)
_PATH = Path(Endpoint("192.0.2.1", 500), Endpoint("2001:db8::1", 500), False)


def feed(octets: bytes) -> None:
    kind, body = KINDS[octets[0] % len(KINDS)] if octets else KINDS[0], octets[1:]
    with contextlib.suppress(PeerError):
        payload = (PARSERS.get(kind) or _SEALED[kind])(memoryview(body))
        again = payload.serialise()
        assert len(again) == len(body)
        use(payload)


def use(payload: Payload) -> None:
    """Do with it what a session does. Raises PeerError."""
    match payload:
        case SaPayload():
            _negotiate(payload)
        case TsiPayload() | TsrPayload():
            common = narrow(payload.known, everything())
            assert set(common) <= set(payload.known)
            assert len(common) <= 255
        case ConfigPayload():
            configuration.asked_families(payload)
            given = configuration.parse_reply(payload)
            everything_asked = configuration.request(ipv4=True, ipv6=True)
            assert configuration.parse_reply(configuration.reply(given, everything_asked)) == given
            configuration.wishes(payload)
            configuration.answer(payload, "")
        case IdiPayload() | IdrPayload():
            assert str(payload.identity).isprintable()
        case KePayload():
            with contextlib.suppress(PeerError):
                pair = exchange_keys.generate(31, random.Random(1).randbytes)
                pair.shared(payload.data)
        case NotifyPayload():
            natt.detect([payload], bytes(8), bytes(8), _PATH)


def _negotiate(payload: SaPayload) -> None:
    numbers = {proposal.number for proposal in payload.proposals}
    for protocol, ours in ((ProtocolId.IKE, DEFAULT_IKE), (ProtocolId.ESP, DEFAULT_ESP)):
        chosen = choose(payload.proposals, ours)
        if chosen is None:
            continue
        assert chosen.protocol == protocol
        # Where two proposals have one number, which was answered cannot be told: the offer's own fault
        assert answers(payload.proposals, chosen) or len(numbers) < len(payload.proposals)
        with contextlib.suppress(PeerError):
            (suite_of if protocol == ProtocolId.IKE else esp_suite)(chosen)
    for proposal in payload.proposals:
        assert keywords(proposal).isprintable()
        answers(DEFAULT_IKE, proposal)
