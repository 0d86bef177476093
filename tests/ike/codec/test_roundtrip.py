"""What is serialised parses to the same value, and what is parsed serialises to the same octets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from ginnel_service.ike.message import Message, parse_message, serialise_message
from ginnel_service.ike.payloads import (
    PARSERS,
    AuthPayload,
    EapPayload,
    Payload,
    UnknownPayload,
)
from ike.codec.strategies import clear_payloads, messages


@given(clear_payloads)
def test_each_payload_survives(payload: Payload) -> None:
    if not isinstance(payload, UnknownPayload):
        assert PARSERS[payload.type](memoryview(payload.serialise())) == payload


@given(messages)
@settings(max_examples=200)
def test_a_message_survives(message: Message) -> None:
    octets = serialise_message(message)
    parsed = parse_message(octets)
    assert parsed == message
    assert serialise_message(parsed) == octets


@pytest.mark.parametrize("payload", [AuthPayload(2, b"tell-tale"), EapPayload(b"tell-tale")])
def test_proofs_stay_out_of_reprs(payload: Payload) -> None:
    assert "tell-tale" not in repr(payload)
