"""What a gateway seals into tickets, how long it opens them, and how little it remembers."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike import tickets
from ginnel_service.ike.codes import Encr, IdType, KeMethod, NotifyType, Prf
from ginnel_service.ike.events import Endpoint, IkeSuite, Path
from ginnel_service.ike.keys import IkeKeys
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.rate import Bucket
from ginnel_service.ike.sa import IkeSa
from ginnel_service.ike.session import Session
from ginnel_service.ike.tickets import KEY_LIFETIME_S, MAX_OCTETS, Grant, TicketOffice
from simulation.world import World

HYBRID = IkeSuite(
    Encr.AES_GCM_16, 256, 0, Prf.HMAC_SHA2_384, KeMethod.X25519, "a-suite", (KeMethod.ML_KEM_768,)
)
GRANT = Grant(
    id_i=Identity.parse_text("alice@example.org"),
    id_r=Identity.parse_text("10.0.0.1"),
    who=Identity(IdType.KEY_ID, b"bob\xff"),
    eap=True,
    ppk=True,
    authenticated=5.0,
)
PATH = Path(Endpoint("192.0.2.1", 500), Endpoint("192.0.2.2", 500), False)


class Desk:
    """An office, and sessions to give tickets to."""

    def __init__(self) -> None:
        self.random = random.Random(1).randbytes
        self.forgotten: list[Session] = []
        self.office = TicketOffice(self.random, 0.0, self.forgotten.append)
        self.config = World(1).client.config

    def session(self, grant: Grant = GRANT) -> tuple[Session, IkeSa]:
        session = Session(self.config, PATH, random=self.random, now=0.0, utc=lambda: 0.0)
        session.grant = grant
        sa = session.talk.current
        sa.suite = HYBRID
        sa.keys = IkeKeys(*(bytes([index]) * 48 for index in range(7)))
        return session, sa

    def give(self, now: float = 10.0, grant: Grant = GRANT) -> bytes:
        notify = self.office.issue(*self.session(grant), now)
        assert notify.notify == NotifyType.TICKET_LT_OPAQUE
        return notify.data[4:]


def test_a_ticket_opens_to_what_was_sealed() -> None:
    desk = Desk()
    found = desk.office.open(desk.give(), 11.0)
    assert found is not None
    assert (found.grant, found.suite, found.sk_d) == (GRANT, HYBRID, bytes(48))
    assert "sk_d" not in repr(found)


def test_nothing_of_it_can_be_read_or_changed() -> None:
    desk = Desk()
    ticket = desk.give()
    assert b"alice" not in ticket
    for at in range(len(ticket)):
        changed = bytearray(ticket)
        changed[at] ^= 1
        assert desk.office.open(bytes(changed), 11.0) is None
    assert desk.office.open(ticket[:-1], 11.0) is None
    assert desk.office.open(ticket, 11.0) is not None


@given(st.binary(max_size=2048))
def test_whatever_comes_is_refused(octets: bytes) -> None:
    office = TicketOffice(random.Random(1).randbytes, 0.0, lambda session: None)
    key_id = next(iter(office._keys))
    for opaque in (octets, b"\1" + key_id + octets):
        assert office.open(opaque, 0.0) is None


def test_a_key_opens_for_one_lifetime_after_it_sealed() -> None:
    desk = Desk()
    desk.config = replace(
        desk.config, resumption_s=1e9, timing=replace(desk.config.timing, ike_lifetime_s=1e9)
    )
    late = desk.give(KEY_LIFETIME_S - 1)
    next_one = desk.give(KEY_LIFETIME_S + 1)
    assert late[1:5] != next_one[1:5]
    assert desk.office.open(late, 2 * KEY_LIFETIME_S - 2) is not None
    assert desk.office.open(late, 2 * KEY_LIFETIME_S) is None  # "a finite lifetime MUST be specified"
    assert desk.office.open(next_one, 2 * KEY_LIFETIME_S) is not None
    assert len(desk.office._keys) == 2


def test_long_names_get_no_ticket() -> None:
    desk = Desk()
    long = replace(GRANT, id_i=Identity(IdType.KEY_ID, bytes(MAX_OCTETS)))
    assert desk.office.issue(*desk.session(long), 10.0).notify == NotifyType.TICKET_NACK


def test_nobody_gets_one_before_the_proof() -> None:
    desk = Desk()
    session, sa = desk.session()
    session.grant = None
    assert desk.office.issue(session, sa, 10.0).notify == NotifyType.TICKET_NACK


def test_a_used_ticket_ends_the_session_that_had_it_and_is_void() -> None:
    desk = Desk()
    session, sa = desk.session()
    ticket = desk.office.issue(session, sa, 10.0).data[4:]
    found = desk.office.open(ticket, 11.0)
    assert found is not None
    assert desk.office.spend(found)
    assert desk.forgotten == [session]
    assert not desk.office.spend(found)
    assert desk.office.open(ticket, 11.0) is None


@pytest.mark.parametrize("lost", [False, True])
def test_what_ended_on_purpose_takes_its_tickets_along(lost: bool) -> None:
    desk = Desk()
    session, sa = desk.session()
    given_ = [desk.office.issue(session, sa, 10.0).data[4:] for _ in range(3)]
    desk.office.ended(session, lost=lost)
    assert [desk.office.open(ticket, 11.0) is not None for ticket in given_] == [lost] * 3
    assert not desk.office._holders


def test_its_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "SPENT_MAX", 5)
    desk = Desk()
    for _ in range(20):
        found = desk.office.open(desk.give(), 11.0)
        assert found is not None
        desk.office.spend(found)
    assert len(desk.office._spent) == 5


def test_a_session_has_a_few_tickets_at_a_time() -> None:
    """Else one client that asks without end fills the memory, and drives out which tickets were used."""
    desk = Desk()
    session, sa = desk.session()
    said = [desk.office.issue(session, sa, 10.0).notify for _ in range(100)]
    assert said.count(NotifyType.TICKET_LT_OPAQUE) == len(desk.office._holders) <= 16
    assert set(said[20:]) == {NotifyType.TICKET_NACK}
    expired = 10.0 + min(desk.config.timing.ike_lifetime_s, KEY_LIFETIME_S)
    later = replace(GRANT, authenticated=expired)
    session.grant = later
    assert desk.office.issue(session, sa, expired).notify == NotifyType.TICKET_LT_OPAQUE
    assert len(desk.office._holders) == 1


def test_a_bucket_gives_a_burst_and_then_its_rate() -> None:
    bucket = Bucket(3, 2.0, 0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.6), bucket.take(0.6)] == [True, False]
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(50.0)  # a clock that went back gives nothing
