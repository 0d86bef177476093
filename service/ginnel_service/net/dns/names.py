"""Domain names as machines compare them: LDH labels (RFC 952, RFC 1123 section 2.1), IDNA in ASCII. Pure.

Underscores pass as well: no host's name has one, but domains do (RFC 8552), as Active Directory's `_msdcs`.
"""

from __future__ import annotations

import re
from typing import Final

_MOST_OCTETS: Final = 253  # RFC 1035 section 2.3.4, as text without the last dot
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def is_domain(name: str) -> bool:
    """Whether `name` is a domain in the one spelling that we use: ASCII, small letters, no last dot."""
    return len(name) <= _MOST_OCTETS and all(map(_LABEL.fullmatch, name.split(".")))


def ascii_domain(name: str) -> str:
    """`name` in that spelling. ValueError for what is no domain name."""
    bare = name.removesuffix(".").lower()
    try:
        found = bare if bare.isascii() else bare.encode("idna").decode("ascii").lower()
    except UnicodeError:
        found = ""
    if not is_domain(found):
        raise ValueError("not a domain name")
    return found


def lies_below(name: str, domains: tuple[str, ...]) -> bool:
    """Whether `name` is one of `domains` or below one."""
    return any(name == domain or name.endswith("." + domain) for domain in domains)
