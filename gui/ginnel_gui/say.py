"""Texts of Qt-free modules in the person's language, and values put into any text."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import Qt as QtText

from .model.words import Words

_PLACE = re.compile(r"%([1-9])")


def say(words: Words) -> str:
    """`words` translated, with their values in place."""
    values = (each if isinstance(each, str) else say(each) for each in words.values)
    return fill(QCoreApplication.translate(words.context, words.text), *values)


def fill(text: str, *values: str) -> str:
    """`text` with `%1`, `%2`... replaced; a value that holds such a mark stays as it is."""
    return _PLACE.sub(lambda found: _at(values, int(found[1]) - 1, found[0]), text)


def plain(label: str) -> str:
    """A button's or action's text without its mnemonic, as a screen reader says it."""
    return label.replace("&&", "\0").replace("&", "").replace("\0", "&")


def verbatim(text: str) -> str:
    """A stranger's `text` for a tool tip, which Qt would take for HTML where it looks like that: a picture in
    it makes the app read any file of this machine, whole."""
    return QtText.convertFromPlainText(text) if QtText.mightBeRichText(text) else text


def _at(values: tuple[str, ...], index: int, otherwise: str) -> str:
    return values[index] if index < len(values) else otherwise
