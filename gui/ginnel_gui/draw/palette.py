"""Ginnel's colours, for light and for dark windows. Qt-free, so that their contrast can be tested.

Each colour that carries text or a mark stands out from its background by 4.5 to 1, each other one by 3 to 1
(WCAG 2.2, success criteria 1.4.3 and 1.4.11). No state is told by colour alone: each has an icon and a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`."""

    window: str
    surface: str  # cards and lists that lie on the window
    line: str  # borders; decoration alone
    edge: str  # of what can be typed into
    text: str
    muted: str  # what is less important, and still read
    accent: str  # the one button that matters, links, what is chosen
    on_accent: str
    good: str
    busy: str
    bad: str
    idle: str
    inbound: str  # of the chart
    outbound: str
    latency: str

    def mixed(self, over: str, under: str, part: float) -> str:
        """The colour that the one named `over` gives when so much of it (0 to 1) lies on the one `under`."""
        pairs = zip(_octets(getattr(self, over)), _octets(getattr(self, under)), strict=True)
        return "#" + "".join(f"{round(high * part + low * (1 - part)):02x}" for high, low in pairs)

    def of(self, tone: str) -> str:
        """The colour of a state's tone: `good`, `busy`, `bad` or `idle`."""
        return {"good": self.good, "busy": self.busy, "bad": self.bad, "idle": self.idle}[tone]


LIGHT: Final = Palette(
    window="#f6f5f2",
    surface="#ffffff",
    line="#dcd9d1",
    edge="#85878a",
    text="#1f2328",
    muted="#5b6168",
    accent="#1f5f8b",
    on_accent="#ffffff",
    good="#18683b",
    busy="#7d5200",
    bad="#b3261e",
    idle="#5a6067",
    inbound="#1f5f8b",
    outbound="#a8501a",
    latency="#6b5b95",
)
DARK: Final = Palette(
    window="#1d1f22",
    surface="#27292d",
    line="#3c4046",
    edge="#7b828a",
    text="#eceae6",
    muted="#a9afb6",
    accent="#7fb8de",
    on_accent="#10202c",
    good="#6cc48f",
    busy="#e3b341",
    bad="#f2857c",
    idle="#a3a9b0",
    inbound="#7fb8de",
    outbound="#e59b66",
    latency="#b8a6e3",
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _octets(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(octet / 255) for octet in _octets(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
