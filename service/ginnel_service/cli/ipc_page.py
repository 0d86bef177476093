"""docs/ipc.md, out of the types of the messages: `python -m ginnel_service.cli.ipc_page > docs/ipc.md`.

A call's line comes from `ipc.calls`, which is also what the service enforces; a type's text is its docstring,
and a field's the comment beside it. An error's text is what `ginnel` says.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import inspect as shapes

from ginnel_service.ipc import limits, schema
from ginnel_service.ipc.calls import CALLS, COMMON_ERRORS, Call
from ginnel_service.ipc.identifiers import ERROR_IDS, EXAMINATION_IDS, FINDING_IDS
from ginnel_service.ipc.limits import Limits, Rate
from ginnel_service.ipc.schema import METHODS, NOTIFICATIONS, PROTOCOL_VERSION
from ginnel_service.profiles.model import Profile

from .words import ERRORS

#: Described elsewhere.
ELSEWHERE: Final[dict[type[msgspec.Struct], str]] = {Profile: "[profiles](profiles.md)"}


class UndescribedError(Exception):
    """A field has no comment beside it, or a type no docstring."""


def page() -> str:
    """The whole page. Raises UndescribedError."""
    lines = [*_head(), *_limits(), *_calls(), *_events(), *_types(), *_errors(), *_findings()]
    return "\n".join(lines) + "\n"


_HEAD: Final = f"""
Made by `python -m ginnel_service.cli.ipc_page docs/ipc.md`; a test fails when it is stale.

JSON-RPC 2.0 over the unix socket `/run/ginnel/ginneld.sock` (`ginneld --runtime-dir` moves it), one message
a line, in UTF-8. Requests have an id that is a number; batches and notifications from clients are not taken.
Answers come in any order, events between them. This is version {PROTOCOL_VERSION} of the protocol. Parameters
that the service does not know are refused; results and events may grow, so a client passes over fields and
events that it does not know.

The kernel says who a client is (SO_PEERCRED, LOCAL_PEERCRED) and which groups it is in; no client can say so
itself. Root may do everything. Members of the group `ginnel` (else `admin` on macOS, `wheel` on FreeBSD;
`ginneld --admin-group` names another) are administrators. Everyone else has what is their own, and of the
rest sees what the machine's own tables show anyone.

A client that follows the service calls `subscribe` once: the answer is a snapshot, and with the events after
it the client knows at each moment what a fresh snapshot would say; `ginnel_service.ipc.mirror` does that. One
that was away begins anew in the same way. A file that root changed by hand shows in the next snapshot.

