"""The service's log."""

from __future__ import annotations

import time
from contextlib import suppress

import click
from rich.console import Console
from rich.text import Text

from ginnel_service.ipc.schema import (
    MAX_LINES,
    Level,
    LogEntry,
    LogLevelParams,
    LogTailParams,
    LogTailResult,
    SubscribeParams,
)

from .common import ProfileName, Settings, command, console, plain, print_json

#: From what matters least.
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
_COLOURS = {"debug": "dim", "info": "", "warning": "yellow", "error": "red"}


@command(example="ginnel log\nginnel log -n 20 --follow\nginnel log --connection office --level warning")
@click.option(
    "-n", "--lines", type=click.IntRange(1, MAX_LINES), default=100, show_default=True, help="How many."
)
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines, until interrupted.")
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="debug",
    show_default=True,
    help="None that matter less.",
)
@click.option("--connection", type=ProfileName(), default="", help="Of this profile's connection alone.")
@click.option(
    "--set-level",
    type=click.Choice(LEVELS),
    help="Print nothing; from now on log what matters as much or more. For administrators.",
)
@click.option("--logger", metavar="NAME", default="", help="With --set-level: of this logger alone.")
def log(
    settings: Settings,
    *,
    lines: int,
    follow: bool,
    level: Level,
    connection: str,
    set_level: Level | None,
    logger: str,
) -> None:
    """Print the last lines of the service's log that you may see, or change what is logged."""
    if set_level is not None:
        _set(settings, set_level, logger)
        return
    if logger:
        raise click.UsageError("--logger goes with --set-level.")
    with settings.connect() as wire:
        if follow:
            wire.call(
                "subscribe", SubscribeParams(topics=("log",), log_level=level, log_connection=connection)
            )
        result: LogTailResult = wire.call(
            "log.tail", LogTailParams(lines=lines, level=level, connection=connection)
        )
        if settings.json and not follow:
            print_json(result)
            return
        screen = console()
        for entry in result.entries:
            _print(settings, screen, entry)
        if follow:
            known = frozenset(map(_key, result.entries))
            with suppress(KeyboardInterrupt):
                for event in wire.events(None):
                    if isinstance(event, LogEntry) and _key(event) not in known:
                        _print(settings, screen, event)


def _set(settings: Settings, level: Level, logger: str) -> None:
    with settings.connect() as wire:
        wire.call("log.level", LogLevelParams(level=level, logger=logger))
    if settings.json:
        print_json({"level": level, "logger": logger})
    else:
        click.echo(f"{plain(logger) or 'Everything'} is logged from {level} on.")


def _key(entry: LogEntry) -> tuple[float, str]:
    """What tells a line from another: it may come with the tail and by subscription."""
    return (entry.at, entry.message)


def _print(settings: Settings, screen: Console, entry: LogEntry) -> None:
    if settings.json:
        print_json(entry)
        return
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.at))
    about = f" [{plain(entry.connection)}]" if entry.connection else ""
    line = f"{stamp} {entry.level:<7} {plain(entry.logger)}{about}: {plain(entry.message)}"
    if screen.is_terminal:
        screen.print(Text(line, _COLOURS[entry.level]))
    else:
        click.echo(line)
