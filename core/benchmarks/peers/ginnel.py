"""Ginnel as a person runs it, and its packet path alone."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from ginnel_service.demo.lab import Host, Process
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, GatewayOptions, Service, eventually

from ..topology import CLIENT, INSIDE_NETWORK, SERVER, TUNNEL_MTU, Link
from .base import Tunnel

PROFILE = "bench"
IKE, ESP = "aes128gcm16-prfsha256-x25519", "aes128gcm16"
#: Where `benchmarks` and `ginnel_core` are imported from.
CORE = Path(__file__).resolve().parents[2]
#: How long installing many SAs may take.
INSTALL_S = 180.0
#: What the packet paths' devices of `Plane` bear.
PLANE_INSIDE = ("10.88.0.1", "10.88.0.2")


def connect(host: Host, psk: str) -> Process:
    """Start the service in `host` and bring a tunnel to the server up; returns the service's process."""
    service = Service(host)
    profile = {
        "name": PROFILE,
        "server": SERVER,
        "local": {"id": CLIENT_ID},
        "remote": {"id": GATEWAY_ID},
        "ike": {"proposals": [IKE]},
        "esp": {"proposals": [ESP]},
        "network": {"subnets": [INSIDE_NETWORK], "ipv6": False, "mtu": TUNNEL_MTU},
    }
    service.create(profile, psk)
    service.ginnel("up", PROFILE, "--timeout", "20")
    return service.process


class Ginnel:
    """`ginneld` at one end, `ginnel gateway run` at the other."""

    key = "ginnel"
    title = "Ginnel"

    def missing(self) -> str | None:
        return None

    def start(self, link: Link) -> Tunnel:
        psk = secrets.token_urlsafe(24)
        options = GatewayOptions(subnets=[INSIDE_NETWORK], ike_proposals=[IKE], esp_proposals=[ESP])
        gateway = Gateway(link.server, psk, options)
        client = connect(link.client, psk)
        return Tunnel(
            client=link.client,
            server=link.server,
            client_pids=(client.pid,),
            server_pids=(gateway.process.pid,),
        )


class Plane:
    """Two packet paths with static keys and `associations` SAs each way: no IKE, no service."""

    title = "Ginnel's packet path alone"

    def __init__(self, associations: int = 1) -> None:
        self.key = "plane" if associations == 1 else f"plane-{associations}"
        self._associations = associations
        self.processes: tuple[Process, ...] = ()

    def missing(self) -> str | None:
        return None

    def start(self, link: Link) -> Tunnel:
        self.processes = tuple(
            host.python(
                *("-m", "benchmarks.plane", str(side), "--associations", str(self._associations)),
                *("--local", outside[side], "--remote", outside[1 - side]),
                *("--inside", PLANE_INSIDE[side], "--mtu", str(TUNNEL_MTU)),
                label="plane",
                env={"PYTHONPATH": str(CORE)},
            )
            for side, (host, outside) in enumerate(
                ((link.client, (CLIENT, SERVER)), (link.server, (CLIENT, SERVER)))
            )
        )
        eventually(
            lambda: all(said(process) for process in self.processes),
            "the packet paths",
            timeout_s=INSTALL_S,
            alive=self.processes,
        )
        client, server = self.processes
        return Tunnel(
            client=link.client,
            server=link.server,
            address=PLANE_INSIDE[1],
            client_pids=(client.pid,),
            server_pids=(server.pid,),
        )

    def finish(self) -> list[dict[str, Any]]:
        """End both processes; what each told of itself, client first."""
        for process in self.processes:
            process.stop()
        return [{**said(process)[0], **said(process)[-1]} for process in self.processes]


def said(process: Process) -> list[dict[str, Any]]:
    """The JSON lines that a `benchmarks.plane` wrote."""
    return [json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")]
