"""A connection and its last error as plain text, for whoever is asked for help. In English, and Qt-free."""

from __future__ import annotations

from collections.abc import Iterable

from ginnel_service.ipc.schema import ConnectionStatus, ErrorInfo

from .errors import explain
from .facts import sections
from .words import Words


def report(status: ConnectionStatus, error: ErrorInfo | None, versions: str) -> str:
    """`versions` are the app's and the service's, in a line. Holds no secret, as a status holds none."""
    state = f"{status.state}, {status.step}" if status.step else status.state
    lines = [versions, f"Connection: {status.name}", f"State: {state}"]
    if error is not None:
        said = explain(error)
        lines += ["", f"Error: {said.code}", _english(said.cause), _english(said.remedy), *said.details]
    for section in sections(status):
        lines += ["", _english(section.title)]
        lines += [f"  {_english(fact.label)}: {', '.join(_all(fact.lines))}" for fact in section.facts]
    return "\n".join(lines) + "\n"


def _all(lines: Iterable[str | Words]) -> list[str]:
    return [each if isinstance(each, str) else _english(each) for each in lines]


def _english(words: Words) -> str:
    text = words.text
    for number, value in enumerate(words.values, 1):
        text = text.replace(f"%{number}", value if isinstance(value, str) else _english(value))
    return text
