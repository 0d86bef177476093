"""`ginneld`: the service. It owns the tunnels, the profiles and the socket, and sees everything.

Started with CAP_NET_ADMIN: as a user of its own, as root, or as root of a user namespace. SIGTERM and SIGINT
close every tunnel and leave the machine as it was; after a SIGKILL the next start does that, by the network's
journal. SIGHUP opens the log file anew.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
import signal
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from . import __version__, logs
from .config import DaemonConfig, parse_arguments
from .ipc.access import Policy, admin_gids
from .ipc.schema import ConnectionStatus, Event, ProfileChange, State
from .ipc.server import Server
from .net.base import MachineNetwork, NetworkError
from .net.machine import SystemNetwork
from .paths import DEFAULT_STATE
from .process.notify import Notifier
from .process.privileges import confine, may_change_the_network
from .profiles.keychain import keychain_key
from .profiles.keys import CREDENTIAL, KeyRing, KeyUnusableError, system_key
from .profiles.secrets import SecretStore
from .profiles.store import ProfileStore
from .supervisor.killswitch import reinstall
from .supervisor.supervisor import Supervisor
from .supervisor.wanted import WantedFile
from .tunnel.errors import as_tunnel_error
from .tunnel.system import SystemHost

log = logging.getLogger("ginnel.daemon")


class StartError(Exception):
    """Why the service does not start, in words that name the remedy, and its exit status."""

    def __init__(self, words: str, status: int = 1) -> None:
        super().__init__(words)
        self.status = status


def why_not_permitted() -> str | None:
    """Why this process may not change the machine's network, or None (capabilities(7))."""
    if may_change_the_network():
        return None
    return "ginneld changes the machine's network: start it as root, or with CAP_NET_ADMIN."


def main(arguments: list[str] | None = None) -> None:
    """Exit status: 0 stopped, 1 failed to start, 2 wrong command line, 6 not permitted, 12 runs already."""
    config = parse_arguments(arguments)
    os.umask(0o077)
    refusal = why_not_permitted()
    if refusal is None and config.export_keys is not None and os.geteuid() != 0:
        refusal = "--export-keys hands out the keys of everyone's traffic: only root may ask for it."
    if refusal is not None:
        print(f"ginneld: {refusal}", file=sys.stderr)
        sys.exit(6)
    try:
        refused = confine()
        ring = logs.set_up(config.log_level, config.log_file, config.log_to)
        with ExitStack() as stack:
            if config.kill_switch_only:
                _put_up_the_kill_switch(config, stack)
                sys.exit(0)
            for words in refused:
                log.info("%s", words)
            _lock(config, stack)
            policy = _policy(config)
            secrets = _open_secrets(config)
            network = SystemNetwork(config.state.journal, dns=config.dns)
            executor = stack.enter_context(ThreadPoolExecutor(1, "ginnel-net"))
            asyncio.run(_serve(config, network, secrets, executor, ring, policy))
    except StartError as error:
        print(f"ginneld: {error}", file=sys.stderr)
        sys.exit(error.status)
    except OSError as error:
        print(f"ginneld: {error.strerror}: {error.filename}", file=sys.stderr)
        sys.exit(12 if error.errno == errno.EADDRINUSE else 1)
    sys.exit(0)


def _put_up_the_kill_switch(config: DaemonConfig, stack: ExitStack) -> None:
    """What the service does first, without the service: the boot's part. One that runs does it by itself.

    Raises StartError.
    """
    config.state.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _hold(config.state.lock, stack)
    except StartError:
        log.info("ginneld runs: the kill switch is its own")
        return
    network = SystemNetwork(config.state.journal)
    wanted = WantedFile(config.state.wanted)
    try:
        reinstall(network, ProfileStore(config.state.profiles), wanted)
    except (NetworkError, OSError) as error:
        raise StartError(f"the kill switch could not be put up again: {as_tunnel_error(error)}") from None
    finally:
        network.close()
    log.info("the kill switch of: %s", ", ".join(sorted(wanted.now.holds)) or "nobody")


def _lock(config: DaemonConfig, stack: ExitStack) -> None:
    """One service per runtime directory and one per journal. Raises StartError."""
    _own_directory(config.runtime.root)
    config.state.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (config.runtime.lock, config.state.lock):
        _hold(path, stack)


