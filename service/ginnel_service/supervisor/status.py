"""A tunnel's state in the words of the IPC. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from ..doctor.diagnosis import drops
from ..ike.events import Endpoint
from ..ipc.schema import (
    ConnectionStatus,
    DnsStatus,
    ErrorInfo,
    Nat,
    PathStatus,
    PromptStatus,
    Rekeys,
    SocketBuffer,
    State,
    Statistics,
    Step,
    TunnelDiagnosis,
)
from ..net.base import Dns, Network
from ..tunnel import states
from ..tunnel.driver import Tunnel, TunnelStatus
from ..tunnel.errors import TunnelError
from ..tunnel.wants import OpenPrompt
from .shown import certificate_shown

#: Networks of a kind that a status names: as ranges a gateway can name ten thousand, of which nobody reads
#: more, and every one would be spelled in each snapshot.
MAX_NETWORKS: Final = 512

_STATES: Final[dict[states.ConnectionState, State]] = {
    states.ConnectionState.DISCONNECTED: "down",
    states.ConnectionState.RESOLVING: "connecting",
    states.ConnectionState.CONNECTING: "connecting",
    states.ConnectionState.CONNECTED: "up",
    states.ConnectionState.RECONNECTING: "reconnecting",
    states.ConnectionState.DISCONNECTING: "disconnecting",
    states.ConnectionState.FAILED: "failed",
}
_STEPS: Final[dict[states.Step, Step]] = {
    states.Step.INIT: "init",
    states.Step.AUTH: "auth",
    states.Step.CONFIGURING: "network",
}


def public_state(state: states.ConnectionState) -> State:
    return _STATES[state]


def statistics(tunnel: Tunnel) -> Statistics | None:
    """The part of its status that changes all the time; None unless it is up."""
    found = tunnel.status()
    if _STATES[found.state] != "up":
        return None
    return Statistics(
        name=found.name,
        octets_in=found.traffic.octets_in,
        octets_out=found.traffic.octets_out,
        packets_in=found.traffic.packets_in,
        packets_out=found.traffic.packets_out,
        rtt_ms=_rtt_ms(found),
    )


def connection_status(tunnel: Tunnel) -> ConnectionStatus:
    found = tunnel.status()
    state = _STATES[found.state]
    step: Step = _STEPS[found.step] if found.step is not None else ""
    if found.state is states.ConnectionState.RESOLVING:
        step = "resolve"
    about = ConnectionStatus(
        name=found.name,
        state=state,
        step=step,
        server=found.server,
        octets_in=found.traffic.octets_in,
        octets_out=found.traffic.octets_out,
        packets_in=found.traffic.packets_in,
        packets_out=found.traffic.packets_out,
        drops=drops(tunnel.counters()),
        weak=tunnel.weak,
        error=None if found.error is None else error_info(found.error, found.name, found.server),
        next_try_s=found.next_try_s,
        waits_for=found.waits_for,
    )
    if state not in {"connecting", "up", "disconnecting"}:
        return about
    return _with_facts(about, found)


def tunnel_diagnosis(tunnel: Tunnel) -> TunnelDiagnosis:
    status, link = connection_status(tunnel), tunnel.link
    about = TunnelDiagnosis(
        name=status.name,
        state=status.state,
        error=status.error,
        path_mtu=status.path_mtu,
        esp_suite=status.esp_suite,
        replay_window=tunnel.profile.esp.replay_window,
        counters=tunnel.counters(),
    )
    if link is None:
        return about
    device = link.device_state()
    return msgspec.structs.replace(
        about,
        device=link.device,
        device_up=device is not None and device.up,
        mtu=0 if device is None else device.mtu,
        features=link.plane.features(),
        buffers=tuple(
            SocketBuffer(socket=name, receive_octets=receive, send_octets=send)
            for name, receive, send in link.buffers()
        ),
    )


def prompt_status(name: str, asked: OpenPrompt, *, is_open: bool) -> PromptStatus:
    prompt = asked.prompt
    return PromptStatus(
        id=asked.id,
        name=name,
        kind=prompt.kind,
        message=prompt.message,
        username=prompt.username,
        certificate=certificate_shown(prompt.certificate) if prompt.certificate else None,
        open=is_open,
    )


def error_info(error: TunnelError, name: str, server: str) -> ErrorInfo:
    return ErrorInfo(code=error.code, params={"name": name, "server": server, **error.params})


def text_of(endpoint: Endpoint) -> str:
    return (
        f"[{endpoint.host}]:{endpoint.port}" if ":" in endpoint.host else f"{endpoint.host}:{endpoint.port}"
    )


@lru_cache(maxsize=256)
def _texts(networks: tuple[Network, ...]) -> tuple[str, ...]:
    return tuple(map(str, networks))


def _dns(dns: Dns) -> DnsStatus:
    return DnsStatus(
        servers=tuple(map(str, dns.servers)), everything=dns.everything, match=dns.match, search=dns.search
    )


def _rtt_ms(found: TunnelStatus) -> float | None:
    return None if found.facts.rtt_s is None else found.facts.rtt_s * 1000


def _with_facts(about: ConnectionStatus, found: TunnelStatus) -> ConnectionStatus:
    facts, wanted = found.facts, found.facts.wanted
    path = None
    if facts.path is not None:
        path = PathStatus(
            local=text_of(facts.path.local),
            remote=text_of(facts.path.remote),
            encapsulated=facts.path.encapsulated,
            stream=facts.path.stream,
        )
    down = TunnelError("device_down", device=facts.device) if facts.device_down else None
    return msgspec.structs.replace(
        about,
        error=about.error if down is None else error_info(down, found.name, found.server),
        addresses=() if wanted is None else tuple(str(address) for address in wanted.addresses),
        dns=tuple(str(address) for address in facts.configuration.dns),
        domains=facts.configuration.domains,
        subnets=_texts(facts.configuration.subnets[:MAX_NETWORKS]),
        gateway_product=facts.configuration.version,
        routes=() if wanted is None else _texts(wanted.routes[:MAX_NETWORKS]),
        bypass=() if wanted is None else _texts(wanted.bypass[:MAX_NETWORKS]),
        lan=wanted is not None and wanted.lan,
        refused=() if wanted is None else _texts(wanted.blocked[:MAX_NETWORKS]),
        dns_in_effect=None if wanted is None or wanted.dns is None else _dns(wanted.dns),
        ike_suite=facts.ike_suite,
        esp_suite=facts.esp_suite,
        peer=facts.peer,
        path=path,
        nat=Nat(local=facts.nat_local, remote=facts.nat_remote) if facts.ike_suite else None,
        device=facts.device,
        mtu=0 if wanted is None else wanted.mtu,
        path_mtu=facts.path_mtu or 0,
        established_at=found.established_at,
        resumed=facts.resumed,
        rekeys=Rekeys(ike=facts.ike_rekeys, child=facts.child_rekeys),
        rtt_ms=_rtt_ms(found),
    )
