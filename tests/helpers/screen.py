"""A screen of the test's own, and a person before it who looks, clicks and types.

Xvfb with a window manager (openbox), and xdotool for hands: what reaches a program is what a mouse and a
keyboard send it. What the person sees is what a screen reader says (see `onlooker`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from .onlooker import BOUND, ENABLED, FOCUSED, Bus, Onlooker, Seen

#: Two windows have room side by side.
SIZE: Final = "2200x900x24"
BOUND_S: Final = 20.0
#: Between two looks, in seconds.
GLANCE_S: Final = 0.05


class Screen:
    """With its own bus, below `folder`; `environment` is for programs that shall appear on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._people: list[Person] = []

    def __enter__(self) -> Self:
        read, write = os.pipe()
        self._server = subprocess.Popen(
            [*BOUND, "Xvfb", "-displayfd", str(write), "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        self._bus = Bus(self._folder)
        self.onlooker = Onlooker(self._bus)
        self.environment = {
            **os.environ,
            "DISPLAY": f":{number}",
            "QT_QPA_PLATFORM": "xcb",
            "AT_SPI_BUS_ADDRESS": self._bus.address,
            "DBUS_SESSION_BUS_ADDRESS": self._bus.address,
            "LANG": "C.UTF-8",
            # Qt's bridge complains of Qt's own labels, and of questions about what is gone.
            "QT_LOGGING_RULES": "qt.accessibility.atspi=false",
        }
        self._manager = subprocess.Popen(
            [*BOUND, "openbox", "--sm-disable"],
            env={**self.environment, "HOME": str(self._folder), "XDG_CACHE_HOME": str(self._folder)},
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for person in self._people:
            person.leave()
        self.onlooker.close()
        self._bus.close()
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(BOUND_S)

    def person(self, name: str, *command: str) -> Person:
        """Somebody who starts `command`, with a home of their own."""
        home = self._folder / name
        for folder in (home, home / "run"):
            folder.mkdir(mode=0o700)
        person = Person(self, home, len(self._people), command)
        self._people.append(person)
        return person

    def hand(self, *words: str) -> str:
        """What xdotool does and says."""
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, f"xdotool {words[0]}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout


class Person:
    """Has started a program and sees its windows, and no other's."""

    def __init__(self, screen: Screen, home: Path, number: int, command: tuple[str, ...]) -> None:
        self._screen = screen
        self.home = home
        self._log = home / "said.log"
        environment = {
            **screen.environment,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
        }
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [*BOUND, *command], env=environment, stdout=output, stderr=output, start_new_session=True
            )
        self._program = screen.onlooker.wait_for_program(number)

    @property
    def said(self) -> str:
        """What the program wrote."""
        return self._log.read_text()

    @property
    def heard(self) -> list[str]:
        """What the program had a screen reader say."""
        return [words for program, words in self._screen.onlooker.announced if program == self._program]

    def look(self) -> list[Seen]:
        return self._screen.onlooker.look(self._program)

    def names(self, role: str = "") -> list[str]:
        """All that can be read, or what is of this role."""
        return [each.name for each in self.look() if role in {"", each.role}]

    def sees(self, name: str, role: str = "") -> bool:
        return any(_is(each, name, role) for each in self.look())

    def wait_for(self, name: str, role: str = "", *, timeout_s: float = BOUND_S) -> Seen:
        """What is called so, or begins so where `name` ends in `…`."""
        found: list[Seen] = []

        def there() -> bool:
            found[:] = [each for each in self.look() if _is(each, name, role)]
            return bool(found)

        self.until(there, f"{role} {name}", timeout_s=timeout_s)
        return found[0]

    def wait_to_type(self, window: str) -> None:
        """Until keys go to the window that is called so, or begins so: it may be seen before that."""

        def has_focus() -> bool:
            return any(FOCUSED in each.states and _called(each.window, window) for each in self.look())

        self.until(has_focus, f"{window} to have the focus")

    def until(self, ready: Callable[[], bool], what: str, *, timeout_s: float = BOUND_S) -> None:
        """Raises AssertionError with all that is to be seen."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the program ended while waiting for {what}:\n{self.said}")
            if time.monotonic() > deadline:
                seen = "\n".join(f"{each.role}: {each.name}" for each in self.look() if each.name)
                raise AssertionError(f"{what}: not within {timeout_s:g} s. There is:\n{seen}\n{self.said}")
            time.sleep(GLANCE_S)

    def click(self, name: str, role: str = "push button") -> None:
        """As soon as it can be clicked: it is enabled, on the screen and moves no more."""
        places: list[tuple[int, int, int, int]] = []

        def settled() -> bool:
            thing = self.wait_for(name, role)
            place = self._screen.onlooker.where(self._program, thing)
            if ENABLED not in thing.states or place is None or min(place) < 0:
                return False
            places.append(place)
            return places[-2:-1] == [place]

        self.until(settled, f"{name} to be of use")
        x, y, width, height = places[-1]
        # a box that is as wide as its column takes clicks where its mark and its words are
        self._screen.hand("mousemove", str(x + min(width // 2, 30)), str(y + height // 2), "click", "1")

    def put_aside(self, x: int) -> None:
        """Move the window that has just come, so that others can lie beside it."""
        self._screen.hand("getactivewindow", "windowmove", str(x), "0")

    def press(self, *keys: str) -> None:
        """In xdotool's words: `ctrl+o`, `Return`."""
        self._screen.hand("key", "--delay", "20", *keys)

    def write(self, text: str) -> None:
        self._screen.hand("type", "--delay", "5", text)

    def leave(self) -> None:
        """The program ends, whatever it shows."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(BOUND_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


def app(socket: Path) -> tuple[str, ...]:
    """The command that starts `ginnel-gui` on a service's socket."""
    return (sys.executable, "-P", "-m", "ginnel_gui", "--socket", str(socket))


def _is(seen: Seen, name: str, role: str) -> bool:
    return role in {"", seen.role} and _called(seen.name, name)


def _called(name: str, wanted: str) -> bool:
    return name.startswith(wanted[:-1]) if wanted.endswith("…") else name == wanted