def _own_directory(path: Path) -> None:
    """Make what everyone may enter and only we write to. Raises OSError for a link, or another's.

    One that is there keeps its mode: it may be for some alone (`RuntimeDirectoryMode=`).
    """
    made = not path.exists()
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if found.st_uid not in (0, os.geteuid()) or found.st_mode & 0o022:
            raise OSError(errno.EPERM, "the directory is not ours alone", str(path))
        if made:
            os.fchmod(descriptor, 0o755)  # whatever the umask made of it
    finally:
        os.close(descriptor)


def _hold(path: Path, stack: ExitStack) -> None:
    """Lock `path` as long as the process lives (flock(2)). Raises StartError where another does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    stack.callback(os.close, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartError(f"another ginneld holds {path}: stop it first.", 12) from None


def _policy(config: DaemonConfig) -> Policy:
    try:
        gids = admin_gids(config.admin_group)
    except KeyError:
        raise StartError(
            f"there is no group {config.admin_group}: make it, or name another with --admin-group.", 2
        ) from None
    return Policy(admin_uids=frozenset({0, os.geteuid()}), admin_gids=gids)


def _open_secrets(config: DaemonConfig) -> SecretStore:
    """The secrets, sealed under the best key that there is. macOS' is the machine's own service's alone: one
    with a folder of its own, such as a demo's, leaves nothing in the keychain."""
    try:
        if sys.platform == "darwin":
            key = keychain_key() if config.state.root == DEFAULT_STATE else None
        else:
            key = system_key()
        keys = KeyRing(config.state.keys, key)
    except KeyUnusableError as error:
        raise StartError(
            f"the key that the system keeps for ginneld ({CREDENTIAL}) cannot be used: "
            f"{error.strerror or error}. Make it anew as docs/security.md says, or take it out of the unit."
        ) from None
    store = SecretStore(config.state.secrets, keys, notice=logs.protect)
    try:
        for line in store.renew():
            log.info("%s", line)
    except OSError as error:
        log.error("not every secret is sealed under the current key: %s", error.strerror or error)
    if locked := store.locked():
        log.error("the key to these profiles' secrets is missing: %s", ", ".join(locked))
    return store


async def _serve(
    config: DaemonConfig,
    network: MachineNetwork,
    secrets: SecretStore,
    executor: ThreadPoolExecutor,
    ring: logs.RingHandler,
    policy: Policy,
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, _reopen_log)
    notifier = Notifier()
    profiles, wanted = ProfileStore(config.state.profiles), WantedFile(config.state.wanted)
    refused = None
    try:
        await loop.run_in_executor(executor, reinstall, network, profiles, wanted)
    except Exception as error:
        refused = as_tunnel_error(error)
        log.error("the kill switch could not be put up again: %s", refused)
    try:
        for line in await loop.run_in_executor(executor, network.recover):
            log.warning("undone after a crash: %s", line)
    except Exception as error:
        log.error("the network could not be restored after a crash: %s", as_tunnel_error(error))
    if config.export_keys is not None:
        log.warning("keys are written to %s: whoever reads it reads the traffic", config.export_keys)
    supervisor = Supervisor(
        SystemHost(network, executor),
        profiles,
        secrets,
        ring,
        wanted,
        refused=refused,
        key_file=config.export_keys,
    )
    server = Server(supervisor, config.runtime.socket, policy=policy)
    try:
        await server.start()
        log.info("ginneld %s listens at %s", __version__, config.runtime.socket)
        supervisor.attach(StatusLine(notifier).heard)
        notifier.ready("No connection")
        await supervisor.start()
        await stop.wait()
        log.info("stopping")
    finally:
        notifier.stopping()
        await supervisor.close()
        await loop.run_in_executor(executor, network.close)
        await server.close()
        notifier.close()


def _reopen_log() -> None:
    try:
        logs.reopen()
    except OSError as error:
        log.error("the log file is not opened anew: %s", error.strerror)


class StatusLine:
    """How many connections are in each state, for the manager. It shows to everyone, so it names none."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._states: dict[str, State] = {}

    def heard(self, event: Event) -> None:
        state: State = "down"
        if isinstance(event, ConnectionStatus):
            state = event.state
        elif not isinstance(event, ProfileChange) or event.summary is not None:
            return
        if self._states.get(event.name, "down") == state:
            return
        self._states[event.name] = state
        if state == "down":
            del self._states[event.name]
        count = Counter(self._states.values())
        self._notifier.status(
            ", ".join(f"{number} {state}" for state, number in sorted(count.items())) or "No connection"
        )


if __name__ == "__main__":
    main()
