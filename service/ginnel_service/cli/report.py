"""`ginnel doctor --report`: gathers what goes into a report, and writes it to a file."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from ginnel_service import report
from ginnel_service.ipc.schema import (
    Diagnosis,
    Finding,
    LogTailParams,
    LogTailResult,
    NameParams,
    Snapshot,
)
from ginnel_service.profiles.model import Profile

from .findings import describe
from .wire import CliError, Wire


def write_report(wire: Wire | None, found: Diagnosis, name: str, file: str, *, full: bool) -> Path:
    """Write the report and return its path; `file` empty: one here that is named after the time.

    Without a service (`wire` None) it tells of the machine alone. Raises CliError.
    """
    profile = _profile(wire, name)
    texts = {**_about(wire, found, name, profile, full=full), **_machine()}
    if not full:
        user = report.author(os.geteuid(), os.environ)
        texts = report.masked(texts, report.people(profile, user, socket.gethostname()))
    path = Path(file or report.file_name(name))
    try:
        report.write_new(path, report.bundle(texts))
    except OSError as error:
        raise CliError("file_not_written", file=str(path), cause=error.strerror or "") from None
    return path


def _profile(wire: Wire | None, name: str) -> Profile | None:
    """None where there is none to be had: a report is for when things are broken."""
    if wire is None or not name:
        return None
    with suppress(CliError):
        profile: Profile = wire.call("profile.show", NameParams(name=name))
        return profile
    return None


def _about(
    wire: Wire | None, found: Diagnosis, name: str, profile: Profile | None, *, full: bool
) -> dict[str, str]:
    if wire is None:
        return report.about_service(found, _describe, full=full, profile=profile)
    snapshot: Snapshot = wire.call("snapshot")
    log: LogTailResult = wire.call("log.tail", LogTailParams(lines=report.LOG_LINES))
    return report.about_service(
        found,
        _describe,
        full=full,
        profile=profile,
        statuses=[each for each in snapshot.connections if name in ("", each.name)],
        entries=[each for each in log.entries if not name or each.connection in ("", name)],
    )


def _describe(finding: Finding) -> tuple[str, str]:
    words = describe(finding)
    return words.cause, words.remedy


def _machine() -> dict[str, str]:
    return {**{name: _output(argv) for name, argv in report.COMMANDS.items()}, **report.of_files()}


def _output(argv: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, errors="replace", timeout=report.COMMAND_S, check=False,
            env=report.environment(os.environ), stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else f"took more than {report.COMMAND_S:g} s"
        return report.of_failed_command(argv, why or "")
    return report.of_command(argv, done.stdout, done.stderr)
