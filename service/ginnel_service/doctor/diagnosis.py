"""From facts and counters to findings: what a person should know, each with how much it matters. Pure.

Findings are identifiers with parameters; the words are the clients' (`cli/findings.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..ipc.schema import Finding, Machine, Severity, TunnelDiagnosis
from ..profiles.keys import Origin

DROP: Final = "drop_"
THREADS: Final = "urgent_threads"
#: Below this a burst of a fast link overflows before a busy machine gets round to it.
LEAST_BUFFER_OCTETS: Final = 1 << 20

#: Drops that a healthy tunnel has too; all others are warnings. None: not worth a word.
_USUAL: Final[dict[str, Severity | None]] = {
    "drop_dummy": None,  # a peer's dummy traffic is there to be dropped
    "drop_runt": "note",
    "drop_unknown_spi": "note",
    "drop_replay": "note",
    "drop_malformed": "note",
    "drop_no_sa": "note",
    "drop_too_big": "note",
    "drop_send_too_big": "note",
}


def diagnose(machine: Machine, tunnels: Iterable[TunnelDiagnosis]) -> tuple[Finding, ...]:
    """Everything of note, the machine's first."""
    tunnels = tuple(tunnels)
    found = _of_machine(machine)
    if not any(tunnel.features for tunnel in tunnels):
        found += _of_kernel(machine)
    for tunnel in tunnels:
        found += _of_tunnel(machine, tunnel)
    return tuple(found)


def of_secrets(key_origin: Origin, locked: tuple[str, ...]) -> tuple[Finding, ...]:
    """How the stored secrets rest: what their key is, and the profiles whose secrets are out of reach."""
    found = [
        Finding(id=f"secrets_under_{key_origin}", severity="ok" if key_origin == "credential" else "note")
    ]
    if locked:
        found.append(Finding(id="secrets_locked", severity="warning", params={"profiles": locked}))
    return tuple(found)


def severity_of_drop(name: str) -> Severity | None:
    return _USUAL.get(name, "warning")


def drops(counters: Mapping[str, int]) -> int:
    """Packets that a healthy tunnel would not have dropped."""
    return sum(
        count
        for name, count in counters.items()
        if name.startswith(DROP) and severity_of_drop(name) == "warning"
    )


def _of_machine(machine: Machine) -> list[Finding]:
    found = []
    if machine.tun == "present":
        found.append(Finding(id="tun_present", severity="ok"))
    elif machine.tun != "unknown":
        found.append(Finding(id=f"tun_{machine.tun}", severity="warning"))
    if machine.cpu:
        aes = machine.cpu.get("aes", False)
        found.append(Finding(id="cpu_aes" if aes else "cpu_no_aes", severity="ok" if aes else "note"))
    return found


def _of_kernel(machine: Machine) -> list[Finding]:
    """What a tunnel could use, while none tells what it does use."""
    missing = tuple(sorted(name for name, able in machine.offloads.items() if not able))
    if missing:
        return [Finding(id="kernel_lacks_offloads", severity="note", params={"offloads": missing})]
    return [Finding(id="kernel_has_offloads", severity="ok")] if machine.offloads else []


def _of_tunnel(machine: Machine, tunnel: TunnelDiagnosis) -> list[Finding]:
    found: list[Finding] = []

    def say(id_: str, severity: Severity, **params: object) -> None:
        found.append(Finding(id=id_, severity=severity, connection=tunnel.name, params=params))

    if tunnel.error is not None:
        say("connection_error", "warning", code=tunnel.error.code, params=tunnel.error.params)
    elif tunnel.state == "up":
        say("connection_up", "ok")
    else:
        say("connection_not_up", "note", state=tunnel.state)
    if tunnel.features:
        if all(tunnel.features.values()):
            say("offloads_in_use", "ok")
        for name, used in tunnel.features.items():
            if not used and name == THREADS:
                say("threads_not_urgent", "note")
            elif not used:
                able = machine.offloads.get(name, True)
                say("offload_off" if able else "offload_unsupported", "note", offload=name)
    for buffer in tunnel.buffers:
        least = min(buffer.receive_octets, buffer.send_octets)
        if least < LEAST_BUFFER_OCTETS:
            say("buffer_small", "warning", socket=buffer.socket, octets=least)
    dropped = False
    for name, count in tunnel.counters.items():
        if name.startswith(DROP) and count and (severity := severity_of_drop(name)) is not None:
            dropped = True
            say(name, severity, count=count)
    if tunnel.counters and not dropped:
        say("no_drops", "ok")
    return found
