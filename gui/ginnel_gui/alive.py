"""Answers that come when whoever asked may be gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from PySide6.QtCore import QObject
from shiboken6 import isValid

P = ParamSpec("P")


def while_alive(owner: QObject, then: Callable[P, object]) -> Callable[P, None]:
    """`then`, as long as Qt has not deleted `owner`."""

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        if isValid(owner):
            then(*args, **kwargs)

    return call
