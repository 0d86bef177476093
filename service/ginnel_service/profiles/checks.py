"""Shapes that fields of a profile share: numbers in a range, hosts, domains, addresses, URLs, SSIDs. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from .model import Problem

#: IEEE 802.11-2020 section 9.4.2.2.
MAX_SSID_OCTETS: Final = 32
#: RFC 1035 section 2.3.4, without the dots at either end of the wire form.
_MAX_NAME: Final = 253
_LABEL: Final = re.compile(r"\w(?:[\w-]{0,61}\w)?")


def check_range(
    found: list[Problem], field: str, value: float, low: float, high: float, *, zero: bool = False
) -> None:
    """NaN is in no range."""
    if (zero and value == 0) or low <= value <= high:
        return
    remedy = f"write a number from {low:.15g} to {high:.15g}" + (", or 0" if zero else "")
    found.append(Problem(field, f"{value} is out of range", remedy))


def is_host(text: str) -> bool:
    """A literal address, or a host name: a domain of which the last label is no number."""
    return is_address(text) or (is_domain(text) and not text.removesuffix(".").rpartition(".")[2].isdigit())


def is_domain(text: str) -> bool:
    """Labels of letters, digits, hyphens and underscores; a dot at the end is allowed."""
    labels = text.removesuffix(".").split(".")
    return len(text) <= _MAX_NAME and all(_LABEL.fullmatch(label) for label in labels)


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_ssid(text: str) -> bool:
    """The name of a wireless network: 1 to 32 octets in UTF-8."""
    return 1 <= len(text.encode("utf-8", "replace")) <= MAX_SSID_OCTETS


def is_url(text: str) -> bool:
    """`http` or `https` to a host, without credentials, which would be read by whoever sees the profile."""
    if not re.fullmatch(r"[!-~]+", text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    credentials = "@" in parts.netloc
    return (
        parts.scheme in ("http", "https") and not credentials and port != 0 and is_host(parts.hostname or "")
    )


def network_remedy(text: str) -> str:
    try:
        return f"write {ip_network(text, strict=False)}"
    except ValueError:
        return "write a network such as 10.0.0.0/8 or 2001:db8::/32"
