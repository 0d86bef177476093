"""The peer's side of one EAP method, and what all methods know of the person."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from .outcome import Ask, Failed

#: What a method makes of a request: the response's type data, a question, or the end.
Step = bytes | Ask | Failed


@dataclass(slots=True)
class Account:
    """Who logs in. The password may come late, from the person."""

    username: str
    password: str | None = field(repr=False)


class Method(ABC):
    """One method in one conversation.

    `done` allows EAP-Success; `blame` is what an EAP-Failure would mean now, where the method knows.
    """

    type: ClassVar[int]
    safe: ClassVar[bool] = False

    def __init__(self) -> None:
        self.done = False
        self.msk: bytes | None = None
        self.blame: Failed | None = None

    @abstractmethod
    def receive(self, data: bytes, identifier: int) -> Step:
        """A request's type data. Raises PeerError."""

    def answer(self, text: str) -> Step:
        """What the person said to this method's question."""
        raise AssertionError("this method asks nothing")
