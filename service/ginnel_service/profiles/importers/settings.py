"""The grammar of swanctl.conf (strongswan.conf(5)): sections in braces, `key = value`, `#` comments, quotes,
`name : other { }` for a section that takes what `other` has, and `include`, which is told of, not followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ..model import printable
from .preview import MAX_DEPTH, MAX_VALUES, ImportRefused

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r]+|\#[^\n]*|\\\n)|(?P<newline>\n)|(?P<mark>[{}=:,])|(?P<quoted>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<word>[^\s{}=:,"\#]+)""",
    re.DOTALL,
)
#: A value goes on to the end of the line; only braces and comments end it before.
_VALUE: Final = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<end>[}\n\#])|(?P<text>[^"}\n\#]+)""", re.DOTALL
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "\n": ""}
#: How often sections may take from one another in all: what they take adds up.
_MAX_TAKEN: Final = 1000


@dataclass(slots=True)
class Section:
    """`values` hold text and, under their names, the sections inside."""

    values: dict[str, object] = field(default_factory=dict)
    takes: list[str] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)


def parse(text: str) -> tuple[dict[str, object], list[str]]:
    """The tables of a file, and what it includes. Raises ImportRefused."""
    if "\0" in text:
        raise _malformed("it holds a zero octet")
    reader = _Parser(text)
    top = Section()
    reader.section(top, 0)
    budget = [_MAX_TAKEN, MAX_VALUES]
    return _resolved(top, top, 0, budget), top.includes


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._count = 0

    def section(self, into: Section, depth: int) -> None:
        """Up to the brace that ends it, or to the end of the file at the top."""
        if depth > MAX_DEPTH:
            raise _malformed("it is nested too deeply")
        while True:
            kind, said = self._next()
            if kind == "end":
                if depth:
                    raise _malformed("a section is not closed")
                return
            if said == "}" and kind == "mark":
                if not depth:
                    raise _malformed(f"a brace too many {self._line()}")
                return
            if kind == "word" and said == "include":
                into.includes.append(self._value())
            elif kind in ("word", "quoted"):
                self._entry(into, said, depth)
            elif kind != "newline":
                raise _malformed(f"`{said}` in an odd place {self._line()}")

    def _entry(self, into: Section, name: str, depth: int) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise _malformed("it holds too many values")
        kind, said = self._next(newlines=False)
        if said == "=" and kind == "mark":
            if name in into.values:
                raise ImportRefused("import_duplicate_key", key=printable(name[:64]))
            into.values[name] = self._value()
            return
        takes = []
        if said == ":" and kind == "mark":
            kind, said = self._next(newlines=False)
            while kind == "word" or (kind == "mark" and said == ","):
                if kind == "word":
                    takes.append(said)
                kind, said = self._next(newlines=False)
        if not (kind == "mark" and said == "{"):
            raise _malformed(f"`{printable(name[:64])}` has no value {self._line()}")
        inner = into.values.setdefault(name, Section())
        if not isinstance(inner, Section):
            raise ImportRefused("import_duplicate_key", key=printable(name[:64]))
        inner.takes += takes
        self.section(inner, depth + 1)
        into.includes += inner.includes
        inner.includes = []

    def _next(self, *, newlines: bool = True) -> tuple[str, str]:
        while self._at < len(self._text):
            found = _TOKEN.match(self._text, self._at)
            if found is None:
                raise _malformed(f"a quote is not closed {self._line()}")
            self._at = found.end()
            kind = found.lastgroup or ""
            if kind == "space" or (kind == "newline" and not newlines):
                continue
            text = found[0]
            return kind, _unquoted(text) if kind == "quoted" else text
        return "end", ""

    def _value(self) -> str:
        parts: list[str] = []
        while self._at < len(self._text):
            found = _VALUE.match(self._text, self._at)
            if found is None:
                raise _malformed(f"a quote is not closed {self._line()}")
            if found.lastgroup == "end":
                break
            self._at = found.end()
            parts.append(_unquoted(found[0]) if found.lastgroup == "quoted" else found[0].strip())
        return " ".join(part for part in parts if part) if len(parts) != 1 else parts[0]

    def _line(self) -> str:
        return f"in line {self._text.count(chr(10), 0, self._at) + 1}"


def _resolved(section: Section, top: Section, depth: int, budget: list[int]) -> dict[str, object]:
    """The section as a table, with what it takes from others laid under it."""
    if depth > MAX_DEPTH:
        raise _malformed("sections take from one another in a circle")
    made: dict[str, object] = {}
    for name in section.takes:
        budget[0] -= 1
        if budget[0] < 0:
            raise _malformed("sections take from one another too often")
        other: object = top
        for part in name.split("."):
            other = other.values.get(part) if isinstance(other, Section) else None
        if isinstance(other, Section):
            made = _laid(made, _resolved(other, top, depth + 1, budget), budget)
    own = {
        key: _resolved(value, top, depth + 1, budget) if isinstance(value, Section) else value
        for key, value in section.values.items()
    }
    return _laid(made, own, budget)


def _laid(under: dict[str, object], over: dict[str, object], budget: list[int]) -> dict[str, object]:
    budget[1] -= len(over)
    if budget[1] < 0:
        raise _malformed("it holds too many values")
    made = dict(under)
    for key, value in over.items():
        old = made.get(key)
        made[key] = _laid(old, value, budget) if isinstance(old, dict) and isinstance(value, dict) else value
    return made


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1], flags=re.DOTALL)


def _malformed(cause: str) -> ImportRefused:
    return ImportRefused("import_malformed", format="swanctl", cause=cause)
