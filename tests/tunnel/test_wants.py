from __future__ import annotations

import asyncio

from ginnel_service.ike.events import Fetch, Prompt, Wanted
from ginnel_service.tunnel.wants import PROMPT_S, OpenPrompt, Wants
from tunnel.fakes import play

PASSWORD = Prompt("password", "", "alice")


class Web:
    def __init__(self) -> None:
        self.asked: list[Fetch] = []
        self.stuck = False

    async def fetch(self, what: Fetch) -> bytes | None:
        self.asked.append(what)
        if self.stuck:
            await asyncio.Future()
        return b"found"


class Desk:
    """What a session would hear, and what clients would."""

    def __init__(self) -> None:
        self.web = Web()
        self.said: list[tuple[int, bytes | str | None]] = []
        self.news: list[tuple[OpenPrompt, bool]] = []
        self.wants = Wants(self.web, lambda asked, is_open: self.news.append((asked, is_open)))

    def begin(self, ticket: int, what: Fetch | Prompt) -> None:
        self.wants.begin(Wanted(ticket, what), lambda ticket, answer: self.said.append((ticket, answer)))


def test_an_answer_reaches_the_session_and_clients_hear_that_it_is_closed() -> None:
    async def act() -> None:
        desk = Desk()
        desk.begin(7, PASSWORD)
        await asyncio.sleep(0)
        (asked,) = desk.wants.open
        assert asked.prompt == PASSWORD
        assert not desk.wants.answer(asked.id + 1, "x")
        assert desk.wants.answer(asked.id, "secret")
        assert not desk.wants.answer(asked.id, "too late")
        await asyncio.sleep(0.1)
        assert desk.said == [(7, "secret")]
        assert desk.news == [(asked, True), (asked, False)]
        assert desk.wants.open == ()

    play(act)


def test_a_refusal_and_silence_are_both_nothing() -> None:
    async def act() -> None:
        desk = Desk()
        desk.begin(1, PASSWORD)
        await asyncio.sleep(0)
        desk.wants.answer(desk.wants.open[0].id, None)
        desk.begin(2, PASSWORD)
        await asyncio.sleep(PROMPT_S - 1)
        assert desk.said == [(1, None)]
        await asyncio.sleep(2)
        assert desk.said == [(1, None), (2, None)]
        assert desk.wants.open == ()

    play(act)


def test_a_password_is_kept_until_it_is_in_doubt_and_a_code_never() -> None:
    async def act() -> None:
        desk = Desk()
        for kind, said in (("password", "old"), ("new_password", "new"), ("otp", "123456")):
            desk.begin(1, Prompt(kind, "", ""))  # type: ignore[arg-type]
            await asyncio.sleep(0)
            desk.wants.answer(desk.wants.open[0].id, said, remember=kind == "password")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert desk.wants.password == {"otp": "new"}.get(kind, said)
        desk.wants.failed("unreachable")
        assert desk.wants.password == "new"
        desk.wants.failed("wrong_password")
        assert desk.wants.password is None

    play(act)


def test_the_end_of_an_attempt_closes_what_is_open() -> None:
    async def act() -> None:
        desk = Desk()
        desk.web.stuck = True
        desk.begin(1, PASSWORD)
        desk.begin(2, Fetch("http://x.example/"))
        await asyncio.sleep(0)
        await desk.wants.end()
        assert desk.said == []
        assert [is_open for _, is_open in desk.news] == [True, False]

    play(act)


def test_what_is_fetched_reaches_the_session() -> None:
    async def act() -> None:
        desk = Desk()
        desk.begin(3, Fetch("http://x.example/crl"))
        await asyncio.sleep(0.1)
        assert desk.said == [(3, b"found")]
        assert desk.web.asked == [Fetch("http://x.example/crl")]

    play(act)
