"""A catalogue of translations, read from the file that Qt Linguist writes (.ts): nothing has to be compiled.

Our texts have no plural forms of their own: numbers stand beside what they count.
"""

from __future__ import annotations

from pathlib import Path

from defusedxml.ElementTree import parse
from PySide6.QtCore import QObject, QTranslator

#: What may stand in a translation's `type` while it is no translation.
_NOT_DONE = frozenset({"unfinished", "vanished", "obsolete"})


class CatalogueError(Exception):
    """A file is no catalogue."""


class Catalogue(QTranslator):
    """Answers as a QTranslator that had loaded the compiled file. Raises OSError and CatalogueError."""

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts = read(file)

    def isEmpty(self) -> bool:
        return not self._texts

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """None leaves a text to the next catalogue, and at last as it is in the source."""
        return self._texts.get((context, source))


def read(file: Path) -> dict[tuple[str, str], str]:
    """The finished translations by context and source text."""
    texts = {}
    try:
        root = parse(file).getroot()
    except (SyntaxError, ValueError) as error:  # of the parser, and of defusedxml
        raise CatalogueError(f"{file.name}: {error}") from None
    for context in root.iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            done = message.find("translation")
            if done is not None and done.text and done.get("type") not in _NOT_DONE:
                texts[name, message.findtext("source", "")] = done.text
    return texts
