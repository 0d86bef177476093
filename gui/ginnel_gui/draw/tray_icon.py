"""A state as an icon of the tray, where the colour of the panel is not known."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon

from . import icons
from .palette import LIGHT
from .raster import pixmap

_SIZES: Final = (16, 20, 22, 24, 32, 48, 64)

#: The drawing in white on a tile of the state's colour: it stands out from light panels and from dark ones.
_TILE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#ffffff" '
    'stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round">'
    '<rect x="0.5" y="0.5" width="23" height="23" rx="5.5" fill="{colour}" stroke="none"/>'
    '<g transform="translate(3 2.4) scale(0.75)">{strokes}</g></svg>'
)


@lru_cache(maxsize=32)
def tray_icon(name: str, tone: str, *, mask: bool = sys.platform == "darwin") -> QIcon:
    """Of the state whose icon is `name`. As a `mask` the system colours it, as macOS wants."""
    if mask:
        data = icons.svg(name, "#000000")
    else:
        strokes = icons.STROKES[name].replace('class="fill"', 'fill="#ffffff" stroke="none"')
        data = _TILE.format(colour=LIGHT.of(tone), strokes=strokes).encode()
    icon = QIcon()
    for size in _SIZES:
        icon.addPixmap(pixmap(data, QSize(size, size)))
    icon.setIsMask(mask)
    return icon
