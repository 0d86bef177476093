"""Apple's property lists, XML and binary: bounded, each key once, and nothing but plain values.

plistlib refuses XML entities by itself. A binary list may refer to one object many times, or to itself: depth
and number of values are counted as a reader would meet them.
"""

from __future__ import annotations

import plistlib
from typing import Any

from ..model import printable
from .preview import MAX_DEPTH, MAX_VALUES, ImportRefused


class _Once(dict[str, Any]):
    """A table of which no key can be said twice."""

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise ImportRefused("import_malformed", format="mobileconfig", cause="a key is no text")
        if key in self:
            raise ImportRefused("import_duplicate_key", key=printable(key[:64]))
        super().__setitem__(key, value)


def parse(data: bytes) -> dict[str, Any]:
    """The table that a property list is. Raises ImportRefused."""
    try:
        found = plistlib.loads(data, dict_type=_Once)
    except ImportRefused:
        raise
    except Exception as error:  # plistlib lets out whatever its steps raise
        cause = str(error) if isinstance(error, ValueError) and str(error) else type(error).__name__
        raise ImportRefused("import_malformed", format="mobileconfig", cause=printable(cause[:200])) from None
    if not isinstance(found, dict):
        raise ImportRefused("import_malformed", format="mobileconfig", cause="it is no table")
    check_bounds(found, "mobileconfig")
    return found


def check_bounds(value: Any, kind: str) -> None:
    """Raises ImportRefused for what is nested too deeply or holds too much."""
    left, waiting = MAX_VALUES, [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ImportRefused("import_malformed", format=kind, cause="it is nested too deeply")
        left -= len(each) if isinstance(each, dict | list) else 0
        if left < 0:
            raise ImportRefused("import_malformed", format=kind, cause="it holds too many values")
        if isinstance(each, dict):
            waiting += [(inner, depth + 1) for inner in each.values()]
        elif isinstance(each, list):
            waiting += [(inner, depth + 1) for inner in each]
