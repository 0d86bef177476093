"""A chain of certificates too large for one packet, with strongSwan in both roles.

Over a path of 1,280 octets it goes in fragments of IKE (RFC 7383); without these in fragments of IP, for
which the path has to carry full packets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID
from helpers.narrow import swallow, widen
from helpers.offices import FromCharon, ToCharon
from helpers.pki import Entity, Pki
from helpers.wireshark import Capture, fields

pytestmark = [pytest.mark.interop, pytest.mark.netns]

CARRIES = 1280
CHAIN_OCTETS = 6000
NAMES = [f"{number:02}.{'long-' * 10}name.example.org" for number in range(36)]


@dataclass(frozen=True)
class Certificates:
    root: Entity
    gateway: Entity
    user: Entity


@pytest.fixture(scope="module")
def made(pki: Pki, to_charon: ToCharon, from_charon: FromCharon) -> Certificates:
    root = pki.root("deep-root", "rsa3072")
    first = pki.issue(root, "deep-first", "rsa3072", ca=True)
    second = pki.issue(first, "deep-second", "rsa3072", ca=True)
    gateway = pki.issue(second, "deep-gateway", sans=[GATEWAY_ID, *NAMES], flags=["serverAuth"])
    user = pki.issue(second, "deep-user", sans=[CLIENT_ID, *NAMES], flags=["clientAuth"])
    for office, own in ((to_charon, gateway), (from_charon, user)):
        office.charon.forget()
        office.trust(root)
        office.charon.put(own.in_charon())
    return Certificates(root, gateway, user)


def charon(own: Entity, own_id: str, peer_id: str, *, fragmentation: bool) -> dict[str, Any]:
    return {
        "local": ({"auth": "pubkey", "certs": f"{own.name}.pem", "id": own_id},),
        "remote": ({"auth": "pubkey", "id": peer_id},),
        "more": {"fragmentation": "yes" if fragmentation else "no", "send_cert": "always"},
    }


def sent(capture: Capture, display_filter: str) -> dict[str, int]:
    """Packets that pass the filter, by source."""
    sources = [row[0] for row in fields(capture.file, display_filter, "ip.src")]
    return {source: sources.count(source) for source in sources}


def test_our_client_and_strongswan(to_charon: ToCharon, made: Certificates) -> None:
    user = (*to_charon.by(made.user), "--ca", str(made.root.file), "--id", CLIENT_ID)
    to_charon.configure(**charon(made.gateway, GATEWAY_ID, "%any", fragmentation=True))
    to_charon.profile(*user)
    swallow(to_charon.net, CARRIES)
    capture = Capture(to_charon.net.router, "client")
    try:
        to_charon.connects(pings=2)
    finally:
        widen(to_charon.net)
        capture.stop()
    fragments = sent(capture, "isakmp.frag.total")
    assert len(fragments) == 2
    assert min(fragments.values()) > CHAIN_OCTETS // CARRIES
    to_charon.configure(**charon(made.gateway, GATEWAY_ID, "%any", fragmentation=False))
    capture = Capture(to_charon.net.router, "client", "ip")
    to_charon.connects(pings=2)
    capture.stop()
    assert len(sent(capture, "ip.flags.mf == 1")) == 2
    assert not sent(capture, "isakmp.frag.total")


def test_our_gateway_and_strongswan(from_charon: FromCharon, made: Certificates) -> None:
    from_charon.serve(own=made.gateway, cas=[made.root])
    swallow(from_charon.net, CARRIES)
    capture = Capture(from_charon.net.router, "client")
    try:
        from_charon.connects(pings=2, **charon(made.user, CLIENT_ID, GATEWAY_ID, fragmentation=True))
    finally:
        widen(from_charon.net)
        capture.stop()
    fragments = sent(capture, "isakmp.frag.total")
    assert len(fragments) == 2
    assert min(fragments.values()) > CHAIN_OCTETS // CARRIES
    capture = Capture(from_charon.net.router, "client", "ip")
    from_charon.connects(pings=2, **charon(made.user, CLIENT_ID, GATEWAY_ID, fragmentation=False))
    capture.stop()
    assert len(sent(capture, "ip.flags.mf == 1")) == 2
    assert not sent(capture, "isakmp.frag.total")
