"""Text without what tells of people: user names, public addresses, hardware addresses. Pure.

The same thing gets the same stand-in everywhere, so that a reader still sees what belongs together. Private
and special addresses stay: a tunnel is not understood without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final

#: Shorter ones are part of ordinary words.
LEAST_NAME: Final = 3
_IPV4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")
_IPV6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?!\w|:[\w:])")
_HARDWARE: Final = re.compile(r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b")


class Masker:
    """Remembers what it masked from one text to the next."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """`names` are those of people; of `alice@example.org` the part before the sign counts, too."""
        whole = {name for name in names if len(name) >= LEAST_NAME}
        parts = {name.partition("@")[0] for name in whole if "@" in name}
        words = sorted(whole | {part for part in parts if len(part) >= LEAST_NAME}, key=len, reverse=True)
        joined = "|".join(re.escape(word) for word in words)
        self._names = re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE) if words else None
        self._known: dict[str, str] = {}

    def mask(self, text: str) -> str:
        if self._names is not None:
            text = self._names.sub("[user]", text)
        text = _HARDWARE.sub(self._hardware, text)
        return _IPV6.sub(self._address, _IPV4.sub(self._address, text))

    def _hardware(self, found: re.Match[str]) -> str:
        if found[0] in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"):
            return found[0]
        return self._stand_in("hardware", found[0].lower())

    def _address(self, found: re.Match[str]) -> str:
        after = ":" if found[0].endswith(":") and not found[0].endswith("::") else ""  # of the sentence
        try:
            address = ip_address(found[0].removesuffix(after))
        except ValueError:
            return found[0]
        return self._stand_in("public", address.compressed) + after if address.is_global else found[0]

    def _stand_in(self, kind: str, value: str) -> str:
        if value not in self._known:
            number = 1 + sum(each.startswith(f"[{kind}-") for each in self._known.values())
            self._known[value] = f"[{kind}-{number}]"
        return self._known[value]
