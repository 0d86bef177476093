"""The app on a demo's service: `ginnel-gui` with the display and the keychain of whoever runs the demo.

It is a process of its own outside the lab, which reaches the service by its socket. What is chosen in it is
kept in the lab's directory, and gone with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from .lab import Process, environment

#: Whoever closes the window has seen enough, although there may be a tray to go on in.
_SETTINGS = "[General]\nclose_to_tray=false\n"

_INSTALL = "in a clone `make setup` installs it, elsewhere `pip install 'ginnel[gui]'`"


class DesktopError(RuntimeError):
    """The app did not end by being closed; the text holds its last words."""


def why_unavailable(surroundings: Mapping[str, str] = os.environ) -> str | None:
    """Why the app cannot be shown here, with the remedy, or None when it can."""
    for name in ("PySide6", "ginnel_gui"):
        if find_spec(name) is None:
            return f"the app needs {name}, which is not installed; {_INSTALL}"
    named = any(surroundings.get(name) for name in ("WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM"))
    if not named and sys.platform != "darwin":
        return (
            "there is no display: neither WAYLAND_DISPLAY nor DISPLAY is set. Run it in a terminal of your "
            "desktop, as yourself rather than through sudo, or see the demo without --gui"
        )
    return None


class App:
    """`ginnel-gui` on the service at `socket`, from now until it is closed."""

    def __init__(self, directory: Path, socket: Path) -> None:
        settings = directory / "app.ini"
        settings.write_text(_SETTINGS)
        log = directory / "app.log"
        leash = [sys.executable, "-P", "-m", "ginnel_service.demo.leash"]  # what ends us ends the app too
        with log.open("ab") as output:
            popen = subprocess.Popen(
                [*leash, "ginnel_gui", "--socket", str(socket), "--settings", str(settings)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=environment(),
                start_new_session=True,  # a terminal's Ctrl-C is for us alone
            )
        self.process = Process("app", popen, log)

    def wait(self) -> None:
        """Until it is closed. Raises DesktopError when it ends otherwise."""
        if status := self.process.popen.wait():
            raise DesktopError(f"the app ended with exit status {status}:\n{self.process.tail()}")

    def close(self) -> None:
        """Ask it to end, and insist. Idempotent."""
        self.process.stop()
        if self.process.popen.stdin is not None:
            self.process.popen.stdin.close()
