"""`ginnel doctor`: what speeds a tunnel up, what it lost and why, and what to do about it."""

from __future__ import annotations

import click
import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ginnel_service.diagnosis import diagnose
from ginnel_service.ipc.schema import DiagnoseParams, Diagnosis, Finding, Machine, TunnelDiagnosis
from ginnel_service.machine import look

from .common import Settings, command, console, fail, plain, print_json
from .exits import exit_of
from .findings import COUNTERS, counter, describe, offload
from .tables import octets
from .wire import CliError
from .words import STATES, explain

_COLOURS = {"ok": "green", "note": "yellow", "warning": "red"}


@command(example="ginnel doctor\nginnel doctor office\nginnel doctor --json | jq '.findings[].id'")
@click.argument("name", required=False, default="")
def doctor(settings: Settings, *, name: str) -> None:
    """Explain how the connections, or NAME's alone, fare: offloads in use, packets lost, and what to do.

    Without a running service, what can be told of the machine is told.
    """
    try:
        with settings.connect() as wire:
            found: Diagnosis = wire.call("diagnose", DiagnoseParams(name=name))
    except CliError as error:
        if error.code != "service_not_running":
            raise
        _without_service(settings, error)
        return
    if settings.json:
        print_json(found)
        return
    screen = console()
    _show_machine(screen, found.machine)
    for tunnel in found.tunnels:
        _show_tunnel(screen, tunnel)
    _show_findings(screen, found.findings)


def _without_service(settings: Settings, error: CliError) -> None:
    """What the machine offers; then the error, as of any command that needs the service."""
    machine = look()
    findings = diagnose(machine, ())
    if settings.json:
        words = explain(error.code, error.params)
        body = {"code": error.code, "params": error.params, "cause": words.cause, "remedy": words.remedy}
        print_json({"error": body, **msgspec.to_builtins({"machine": machine, "findings": findings})})
        click.get_current_context().exit(int(exit_of(error.code)))
    screen = console()
    _show_machine(screen, machine)
    _show_findings(screen, findings)
    fail(settings, error)


def _show_machine(screen: Console, machine: Machine) -> None:
    table = _facts()
    table.add_row("system", plain(machine.system))
    table.add_row("libcrypto", plain(machine.libcrypto))
    if machine.cpu:
        has = [name for name, able in machine.cpu.items() if able]
        lacks = [name for name, able in machine.cpu.items() if not able]
        table.add_row(
            "processor",
            plain(", ".join(has) or "no help for ciphers") + (f" (not {', '.join(lacks)})" if lacks else ""),
        )
    _section(screen, "This machine", table)


def _show_tunnel(screen: Console, tunnel: TunnelDiagnosis) -> None:
    table = _facts()
    for name, value in (
        ("device", tunnel.device + ("" if tunnel.device_up in (True, None) else " (down)")),
        ("ESP", tunnel.esp_suite),
        ("MTU", f"{tunnel.mtu} inside" if tunnel.mtu else ""),
        ("path MTU", str(tunnel.path_mtu or "")),
        ("replay window", f"{tunnel.replay_window} packets" if tunnel.esp_suite else ""),
    ):
        if value:
            table.add_row(name, plain(value))
    for buffer in tunnel.buffers:
        sizes = f"receive {octets(buffer.receive_octets)}, send {octets(buffer.send_octets)}"
        table.add_row(f"socket {plain(buffer.socket)}", sizes)
    for name, used in tunnel.features.items():
        table.add_row("in use" if used else Text("not in use", "yellow"), offload(name))
    for name, count in tunnel.counters.items():
        if name in COUNTERS or count:
            style = "red" if name.startswith("drop_") else ""
            label = f"dropped: {counter(name)}" if name.startswith("drop_") else counter(name)
            table.add_row(Text(label, style), f"{count}")
    _section(screen, f"{plain(tunnel.name)}: {STATES.get(tunnel.state, plain(tunnel.state))}", table)


def _show_findings(screen: Console, findings: tuple[Finding, ...]) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    for finding in findings:
        words = describe(finding)
        about = f"{plain(finding.connection)}: " if finding.connection else ""
        table.add_row(Text(finding.severity, _COLOURS[finding.severity]), about + words.cause)
        if words.remedy and finding.severity != "ok":
            table.add_row("", words.remedy)
    _section(screen, "Findings", table)


def _facts() -> Table:
    return Table(show_header=False, box=None, pad_edge=False)


def _section(screen: Console, title: str, table: Table) -> None:
    screen.print(Text(title, "bold"))
    screen.print(Padding(table, (0, 0, 1, 2), expand=False))
