"""Questions to a real responder, without a network: what it answers is understood, whatever else comes."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.doctor.knock import MARKER, Knock, Reply, ikev1_question, is_ikev1
from ginnel_service.doctor.suites import trials
from ginnel_service.ike.admission import COOKIES_FROM
from ginnel_service.ike.codes import ExchangeType, KeMethod, NotifyType, ProtocolId
from ginnel_service.ike.events import Endpoint, Path
from ginnel_service.ike.message import Message, serialise_message
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import Proposal
from ginnel_service.ike.proposals import COMPATIBLE_IKE, DEFAULT_IKE, keywords, parse
from simulation.world import World

US, THEM = Endpoint("192.0.2.10", 40000), Endpoint("203.0.113.1", 500)


def ask(knock: Knock, world: World, *, seen: Endpoint = US) -> Reply | None:
    """What the world's gateway answers to it; `seen` is where it sees the question come from."""
    sent = knock.datagram().removeprefix(MARKER if knock.marked else b"")
    world.gateway.receive(sent, Path(knock.remote, seen, knock.marked), world.now)
    ((answer, _),) = world.gateway.datagrams()
    return knock.read((MARKER if knock.marked else b"") + answer)


def knock(proposals: tuple[Proposal, ...] = DEFAULT_IKE, *, marked: bool = False, octets: int = 0) -> Knock:
    return Knock.make(proposals, US, THEM, os.urandom, marked=marked, octets=octets)


@pytest.mark.parametrize("marked", [False, True])
def test_an_accepted_question_tells_of_suite_and_nat(marked: bool) -> None:
    reply = ask(knock(marked=marked), World(1))
    assert reply is not None
    assert (reply.kind, reply.nat_supported, reply.nat_local) == ("accepted", True, False)
    assert reply.suite == "aes256gcm16-prfsha256-x25519"
    assert reply.nat_remote  # a gateway in user space says so
    assert reply.fragmentation
    behind = ask(knock(marked=marked), World(1), seen=Endpoint("198.51.100.1", 40000))
    assert behind is not None
    assert behind.nat_local


def test_refusals_are_told_apart() -> None:
    refused = ask(knock(COMPATIBLE_IKE), World(1))
    assert refused is not None
    assert refused.kind == "refused"
    other = (parse("aes256gcm16-prfsha256-ecp384-x25519", ProtocolId.IKE),)
    reply = ask(Knock.make(other, US, THEM, os.urandom, marked=False), World(1))
    assert reply is not None
    assert (reply.kind, reply.group) == ("other_group", KeMethod.X25519)
    again = ask(Knock.make(other, US, THEM, os.urandom, marked=False, group=reply.group), World(1))
    assert again is not None
    assert again.kind == "accepted"


def test_a_cookie_is_given_back() -> None:
    world = World(1)
    for _ in range(COOKIES_FROM):
        assert (reply := ask(knock(), world)) is not None
        assert reply.kind == "accepted"
    asked = knock()
    reply = ask(asked, world)
    assert reply is not None
    assert reply.kind == "cookie"
    second = ask(asked.with_cookie(reply.cookie), world)
    assert second is not None
    assert second.kind == "accepted"


@pytest.mark.parametrize("octets", [600, 1200, 1472, 2500, 8000])
@pytest.mark.parametrize("marked", [False, True])
def test_a_question_has_the_size_that_is_wanted_and_is_still_answered(octets: int, marked: bool) -> None:
    asked = knock(marked=marked, octets=octets)
    assert len(asked.datagram()) == octets
    reply = ask(asked, World(1))
    assert reply is not None
    assert reply.kind == "accepted"


def test_an_error_of_another_kind_keeps_its_number() -> None:
    asked = knock()
    notify = NotifyPayload(NotifyType.INVALID_SYNTAX)
    message = Message(asked.spi, bytes(8), ExchangeType.IKE_SA_INIT, 0, False, True, (notify,))
    assert asked.read(serialise_message(message)) == Reply(kind="error", notify=NotifyType.INVALID_SYNTAX)


def test_what_answers_something_else_is_passed_over() -> None:
    asked, other, world = knock(), knock(), World(1)
    world.gateway.receive(other.datagram(), Path(THEM, US, False), world.now)
    ((answer, _),) = world.gateway.datagrams()
    assert asked.read(answer) is None
    assert other.read(answer) is not None
    assert other.read(answer[:-1]) is None
    assert asked.read(asked.datagram()) is None  # our own request, sent back
    assert knock(marked=True).read(answer) is None


@given(st.binary(max_size=200))
def test_nonsense_is_no_answer(octets: bytes) -> None:
    asked = Knock.make(DEFAULT_IKE[:1], US, THEM, random.Random(1).randbytes, marked=False)
    assert asked.read(octets) is None
    found = asked.read(asked.spi + octets)
    assert found is None or found.kind in ("ikev1", "error")


def test_an_answer_of_ikev1_is_known_by_its_version() -> None:
    asked = knock()
    header = asked.spi + bytes(8) + bytes([11, 0x10, 5, 0]) + bytes(8)
    assert asked.read(header) == Reply(kind="ikev1")
    spi = bytes(range(8))
    question = ikev1_question(spi)
    assert int.from_bytes(question[24:28], "big") == len(question)
    assert question[17] == 0x10
    assert is_ikev1(question, spi)
    assert not is_ikev1(question, bytes(8))
    assert not is_ikev1(question[:20], spi)


def test_a_dozen_trials_cover_what_a_profile_can_name() -> None:
    made = trials()
    assert len(made) <= 12
    covered = {(t.type, t.id) for trial in made for t in trial.proposal.transforms}
    for proposal in (*DEFAULT_IKE, *COMPATIBLE_IKE):
        assert {(t.type, t.id) for t in proposal.transforms} <= covered
    for trial in made:
        assert not trial.usable or parse(keywords(trial.proposal), ProtocolId.IKE)
