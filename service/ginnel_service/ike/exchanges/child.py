"""Negotiating a CHILD SA inside IKE_AUTH and CREATE_CHILD_SA (RFC 7296 sections 1.3.1, 2.9 and 2.17)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from .. import export, keys
from ..codes import NotifyType, ProtocolId, TransformType
from ..errors import InvalidSyntax
from ..events import ChildSa, EspSuite
from ..message import Message
from ..payloads import Payload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import Proposal, SaPayload
from ..payloads.selector import TrafficSelector, TsiPayload, TsrPayload
from ..proposals import answers, choose, pick
from ..proposals import offer as offered_with
from ..sa import is_usable_spi
from ..selectors import narrow
from .base import required

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session

Selectors = tuple[TrafficSelector, ...]
#: Ours and the peer's.
Pair = tuple[Selectors, Selectors]

#: Selectors of one side of a CHILD SA; a packet path matches every pair of them.
MAX_SELECTORS = 64


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """The other side's offer cannot be taken; `notify` says so."""

    notify: int


def offer(
    proposals: tuple[Proposal, ...], spi_in: bytes, local_ts: Selectors, remote_ts: Selectors
) -> tuple[Payload, Payload, Payload]:
    """SA, TSi and TSr of a request of ours."""
    return SaPayload(offered_with(proposals, spi_in)), TsiPayload(local_ts), TsrPayload(remote_ts)


def take_answer(
    message: Message,
    offered: tuple[Proposal, ...],
    local_ts: Selectors,
    remote_ts: Selectors,
) -> tuple[Proposal, Selectors, Selectors]:
    """(chosen proposal, our selectors, the peer's) of the peer's answer. Raises InvalidSyntax."""
    proposals = required(message, SaPayload).proposals
    if len(proposals) != 1 or not answers(offered, proposals[0]):
        raise InvalidSyntax("the peer chose an ESP proposal that was not offered")
    ours, theirs = required(message, TsiPayload).known, required(message, TsrPayload).known
    if len(ours) > MAX_SELECTORS or len(theirs) > MAX_SELECTORS:
        raise InvalidSyntax("the peer chose more traffic selectors than a CHILD SA can hold")
    if not _within(ours, local_ts) or not _within(theirs, remote_ts):
        raise InvalidSyntax("the peer widened the traffic selectors")
    return proposals[0], ours, theirs


class Agreed(NamedTuple):
    """What we take of a request of the peer; `notifies` go into the answer."""

    chosen: Proposal
    ours: Selectors
    theirs: Selectors
    notifies: tuple[Payload, ...] = ()


def answer(
    message: Message, proposals: tuple[Proposal, ...], local_ts: Selectors, remote_ts: Selectors, pairing: str
) -> Agreed:
    """Our choice for a request of the peer; `pairing` is SessionConfig's. Raises Refused."""
    offered = [p for p in required(message, SaPayload).proposals if is_usable_spi(p.spi)]
    chosen = choose(offered, proposals)
    if chosen is None:
        raise Refused(NotifyType.NO_PROPOSAL_CHOSEN)
    theirs = narrow(required(message, TsiPayload).known, remote_ts)[:MAX_SELECTORS]
    ours = narrow(required(message, TsrPayload).known, local_ts)[:MAX_SELECTORS]
    if not ours or not theirs:
        raise Refused(NotifyType.TS_UNACCEPTABLE)
    if pairing == "any" or len(ours) == len(theirs) == 1:
        return Agreed(chosen, ours, theirs)
    if pairing == "single":
        raise Refused(NotifyType.SINGLE_PAIR_REQUIRED)
    (ours, theirs), *_ = pairs(ours, theirs) or [(ours, theirs)]
    return Agreed(chosen, ours, theirs, (NotifyPayload(NotifyType.ADDITIONAL_TS_POSSIBLE),))


def build(
    session: Session,
    sa: IkeSa,
    chosen: Proposal,
    spis: tuple[bytes, bytes],
    selectors: tuple[Selectors, Selectors],
    nonces: tuple[bytes, bytes],
    *,
    we_asked: bool,
    shared: bytes = b"",
    more: bytes = b"",
) -> ChildSa:
    """The pair of SAs. `spis`: (in, out); `selectors`: (ours, the peer's); `nonces`: (Ni, Nr).

    `shared` is the secret of a key exchange, `more` those of the additional ones.
    """
    assert sa.suite is not None
    assert sa.keys is not None
    suite = esp_suite(chosen)
    from_i, from_r = keys.child_keys(sa.suite.prf, sa.keys.d, suite, *nonces, shared, more)
    keys_in, keys_out = (from_r, from_i) if we_asked else (from_i, from_r)
    child = ChildSa(*spis, suite, keys_in, keys_out, *selectors)
    export.export_child(session, child)
    return child


def esp_suite(chosen: Proposal) -> EspSuite:
    """The suite of an answered ESP proposal. Raises InvalidSyntax when a transform is missing."""
    encr, integ = pick(chosen, TransformType.ENCR), pick(chosen, TransformType.INTEG)
    esn = pick(chosen, TransformType.ESN)
    if encr is None or chosen.protocol != ProtocolId.ESP or not is_usable_spi(chosen.spi):
        raise InvalidSyntax("unusable ESP proposal")
    return EspSuite(encr.id, encr.key_bits or 0, integ.id if integ else 0, bool(esn and esn.id))


def pairs(local_ts: Selectors, remote_ts: Selectors) -> tuple[Pair, ...]:
    """Every selector of ours with every one of the peer's of its family, each for a CHILD SA of its own."""
    return tuple(((ours,), (theirs,)) for theirs in remote_ts for ours in local_ts if _fit(ours, theirs))


def missing(wanted: tuple[Pair, ...], agreed: Pair) -> tuple[Pair, ...]:
    """The pairs that a CHILD SA with `agreed` has nothing of."""
    return tuple(
        pair
        for pair in dict.fromkeys(wanted)
        if not all(
            any(one.intersect(other) for other in got) for (one,), got in zip(pair, agreed, strict=True)
        )
    )


def _fit(ours: TrafficSelector, theirs: TrafficSelector) -> bool:
    return ours.start.version == theirs.start.version


def _within(selectors: Selectors, bounds: Selectors) -> bool:
    return bool(selectors) and all(any(bound.contains(s) for bound in bounds) for s in selectors)


def with_spi(chosen: Proposal, spi: bytes) -> Proposal:
    """The chosen proposal as an answer carries it: with the responder's SPI."""
    return replace(chosen, spi=spi)


def selector_payloads(initiator: Selectors, responder: Selectors) -> tuple[Payload, Payload]:
    return TsiPayload(initiator), TsrPayload(responder)
