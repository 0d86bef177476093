"""Profiles: list, show, rename, remove."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress

import click
from rich.table import Table
from rich.text import Text

from ginnel_service.ipc.schema import NameParams, ProfileSummary, RenameParams
from ginnel_service.profiles.model import Profile, serialise_profile

from . import keychain
from .common import Settings, command, console, plain, print_json
from .tables import COLOURS
from .wire import CliError, Wire
from .words import STATES, explain

NO_PROFILE = "There is no profile yet. Make one with: ginnel create NAME --server HOST --username YOU"


@command(example="ginnel list\nginnel list --json | jq -r '.profiles[].name'", name="list")
def list_profiles(settings: Settings) -> None:
    """List the profiles and how each one's connection stands."""
    with settings.connect() as wire:
        result = wire.call("profile.list")
    if settings.json:
        print_json(result)
        return
    if not result.profiles:
        click.echo(NO_PROFILE)
        return
    table = Table("NAME", "SERVER", "OWNER", "STATE", box=None, pad_edge=False)
    for summary in result.profiles:
        table.add_row(plain(summary.name), plain(summary.server), _owner(summary.owner_uid), _state(summary))
    console().print(table)


@command(example="ginnel show office\nginnel show office > office.toml")
@click.argument("name")
def show(settings: Settings, *, name: str) -> None:
    """Print the profile NAME as TOML, without its secrets."""
    with settings.connect() as wire:
        profile: Profile = wire.call("profile.show", NameParams(name=name))
    if settings.json:
        print_json(profile)
    else:
        click.echo(serialise_profile(profile), nl=False)  # TOML is UTF-8 in every locale


@command(example="ginnel rename office work")
@click.argument("name")
@click.argument("new_name")
def rename(settings: Settings, *, name: str, new_name: str) -> None:
    """Call the profile NAME by NEW_NAME from now on.

    It has to be disconnected. Its secrets, its kill switch and its on-demand rules go with it.
    """
    with settings.connect() as wire:
        known = _shown(wire, name)
        wire.call("profile.rename", RenameParams(name=name, new_name=new_name))
    for each in known:
        keychain.rename(each, new_name)
    if settings.json:
        print_json({"renamed": name, "name": new_name})
    else:
        click.echo(f"{plain(name)} is called {plain(new_name)} now.")


@command(example="ginnel remove office")
@click.argument("name")
def remove(settings: Settings, *, name: str) -> None:
    """Delete the profile NAME and its secrets, and what `ginnel up --keychain` kept of it."""
    with settings.connect() as wire:
        known = _shown(wire, name)
        wire.call("profile.remove", NameParams(name=name))
    keychain.forget(*known)
    if settings.json:
        print_json({"removed": name})
    else:
        click.echo(f"Removed {plain(name)}.")


def _shown(wire: Wire, name: str) -> list[Profile]:
    """None where it is broken, or another's: the next call says so."""
    with suppress(CliError):
        return [wire.call("profile.show", NameParams(name=name))]
    return []


def _owner(uid: int) -> str:
    """Who made it; numbers are for users that this machine does not know."""
    if uid == os.geteuid():
        return "you"
    try:
        return plain(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)


def _state(summary: ProfileSummary) -> Text:
    if summary.error is not None:
        cause = explain(summary.error.code, summary.error.params).cause
        return Text(f"broken: {cause}", COLOURS["failed"])
    return Text(STATES.get(summary.state, plain(summary.state)), COLOURS.get(summary.state, "yellow"))
