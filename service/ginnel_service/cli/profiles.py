"""Profiles: list, show, remove."""

from __future__ import annotations

import click
from rich.table import Table

from ginnel_service.ipc.schema import NameParams, ProfileSummary
from ginnel_service.profiles.model import Profile, serialise_profile

from .common import Settings, command, console, plain, print_json
from .words import STATES, explain


@command(example="ginnel list\nginnel list --json | jq -r '.profiles[].name'", name="list")
def list_profiles(settings: Settings) -> None:
    """List the profiles and how each one's connection stands."""
    with settings.connect() as wire:
        result = wire.call("profile.list")
    if settings.json:
        print_json(result)
        return
    if not result.profiles:
        click.echo("There is no profile yet. Make one with: ginnel create NAME --server HOST --username YOU")
        return
    table = Table("NAME", "SERVER", "OWNER", "STATE", box=None, pad_edge=False)
    for summary in result.profiles:
        table.add_row(plain(summary.name), plain(summary.server), str(summary.owner_uid), _state(summary))
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
        click.echo(serialise_profile(profile).decode(), nl=False)


@command(example="ginnel remove office")
@click.argument("name")
def remove(settings: Settings, *, name: str) -> None:
    """Delete the profile NAME and its secrets."""
    with settings.connect() as wire:
        wire.call("profile.remove", NameParams(name=name))
    if settings.json:
        print_json({"removed": name})
    else:
        click.echo(f"Removed {plain(name)}.")


def _state(summary: ProfileSummary) -> str:
    if summary.error is not None:
        return "broken: " + explain(summary.error.code, summary.error.params).cause
    return STATES.get(summary.state, plain(summary.state))
