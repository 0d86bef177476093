"""The service's log."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import get_args

import click

from ginnel_service.ipc.schema import (
    Level,
    LogEntry,
    LogLevelParams,
    LogTailParams,
    LogTailResult,
    SubscribeParams,
)

from .common import Settings, command, plain, print_json


@command(
    example="ginnel log\nginnel log office -n 20 --follow --least warning\n"
    "ginnel log --level debug --logger ginnel.ike"
)
@click.argument("name", required=False)
@click.option("-n", "--lines", type=click.IntRange(1, 5000), default=100, show_default=True, help="How many.")
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines, until interrupted.")
@click.option(
    "--least",
    type=click.Choice(get_args(Level)),
    default="debug",
    show_default=True,
    help="Print what is this bad or worse.",
)
@click.option(
    "--level",
    type=click.Choice(get_args(Level)),
    help="Print nothing; from now on log what is this bad or worse. For administrators.",
)
@click.option("--logger", metavar="NAME", default="", help="With --level: of this logger alone.")
def log(
    settings: Settings,
    *,
    name: str | None,
    lines: int,
    follow: bool,
    least: Level,
    level: Level | None,
    logger: str,
) -> None:
    """Print the last lines of the service's log that you may see, or change what is logged.

    With NAME those of that profile alone.
    """
    if logger and level is None:
        raise click.UsageError("--logger goes with --level.")
    with settings.connect() as wire:
        if level is not None:
            wire.call("log.level", LogLevelParams(level=level, logger=logger))
            if settings.json:
                print_json({"level": level, "logger": logger})
            else:
                click.echo(f"{plain(logger) or 'Everything'} is logged from {level} on.")
            return
        if follow:
            params = SubscribeParams(topics=("log",), log_level=least, log_connection=name or "")
            wire.call("subscribe", params)
        tail = LogTailParams(lines=lines, level=least, connection=name or "")
        result: LogTailResult = wire.call("log.tail", tail)
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
