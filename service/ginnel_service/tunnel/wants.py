"""What a session wants of the world outside: answers of the person, and things fetched over HTTP.

A prompt stays open until someone answers or refuses it, nobody did for a while, or the attempt ends. A
password that led to a connection is used again without a question, until it leads to none.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from ..ike.events import Consult, Fetch, Prompt, Wanted

#: Longer than a person needs who looks for a token, shorter than anyone would leave a terminal open.
PROMPT_S: Final = 180.0

#: Kinds of prompts whose answer may be said again.
PASSWORDS: Final = frozenset({"password", "new_password"})

_serials = itertools.count(1)


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A question that waits; `id` is its own in the whole process."""

    id: int
    prompt: Prompt


class Fetches(Protocol):
    """Whoever can get things over HTTP: a Host, or a Fetcher."""

    async def fetch(self, what: Fetch) -> bytes | None: ...


@dataclass(slots=True)
class _Waiting:
    asked: OpenPrompt
    answer: asyncio.Future[str | None]
    remember: bool = False


class Wants:
    """Of one connection, over all its attempts. Lives in one event loop."""

    def __init__(self, fetcher: Fetches, changed: Callable[[OpenPrompt, bool], None]) -> None:
        """`changed` hears of each prompt twice: with True when it opens, with False when it is closed."""
        self.password: str | None = None  # what a person said, until it proves wrong
        self.refused = False  # the person wants to say nothing
        self.remember = False  # the person wants `password` kept for good
        self.keep = False  # and what was answered last that is neither password nor code
        self._fetcher = fetcher
        self._changed = changed
        self._waiting: dict[int, _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> tuple[OpenPrompt, ...]:
        return tuple(each.asked for each in self._waiting.values() if not each.answer.done())

    def begin(self, wanted: Wanted, supply: Callable[[int, bytes | str | None], None]) -> None:
        """See to `wanted`; `supply` takes its ticket and the answer, None for nothing."""

        async def work() -> None:
            what = wanted.what
            assert not isinstance(what, Consult), "a client consults nobody about users"
            answer = await (self.ask(what) if isinstance(what, Prompt) else self._fetcher.fetch(what))
            supply(wanted.ticket, answer)

        task = asyncio.get_running_loop().create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """The attempt is over: nobody waits for what was asked."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(self, prompt: Prompt, *, limit_s: float | None = PROMPT_S) -> str | None:
        """What the person says; None when nobody does within `limit_s`, or does not want to."""
        asked = OpenPrompt(next(_serials), prompt)
        waiting = _Waiting(asked, asyncio.get_running_loop().create_future())
        self._waiting[asked.id] = waiting
        self._changed(asked, True)
        try:
            async with asyncio.timeout(limit_s):
                answer = await waiting.answer
        except TimeoutError:
            answer = None
        finally:
            del self._waiting[asked.id]
            self._changed(asked, False)
        if prompt.kind in PASSWORDS:
            self.password = answer
        self.keep = waiting.remember
        return answer

    def answer(self, prompt_id: int, answer: str | None, *, remember: bool = False) -> bool:
        """Answer, or with None refuse. False when no such prompt is open."""
        waiting = self._waiting.get(prompt_id)
        if waiting is None or waiting.answer.done():
            return False
        if waiting.asked.prompt.kind in PASSWORDS:
            self.remember = remember
        waiting.remember = remember and answer is not None
        self.refused = answer is None
        waiting.answer.set_result(answer)
        return True

    def failed(self, code: str) -> None:
        """An attempt ended with `code`: a password that may be why is asked for again."""
        if code in WRONG_SECRET:
            self.password = None


#: Ends of an attempt after which the password is in doubt.
WRONG_SECRET: Final = frozenset(
    {"authentication_failed", "wrong_password", "password_expired", "account_disabled", "eap_refused"}
)
