"""The files for other managers than systemd: as far as they can be checked away from their systems."""

from __future__ import annotations

import plistlib
import shlex
import subprocess
from pathlib import Path

import pytest

from ginnel_service.config import parse_arguments

PACKAGING = Path(__file__).parents[2] / "packaging"


def test_launchd_is_given_a_service_that_the_program_understands() -> None:
    plist = plistlib.loads((PACKAGING / "launchd" / "org.ginnel.ginneld.plist").read_bytes())
    assert plist["Label"] == "org.ginnel.ginneld"
    program, *arguments = plist["ProgramArguments"]
    assert program.endswith("/ginneld")
    assert parse_arguments(arguments).log_to == "syslog"
    assert plist["HardResourceLimits"]["Core"] == 0
    assert plist["KeepAlive"] == {"SuccessfulExit": False}
    assert plist["ExitTimeOut"] >= 10  # a silent gateway is waited for


@pytest.mark.parametrize(("enable", "starts"), [("YES", True), ("NO", False)])
def test_rc_starts_a_service_that_the_program_understands(tmp_path: Path, enable: str, starts: bool) -> None:
    """Run with a stand-in for rc.subr(8) that prints what would be started."""
    subr = (
        "load_rc_config() { ginneld_enable=ENABLE ginneld_args='--log-level debug'; }\n"
        "run_rc_command() { eval on=\\$$rcvar; [ $on = YES ] || return 0; echo $command $command_args; }\n"
    )
    (tmp_path / "rc.subr").write_text(subr.replace("ENABLE", enable))
    script = (PACKAGING / "freebsd" / "ginneld.in").read_text()
    script = script.replace("/etc/rc.subr", str(tmp_path / "rc.subr")).replace("%%PREFIX%%", "/usr/local")
    done = subprocess.run(
        ["sh", "-eu", "-c", script, "ginneld", "start"],
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    assert bool(done.stdout) is starts
    if starts:
        words = shlex.split(done.stdout)
        assert words[0] == "/usr/sbin/daemon"
        program = words.index("/usr/local/bin/ginneld")
        config = parse_arguments(words[program + 1 :])
        assert (config.log_to, config.log_level) == ("syslog", "debug")
        assert "%%" not in done.stdout
