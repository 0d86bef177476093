"""The file of what people want: changed from the loop and from the network's thread at once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ginnel_service.supervisor.wanted import Hold, WantedFile


def test_changes_of_two_threads_are_both_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread is held between what it has read and what it makes of that; the other changes meanwhile."""
    wanted = WantedFile(tmp_path / "wanted")
    begun, go_on = threading.Event(), threading.Event()
    replace = msgspec.structs.replace

    def slow(struct: Any, /, **changes: Any) -> Any:
        changed = replace(struct, **changes)
        if threading.current_thread() is first:
            begun.set()
            go_on.wait(10)
        return changed

    monkeypatch.setattr(msgspec.structs, "replace", slow)
    first = threading.Thread(target=lambda: wanted.change(gateways={"vpn.example.org": ("192.0.2.1",)}))
    second = threading.Thread(target=lambda: wanted.change(holds={"office": Hold("always")}, up=("office",)))
    first.start()
    assert begun.wait(10)
    second.start()
    second.join(0.2)  # it has to wait, or is done
    go_on.set()
    for thread in (first, second):
        thread.join(10)
    assert wanted.now.holds == {"office": Hold("always")}
    assert wanted.now.gateways == {"vpn.example.org": ("192.0.2.1",)}
    assert WantedFile(tmp_path / "wanted").now == wanted.now
