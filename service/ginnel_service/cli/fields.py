"""What kind of value each field of a profile takes, in words, out of the model itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from ginnel_service.profiles.model import Profile


def field_types(kind: type[msgspec.Struct] = Profile) -> dict[str, str]:
    """Dotted name -> kind of value."""
    return dict(_fields(inspect.type_info(kind), ""))


def _fields(struct: inspect.Type, prefix: str) -> Iterator[tuple[str, str]]:
    assert isinstance(struct, inspect.StructType)
    for field in struct.fields:
        name = prefix + field.name
        if isinstance(field.type, inspect.StructType):
            yield from _fields(field.type, name + ".")
        else:
            yield name, _word(field.type, field.name)


def _word(kind: inspect.Type, name: str) -> str:
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return "seconds" if name.endswith("_s") else "number"
        case inspect.LiteralType(values=values):
            said: tuple[Any, ...] = tuple(f"`{each}`" for each in values if each != "")
            return "one of " + ", ".join(said)
        case inspect.StrType():
            return "text"
        case inspect.VarTupleType(item_type=inspect.StructType()):
            return "tables"
        case inspect.VarTupleType():
            return "list of texts"
        case inspect.DictType():
            return "table of texts"
        case _:
            raise TypeError(f"{name} is of a kind that has no word: {kind}")
