"""How often a session is accounted for while it lasts, in no time."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from ginnel_service.gateway.answers import Answers
from ginnel_service.gateway.radius.accounts import Accounts
from ginnel_service.gateway.radius.client import Conversation, RadiusClient
from ginnel_service.gateway.radius.codec import Answer, Attribute, Attributes
from ginnel_service.gateway.radius.config import RadiusConfig, Server
from ginnel_service.ike.eap.outcome import Accepted
from ginnel_service.ike.events import Consult, Endpoint, Path, Wanted
from ginnel_service.ike.session import Session
from ginnel_service.tunnel.dataplane import Traffic
from ginnel_service.tunnel.fetch import Fetcher
from ginnel_service.tunnel.system import resolve_name
from tunnel.fakes import play

SERVER = Server("192.0.2.9", 1812, 1813, b"a secret of the lab")
MOVED = Traffic(octets_in=5_000_000_000, octets_out=7)


class Listening(RadiusClient):
    """Hears what servers would be told, and when."""

    def __init__(self, interim_s: float) -> None:
        super().__init__(
            RadiusConfig(
                servers=(SERVER,),
                timeout_s=1,
                tries=1,
                nas_identifier="gw",
                accounting=True,
                interim_s=interim_s,
            )
        )
        self.heard: list[tuple[float, dict[int, bytes]]] = []

    async def account(self, server: Server | None, attributes: Attributes, remote: str) -> bool:
        self.heard.append((asyncio.get_running_loop().time(), dict(attributes)))
        return True


@pytest.mark.parametrize(
    ("ours", "theirs", "every"),
    [(600.0, 0, 600), (5.0, 0, 5), (600.0, 120, 120), (600.0, 1, 60), (0.0, 0, 0), (0.0, 300, 300)],
)
def test_accounts_come_as_often_as_the_server_or_else_the_file_says(
    ours: float, theirs: int, every: int
) -> None:
    async def act() -> None:
        client = Listening(ours)
        accepted = Answer(Accepted(b"", None, b"bob"), user=b"bob", interim_s=theirs)
        conversation = Conversation("192.0.2.10", SERVER, accepted=accepted)
        accounts, session = Accounts(), cast("Session", object())
        accounts.begin(session, client, conversation, lambda: MOVED, ("10.0.0.2",))
        await asyncio.sleep(3 * every + 1)
        accounts.end(session, MOVED, lost=False)
        await asyncio.sleep(10_000)
        began = client.heard[0][0]
        expected = [0, *([every * n for n in (1, 2, 3)] if every else []), 3 * every + 1]
        assert [round(at - began) for at, _ in client.heard] == expected
        told = [attributes[Attribute.ACCT_STATUS_TYPE][-1] for _, attributes in client.heard]
        assert told == [1, *([3] * (len(expected) - 2)), 2]
        for _, attributes in client.heard[1:]:
            assert int.from_bytes(attributes[Attribute.ACCT_INPUT_GIGAWORDS]) == 1
            assert int.from_bytes(attributes[Attribute.ACCT_INPUT_OCTETS]) == 5_000_000_000 - (1 << 32)
        await accounts.close()

    play(act)


class _Asking:
    path = Path(Endpoint("192.0.2.1", 4500), Endpoint("192.0.2.10", 4500), True)

    def supply(self, ticket: int, answer: object, now: float) -> None:
        """It is over."""


def test_nothing_is_kept_of_a_session_that_ends_before_its_question_is_asked() -> None:
    async def act() -> None:
        session = cast("Session", _Asking())
        answers = Answers(Fetcher(resolve_name), Listening(0).config, lambda session: None)
        answers.begin(session, Wanted(1, Consult(b"bob", b"\1")))
        answers.closed(session, Traffic(), None)  # within the same turn of the loop
        await asyncio.sleep(0)
        assert not answers._conversations
        await answers.close()

    play(act)


def test_whoever_does_not_answer_the_goodbye_of_a_gateway_has_an_end_in_the_accounts() -> None:
    async def act() -> None:
        client = Listening(600)
        conversation = Conversation("192.0.2.10", SERVER, accepted=Answer(Accepted(b"", None, b"bob")))
        accounts = Accounts()
        accounts.begin(cast("Session", object()), client, conversation, lambda: MOVED, ("10.0.0.2",))
        await accounts.close()
        assert [attributes[Attribute.ACCT_STATUS_TYPE][-1] for _, attributes in client.heard] == [1, 2]
        assert int.from_bytes(client.heard[-1][1][Attribute.ACCT_OUTPUT_OCTETS]) == MOVED.octets_out
        await accounts.close()
        assert len(client.heard) == 2

    play(act)
