"""Small drawings as files: Qt's style sheets take pictures from nowhere else."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTemporaryDir

from . import icons


class Signs:
    """In a folder of their own, which ends with this."""

    def __init__(self) -> None:
        self._folder = QTemporaryDir()

    def path(self, name: str, colour: str) -> str:
        """Of the icon `name` in `colour`, as a style sheet's `url()` wants it. Without a folder the control
        stays without its sign, and works."""
        file = Path(self._folder.path(), f"{name}-{colour[1:]}.svg")
        if self._folder.isValid() and not file.exists():
            file.write_bytes(icons.svg(name, colour))
        return file.as_posix()
