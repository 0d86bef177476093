"""docs/ipc.md says what the service does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from ginnel_service.cli import ipc_page
from ginnel_service.ipc.access import Action
from ginnel_service.ipc.calls import CALLS, COMMON_ERRORS, WHO
from ginnel_service.ipc.identifiers import ERROR_IDS
from ginnel_service.ipc.schema import METHODS, NOTIFICATIONS
from project.tree import ROOT

PAGE = ROOT / "docs/ipc.md"


def test_the_page_is_fresh() -> None:
    """If not: python -m ginnel_service.cli.ipc_page docs/ipc.md"""
    assert PAGE.read_text() == ipc_page.page()


def test_a_program_makes_it(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "ginnel_service.cli.ipc_page"], capture_output=True, text=True, check=True
    )
    assert made.stdout == PAGE.read_text()
    subprocess.run([sys.executable, "-m", "ginnel_service.cli.ipc_page", tmp_path / "x"], check=True)
    assert (tmp_path / "x").read_text() == made.stdout


def test_every_call_event_and_error_is_in_it() -> None:
    text = PAGE.read_text()
    assert all(f"### Call `{method}`\n" in text for method in METHODS)
    assert all(f"| `{topic}` | [" in text for topic in NOTIFICATIONS)
    assert all(f"| `{code}` | " in text for code in ERROR_IDS)
    assert all(f"### {kind.__name__}\n" in text for kind in ipc_page.kinds())


def test_what_it_says_of_calls_is_what_is_enforced() -> None:
    assert CALLS.keys() == METHODS.keys()
    assert set(Action) | {None} == WHO.keys()
    for method, call in CALLS.items():
        assert set(call.errors) <= ERROR_IDS.keys(), method
        assert call.about.endswith("."), method
        names = {field.name for field in msgspec.structs.fields(METHODS[method][0])}
        if call.action is not None and call.action is not Action.CHANGE_SERVICE:
            assert "name" in names, method  # whose right it is that is asked for
    assert set(COMMON_ERRORS) <= ERROR_IDS.keys()


class Bare(msgspec.Struct):
    """A type with a field that nobody described."""

    first: int  # a number
    second: dict[str, int] = {}


def test_a_field_without_a_comment_is_found() -> None:
    assert ipc_page.comments_of(Bare) == {"first": "a number", "second": ""}


def test_a_type_that_lacks_one_makes_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "bare", (Bare, Bare))
    monkeypatch.setitem(CALLS, "bare", CALLS["hello"])
    ipc_page.kinds.cache_clear()
    with pytest.raises(ipc_page.UndescribedError, match=r"Bare\.second"):
        ipc_page.page()
    monkeypatch.undo()
    ipc_page.kinds.cache_clear()
