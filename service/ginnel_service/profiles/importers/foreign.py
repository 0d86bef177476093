"""Files of another kind of VPN, told by what only they hold, so that a person hears which it is."""

from __future__ import annotations

import re
from typing import Final

#: What a file of each kind has in lines of their own, all of it.
_MARKS: Final = {
    "import_wireguard": (r"\[(?:interface|peer)\]", r"(?:private|public)key[ \t]*="),
    "import_openvpn": (r"remote[ \t]+\S|client\b|dev[ \t]+(?:tun|tap)", r"dev[ \t]|<ca>|proto[ \t]|ca[ \t]"),
    "import_ikev1": (r"\[main\]", r"!?(?:enc_)?grouppwd[ \t]*=|host[ \t]*="),
}


def kind_of(text: str) -> str | None:
    """The code of the refusal, for a file of a kind that we know and cannot use."""
    for code, marks in _MARKS.items():
        if all(re.search(rf"^[ \t]*(?:{mark})", text, re.MULTILINE | re.IGNORECASE) for mark in marks):
            return code
    return None
