"""Who hears a prompt: the client that asked for the connection, and when that is gone whoever else may.

Everyone who may answer finds the open ones in a snapshot, so `ginnel prompt` works from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from .schema import PromptStatus


class Hearer(Protocol):
    """A connection of the server."""

    @property
    def hears_prompts(self) -> bool: ...
    def hear_again(self, prompts: Iterable[PromptStatus]) -> None: ...


class PromptRouter:
    """`open_prompts` tells those that are open now, `hearers` who is connected."""

    def __init__(
        self, open_prompts: Callable[[], Iterable[PromptStatus]], hearers: Callable[[], Iterable[Hearer]]
    ) -> None:
        self._open_prompts = open_prompts
        self._hearers = hearers
        self._askers: dict[str, Hearer] = {}

    def asked(self, name: str, hearer: Hearer) -> None:
        """`hearer` asked for the connection `name`: its prompts are for them."""
        self._askers[name] = hearer

    def is_for(self, prompt: PromptStatus, hearer: Hearer) -> bool:
        """Whether `hearer`, who may see it, is told. That one is closed is told to all: some had seen it."""
        asker = self._askers.get(prompt.name)
        return not prompt.open or asker is None or asker is hearer or not asker.hears_prompts

    def left(self, hearer: Hearer) -> None:
        """`hearer` is gone: what waits for them is told to the others."""
        names = {name for name, asker in self._askers.items() if asker is hearer}
        if not names:
            return
        for name in names:
            del self._askers[name]
        orphans = [prompt for prompt in self._open_prompts() if prompt.name in names]
        for other in tuple(self._hearers()):
            if other is not hearer:
                other.hear_again(orphans)
