"""Gathers what goes into a report, and waits for none of it: the service's answers, commands' output."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QStandardPaths, QTimer, Signal

from ginnel_service import report
from ginnel_service.ipc.schema import (
    Diagnosis,
    ErrorInfo,
    Finding,
    LogTailParams,
    LogTailResult,
    NameParams,
)
from ginnel_service.profiles.model import Profile

from ..desk import Desk


class ReportGathering(QObject):
    """One report; `ready` with its octets when all of it is there. What cannot be had is left out."""

    ready = Signal(bytes)

    def __init__(
        self,
        desk: Desk,
        found: Diagnosis,
        name: str,
        describe: Callable[[Finding], tuple[str, str]],
        *,
        full: bool,
        parent: QObject | None = None,
    ) -> None:
        """`name` is the profile's that it is about; `full` leaves people's names and addresses in."""
        super().__init__(parent)
        self._desk = desk
        self._found = found
        self._name = name
        self._describe = describe
        self._full = full
        self._profile: Profile | None = None
        self._log: LogTailResult | None = None
        self._outputs: dict[str, str] = {}
        self._waits = 2 + len(report.COMMANDS)

    def begin(self) -> None:
        self._desk.call("profile.show", NameParams(name=self._name), self._take_profile)
        self._desk.call("log.tail", LogTailParams(lines=report.LOG_LINES), self._take_log)
        for file, argv in report.COMMANDS.items():
            self._run(file, argv)

    def _take_profile(self, profile: Profile | None, _: ErrorInfo | None) -> None:
        self._profile = profile
        self._one_less()

    def _take_log(self, log: LogTailResult | None, _: ErrorInfo | None) -> None:
        self._log = log
        self._one_less()

    def _run(self, file: str, argv: tuple[str, ...]) -> None:
        environment = report.environment(os.environ)
        program = QStandardPaths.findExecutable(argv[0], environment["PATH"].split(os.pathsep))
        if not program:
            self._take_output(file, report.of_failed_command(argv, os.strerror(2)))
            return
        process = QProcess(self)
        wanted = QProcessEnvironment()
        for key, value in environment.items():
            wanted.insert(key, value)
        process.setProcessEnvironment(wanted)
        process.setStandardInputFile(QProcess.nullDevice())
        process.finished.connect(lambda *_: self._take_output(file, _words_of(argv, process)))

        def failed(error: QProcess.ProcessError) -> None:
            if error == QProcess.ProcessError.FailedToStart:
                self._take_output(file, report.of_failed_command(argv, process.errorString()))

        process.errorOccurred.connect(failed)
        QTimer.singleShot(round(report.COMMAND_S * 1000), process, process.kill)
        process.start(program, list(argv[1:]))

    def _take_output(self, file: str, text: str) -> None:
        self._outputs[file] = text
        self._one_less()

    def _one_less(self) -> None:
        self._waits -= 1
        if not self._waits:
            self.ready.emit(report.bundle(self._texts()))

    def _texts(self) -> dict[str, str]:
        name = self._name
        entries = self._log.entries if self._log is not None else ()
        connections = self._desk.mirror.connections.values()
        texts = report.about_service(
            self._found,
            self._describe,
            full=self._full,
            profile=self._profile,
            statuses=[each for each in connections if name in ("", each.name)],
            entries=[each for each in entries if not name or each.connection in ("", name)],
        )
        texts |= {file: self._outputs[file] for file in report.COMMANDS} | report.of_files()
        if self._full:
            return texts
        user = report.author(os.geteuid(), os.environ)
        return report.masked(texts, report.people(self._profile, user, socket.gethostname()))


def _words_of(argv: tuple[str, ...], process: QProcess) -> str:
    output, complaint = (
        bytes(octets.data()).decode(errors="replace")
        for octets in (process.readAllStandardOutput(), process.readAllStandardError())
    )
    return report.of_command(argv, output, complaint)
