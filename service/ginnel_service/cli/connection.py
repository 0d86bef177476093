"""Connections: up, down, status, rekey."""

from __future__ import annotations

import time
from contextlib import nullcontext
from itertools import chain
from typing import BinaryIO

import click
from rich.status import Status

from ginnel_service.ipc.mirror import Mirror
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    NameParams,
    PromptStatus,
    RekeyParams,
    Snapshot,
    SubscribeParams,
    UpParams,
    What,
)

from .asker import Asker
from .common import Seconds, Settings, command, console, plain, print_json
from .keychain import Keychain
from .profiles import NO_PROFILE
from .tables import details, overview
from .watch import watch as follow
from .wire import CliError, Wire
from .words import STEPS


@command(
    example="ginnel up office\nginnel up office --timeout 20 && ssh host.office.example\nginnel up --login"
)
@click.argument("name", required=False)
@click.option(
    "--login", is_flag=True, help="Begin those of your profiles that say so, for an autostart entry."
)
@click.option("--wait/--no-wait", default=True, help="Return when connected, or at once.  [default: --wait]")
@click.option(
    "--timeout",
    "timeout_s",
    type=Seconds(),
    default=90.0,
    show_default=True,
    help="Seconds to wait.",
)
@click.option(
    "--password-file", type=click.File("rb"), help="Answer the first question with this (-: standard input)."
)
@click.option("--remember", is_flag=True, help="Keep the password, once it led to a connection.")
@click.option(
    "--keychain",
    is_flag=True,
    help="Take the password from your own keychain, and once it led to a connection keep it there.",
)
def up(
    settings: Settings,
    *,
    name: str | None,
    login: bool,
    wait: bool,
    timeout_s: float,
    password_file: BinaryIO | None,
    remember: bool,
    keychain: bool,
) -> None:
    """Connect the profile NAME. What the gateway wants to know is asked on the terminal.

    Where it waits for its next attempt, that is made at once.
    """
    if login is (name is not None):
        raise click.UsageError("name one profile, or say --login")
    if keychain and remember:
        raise click.UsageError("--remember has the service keep the password, --keychain you: choose one.")
    if name is None:
        _begin_session(settings)
        return
    asker = Asker(password_file, remember=remember, keychain=Keychain() if keychain else None)
    waiting: tuple[PromptStatus, ...] = ()
    with settings.connect() as wire:
        if wait:
            snapshot: Snapshot = wire.call("subscribe", SubscribeParams(topics=("state", "prompt")))
            waiting = tuple(each for each in snapshot.prompts if each.name == name)
        try:
            status: ConnectionStatus = wire.call(
                "connection.up", UpParams(name=name, attended=wait and asker.attended)
            )
        except CliError as error:
            if error.code != "already_up":
                raise
            status = _find(Mirror(wire.call("snapshot")), name)
            if status.state in ("disconnecting", "down"):
                raise
            if status.state == "reconnecting":
                status = wire.call("connection.retry", NameParams(name=name))
        if wait and status.state != "up":
            status = _follow(settings, wire, status, timeout_s, asker, waiting)
            asker.succeeded()
    if settings.json:
        print_json(status)
    elif status.state == "up":
        if status.weak:
            click.echo(
                f"Warning: the profile allows weak algorithms: {plain(', '.join(status.weak))}.", err=True
            )
        console().print(details(status))
    else:
        click.echo(f"Connecting {plain(name)}. Follow it with: ginnel status --watch")


def _begin_session(settings: Settings) -> None:
    with settings.connect() as wire:
        begun = wire.call("session.begin").connections
    if settings.json:
        print_json({"connections": begun})
    for status in () if settings.json else begun:
        click.echo(f"Connecting {plain(status.name)}. Follow it with: ginnel status --watch")


