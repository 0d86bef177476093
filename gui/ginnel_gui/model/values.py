"""Values of fields as a preview shows them: in the words that the editor has for them. Qt-free."""

from __future__ import annotations

from .field_pages import FIELDS
from .words import QT_TRANSLATE_NOOP, Words


def label_of(path: str) -> str | Words:
    """What the editor calls a field; one that it does not show keeps its own name."""
    field = FIELDS.get(path)
    return field.label if field is not None else path


def value_of(path: str, value: str) -> str | Words:
    """`value` as the importers write it."""
    if path.startswith("secrets."):
        return QT_TRANSLATE_NOOP("Value", "(a secret)")
    if value == "true":
        return QT_TRANSLATE_NOOP("Value", "Yes")
    if value == "false":
        return QT_TRANSLATE_NOOP("Value", "No")
    if not value:
        return QT_TRANSLATE_NOOP("Value", "(none)")
    field = FIELDS.get(path)
    if field is not None and field.kind == "choice":
        return next((each.words for each in field.options if each.value == value), value)
    if field is not None and field.unit == "s":
        return QT_TRANSLATE_NOOP("Value", "%1 s").of(value)
    return value
