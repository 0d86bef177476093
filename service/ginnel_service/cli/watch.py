"""`ginnel status --watch`."""

from __future__ import annotations

import sys
from contextlib import suppress

import click
from rich.live import Live

from ginnel_service.ipc.mirror import Mirror
from ginnel_service.ipc.schema import ConnectionStatus, Event, Statistics, SubscribeParams

from .common import Settings, console, plain, print_json
from .tables import overview
from .wire import CliError, Wire
from .words import STEPS, explain


def watch(settings: Settings, wire: Wire, name: str | None, interval_s: float) -> None:
    """A live table on a terminal; elsewhere a line for every change."""
    topics = SubscribeParams(topics=("state", "statistics", "profile"), statistics_interval_s=interval_s)
    mirror = Mirror(wire.call("subscribe", topics))
    if name is not None and mirror.status(name) is None:
        raise CliError("unknown_profile", name=name)
    screen = console()
    with suppress(KeyboardInterrupt):
        if settings.json or not screen.is_terminal:
            for each in _shown(mirror, name):
                _print_line(settings, each)
            for event in wire.events(None):
                if isinstance(event, ConnectionStatus | Statistics) and name in (None, event.name):
                    _print_line(settings, event)
            return
        with Live(overview(_shown(mirror, name)), console=screen, auto_refresh=False) as live:
            for event in wire.events(None):
                mirror.take(event)
                live.update(overview(_shown(mirror, name)), refresh=True)


def _shown(mirror: Mirror, name: str | None) -> list[ConnectionStatus]:
    return [each for each in mirror.statuses() if name in (None, each.name)]


def _print_line(settings: Settings, event: Event) -> None:
    if settings.json:
        kind = "state" if isinstance(event, ConnectionStatus) else "statistics"
        print_json({"event": kind, "params": event})
    elif isinstance(event, ConnectionStatus):
        line = f"{plain(event.name)}: {STEPS.get(event.step, plain(event.state))}"
        if event.error is not None:
            line += ": " + explain(event.error.code, event.error.params).cause
        click.echo(line)
    sys.stdout.flush()
