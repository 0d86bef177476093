"""Errors in words for people at a desktop: why, and what to do about it. Qt-free.

The service names an error by identifier (`ipc.identifiers.ERROR_IDS`) and gives parameters; the texts are in
`error_words`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ginnel_service.ipc.schema import ErrorInfo

from .error_words import ERRORS, Entry
from .words import QT_TRANSLATE_NOOP, Words


@dataclass(frozen=True, slots=True)
class Explained:
    """`details` are for those who know the matter, and as they came: one a line."""

    code: str
    cause: Words
    remedy: Words
    details: tuple[str, ...] = ()


_UNKNOWN: Final = Entry(
    QT_TRANSLATE_NOOP("Error", "The service reports something that this app does not know (%1)."),
    QT_TRANSLATE_NOOP("Error", "Bring the app and the service to the same version."),
    ("code",),
)

#: For a parameter that did not come.
_MISSING: Final = "?"


def explain(error: ErrorInfo) -> Explained:
    """Words for `error`, also for one of a later version."""
    entry = ERRORS.get(error.code, _UNKNOWN)
    params = {"code": error.code, **error.params}
    values = tuple(_value(key, params.get(key, _MISSING)) for key in entry.takes)
    return Explained(error.code, entry.cause.of(*values), entry.remedy.of(*values), _details(error.params))


def _details(params: Mapping[str, Any]) -> tuple[str, ...]:
    lines = []
    problems = params.get("problems")
    for problem in problems if isinstance(problems, list | tuple) else ():
        if isinstance(problem, dict):
            field, message, remedy = (
                _value(key, problem.get(key, "")) for key in ("field", "message", "remedy")
            )
            lines.append(f"{field}: {message}; {remedy}")
    step, errno = (_value(key, params[key]) if key in params else "" for key in ("step", "errno"))
    lines.append(": ".join(each for each in (step, errno) if each))
    lines += [
        _value(key, params[key]) for key in ("file", "cause", "detail", "action", "limit") if key in params
    ]
    return tuple(line for line in lines if line)


def _value(key: str, value: Any) -> str:
    """As text, without what a terminal or a label would take for more than that."""
    if key == "errno" and isinstance(value, int):
        return os.strerror(value) if value else ""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in str(value))
