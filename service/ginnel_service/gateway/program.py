"""The gateway as a process: signals, the machine's network, and a line for each event."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..clock import utc_s
from ..net.linux.network import LinuxNetwork
from ..tunnel.errors import TunnelError, as_tunnel_error
from .config import GatewayConfig, load
from .errors import GatewayError
from .server import Gateway, Report

log = logging.getLogger("ginnel.gateway")


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event for a person and for a program."""

    text: str
    fields: dict[str, Any]


def run_gateway(file: Path, state_dir: Path, tell: Callable[[EventLine], None]) -> TunnelError | None:
    """Serve until SIGTERM or SIGINT (None), or until it cannot go on (why). Leaves nothing behind.

    SIGUSR1 replaces the CHILD SAs of every peer, SIGUSR2 their IKE SAs; SIGHUP reads `redirect_to` again and
    sends everyone there. Raises GatewayError when `file` cannot be used.
    """
    config = load(file)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        network = LinuxNetwork(state_dir)
        with ThreadPoolExecutor(1, "ginnel-net") as executor:
            try:
                return asyncio.run(_serve(file, config, network, executor, tell))
            finally:
                executor.submit(network.close).result()
    except OSError as error:
        return TunnelError("network_refused", step=f"use {state_dir}", errno=error.errno or 0)
    except TunnelError as error:
        return error


async def _serve(
    file: Path,
    config: GatewayConfig,
    network: LinuxNetwork,
    executor: ThreadPoolExecutor,
    tell: Callable[[EventLine], None],
) -> TunnelError | None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await loop.run_in_executor(executor, network.recover)
    except Exception as error:
        raise as_tunnel_error(error) from error
    gateway = Gateway(config, network, executor, report=lambda report: tell(line_of(report)), failed=stop.set)
    await gateway.start()
    loop.add_signal_handler(signal.SIGUSR1, gateway.rekey, "child")
    loop.add_signal_handler(signal.SIGUSR2, gateway.rekey, "ike")
    loop.add_signal_handler(signal.SIGHUP, _redirect, gateway, file)
    try:
        await stop.wait()
        return gateway.failure
    finally:
        await gateway.close()


def _redirect(gateway: Gateway, file: Path) -> None:
    try:
        gateway.redirect(load(file).redirect_to)
    except GatewayError as error:
        log.error("nobody is redirected: %s", error)


def line_of(report: Report) -> EventLine:
    """Fields without a value are left out."""
    fields = {key: value for key, value in asdict(report).items() if value not in ("", (), 0, {})}
    addresses = ", ".join(report.addresses)
    match report.kind:
        case "listening":
            text = f"listening on {addresses}; device {report.detail}"
        case "established":
            text = f"{report.peer} from {report.remote} established: {addresses} ({report.suite})"
        case "rekeyed":
            text = f"{report.peer} rekeyed its {report.what.upper()} SA, begun by the {report.by}"
        case "moved":
            text = f"{report.peer} moved to {report.remote}"
        case "device":
            text = f"device {report.detail} was set {report.what}"
        case "counters":
            counters = ", ".join(f"{name} {count}" for name, count in report.counters.items())
            text = f"the packet path counted: {counters or 'nothing'}"
        case "path_mtu":
            text = f"{report.peer}: the path carries packets of {report.path_mtu} octets"
        case _:
            why = f" ({report.code}: {report.detail})" if report.code else f" by the {report.by}"
            octets = f"in {report.octets_in}, out {report.octets_out} octets"
            text = f"{report.peer or report.remote} closed{why}: {octets}"
    return EventLine(text, {"event": fields.pop("kind"), "at": utc_s(), **fields})
