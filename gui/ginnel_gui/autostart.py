"""Starting the app when its person logs in: a file that the desktop, or macOS's launchd, reads then."""

from __future__ import annotations

import os
import plistlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

LABEL: Final = "org.ginnel.gui"
#: What the desktop starts, beside the command: the window waits to be wanted.
MINIMISED: Final = "--minimised"

#: Characters of an argument that the Desktop Entry Specification ("The Exec key") wants in quotes.
_RESERVED: Final = frozenset(" \t\n\"'\\><~|&;$*?#()`")


class Autostart(Protocol):
    """Both raise OSError where the file cannot be read or written."""

    @property
    def enabled(self) -> bool: ...
    def enable(self, wanted: bool) -> None: ...


class DesktopEntry:
    """Desktop Application Autostart Specification: of Linux's and FreeBSD's desktops."""

    def __init__(self, command: Sequence[str], folder: Path | None = None) -> None:
        """`folder` is the person's autostart directory."""
        root = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        self._file = (folder or root / "autostart") / f"{LABEL}.desktop"
        self._command = command

    @property
    def enabled(self) -> bool:
        """A desktop's own settings may have hidden it."""
        try:
            lines = self._file.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return False
        return not any(line.replace(" ", "").lower() == "hidden=true" for line in lines)

    def enable(self, wanted: bool) -> None:
        if not wanted:
            self._file.unlink(missing_ok=True)
            return
        words = " ".join(_quoted(each) for each in (*self._command, MINIMISED))
        entry = ("[Desktop Entry]", "Type=Application", "Name=Ginnel", "Icon=ginnel-gui", f"Exec={words}")
        _write(self._file, "\n".join((*entry, "")).encode())


class LaunchAgent:
    """launchd.plist(5) in the person's LaunchAgents."""

    def __init__(self, command: Sequence[str], folder: Path | None = None) -> None:
        self._file = (folder or Path.home() / "Library/LaunchAgents") / f"{LABEL}.plist"
        self._command = command

    @property
    def enabled(self) -> bool:
        return self._file.exists()

    def enable(self, wanted: bool) -> None:
        if not wanted:
            self._file.unlink(missing_ok=True)
            return
        agent = {
            "Label": LABEL,
            "ProgramArguments": [*self._command, MINIMISED],
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        _write(self._file, plistlib.dumps(agent))


def of_system(system: str = sys.platform) -> Autostart:
    return LaunchAgent(command()) if system == "darwin" else DesktopEntry(command())


def command(program: str = "") -> tuple[str, ...]:
    """What starts this app again; `program` is what started it, by default this process's."""
    started = Path(program or sys.argv[0])
    if started.name.startswith("ginnel-gui"):
        return (str(started.absolute()),)
    return (sys.executable, "-m", "ginnel_gui")


def _quoted(argument: str) -> str:
    """As an argument of an Exec key, whose value is a string with escapes of its own."""
    argument = argument.replace("%", "%%")
    if not set(argument) & _RESERVED:
        return argument
    for character in ("\\", '"', "`", "$"):
        argument = argument.replace(character, "\\" + character)
    return '"' + argument.replace("\\", "\\\\") + '"'


def _write(file: Path, data: bytes) -> None:
    """Whole, or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(data)
    part.replace(file)
