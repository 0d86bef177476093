"""What a program shows, as a screen reader has it: AT-SPI over a bus of the test's own.

An `Onlooker` is both the registry that programs announce themselves to (org.a11y.atspi.Registry) and the one
who reads. Names and descriptions are in the program's language, roles and states are AT-SPI's
(https://gnome.pages.gitlab.gnome.org/at-spi2-core/libatspi/).
"""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    new_error,
    new_method_call,
    new_method_return,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

_CONFIG: Final = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""
#: What goes before a program that shall end with the test, however that ends.
BOUND: Final = ("setpriv", "--pdeathsig", "KILL", "--")
_ROOT: Final = "/org/a11y/atspi/accessible/root"
_ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_EVENTS: Final = "org.a11y.atspi.Event.Object"
_BOUND_S: Final = 20.0
#: Until a program is there, which may have others to start before it shows itself.
_START_S: Final = 60.0

#: Numbers of AtspiStateType.
ENABLED: Final = 8
FOCUSED: Final = 12
SHOWING: Final = 25


class Bus:
    """A message bus at a socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        config = folder / "bus.conf"
        config.write_text(_CONFIG.format(path=folder / "bus"))
        self.address = f"unix:path={folder / 'bus'}"
        self._process = subprocess.Popen(
            [
                *BOUND,
                "dbus-daemon",
                f"--config-file={config}",
                "--nofork",
                "--nopidfile",
                "--print-address=1",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def connect(self) -> DBusConnection:
        return open_dbus_connection(bus=self.address)

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing on the screen, in the window of this title."""

    path: str
    window: str
    name: str
    role: str
    states: frozenset[int]


class Onlooker:
    """Reads the programs on `bus`.

    `programs` are their names there in the order in which they came, `announced` what each told a screen
    reader to say.
    """

    def __init__(self, bus: Bus) -> None:
        self.programs: list[str] = []
        self.announced: list[tuple[str, str]] = []
        self._came = threading.Condition()
        self._reader = bus.connect()
        self._registry = bus.connect()
        announcements = MatchRule(type="signal", interface=_EVENTS, member="Announcement")
        for wish in (
            message_bus.RequestName("org.a11y.atspi.Registry"),
            message_bus.AddMatch(announcements),
        ):
            self._registry.send_and_get_reply(wish, timeout=_BOUND_S)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._registry.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(_BOUND_S)
        self._registry.close()
        self._reader.close()

    def wait_for_program(self, number: int) -> str:
        """The name of the program that comes as `number` (from 0). Raises TimeoutError."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.programs) > number, _START_S):
                raise TimeoutError("no program made itself known")
            return self.programs[number]

    def look(self, program: str) -> list[Seen]:
        """All that `program` shows now; what lies in something else stands after it."""
        seen: list[Seen] = []
        level = [(_ROOT, "")]
        while level:
            within = zip(level, self._ask(program, _GET_CHILDREN, (path for path, _ in level)), strict=True)
            found = [
                (path, window)
                for (_, window), body in within
                if body is not None
                for owner, path in body[0]
                if owner == program
            ]
            things = self._see(program, found)
            seen += things
            level = [(each.path, each.window) for each in things]
        return seen

    def where(self, program: str, thing: Seen) -> tuple[int, int, int, int] | None:
        """x, y, width and height on the screen; None where it is gone."""
        (body,) = self._ask(program, _GET_EXTENTS, [thing.path])
        if body is None:
            return None
        x, y, width, height = body[0]
        return x, y, width, height

    def _see(self, program: str, found: list[tuple[str, str]]) -> list[Seen]:
        paths = [path for path, _ in found]
        answers = zip(
            found,
            self._ask(program, _GET_STATE, paths),
            self._ask(program, _GET_NAME, paths),
            self._ask(program, _GET_ROLE, paths),
            strict=True,
        )
        things = []
        for (path, window), state, name, role in answers:
            if state is None or name is None or role is None:
                continue  # gone meanwhile
            bits = state[0]
            states = frozenset(at for at in range(64) if bits[at // 32] >> at % 32 & 1)
            if SHOWING in states:
                things.append(Seen(path, window or name[0][1], name[0][1], role[0], states))
        return things

    def _ask(self, program: str, question: _Question, paths: Iterable[str]) -> list[Any]:
        """What `paths` answer, None where one is gone; asked all at once, as each answer takes a while."""
        waits: dict[int, int] = {}
        for number, path in enumerate(paths):
            serial = next(self._reader.outgoing_serial)
            self._reader.send(question(program, path), serial=serial)
            waits[serial] = number
        answers: list[Any] = [None] * len(waits)
        while waits:
            message = self._reader.receive(timeout=_BOUND_S)
            at = waits.pop(message.header.fields.get(HeaderFields.reply_serial, 0), None)
            if at is not None and message.header.message_type is MessageType.method_return:
                answers[at] = message.body
        return answers

    def _serve(self) -> None:
        while True:
            try:
                message = self._registry.receive()
            except OSError:
                return
            match message.header.message_type:
                case MessageType.method_call:
                    self._registry.send(self._answer(message))
                case MessageType.signal:
                    self._hear(message)

    def _answer(self, message: Message) -> Message:
        """As at-spi2-registryd, for all that a program asks of it."""
        fields = message.header.fields
        match fields[HeaderFields.member]:
            case "Embed":
                with self._came:
                    self.programs.append(fields[HeaderFields.sender])
                    self._came.notify_all()
                return new_method_return(message, "(so)", ((self._registry.unique_name, _ROOT),))
            case "GetRegisteredEvents":
                wanted = (self._registry.unique_name, "object:")
                return new_method_return(message, "a(ss)", ([wanted],))
            case "NotifyListenersSync":  # of a key: whether the program shall ignore it
                return new_method_return(message, "b", (False,))
            case _:
                return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")

    def _hear(self, message: Message) -> None:
        fields = message.header.fields
        if fields.get(HeaderFields.member) == "Announcement":
            self.announced.append((fields[HeaderFields.sender], message.body[3][1]))


_Question = Callable[[str, str], Message]


def _call(interface: str, method: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> _Question:
    return lambda program, path: new_method_call(
        DBusAddress(path, bus_name=program, interface=interface), method, signature, body
    )


_GET_CHILDREN: Final = _call(_ACCESSIBLE, "GetChildren")
_GET_STATE: Final = _call(_ACCESSIBLE, "GetState")
_GET_ROLE: Final = _call(_ACCESSIBLE, "GetRoleName")
_GET_EXTENTS: Final = _call("org.a11y.atspi.Component", "GetExtents", "u", (0,))
_GET_NAME: Final = _call("org.freedesktop.DBus.Properties", "Get", "ss", (_ACCESSIBLE, "Name"))
