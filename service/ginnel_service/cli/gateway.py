"""`ginnel gateway`: the other end of a tunnel, in the foreground."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from ginnel_service.gateway.config import load
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.gateway.program import EventLine, run_gateway
from ginnel_service.profiles.model import printable

from .common import Settings, fail, print_json
from .exits import Exit
from .gateway_common import config_option, gateway_command, refuse, state_option
from .gateway_init import init, renew
from .gateway_status import disconnect, status
from .gateway_users import user
from .wire import CliError


@click.group(
    epilog="\b\nExample:\n  ginnel gateway init --output /etc/ginnel-gateway --id vpn.example.org\n"
    "  ginnel gateway user add alice@example.org --config /etc/ginnel-gateway/gateway.toml --export alice\n"
    "  ginnel gateway run --config /etc/ginnel-gateway/gateway.toml"
)
def gateway() -> None:
    """Run a small IKEv2 gateway that Ginnel and other clients can connect to."""


@gateway_command(example="ginnel gateway run --config gateway.toml")
@config_option
@state_option
def run(settings: Settings, file: Path, state_dir: Path) -> None:
    """Serve peers in the foreground: one line an event, until SIGINT or SIGTERM."""

    failure = run_gateway(file, state_dir, partial(tell, settings))
    if failure is not None:
        fail(settings, CliError(failure.code, **failure.params))


def tell(settings: Settings, line: EventLine) -> None:
    """A full disk or a reader that has gone loses the line, never the peer that it is about."""
    with suppress(OSError):
        if settings.json:
            print_json(line.fields)
        else:
            click.echo(printable(line.text))
        sys.stdout.flush()


@gateway_command(example="ginnel gateway check --config gateway.toml")
@config_option
def check(settings: Settings, file: Path) -> None:
    """Say all that is wrong with a configuration, and with the files that it names."""
    try:
        config = load(file)
    except GatewayError as error:
        if settings.json or not error.problems:
            refuse(settings, error)
        for problem in error.problems:
            click.echo(printable(f"{problem.field}: {problem.message} ({problem.remedy})"), err=True)
        click.get_current_context().exit(int(Exit.BAD_PROFILE))
    if settings.json:
        print_json({"file": str(file), "users": len(config.users)})
    else:
        people = "1 user" if len(config.users) == 1 else f"{len(config.users)} users"
        click.echo(f"{printable(str(file))} can be used; it names {people}.")


for each, name in (
    (init, "init"),
    (run, "run"),
    (check, "check"),
    (user, "user"),
    (status, "status"),
    (disconnect, "disconnect"),
    (renew, "renew"),
):
    gateway.add_command(each, name)
