"""strongSwan with its kernel-libipsec plugin, at both ends and as Ginnel's gateway."""

from __future__ import annotations

import os
import secrets

from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID
from helpers import strongswan
from helpers.strongswan import Charon, CharonConfig

from ..topology import INSIDE_NETWORK, SERVER, Link
from .base import Tunnel
from .ginnel import ESP, IKE, connect

POOL = "10.99.0.0/24"


def missing() -> str | None:
    if os.geteuid() != 0:
        return "charon insists on root's own capabilities: run this as root"
    return strongswan.why_missing()


def gateway(link: Link, psk: str) -> Charon:
    return Charon(
        link.server,
        CharonConfig(
            psk=psk, local_id=GATEWAY_ID, remote_id=CLIENT_ID, local_address=SERVER, ike=IKE, esp=ESP,
            pools=(POOL,), local_ts=(INSIDE_NETWORK,),
        ),
    )  # fmt: skip


class StrongSwan:
    key = "strongswan"
    title = "strongSwan kernel-libipsec"

    def missing(self) -> str | None:
        return missing()

    def start(self, link: Link) -> Tunnel:
        psk = secrets.token_urlsafe(24)
        server = gateway(link, psk)
        client = Charon(
            link.client,
            CharonConfig(
                psk=psk, local_id=CLIENT_ID, remote_id=GATEWAY_ID, remote_address=SERVER, ike=IKE, esp=ESP,
                virtual=("0.0.0.0",), local_ts=("dynamic",), remote_ts=(INSIDE_NETWORK,),
            ),
        )  # fmt: skip
        client.initiate()
        return Tunnel(
            client=link.client,
            server=link.server,
            client_pids=(client.process.pid,),
            server_pids=(server.process.pid,),
        )


class GinnelToStrongSwan:
    """Ginnel's client at the same gateway that `StrongSwan`'s client has."""

    key = "ginnel-strongswan"
    title = "Ginnel to a strongSwan gateway"

    def missing(self) -> str | None:
        return missing()

    def start(self, link: Link) -> Tunnel:
        psk = secrets.token_urlsafe(24)
        server = gateway(link, psk)
        client = connect(link.client, psk)
        return Tunnel(
            client=link.client,
            server=link.server,
            client_pids=(client.pid,),
            server_pids=(server.process.pid,),
        )
