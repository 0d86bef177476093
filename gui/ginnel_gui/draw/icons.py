"""Ginnel's icons as drawings of 24 by 24, each a few strokes. Qt-free: `svg` gives them a colour.

The mark is a ginnel: the passage between two buildings, with a lamp at its end. A state's icon is the
passage's arch and a sign below it, so that every state has a shape of its own.
"""

from __future__ import annotations

from typing import Final

_ARCH: Final = '<path d="M4 21V11a8 8 0 0 1 16 0v10"/>'

#: name -> strokes, round and two wide; `fill` stands for what is filled with the icon's own colour
STROKES: Final[dict[str, str]] = {
    # states
    "disconnected": _ARCH + '<path d="M9.5 13.5l5 5m0-5l-5 5"/>',
    "connecting": _ARCH
    + '<circle class="fill" cx="8.5" cy="16" r="1.1"/><circle class="fill" cx="12" cy="16" r="1.1"/>'
    '<circle class="fill" cx="15.5" cy="16" r="1.1"/>',
    "connected": _ARCH + '<path d="M8.5 16l2.5 2.5 4.5-5"/>',
    "reconnecting": _ARCH + '<path d="M15.3 14.2a3.6 3.6 0 1 0 .2 3.4M15.6 12v2.6H13"/>',
    "blocked": _ARCH + '<path d="M8 16h8"/><circle cx="12" cy="16" r="4"/>',
    "failed": _ARCH + '<path d="M12 11.5v4.5"/><circle class="fill" cx="12" cy="19" r="1.1"/>',
    "waiting": _ARCH + '<path d="M10 13.2a2 2 0 1 1 2.7 2c-.5.2-.7.6-.7 1.1"/>'
    '<circle class="fill" cx="12" cy="19" r="1.1"/>',
    "lost": _ARCH + '<path d="M8.5 16h1.2m2.3 0h0m2.3 0h1.2"/><path d="M3 3l18 18"/>',
    # things to do
    "add": '<path d="M12 5v14M5 12h14"/>',
    "import": '<path d="M12 4v10m-4-4l4 4 4-4M4 16v4h16v-4"/>',
    "export": '<path d="M12 14V4M8 8l4-4 4 4M4 16v4h16v-4"/>',
    "edit": '<path d="M4 20l1-4L16.5 4.5l3 3L8 19z"/>',
    "duplicate": '<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V4H4v12h4"/>',
    "delete": '<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5m4-5v5"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "save": '<path d="M5 4h11l4 4v12H4V5zM8 4v5h7V4M8 20v-6h8v6"/>',
    "to_end": '<path d="M12 4v12m-5-5l5 5 5-5M5 20h14"/>',
    "copy": '<rect x="6" y="5" width="12" height="16" rx="2"/><path d="M9 5V3h6v2"/>',
    "more": '<circle class="fill" cx="5" cy="12" r="1.3"/><circle class="fill" cx="12" cy="12" r="1.3"/>'
    '<circle class="fill" cx="19" cy="12" r="1.3"/>',
    # of controls
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "down": '<path d="M6 9.5l6 6 6-6"/>',
    "up": '<path d="M6 14.5l6-6 6 6"/>',
    # how a matter stands
    "in_order": '<circle cx="12" cy="12" r="8.5"/><path d="M8 12.3l2.8 2.8 5.2-6"/>',
    "hint": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11.5v5"/>'
    '<circle class="fill" cx="12" cy="7.9" r="1.2"/>',
    "warning": '<path d="M12 4L3 20h18z"/><path d="M12 10v4.5"/>'
    '<circle class="fill" cx="12" cy="17.3" r="1"/>',
    "problem": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.3v5.4"/>'
    '<circle class="fill" cx="12" cy="16.3" r="1.2"/>',
    "stopped": '<circle cx="12" cy="12" r="8.5"/><path d="M7.5 12h9"/>',
    # pages
    "overview": '<path d="M4 19V9m5.3 10V5m5.4 14v-8M20 19v-5"/>',
    "log": '<path d="M5 6h14M5 10h14M5 14h10M5 18h12"/>',
    "diagnostics": '<path d="M3 12h4l2.5-6 4 12 2.5-6H21"/>',
    "routes": '<circle cx="5" cy="12" r="2"/><circle cx="19" cy="6" r="2"/><circle cx="19" cy="18" r="2"/>'
    '<path d="M7 12h3c3 0 3-6 7-6m-7 6c3 0 3 6 7 6"/>',
    "shield": '<path d="M12 3l8 3v6c0 4.5-3.3 7.7-8 9-4.7-1.3-8-4.5-8-9V6z"/>',
    "on_demand": '<path d="M12 3v9"/><path d="M7 6.5a8 8 0 1 0 10 0"/>',
    "preferences": '<path d="M4 7h9m4 0h3M4 17h3m4 0h9"/><circle cx="15" cy="7" r="2"/>'
    '<circle cx="9" cy="17" r="2"/>',
    "certificate": '<circle cx="12" cy="9" r="5"/><path d="M9 13.5L8 21l4-2 4 2-1-7.5"/>',
    "machine": '<rect x="4" y="5" width="16" height="11" rx="2"/><path d="M9 20h6m-3-4v4"/>',
    "internet": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17"/>',
    "office": '<path d="M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3m-3 4h3m-3 4h3"/>',
    "wireless": '<path d="M3 10a13 13 0 0 1 18 0M6.5 13.7a8 8 0 0 1 11 0"/>'
    '<circle class="fill" cx="12" cy="18" r="1.8"/>',
    "wired": '<rect x="8" y="3" width="8" height="6" rx="1"/><rect x="3" y="16" width="6" height="5" rx="1"/>'
    '<rect x="15" y="16" width="6" height="5" rx="1"/><path d="M12 9v3.5M6 16v-3.5h12V16"/>',
    "mobile": '<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 17.5h2"/>',
    "home": '<path d="M4 11l8-7 8 7v9h-5v-6H9v6H4z"/>',
}

_FRAME: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}" '
    'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{strokes}</svg>'
)

#: The application's icon: a passage between two houses at night, with a light at its end.
APPLICATION: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
<stop offset="0" stop-color="#16405f"/><stop offset="1" stop-color="#2c77a8"/></linearGradient>
<linearGradient id="light" x1="0" y1="0" x2="0" y2="1">
<stop offset="0" stop-color="#ffe9b0"/><stop offset="1" stop-color="#f6b93b"/></linearGradient>
</defs>
<rect x="16" y="16" width="480" height="480" rx="104" fill="url(#sky)"/>
<path d="M104 496V214l88-74 64 54 64-54 88 74v282z" fill="#0f2c42"/>
<path d="M168 496V300a88 88 0 0 1 176 0v196z" fill="#1b4b6d"/>
<path d="M204 496V312a52 52 0 0 1 104 0v184z" fill="url(#light)"/>
<path d="M204 496l24-78h56l24 78z" fill="#fff6dc"/>
<circle cx="256" cy="330" r="17" fill="#16405f"/>
<path d="M247 338h18l7 44h-32z" fill="#16405f"/>
<path d="M132 262h26v34h-26zM354 262h26v34h-26z" fill="#f6b93b" opacity=".85"/>
<path d="M132 332h22v34h-22zM358 332h22v34h-22z" fill="#f6b93b" opacity=".85"/>
</svg>
"""


def svg(name: str, colour: str) -> bytes:
    """The drawing of `name` in `colour` (`#rrggbb`). Raises KeyError."""
    strokes = STROKES[name].replace('class="fill"', f'fill="{colour}" stroke="none"')
    return _FRAME.format(colour=colour, strokes=strokes).encode()
