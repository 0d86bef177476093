"""How a field of a profile is shown and asked for: its words, and the kind of its control. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from .words import Words

#: `own`, `pin` and `roots` are certificates of the profile by their names, `locked` is a PKCS#12 file as it
#: is; `lines` are texts, one a line.
Kind = Literal[
    "text",
    "lines",
    "flag",
    "number",
    "choice",
    "methods",
    "suites",
    "own",
    "pin",
    "roots",
    "certificates",
    "rules",
    "secret",
    "locked",
]
Unit = Literal["", "s", "octets", "packets"]

#: Of fields that are not the profile's, but secrets beside it.
SECRET: Final = "secrets."  # noqa: S105 - a path
#: Before the name of a secret: whether the one that the service keeps is to go.
FORGET: Final = "forget."


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: Words


@dataclass(frozen=True, slots=True)
class Field:
    """`path` is dotted, as the service names it in problems. `zero` is what the number 0 means."""

    path: str
    kind: Kind
    label: Words
    help: Words
    options: tuple[Option, ...] = ()
    unit: Unit = ""
    zero: Words | None = None
    digits: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class FieldPage:
    """Fields that belong together, in the order in which they are read."""

    name: str
    title: Words
    icon: str
    about: Words
    fields: tuple[Field, ...]
