"""The gateway as a process: signals, the machine's network, and a line for each event."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ..clock import utc_s
from ..ike.crash import SECRET_OCTETS
from ..net.base import MachineNetwork
from ..net.machine import SystemNetwork
from ..tunnel.errors import TunnelError, as_tunnel_error
from .config import GatewayConfig, load
from .control import Control
from .errors import GatewayError
from .reports import Report
from .server import Gateway

log = logging.getLogger("ginnel.gateway")

#: In the state directory.
CRASH_FILE: Final = "crash-secret"


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event for a person and for a program."""

    text: str
    fields: dict[str, Any]


def run_gateway(file: Path, state_dir: Path, tell: Callable[[EventLine], None]) -> TunnelError | None:
    """Serve until SIGTERM or SIGINT (None), or until it cannot go on (why). Leaves nothing behind.

    SIGUSR1 replaces the CHILD SAs of every peer, SIGUSR2 their IKE SAs; SIGHUP reads `file` again;
    see `Gateway.reload`. Raises GatewayError when `file` cannot be used.
    """
    early: list[int] = []  # who starts us and at once has us read again must not end us
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, lambda number, _: early.append(number))
    config = load(file)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        network = SystemNetwork(state_dir)
        with ThreadPoolExecutor(1, "ginnel-net") as executor:
            try:
                secret = keep_secret(state_dir / CRASH_FILE)
                return asyncio.run(_serve(file, state_dir, config, network, executor, tell, secret, early))
            finally:
                executor.submit(network.close).result()
    except OSError as error:
        return TunnelError("network_refused", step=f"use {state_dir}", errno=error.errno or 0)
    except TunnelError as error:
        return error


def keep_secret(path: Path) -> bytes:
    """The secret of crash tokens, "kept indefinitely" (RFC 6290 section 5.1); made when there is none.

    What is there but is not ours alone, or is no such secret, is made anew. Raises OSError.
    """
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            secret = file.read(SECRET_OCTETS + 1)
        private = stat.S_ISREG(found.st_mode) and not found.st_mode & 0o077 and found.st_uid == os.geteuid()
        if private and len(secret) == SECRET_OCTETS:
            return secret
    secret = os.urandom(SECRET_OCTETS)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return secret


async def _serve(
    file: Path,
    state_dir: Path,
    config: GatewayConfig,
    network: MachineNetwork,
    executor: ThreadPoolExecutor,
    tell: Callable[[EventLine], None],
    token_secret: bytes,
    early: list[int],
) -> TunnelError | None:
    """`early`: signals that came before there was a gateway; without peers, new keys are for nobody."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await loop.run_in_executor(executor, network.recover)
    except Exception as error:
        raise as_tunnel_error(error) from error
    gateway = Gateway(
        config,
        network,
        executor,
        token_secret=token_secret,
        report=lambda report: tell(line_of(report)),
        failed=stop.set,
    )
    await gateway.start()
    control = Control(state_dir, gateway.answer)
    loop.add_signal_handler(signal.SIGUSR1, gateway.rekey, "child")
    loop.add_signal_handler(signal.SIGUSR2, gateway.rekey, "ike")
    loop.add_signal_handler(signal.SIGHUP, _reload, gateway, file, tell)
    try:
        await control.start()
        gateway.announce()
        if signal.SIGHUP in early:
            _reload(gateway, file, tell)
        await stop.wait()
        return gateway.failure
    finally:
        await control.close()
        await gateway.close()


def _reload(gateway: Gateway, file: Path, tell: Callable[[EventLine], None]) -> None:
    try:
        config = load(file)
    except GatewayError as error:
        log.error("nothing has changed: %s", error)
        return
    tell(line_of(Report(kind="reloaded", count=gateway.reload(config))))


def line_of(report: Report) -> EventLine:
    """Fields without a value are left out."""
    fields = {key: value for key, value in asdict(report).items() if value not in ("", (), 0, {}, False)}
    addresses = ", ".join(report.addresses)
    match report.kind:
        case "listening":
            text = f"listening on {addresses}; device {report.detail}"
        case "established":
            how = "resumed" if report.resumed else "established"
            text = f"{report.peer} from {report.remote} {how}: {addresses} ({report.suite})"
        case "refused":
            text = f"{report.remote} was refused ({report.code}: {report.detail})"
        case "rekeyed":
            text = f"{report.peer} rekeyed its {report.what.upper()} SA, begun by the {report.by}"
        case "moved":
            text = f"{report.peer} moved to {report.remote}"
        case "reloaded":
            text = f"read the configuration again: {report.count} peers were disconnected"
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
