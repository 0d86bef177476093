"""The kill switch: what it stops, a captive portal, and its end."""

from __future__ import annotations

import time

import click

from ginnel_service.ipc.schema import KillSwitchOffParams, KillSwitchStatus, PortalParams

from .common import Settings, command, plain, print_json
from .words import explain

_MODES = {"connecting": "until `ginnel down {name}`", "always": "always"}


@command(
    example="ginnel killswitch\nginnel killswitch portal --seconds 300\nsudo ginnel killswitch off --force"
)
@click.argument("what", type=click.Choice(["status", "portal", "off"]), default="status", required=False)
@click.option(
    "--seconds",
    type=click.FloatRange(10, 900),
    default=300.0,
    show_default=True,
    help="How long `portal` lasts.",
)
@click.option("--force", is_flag=True, help="With `off`, as an administrator: broken profiles, too.")
def killswitch(settings: Settings, *, what: str, seconds: float, force: bool) -> None:
    """Show whether traffic outside the tunnels is stopped, and for which profiles.

    `portal` lets DNS, HTTP and HTTPS out for a while, to log in where a network asks for it. `off` sets
    `kill_switch.mode = "off"` in every profile that stops traffic and that you may change.
    """
    status: KillSwitchStatus
    with settings.connect() as wire:
        if what == "portal":
            status = wire.call("killswitch.portal", PortalParams(seconds=seconds))
        elif what == "off":
            status = wire.call("killswitch.off", KillSwitchOffParams(force=force))
        else:
            status = wire.call("snapshot").kill_switch
    if settings.json:
        print_json(status)
    else:
        for line in lines(status):
            click.echo(line)


def lines(status: KillSwitchStatus) -> list[str]:
    if not status.blocking:
        told = ["The kill switch is off."]
    else:
        told = ["Traffic outside the tunnels is stopped:"]
        told += [
            f"  for {plain(each.name)}, {_MODES[each.mode].format(name=plain(each.name))}"
            for each in status.profiles
        ]
    if status.lan:
        told.append("Private networks of the links at hand stay open.")
    if status.portal_until is not None:
        left_s = max(0.0, status.portal_until - time.time())
        told.append(f"A captive portal may be reached for {left_s:.0f} s more.")
    if status.error is not None:
        told.append(explain(status.error.code, status.error.params).cause)
    return told
