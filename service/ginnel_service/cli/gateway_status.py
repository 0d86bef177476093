"""`ginnel gateway status` and `disconnect`: asked of the gateway that runs."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from ginnel_service.clock import utc_s
from ginnel_service.gateway.control import ask_disconnect, ask_status

from .common import Settings, console, plain, print_json
from .gateway_common import gateway_command, state_option
from .tables import octets


@gateway_command(example="ginnel gateway status")
@state_option
def status(settings: Settings, state_dir: Path) -> None:
    """Show who is connected to the gateway, since when, and how much they have moved."""
    found = ask_status(state_dir)
    if settings.json:
        print_json(found)
        return
    click.echo(f"{plain(found.identity)} on {', '.join(map(plain, found.listening))}; device {found.device}")
    if not found.peers:
        click.echo("Nobody is connected.")
        return
    rows = Table("USER", "FROM", "ADDRESSES", "SINCE", "IN", "OUT", box=None, pad_edge=False)
    now = utc_s()
    for peer in found.peers:
        rows.add_row(
            plain(peer.user),
            plain(peer.remote),
            ", ".join(peer.addresses),
            f"{max(0, int(now - peer.since))} s",
            octets(peer.octets_in),
            octets(peer.octets_out),
        )
    console().print(rows)


@gateway_command(example="ginnel gateway disconnect alice@example.org")
@click.argument("user")
@state_option
def disconnect(settings: Settings, user: str, state_dir: Path) -> None:
    """Close every connection of a user, who may come back: `user remove` keeps them out."""
    count = ask_disconnect(state_dir, user)
    if settings.json:
        print_json({"disconnected": count})
    else:
        click.echo(f"Closed {count} connection{'' if count == 1 else 's'} of {plain(user)}.")
