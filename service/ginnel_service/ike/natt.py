"""NAT detection (RFC 7296 section 2.23) and forced UDP encapsulation.

A user-space ESP can neither send nor receive protocol 50, so both roles make the peer see a NAT: the
source hash that we send is of an address nobody has.
"""

from __future__ import annotations

import hashlib
from ipaddress import ip_address

from .codes import NotifyType
from .config import RandomBytes
from .events import Endpoint, Path
from .payloads.notify import NotifyPayload


def detection_hash(spi_i: bytes, spi_r: bytes, endpoint: Endpoint) -> bytes:
    """SHA1(SPIi | SPIr | address | port)."""
    address = ip_address(endpoint.host.split("%", 1)[0]).packed
    data = spi_i + spi_r + address + endpoint.port.to_bytes(2, "big")
    return hashlib.sha1(data, usedforsecurity=False).digest()


def detection_notifies(
    spi_i: bytes, spi_r: bytes, path: Path, *, force: bool, random: RandomBytes
) -> tuple[NotifyPayload, NotifyPayload]:
    """The source and destination notifies for a message sent on `path`."""
    source = random(20) if force else detection_hash(spi_i, spi_r, path.local)
    return (
        NotifyPayload(NotifyType.NAT_DETECTION_SOURCE_IP, source),
        NotifyPayload(NotifyType.NAT_DETECTION_DESTINATION_IP, detection_hash(spi_i, spi_r, path.remote)),
    )


def detect(notifies: list[NotifyPayload], spi_i: bytes, spi_r: bytes, path: Path) -> tuple[bool, bool, bool]:
    """(peer supports NAT traversal, NAT before us, NAT before the peer), of a message received on `path`."""
    sources = [n.data for n in notifies if n.notify == NotifyType.NAT_DETECTION_SOURCE_IP]
    destinations = [n.data for n in notifies if n.notify == NotifyType.NAT_DETECTION_DESTINATION_IP]
    if not sources or not destinations:
        return False, False, False
    nat_local = detection_hash(spi_i, spi_r, path.local) not in destinations
    nat_remote = detection_hash(spi_i, spi_r, path.remote) not in sources
    return True, nat_local, nat_remote
