"""How Qt-free modules name a text of the catalogue: where it belongs, and its English words.

`QT_TRANSLATE_NOOP` marks a text for Qt Linguist's tools; whoever shows it translates it.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """A text with `%1` and `%2` for `values`, in the `context` of the catalogue."""

    context: str
    text: str
    values: tuple[str | Words, ...] = ()

    def of(self, *values: str | Words) -> Words:
        """The same text about these."""
        return self._replace(values=values)


def QT_TRANSLATE_NOOP(context: str, text: str) -> Words:
    return Words(context, text)
