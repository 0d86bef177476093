"""Small drawings as files: Qt's style sheets take pictures from nowhere else."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, QTemporaryDir

from . import icons
from .raster import pixmap

_SIZE: Final = 14  # points
#: Qt takes the file whose name says as many dots a point as the screen has.
_RATIOS: Final[dict[int, str]] = {1: "", 2: "@2x", 3: "@3x"}


class Signs:
    """In a folder of their own, which ends with this."""

    @cached_property
    def _folder(self) -> QTemporaryDir:
        return QTemporaryDir()

    def path(self, name: str, colour: str) -> str:
        """Of the icon `name` in `colour`, as a style sheet's `url()` wants it. Without a folder the control
        stays without its sign, and works."""
        folder, stem = Path(self._folder.path()), f"{name}-{colour[1:]}"
        file = folder / f"{stem}.png"
        if self._folder.isValid() and not file.exists():
            for ratio, mark in _RATIOS.items():
                drawn = pixmap(icons.svg(name, colour), QSize(_SIZE, _SIZE), ratio)
                drawn.save(str(folder / f"{stem}{mark}.png"))
        return file.as_posix()
