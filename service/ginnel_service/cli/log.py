"""The service's log."""

from __future__ import annotations

import time
from contextlib import suppress

import click

from ginnel_service.ipc.schema import LogEntry, LogTailParams, LogTailResult, SubscribeParams

from .common import Settings, command, plain, print_json


@command(example="ginnel log\nginnel log -n 20 --follow")
@click.option("-n", "--lines", type=click.IntRange(1, 5000), default=100, show_default=True, help="How many.")
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines, until interrupted.")
def log(settings: Settings, *, lines: int, follow: bool) -> None:
    """Print the last lines of the service's log that you may see."""
    with settings.connect() as wire:
        if follow:
            wire.call("subscribe", SubscribeParams(topics=("log",)))
        result: LogTailResult = wire.call("log.tail", LogTailParams(lines=lines))
        if settings.json and not follow:
            print_json(result)
            return
        for entry in result.entries:
            _print(settings, entry)
        if follow:
            with suppress(KeyboardInterrupt):
                for event in wire.events(None):
                    if isinstance(event, LogEntry) and event not in result.entries:
                        _print(settings, event)


def _print(settings: Settings, entry: LogEntry) -> None:
    if settings.json:
        print_json(entry)
        return
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.at))
    about = f" [{plain(entry.connection)}]" if entry.connection else ""
    click.echo(f"{stamp} {entry.level:<7} {plain(entry.logger)}{about}: {plain(entry.message)}")
