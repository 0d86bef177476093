from __future__ import annotations

import plistlib
import shlex
from pathlib import Path

from ginnel_gui.autostart import DesktopEntry, LaunchAgent, command


def test_a_desktop_entry_starts_the_app_minimised(tmp_path: Path) -> None:
    entry = DesktopEntry(("/usr/bin/ginnel-gui",), tmp_path / "autostart")
    assert not entry.enabled
    entry.enable(True)
    assert entry.enabled
    (file,) = (tmp_path / "autostart").iterdir()
    assert "Exec=/usr/bin/ginnel-gui --minimised" in file.read_text().splitlines()
    entry.enable(False)
    assert not entry.enabled
    entry.enable(False)


def test_one_that_the_desktop_has_hidden_is_off(tmp_path: Path) -> None:
    entry = DesktopEntry(("ginnel-gui",), tmp_path)
    entry.enable(True)
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text() + "Hidden=true\n")
    assert not entry.enabled
    entry.enable(True)
    assert entry.enabled


def test_a_command_with_blanks_and_signs_is_quoted(tmp_path: Path) -> None:
    DesktopEntry(("/opt/my apps/100%/ginnel-gui", 'a"b\\c'), tmp_path).enable(True)
    (file,) = tmp_path.iterdir()
    (line,) = (line for line in file.read_text().splitlines() if line.startswith("Exec="))
    # A string value's own escapes first, then the quoting of arguments, then field codes.
    value = line.removeprefix("Exec=").replace("\\\\", "\\")
    assert [each.replace("%%", "%") for each in shlex.split(value)] == [
        "/opt/my apps/100%/ginnel-gui",
        'a"b\\c',
        "--minimised",
    ]


def test_a_launch_agent_starts_the_app_minimised(tmp_path: Path) -> None:
    agent = LaunchAgent(("/Applications/Ginnel.app/Contents/MacOS/ginnel-gui",), tmp_path)
    agent.enable(True)
    assert agent.enabled
    (file,) = tmp_path.iterdir()
    assert plistlib.loads(file.read_bytes())["ProgramArguments"][-1] == "--minimised"
    agent.enable(False)
    assert not agent.enabled


def test_the_app_is_started_as_it_was(tmp_path: Path) -> None:
    assert command("/usr/local/bin/ginnel-gui") == ("/usr/local/bin/ginnel-gui",)
    assert command("/usr/lib/python3/ginnel_gui/__main__.py")[1:] == ("-m", "ginnel_gui")
