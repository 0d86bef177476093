"""`make screenshots`: every state, page and dialog of the app, light and dark, in each language.

python -m gui.screenshots FOLDER [LANGUAGE...]     # from tests/, on the off-screen platform
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QWidget

from ginnel_gui import language
from ginnel_gui.app import App
from ginnel_gui.application import Application
from ginnel_gui.draw.theme import Choice
from ginnel_gui.model.series import Series
from ginnel_gui.settings import Settings
from helpers.fake_server import FakeServer, fake_server

from .dialog_scenery import OFFICE
from .scenery import SCENES, Scene, furnish

SIZE: Final = (1000, 700)
THEMES: Final[tuple[Choice, ...]] = ("light", "dark")
LANGUAGES: Final = ("en", "de")
#: A larger image is an accident.
MOST_OCTETS: Final = 40_000
BOUND_S: Final = 10.0
#: Of an image, and how many of them are kept as they are.
COLOURS: Final = 96
EXACT: Final = 40
#: So much more than a grey one of the others counts a colourful one.
COLOURFUL: Final = 8


class Studio:
    """The app in one language, for one scene after the other."""

    def __init__(self, folder: Path, code: str, scratch: Path, server: FakeServer) -> None:
        self._folder = folder
        self._code = code
        self._server = server
        server.service.statistics = tuple  # type: ignore[method-assign] # the chart is ours
        self._application = Application(["ginnel-gui"])
        settings = Settings(QSettings(str(scratch / "app.ini"), QSettings.Format.IniFormat))
        locale = language.install(self._application, code)
        self.socket = str(server.path)
        self.app = App(self._application, settings, locale, self.socket)
        self.app.begin()
        self.app.window.resize(*SIZE)

    def run(self) -> None:
        for name, scene in SCENES.items():
            self._meet_anew(scene)
            for theme in THEMES:
                self.app.settings.theme = theme
                self._take(name, theme, scene.show)
        self.app.link.close()

    def _meet_anew(self, scene: Scene) -> None:
        """As after a restart of the service: it is in another state, and its snapshot says so."""
        self.lose()
        furnish(self._server.service, scene.service)
        self._server.start()
        desk = self.app.desk
        self.until(lambda: desk.has_contact)
        self.app.window.show_profile(OFFICE)
        breathe(desk.series(OFFICE))
        self.settle()

    def lose(self) -> None:
        """The service ends."""
        self._server.stop()
        self.until(lambda: not self.app.desk.has_contact)

    def _take(self, name: str, theme: str, show: Callable[[Studio], QWidget]) -> None:
        shown = show(self)
        self.settle()
        write(shown.grab().toImage(), self._folder / f"app-{name}-{theme}-{self._code}.png")
        if isinstance(shown, QDialog):
            shown.hide()
            shown.deleteLater()

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + BOUND_S
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("the app does not get there")
            self._application.processEvents()

    def settle(self) -> None:
        """Until answers have come, and layouts have done what they put off."""
        end = time.monotonic() + 0.4
        self.until(lambda: time.monotonic() > end)


def breathe(series: Series) -> None:
    """Two minutes of a person at work, for the chart; after a scene before, what is missing of them."""
    now, octets_in, octets_out = time.monotonic(), 0, 0
    latest = series.latest
    series.pause()
    for second in range(121):
        at_s = now - 120 + second
        wave = 1 + math.sin(at_s / 7) + 0.6 * math.sin(at_s / 2.3)
        octets_in += round(420_000 * max(0.1, wave) + 1_600_000 * (at_s % 50 < 12))
        octets_out += round(90_000 * (1.6 + math.cos(at_s / 5)))
        if latest is None or at_s > latest.at_s:
            series.add(at_s, octets_in, octets_out, 17 + 3 * math.sin(at_s / 4))


def write(image: QImage, file: Path) -> None:
    """With a palette of its own: an app's window has few colours, and those should stay as they are."""
    flat = image.convertToFormat(QImage.Format.Format_RGB32)
    small = flat.convertToFormat(
        QImage.Format.Format_Indexed8, colours(flat), Qt.ImageConversionFlag.ThresholdDither
    )
    if not small.save(str(file), quality=0):
        raise OSError(f"{file} cannot be written")
    if (octets := file.stat().st_size) > MOST_OCTETS:
        raise SystemExit(f"{file.name} has {octets} octets, more than {MOST_OCTETS}")


def colours(image: QImage) -> list[int]:
    """Those that tell most of an RGB32 image: its most frequent ones, and of the rest one a neighbourhood."""
    counted = Counter(memoryview(image.constBits()).cast("I"))
    kept = [colour for colour, _ in counted.most_common(EXACT)]
    near: Counter[int] = Counter()
    speaker: dict[int, int] = {}
    for colour, count in counted.most_common()[EXACT:]:
        where = colour & 0xF0F0F0
        near[where] += count * (COLOURFUL if is_colourful(colour) else 1)
        speaker.setdefault(where, colour)
    return kept + [speaker[where] for where, _ in near.most_common(COLOURS - len(kept))]


def is_colourful(colour: int) -> bool:
    """Whether it is more than a shade of grey: a small red mark says more than the edge of a letter."""
    channels = (colour >> 16 & 255, colour >> 8 & 255, colour & 255)
    return max(channels) - min(channels) > 40


def main(folder: Path, codes: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if len(codes) != 1:
        # A process has one language.
        for code in codes or LANGUAGES:
            subprocess.run([sys.executable, "-m", "gui.screenshots", str(folder), code], check=True)
        return
    with (
        tempfile.TemporaryDirectory() as scratch,
        fake_server(Path(scratch, "run", "ginneld.sock")) as server,
    ):
        Studio(folder, codes[0], Path(scratch), server).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), tuple(sys.argv[2:]))
