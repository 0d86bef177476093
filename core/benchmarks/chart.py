"""The picture of a run: bars with their ranges. Pure.

It has a ground of its own, light or dark as the reader wants it, so that no page makes it unreadable. The
link without a tunnel is no bar: it would dwarf the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from .report import number
from .results import Quantity, Results, Statistic

WIDTH, LABELS, RIGHT = 760, 224, 70  # the whole, what stands left of the bars, and right of them
BAR, GAP, GROUP_GAP, TITLE, MARGIN = 12, 3, 10, 34, 16
OURS = ("ginnel", "ginnel-strongswan")
LINK = "link"

STYLE = """
 .ground { fill: #ffffff; stroke: #d0d7de; }
 text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f; }
 .title { font-size: 14px; font-weight: 600; }
 .label { text-anchor: end; }
 .value { font-size: 11px; fill: #57606a; }
 .bar { fill: #9aa4b0; }
 .bar.second { fill: #c3cad2; }
 .ours { fill: #1a7f64; }
 .ours.second { fill: #58b79c; }
 .range { stroke: #24292f; stroke-width: 1; }
 .axis { stroke: #8c959f; stroke-width: 1; }
 @media (prefers-color-scheme: dark) {
  .ground { fill: #0d1117; stroke: #30363d; }
  text { fill: #e6edf3; }
  .value { fill: #9aa4af; }
  .bar { fill: #6b7582; }
  .bar.second { fill: #4b545f; }
  .ours { fill: #3fb68f; }
  .ours.second { fill: #237a5f; }
  .range { stroke: #e6edf3; }
 }
"""


class Panel(NamedTuple):
    """One set of bars: a group for each peer, a bar for each quantity."""

    title: str
    quantities: Sequence[Quantity]


PANELS = (
    Panel(
        "TCP, one stream, Mbit/s: up (the upper bar) and down",
        (Quantity.TCP_UP, Quantity.TCP_DOWN),
    ),
    Panel("CPU seconds per GB, the whole machine (less is better)", (Quantity.CPU,)),
)


def chart(results: Results, titles: Mapping[str, str], caption: str) -> str:
    """An SVG document. Peers without a sample are left out, and so are panels without a peer."""
    bare = results.median(LINK, Quantity.TCP_UP)
    if bare is not None:
        caption += f"; the link without a tunnel carries {number(bare)} Mbit/s"
    titles = {key: title for key, title in titles.items() if key != LINK}
    parts: list[str] = []
    top = float(MARGIN)
    for panel in PANELS:
        drawn, height = _panel(panel, results, titles, top)
        parts += drawn
        top += height
    parts.append(f'<text class="value" x="{MARGIN}" y="{top + 4:g}">{escape(caption)}</text>')
    height = top + MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
            f'height="{height:g}" role="img">',
            "<title>Tunnels in user space, side by side</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:g}" rx="6"/>',
            *parts,
            "</svg>\n",
        )
    )


def _panel(panel: Panel, results: Results, titles: Mapping[str, str], top: float) -> tuple[list[str], float]:
    """The panel's elements and its height."""
    groups = [
        (key, title, [results.stat(key, quantity) for quantity in panel.quantities])
        for key, title in titles.items()
        if results.measured(key, *panel.quantities)
    ]
    if not groups:
        return [], 0
    most = max(found.high for _, _, stats in groups for found in stats if found is not None)
    scale = (WIDTH - LABELS - RIGHT) / (most or 1.0)
    y = top + TITLE
    parts = [f'<text class="title" x="{MARGIN}" y="{top + 14:g}">{escape(panel.title)}</text>']
    for key, title, stats in groups:
        tall = len(stats) * (BAR + GAP) - GAP
        parts.append(f'<text class="label" x="{LABELS - 8}" y="{y + tall / 2 + 4:g}">{escape(title)}</text>')
        for index, found in enumerate(stats):
            if found is not None:
                parts += _bar(found, scale, y + index * (BAR + GAP), key in OURS, index > 0)
        y += tall + GROUP_GAP
    axis = f'<path class="axis" d="M{LABELS} {top + TITLE - 4:g}V{y - GROUP_GAP + 4:g}"/>'
    return [*parts, axis], y - top + MARGIN


def _bar(found: Statistic, scale: float, y: float, ours: bool, second: bool) -> list[str]:
    """A bar to the median, a whisker from the lowest to the highest sample, and the median's number."""
    low, high = (LABELS + value * scale for value in (found.low, found.high))
    middle = y + BAR / 2
    kinds = ["bar", *(["ours"] if ours else []), *(["second"] if second else [])]
    parts = [
        f'<rect class="{" ".join(kinds)}" x="{LABELS}" y="{y:g}" width="{found.median * scale:.1f}" '
        f'height="{BAR}" rx="2"/>'
    ]
    if found.high > found.low:
        parts.append(
            f'<path class="range" fill="none" d="M{low:.1f} {middle:g}H{high:.1f}'
            f'M{low:.1f} {middle - 3:g}v6M{high:.1f} {middle - 3:g}v6"/>'
        )
    parts.append(f'<text class="value" x="{high + 6:.1f}" y="{middle + 4:g}">{number(found.median)}</text>')
    return parts