@command(example="ginnel down office\nginnel down office --timeout 5")
@click.argument("name")
@click.option(
    "--timeout",
    "timeout_s",
    type=Seconds(),
    default=30.0,
    show_default=True,
    help="Seconds to wait; the service goes on.",
)
def down(settings: Settings, *, name: str, timeout_s: float) -> None:
    """Disconnect the profile NAME, and return when its routes and addresses are undone.

    Fine if it is not connected.
    """
    with settings.connect(timeout_s=timeout_s) as wire:
        try:
            status = wire.call("connection.down", NameParams(name=name))
            text = f"Disconnected {plain(name)}."
        except CliError as error:
            if error.code != "not_up":
                raise
            status = ConnectionStatus(name=name)
            text = f"{plain(name)} was not connected."
    if settings.json:
        print_json(status)
    else:
        click.echo(text)


@command(example="ginnel rekey office\nginnel rekey office --what ike")
@click.argument("name")
@click.option(
    "--what", type=click.Choice(["child", "ike"]), default="child", show_default=True, help="Which keys."
)
def rekey(settings: Settings, *, name: str, what: What) -> None:
    """Replace the keys of NAME's connection now; traffic goes on."""
    with settings.connect() as wire:
        status = wire.call("connection.rekey", RekeyParams(name=name, what=what))
    if settings.json:
        print_json(status)
    else:
        kind = "IKE" if what == "ike" else "traffic"
        click.echo(f"New {kind} keys for {plain(name)} are being agreed on; `ginnel status` counts them.")


@command(example="ginnel status\nginnel status office\nginnel status --watch")
@click.argument("name", required=False)
@click.option("--watch", is_flag=True, help="Keep showing it, until interrupted.")
@click.option(
    "--interval",
    "interval_s",
    type=click.FloatRange(0.1, 3600),
    default=1.0,
    show_default=True,
    help="Seconds between counters.",
)
def status(settings: Settings, *, name: str | None, watch: bool, interval_s: float) -> None:
    """Show how the connections stand, or all about NAME's."""
    with settings.connect() as wire:
        if watch:
            follow(settings, wire, name, interval_s)
            return
        mirror = Mirror(wire.call("snapshot"))
    if name is not None:
        found = _find(mirror, name)
        if settings.json:
            print_json(found)
        else:
            console().print(details(found))
    elif settings.json:
        print_json({"connections": mirror.statuses()})
    elif not mirror.statuses():
        click.echo(NO_PROFILE)
    else:
        console().print(overview(mirror.statuses()))


def _follow(
    settings: Settings,
    wire: Wire,
    status: ConnectionStatus,
    timeout_s: float,
    asker: Asker,
    waiting: tuple[PromptStatus, ...],
) -> ConnectionStatus:
    """Show the steps until the connection is up. Raises CliError with why it is not."""
    name = status.name
    shown = console(err=True)
    lively = shown.is_terminal and not settings.json
    spinner = Status(f"{plain(name)}: connecting", console=shown) if lively else None
    last, began = "", time.monotonic()
    with spinner or nullcontext():
        for event in chain(waiting, wire.events(timeout_s)):
            if getattr(event, "name", None) != name:
                continue
            if isinstance(event, PromptStatus):
                if spinner is not None:
                    spinner.stop()
                asker.handle(wire, event)
                if spinner is not None:
                    spinner.start()
            if not isinstance(event, ConnectionStatus):
                continue
            text = f"{plain(name)}: {STEPS.get(event.step, 'connecting')}"
            if spinner is not None and last and (text != last or event.state == "up"):
                shown.print(f"{time.monotonic() - began:6.2f} s  {last}")
                began = time.monotonic()
            if event.state == "up":
                return event
            if event.state in ("failed", "down") or (event.state == "reconnecting" and event.error):
                if event.error is None:
                    raise CliError("not_up", name=name)
                if event.next_try_s is not None and not settings.json:
                    click.echo(
                        f"The service goes on trying; stop it with: ginnel down {plain(name)}", err=True
                    )
                raise CliError(
                    event.error.code, **{"name": name, "server": event.server, **event.error.params}
                )
            if spinner is not None:
                spinner.update(text)
            elif text != last and not settings.json:
                click.echo(text, err=True)
            last = text
    raise CliError("timeout", what="Connecting", seconds=f"{timeout_s:g}", name=name)


def _find(mirror: Mirror, name: str) -> ConnectionStatus:
    found = mirror.status(name)
    if found is None:
        raise CliError("unknown_profile", name=name)
    return found
