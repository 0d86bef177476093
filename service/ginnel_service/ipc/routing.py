"""Which client puts a prompt to the person: the one that asked for the connection, else all that may answer.

Every client that may answer is told of a prompt; `PromptStatus.ask` says which is to ask. When the one that
asked for the connection leaves, or hears no prompts any more, the others are told anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from .schema import PromptStatus, Topic


class Listener(Protocol):
    """A client, as far as prompts are concerned."""

    @property
    def topics(self) -> frozenset[Topic]: ...

    def hear_prompts(self, prompts: tuple[PromptStatus, ...]) -> None:
        """Who is to ask these may have changed."""


class Router:
    """`listeners` are all clients, `prompts` what is open now."""

    def __init__(
        self,
        listeners: Callable[[], Iterable[Listener]],
        prompts: Callable[[], tuple[PromptStatus, ...]],
    ) -> None:
        self._listeners = listeners
        self._prompts = prompts
        self._askers: dict[str, Listener] = {}

    def is_for(self, name: str, listener: Listener) -> bool:
        """Whether `listener` is to ask what the connection `name` wants to know."""
        asker = self._askers.get(name)
        return asker is None or asker is listener or "prompt" not in asker.topics

    def asked(self, name: str, listener: Listener) -> None:
        """`listener` asked for the connection."""
        if self._askers.get(name) is not listener:
            self._askers[name] = listener
            self._tell({name})

    def gone(self, name: str) -> None:
        """There is no such connection any more; who asks for the next one of that name is to ask for it."""
        if self._askers.pop(name, None) is not None:
            self._tell({name})

    def changed(self, listener: Listener) -> None:
        """`listener` hears prompts from now on, or no more."""
        self._tell({name for name, asker in self._askers.items() if asker is listener}, but=listener)

    def left(self, listener: Listener) -> None:
        """`listener` is gone."""
        names = {name for name, asker in self._askers.items() if asker is listener}
        for name in names:
            del self._askers[name]
        self._tell(names)

    def _tell(self, names: set[str], but: Listener | None = None) -> None:
        open_ = tuple(prompt for prompt in self._prompts() if prompt.name in names) if names else ()
        if not open_:
            return
        for listener in tuple(self._listeners()):
            if listener is not but and "prompt" in listener.topics:
                listener.hear_prompts(open_)
