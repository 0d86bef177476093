"""`ginnel doctor`: what stands between this machine and a gateway, what a tunnel lost, and what to do."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from ginnel_service.doctor.diagnosis import diagnose
from ginnel_service.doctor.machine import look
from ginnel_service.ipc.schema import (
    DIAGNOSIS_S,
    DiagnoseParams,
    Diagnosis,
    DiagnosisProgress,
    Event,
    Finding,
    Machine,
    SubscribeParams,
    TunnelDiagnosis,
)
from ginnel_service.paths import DEFAULT_STATE
from ginnel_service.repair import RepairError
from ginnel_service.repair import repair as undo_what_is_left

from .common import Settings, command, console, fail, plain, print_json
from .examination import CHECKS
from .exits import exit_of
from .findings import COUNTERS, counter, describe, offload
from .report import write_report
from .tables import octets
from .wire import CliError, Wire
from .words import STATES, explain

_COLOURS = {"ok": "green", "note": "yellow", "warning": "red"}
_ORDER = ("warning", "note", "ok")


@command(
    example="ginnel doctor\nginnel doctor office\nginnel doctor office --report\n"
    "ginnel doctor --json | jq '.findings[].id'\nsudo ginnel doctor --repair"
)
@click.argument("name", required=False, default="")
@click.option("--passive", is_flag=True, help="Send nothing to NAME's gateway.")
@click.option(
    "--report",
    metavar="[FILE]",
    is_flag=False,
    flag_value="",
    help="Write all of it to a file to send to an administrator, without secrets.",
)
@click.option("--full", is_flag=True, help="Leave user names and public addresses in the report.")
@click.option("--repair", is_flag=True, help="Undo what a killed service left on the machine (as root).")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=DEFAULT_STATE,
    show_default=True,
    help="The service's, for --repair.",
)
def doctor(
    settings: Settings,
    *,
    name: str,
    passive: bool,
    report: str | None,
    full: bool,
    repair: bool,
    state_dir: Path,
) -> None:
    """Explain what is wrong, and what to do about it.

    With NAME its gateway is asked, for half a minute at most: whether it answers and by which ways, what it
    accepts, what the path carries; and certificates, clock and routes are looked at. Without NAME: how the
    connections fare. Without a running service, what can be told of the machine is told.
    """
    if repair:
        _repair(settings, state_dir)
        return
    if full and report is None:
        raise click.UsageError("--full goes with --report.")
    try:
        with settings.connect(timeout_s=DIAGNOSIS_S + 10) as wire:
            found = _diagnosis(settings, wire, name, active=bool(name) and not passive)
            written = None if report is None else write_report(wire, found, name, report, full=full)
    except CliError as error:
        if error.code != "service_not_running":
            raise
        _without_service(settings, error, name, report, full=full)
        return
    if settings.json:
        said = {} if written is None else {"report": str(written)}
        print_json({**msgspec.to_builtins(found, enc_hook=str), **said})
        return
    screen = console()
    _show_machine(screen, found.machine)
    for tunnel in found.tunnels:
        _show_tunnel(screen, tunnel)
    _show_findings(screen, found.findings)
    if written is not None:
        _say_where(written, full=full)


def _diagnosis(settings: Settings, wire: Wire, name: str, *, active: bool) -> Diagnosis:
    """The service's; what it looks at is shown on a terminal meanwhile."""
    if active:
        wire.call("subscribe", SubscribeParams(topics=("diagnosis",)))
    screen = console(err=True)
    lively = active and screen.is_terminal and not settings.json
    spinner = Status(f"Looking at {plain(name)}", console=screen) if lively else None
    running: dict[str, None] = {}

    def tell(event: Event) -> None:
        if spinner is None or not isinstance(event, DiagnosisProgress) or event.name != name:
            return
        if event.state == "running":
            running[event.check] = None
        else:
            running.pop(event.check, None)
        if running:
            spinner.update("Looking at " + ", ".join(CHECKS.get(check, check) for check in running))

    with spinner or nullcontext():
        found: Diagnosis = wire.call("diagnose", DiagnoseParams(name=name, active=active), tell=tell)
    return found


def _say_where(written: Path, *, full: bool) -> None:
    click.echo(f"Wrote {plain(written)}. Look through it before you send it to anyone.")
    if full:
        click.echo("It holds user names and public addresses.")


def _repair(settings: Settings, state_dir: Path) -> None:
    try:
        undone = undo_what_is_left(state_dir)
    except RepairError as error:
        raise CliError(error.code, detail=error.detail) from None
    if settings.json:
        print_json({"undone": undone})
        return
    for line in undone:
        click.echo(f"Undone: {plain(line)}")
    if not undone:
        click.echo("Nothing was left behind.")


def _without_service(
    settings: Settings, error: CliError, name: str, report: str | None, *, full: bool
) -> None:
    """What the machine offers; then the error, as of any command that needs the service."""
    machine = look()
    found = Diagnosis(version="", machine=machine, findings=diagnose(machine, ()))
    written = None if report is None else write_report(None, found, name, report, full=full)
    if settings.json:
        words = explain(error.code, error.params)
        body = {"code": error.code, "params": error.params, "cause": words.cause, "remedy": words.remedy}
        said = {} if written is None else {"report": str(written)}
        shown = msgspec.to_builtins({"machine": machine, "findings": found.findings})
        print_json({"error": body, **shown, **said})
        click.get_current_context().exit(int(exit_of(error.code)))
    screen = console()
    _show_machine(screen, machine)
    _show_findings(screen, found.findings)
    if written is not None:
        _say_where(written, full=full)
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
    if table.row_count:
        _section(screen, f"{plain(tunnel.name)}: {STATES.get(tunnel.state, plain(tunnel.state))}", table)


def _show_findings(screen: Console, findings: tuple[Finding, ...]) -> None:
    """What needs doing first."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    for finding in sorted(findings, key=lambda each: _ORDER.index(each.severity)):
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
