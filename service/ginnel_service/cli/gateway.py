"""`ginnel gateway`: the other end of a tunnel, in the foreground."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

import click

from ginnel_service.gateway.config import example
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.gateway.program import EventLine, run_gateway
from ginnel_service.profiles.model import printable

from .common import Settings, command, fail, print_json
from .exits import Exit
from .wire import CliError

STATE_DIRECTORY = "/var/lib/ginnel-gateway"

_CAUSES = {
    "config_unreadable": (
        "cannot be read: {cause}.",
        "Check its path, or make one with `ginnel gateway init`.",
    ),
    "config_unsafe": ("can be read by others (mode {mode}).", "It holds keys: run `chmod 600` on it."),
    "config_invalid": ("cannot be used: {cause}.", "Correct it, then start the gateway again."),
}


@click.group(
    epilog="\b\nExample:\n  ginnel gateway init --output gateway.toml --user alice@example.org\n"
    "  ginnel gateway run --config gateway.toml"
)
def gateway() -> None:
    """Run a small IKEv2 gateway that Ginnel and other clients can connect to."""


@command(
    example="ginnel gateway init --output gateway.toml --id vpn.example.org --user alice@example.org",
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="File to write, mode 0600; stdout when left out."
)
@click.option("--id", "identity", default="", help="Who the gateway is [default: this machine's name].")
@click.option("--user", default="user@ginnel", show_default=True, help="Who may connect.")
def init(settings: Settings, output: Path | None, identity: str, user: str) -> None:
    """Write a commented configuration with a fresh random pre-shared key."""
    text = example(identity or socket.gethostname(), user)
    if output is None:
        if settings.json:
            print_json({"configuration": text})
        else:
            click.echo(text, nl=False)
        return
    try:
        descriptor = os.open(
            output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise click.ClickException(f"{printable(str(output))} is not written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    if settings.json:
        print_json({"file": str(output)})
    else:
        click.echo(f"Wrote {printable(str(output))}. It holds the pre-shared key: keep it private.")


@command(
    example="ginnel gateway run --config gateway.toml",
)
@click.option(
    "--config", "file", type=click.Path(path_type=Path), required=True, help="The configuration file."
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=Path(STATE_DIRECTORY),
    show_default=True,
    help="Where it keeps note of what to undo on the machine.",
)
def run(settings: Settings, file: Path, state_dir: Path) -> None:
    """Serve peers in the foreground: one line an event, until SIGINT or SIGTERM."""

    def tell(line: EventLine) -> None:
        if settings.json:
            print_json(line.fields)
        else:
            click.echo(printable(line.text))
        sys.stdout.flush()

    try:
        failure = run_gateway(file, state_dir, tell)
    except GatewayError as error:
        _refuse(settings, file, error)
    if failure is not None:
        fail(settings, CliError(failure.code, **failure.params))


def _refuse(settings: Settings, file: Path, error: GatewayError) -> NoReturn:
    cause, remedy = _CAUSES[error.code]
    cause = printable(f"{file} " + cause.format_map(error.params))
    if settings.json:
        body = {"code": error.code, "params": error.params, "cause": cause, "remedy": remedy}
        print_json({"error": body})
    else:
        click.echo(f"Error: {cause}\n{remedy}", err=True)
    click.get_current_context().exit(int(Exit.BAD_PROFILE))


gateway.add_command(init, "init")
gateway.add_command(run, "run")
