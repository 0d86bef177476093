"""What `ginnel demo` says of how to look at its tunnel."""

from __future__ import annotations

import pytest

from ginnel_service.cli.demo import Screen

LINE = "GINNEL_SOCKET=/tmp/it.sock ginnel status --watch"


def test_who_plays_it_through_sudo_is_told_to_look_as_root(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    Screen(False).shown("/tmp/it.sock", "It is yours.")
    assert f"\n  {LINE}\n" in capsys.readouterr().out
    monkeypatch.setenv("SUDO_UID", "1000")
    Screen(False).shown("/tmp/it.sock", "It is yours.")
    assert f"\n  sudo {LINE}\n" in capsys.readouterr().out
