"""The pages of the main window: what there are, and how each is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..model.words import QT_TRANSLATE_NOOP, Words
from .page import Context, Page


@dataclass(frozen=True, slots=True)
class Kind:
    """`title` is its action's, with a mnemonic. `make` imports what it needs: unopened, a page is free."""

    name: str
    title: Words
    icon: str
    make: Callable[[Context], Page]
    needs_service: bool = True  # without contact there is nothing that it could show
    needs_profile: bool = False


class Pages:
    """In the order of the toolbar."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def add(self, kind: Kind) -> None:
        self._kinds[kind.name] = kind

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]


def standard() -> Pages:
    """All that the app has."""
    pages = Pages()
    for kind in (
        Kind(
            "connection",
            QT_TRANSLATE_NOOP("Pages", "&Connection"),
            "overview",
            _connection,
            needs_profile=True,
        ),
        Kind("split", QT_TRANSLATE_NOOP("Pages", "S&plit tunnel"), "routes", _split, needs_profile=True),
        Kind(
            "kill_switch",
            QT_TRANSLATE_NOOP("Pages", "&Kill switch"),
            "shield",
            _kill_switch,
            needs_profile=True,
        ),
        Kind(
            "on_demand", QT_TRANSLATE_NOOP("Pages", "&On demand"), "on_demand", _on_demand, needs_profile=True
        ),
        Kind(
            "diagnosis",
            QT_TRANSLATE_NOOP("Pages", "D&iagnostics"),
            "diagnostics",
            _diagnosis,
            needs_profile=True,
        ),
        Kind("log", QT_TRANSLATE_NOOP("Pages", "&Log"), "log", _log, needs_service=False),
    ):
        pages.add(kind)
    return pages


def _connection(context: Context) -> Page:
    from .connection_page import ConnectionPage  # noqa: PLC0415

    return ConnectionPage(context)


def _split(context: Context) -> Page:
    from .split_page import SplitPage  # noqa: PLC0415

    return SplitPage(context)


def _kill_switch(context: Context) -> Page:
    from .kill_switch_page import KillSwitchPage  # noqa: PLC0415

    return KillSwitchPage(context)


def _on_demand(context: Context) -> Page:
    from .on_demand_page import OnDemandPage  # noqa: PLC0415

    return OnDemandPage(context)


def _diagnosis(context: Context) -> Page:
    from .diagnosis_page import DiagnosisPage  # noqa: PLC0415

    return DiagnosisPage(context)


def _log(context: Context) -> Page:
    from .log_page import LogPage  # noqa: PLC0415

    return LogPage(context)
