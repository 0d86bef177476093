"""What `ginnel demo` says of how to look at its tunnel, and what ends it."""

from __future__ import annotations

import os
import signal

import pytest

from ginnel_service.cli.demo import Screen, ended_by

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


def test_a_closed_terminal_ends_it_as_ctrl_c_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have it ignored
    try:
        with pytest.raises(KeyboardInterrupt), ended_by(signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_nohup_is_heeded() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by(signal.SIGHUP):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
