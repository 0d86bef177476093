"""Who may begin with a responder: cookies, shares of what is half open, and what a flood cannot change."""

from __future__ import annotations

import random

import pytest

from ginnel_service.ike.admission import (
    COOKIES_FROM,
    FREE_BURST,
    FREE_PER_S,
    HALF_OPEN_MAX,
    PER_SOURCE_MAX,
    Admission,
    Verdict,
    source_of,
)
from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.cookies import SECRET_LIFETIME_S, CookieJar, first_look
from ginnel_service.ike.events import Endpoint
from ginnel_service.ike.message import Message, serialise_message
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.nonce import NoncePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.vendor import VendorPayload

HONEST = Endpoint("192.0.2.10", 500)
NONCE = bytes(range(32))


def request(*payloads: Payload, spi_i: bytes = b"initiate") -> bytes:
    return serialise_message(Message(spi_i, bytes(8), ExchangeType.IKE_SA_INIT, 0, True, False, payloads))


def with_cookie(cookie: bytes) -> bytes:
    return request(NotifyPayload(NotifyType.COOKIE, cookie), NoncePayload(NONCE))


def crowded() -> Admission[int]:
    """COOKIES_FROM sessions are half open, each at an address of its own."""
    admission = Admission[int](random.Random(1).randbytes, 0.0)
    for number in range(COOKIES_FROM):
        admission.enter(number, Endpoint(f"198.51.100.{number}", 500))
    return admission


def test_a_first_look_finds_nonce_and_cookie() -> None:
    assert first_look(request(NoncePayload(NONCE))) == (NONCE, b"")
    assert first_look(with_cookie(b"biscuit")) == (NONCE, b"biscuit")
    assert first_look(request(VendorPayload(b"x"), NoncePayload(NONCE))) == (NONCE, b"")
    assert first_look(request(VendorPayload(b"x"))) is None
    whole = with_cookie(b"biscuit")
    assert all(first_look(whole[:length]) is None for length in range(28, len(whole)))


def test_a_cookie_is_asked_for_and_accepted_when_many_are_half_open() -> None:
    admission = crowded()
    verdict, cookie = admission.judge(request(NoncePayload(NONCE)), HONEST, 0.0)
    assert verdict is Verdict.COOKIE
    assert 1 <= len(cookie) <= 64
    assert admission.judge(with_cookie(cookie), HONEST, 0.0) == (Verdict.WELCOME, b"")


@pytest.mark.parametrize("elsewhere", [Endpoint("192.0.2.11", 500), Endpoint("192.0.2.10", 501)])
def test_a_cookie_is_good_for_its_address_alone(elsewhere: Endpoint) -> None:
    admission = crowded()
    _, cookie = admission.judge(request(NoncePayload(NONCE)), HONEST, 0.0)
    assert admission.judge(with_cookie(cookie), elsewhere, 0.0)[0] is Verdict.COOKIE


def test_a_cookie_is_good_for_its_nonce_and_spi_alone() -> None:
    admission = crowded()
    _, cookie = admission.judge(request(NoncePayload(NONCE)), HONEST, 0.0)
    returned = NotifyPayload(NotifyType.COOKIE, cookie)
    for other in (
        request(returned, NoncePayload(bytes(32))),
        request(returned, NoncePayload(NONCE), spi_i=b"another!"),
        with_cookie(cookie[:-1]),
        with_cookie(cookie[:-1] + bytes([cookie[-1] ^ 1])),
    ):
        assert admission.judge(other, HONEST, 0.0)[0] is Verdict.COOKIE


def test_a_cookie_outlives_one_change_of_the_secret_and_no_more() -> None:
    jar = CookieJar(random.Random(1).randbytes, 0.0)
    cookie = jar.issue(b"initiate", HONEST, NONCE, 1.0)
    assert jar.accepts(cookie, b"initiate", HONEST, NONCE, SECRET_LIFETIME_S + 1)
    assert not jar.accepts(cookie, b"initiate", HONEST, NONCE, 2 * SECRET_LIFETIME_S + 2)
    late = CookieJar(random.Random(1).randbytes, 0.0)
    cookie = late.issue(b"initiate", HONEST, NONCE, 1.0)
    assert not late.accepts(cookie, b"initiate", HONEST, NONCE, 10 * SECRET_LIFETIME_S)


def test_requests_that_lead_nowhere_cost_a_cookie_too() -> None:
    """Refused ones leave nothing half open; what they cost is bounded by their rate."""
    admission = Admission[int](random.Random(1).randbytes, 0.0)
    asked = request(NoncePayload(NONCE))
    verdicts = [admission.judge(asked, HONEST, 0.0)[0] for _ in range(FREE_BURST + 1)]
    assert verdicts == [Verdict.WELCOME] * FREE_BURST + [Verdict.COOKIE]
    later = [admission.judge(asked, HONEST, 1.0)[0] for _ in range(FREE_BURST)]
    assert later.count(Verdict.WELCOME) == FREE_PER_S


def test_one_address_has_its_share_and_no_more() -> None:
    admission = crowded()
    for number in range(1000, 1000 + PER_SOURCE_MAX):
        admission.enter(number, HONEST)
    _, cookie = admission.judge(request(NoncePayload(NONCE)), HONEST, 0.0)
    assert admission.judge(with_cookie(cookie), HONEST, 0.0)[0] is Verdict.SILENCE
    admission.leave(1000)
    assert admission.judge(with_cookie(cookie), HONEST, 0.0)[0] is Verdict.WELCOME


def test_made_up_addresses_cannot_use_up_a_share() -> None:
    """Only whoever receives at an address fills it: the few that need no cookie are fewer than a share."""
    assert COOKIES_FROM < PER_SOURCE_MAX


def test_a_full_house_makes_room_at_the_cost_of_who_has_most() -> None:
    admission = Admission[int](random.Random(1).randbytes, 0.0)
    first = 5000
    assert admission.enter(first, HONEST) is None
    for number in range(1, HALF_OPEN_MAX):
        host = 90 if number < 90 else number % 20  # one with 89, twenty with fewer
        assert admission.enter(number, Endpoint(f"198.51.100.{host}", number)) is None
    assert admission.enter(HALF_OPEN_MAX, Endpoint("203.0.113.9", 500)) == 1
    assert len(admission) == HALF_OPEN_MAX
    assert first in admission


def test_an_ipv6_source_is_a_network() -> None:
    assert source_of(Endpoint("2001:db8::1", 1)) == source_of(Endpoint("2001:db8::ffff:1", 2))
    assert source_of(Endpoint("2001:db8::1", 1)) != source_of(Endpoint("2001:db8:0:1::1", 1))
    assert source_of(Endpoint("fe80::1%eth0", 1)) == source_of(Endpoint("fe80::2", 1))
