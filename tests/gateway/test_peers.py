"""What the sessions of a gateway's peers become on its packet path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from ginnel_service.gateway.peers import Peers
from ginnel_service.ike.events import Endpoint, InboundReady, Path, PathChanged
from ginnel_service.ike.session import Session
from ginnel_service.tunnel.dataplane import Associations
from tunnel.fakes import FakePlane
from tunnel.test_associations import CHILD, PATH


@dataclass(eq=False)
class At:
    """All that is asked of a session here."""

    path: Path


def test_a_new_sa_is_told_of_where_the_peer_is_not() -> None:
    """A NAT may map a peer anew between a rekey and the first packet (RFC 7296 section 2.23)."""
    plane = FakePlane()
    peers = Peers(1400, lambda: Associations(plane), lambda *_: None, lambda *_: None, lambda *_: None)
    session = cast(Session, At(PATH))
    peers.handle(session, InboundReady(CHILD), 0.0)
    moved = replace(PATH, remote=Endpoint("192.0.2.99", 4501))
    peers.handle(session, PathChanged(moved), 0.0)
    peers.handle(session, InboundReady(replace(CHILD, spi_in=b"\0\0\0\3")), 0.0)
    assert [sa["peer"] for sa in plane.inbound_sas.values()] == [PATH.remote, moved.remote]
