"""Every field of a profile as the editor asks for it, page by page. Qt-free.

A test holds this beside the profile's model, so that no field is forgotten here.
"""

from __future__ import annotations

from typing import Final

from .fields import Field, FieldPage
from .fields_of_gateway import CERTIFICATES, IDENTITY, SIGN_IN
from .fields_of_network import DNS, KILL_SWITCH, NETWORK, ON_DEMAND, RECONNECTING
from .fields_of_protocol import ENCRYPTION, TIMING, TRANSPORT

#: Those that nobody edits: the format's version, whose it is, where it was imported from.
NOT_SHOWN: Final = frozenset({"version", "owner_uid", "origin"})

PAGES: Final[tuple[FieldPage, ...]] = (
    IDENTITY,
    SIGN_IN,
    CERTIFICATES,
    ENCRYPTION,
    NETWORK,
    DNS,
    KILL_SWITCH,
    ON_DEMAND,
    RECONNECTING,
    TRANSPORT,
    TIMING,
)

FIELDS: Final[dict[str, Field]] = {field.path: field for page in PAGES for field in page.fields}


def field_of(problem: str) -> Field | None:
    """The field that a problem is about: `on_demand.rules[2].ssids` is one of the rules."""
    path = problem.partition("[")[0]
    if path in FIELDS:
        return FIELDS[path]
    if f"secrets.{path}" in FIELDS:
        return FIELDS[f"secrets.{path}"]
    above = path.rpartition(".")[0]
    return field_of(above) if above else None


def page_of(field: Field) -> FieldPage:
    return next(page for page in PAGES if field in page.fields)