Octets are in base64. Seconds since the epoch are numbers with a fraction.
"""


def _head() -> list[str]:
    return ["# The protocol between clients and the service", "", *_filled(_HEAD), ""]


def _limits() -> list[str]:
    told = {name: value for name, value in _values(Limits()).items() if not isinstance(value, Rate)}
    lines = ["## Limits", "", *_filled(inspect.cleandoc(limits.__doc__ or "").replace(" Pure.", "")), ""]
    lines += ["| limit | | |", "|---|---|---|"]
    comments = comments_of(Limits)
    for name, value in told.items():
        lines.append(f"| `{name}` | {value:,} | {comments.get(name, '')} |")
    for name, rate in (("rate", Limits().rate), ("rate_per_uid", Limits().rate_per_uid)):
        lines.append(f"| `{name}` | {rate.per_s:g}/s | {rate.burst:g} at once; calls say what they cost |")
    return [*lines, ""]


def _calls() -> list[str]:
    lines = ["## Calls", ""]
    lines.append("Each of them may also end in " + _list(COMMON_ERRORS) + ".")
    for method, (params, result) in METHODS.items():
        call: Call = CALLS[method]
        lines += ["", f"### Call `{method}`", "", call.about, ""]
        lines.append(f"- Who: {call.callers}")
        lines.append(f"- Parameters: {_link(params)}")
        lines.append(f"- Result: {_link(result)}")
        if call.errors:
            lines.append(f"- Errors: {_list(call.errors)}")
        lines.append(f"- Costs: {call.cost:g}")
    return [*lines, ""]


def _events() -> list[str]:
    lines = ["## Events", "", "Each is a notification whose method is the topic.", ""]
    lines += ["| topic | parameters |", "|---|---|"]
    return [*lines, *(f"| `{name}` | {_link(kind)} |" for name, kind in NOTIFICATIONS.items()), ""]


def _types() -> list[str]:
    lines = ["## Types", ""]
    for kind in kinds():
        comments = comments_of(kind)
        lines += [f"### {kind.__name__}", "", *_docstring(kind), ""]
        shape = shapes.type_info(kind)
        assert isinstance(shape, shapes.StructType)
        if shape.fields:
            lines += ["| field | type | unless given | |", "|---|---|---|---|"]
        for field in shape.fields:
            if not comments.get(field.name):
                raise UndescribedError(f"{kind.__name__}.{field.name}")
            word = _word(field.type)
            lines.append(f"| `{field.name}` | {word} | {_default(field)} | {comments[field.name]} |")
        lines += [""] if shape.fields else []
    return lines


def _errors() -> list[str]:
    lines = [
        "## Errors",
        "",
        "`message` is the identifier, `data` has its parameters, of which some may be missing.",
    ]
    lines += ["", "| identifier | parameters | |", "|---|---|---|"]
    for code, parameters in ERROR_IDS.items():
        cause = re.sub(r"\{(\w+)\}", r"*\1*", ERRORS[code][0])
        lines.append(f"| `{code}` | {_list(parameters)} | {cause} |")
    return [*lines, ""]


def _findings() -> list[str]:
    lines = ["## Findings", "", "What `diagnose` finds, with the parameters of each."]
    lines.append("The name of a counter of lost packets, with `count`, is a finding, too.")
    lines += ["", "| identifier | parameters |", "|---|---|"]
    found = {**FINDING_IDS, **EXAMINATION_IDS}
    return [*lines, *(f"| `{name}` | {_list(parameters)} |" for name, parameters in found.items())]


# What the types say of themselves


@lru_cache
def kinds() -> tuple[type[msgspec.Struct], ...]:
    """Every type that is part of a message, in the order of the source, those of `schema` first."""
    found: dict[type[msgspec.Struct], None] = {}

    def walk(kind: type[msgspec.Struct]) -> None:
        if kind in found or kind in ELSEWHERE:
            return
        found[kind] = None
        shape = shapes.type_info(kind)
        assert isinstance(shape, shapes.StructType)
        for field in shape.fields:
            for inner in _structs(field.type):
                walk(inner)

    for params, result in METHODS.values():
        walk(params)
        walk(result)
    for event in NOTIFICATIONS.values():
        walk(event)

    def place(kind: type[msgspec.Struct]) -> tuple[bool, int]:
        return kind.__module__ != schema.__name__, inspect.getsourcelines(kind)[1]

    return tuple(sorted(found, key=place))


def _structs(kind: shapes.Type) -> Iterator[type[msgspec.Struct]]:
    match kind:
        case shapes.StructType(cls=cls):
            yield cls
        case shapes.VarTupleType(item_type=inner):
            yield from _structs(inner)
        case shapes.UnionType(types=types):
            for each in types:
                yield from _structs(each)


def comments_of(kind: type[Any]) -> dict[str, str]:
    """Field -> the comment beside it, on the line where the field ends."""
    source = textwrap.dedent(inspect.getsource(kind))
    beside = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    (body,) = ast.parse(source).body
    assert isinstance(body, ast.ClassDef)
    return {
        each.target.id: beside.get(each.end_lineno or 0, "")
        for each in body.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }


def _docstring(of: Any) -> list[str]:
    if not of.__doc__:
        raise UndescribedError(of.__name__)
    return _filled(inspect.cleandoc(of.__doc__))


def _filled(text: str) -> list[str]:
    """Paragraphs in lines as long as the documentation has them."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        textwrap.fill(" ".join(each.split()), 118, break_on_hyphens=False) for each in paragraphs
    ).splitlines()


def _word(kind: shapes.Type) -> str:
    match kind:
        case shapes.BoolType():
            return "true or false"
        case shapes.IntType() | shapes.FloatType():
            bounds = (
                f"{sign} {value:g}" for sign, value in (("≥", kind.ge), ("≤", kind.le)) if value is not None
            )
            return ", ".join(["number", *bounds])
        case shapes.StrType():
            return "text" if kind.max_length is None else f"text, ≤ {kind.max_length} characters"
        case shapes.BytesType():
            return "octets"
        case shapes.LiteralType(values=values):
            return _list([str(value) or '""' for value in values])
        case shapes.StructType(cls=cls):
            return _link(cls)
        case shapes.VarTupleType(item_type=inner):
            return f"list of {_word(inner)}"
        case shapes.DictType(value_type=inner):
            return "object" if isinstance(inner, shapes.AnyType) else f"object of {_word(inner)}"
        case shapes.UnionType(types=types):
            return " or ".join(_word(each) for each in types)
        case shapes.NoneType():
            return "null"
        case _:
            raise UndescribedError(f"{kind} has no word")


def _default(field: shapes.Field) -> str:
    if field.required:
        return "required"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, msgspec.Struct):
        return ""
    return "`" + msgspec.json.encode(value).decode() + "`"


def _link(kind: type[msgspec.Struct]) -> str:
    return ELSEWHERE.get(kind) or f"[{kind.__name__}](#{kind.__name__.lower()})"


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _values(of: Any) -> dict[str, Any]:
    return {each.name: getattr(of, each.name) for each in fields(of)}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page())
    else:
        sys.stdout.write(page())
