"""Rules that connect and disconnect: on, off, put off, and what they say."""

from __future__ import annotations

import click

from ginnel_service.ipc.schema import OnDemandChange, OnDemandParams, OnDemandStatus, Snapshot

from .common import Settings, command, plain, print_json
from .wire import CliError

_SAID = {
    "connect": "they connect",
    "disconnect": "they disconnect",
    "ignore": "they leave the connection as it is",
}


@command(example="ginnel ondemand office\nginnel ondemand office on\nginnel ondemand office resume")
@click.argument("name")
@click.argument(
    "change", type=click.Choice(["on", "off", "pause", "resume", "status"]), default="status", required=False
)
def ondemand(settings: Settings, *, name: str, change: OnDemandChange | str) -> None:
    """Turn the rules of the profile NAME on or off, put them off until `resume`, or show what they say.

    `ginnel down` puts them off, too; `ginnel up` and the next boot bring them back.
    """
    status: OnDemandStatus
    with settings.connect() as wire:
        if change == "status":
            status = _find(wire.call("snapshot"), name)
        else:
            status = wire.call("ondemand.set", OnDemandParams(name=name, change=change))  # type: ignore[arg-type]
    if settings.json:
        print_json(status)
    else:
        click.echo(f"{plain(name)}: {words(status)}.")


def words(status: OnDemandStatus) -> str:
    if status.state == "off":
        return "no rules are on"
    state = "the rules are on" if status.state == "on" else "the rules are put off"
    if not status.action:
        return f"{state}; none matches this network"
    return f"{state}; in this network {_SAID[status.action]} (rule {status.rule})"


def _find(snapshot: Snapshot, name: str) -> OnDemandStatus:
    for summary in snapshot.profiles:
        if summary.name == name:
            return summary.on_demand
    raise CliError("unknown_profile", name=name)
