"""Proposals as keywords say them, for tests of either protocol."""

from __future__ import annotations

from ginnel_service.ike.codes import ProtocolId
from ginnel_service.ike.payloads import Proposal
from ginnel_service.ike.proposals import offer, parse

IKE, ESP = ProtocolId.IKE, ProtocolId.ESP
SPI = b"\xc0\xff\xee\x01"


def ike(*texts: str) -> tuple[Proposal, ...]:
    return offer(parse(text, IKE) for text in texts)


def esp(*texts: str) -> tuple[Proposal, ...]:
    return offer((parse(text, ESP) for text in texts), SPI)
