"""`ginnel gateway init` and `renew`: a gateway's file, its own small authority, its certificate."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from ginnel_service.gateway.example import example
from ginnel_service.gateway.files import write_private
from ginnel_service.gateway.registry import Registry, establish
from ginnel_service.profiles.model import printable

from .common import Settings, print_json
from .gateway_common import config_option, gateway_command


@gateway_command(
    example="ginnel gateway init --output /etc/ginnel-gateway --id vpn.example.org\n"
    "ginnel gateway init --output gateway.toml --id vpn.example.org --user alice@example.org",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="A folder to make with certificates, or a file ending in .toml; stdout when left out.",
)
@click.option("--id", "identity", default="", help="Who the gateway is [default: this machine's name].")
@click.option("--user", help="Who may connect, by a pre-shared key. [default: user@ginnel, in a file]")
@click.option("--name", "names", multiple=True, help="Another host name or address of the gateway.")
def init(
    settings: Settings, output: Path | None, identity: str, user: str | None, names: tuple[str, ...]
) -> None:
    """Write a commented configuration: a file with a fresh pre-shared key for one user, or a folder.

    In the folder the gateway has an authority of its own and a certificate, and users are made by `ginnel
    gateway user add`.
    """
    identity = identity or socket.gethostname()
    if output is not None and output.suffix != ".toml":
        if user is not None:
            raise click.UsageError("--user is for a single file: run `ginnel gateway user add` afterwards.")
        _folder(settings, output, identity, names)
        return
    if names:
        raise click.UsageError("--name is for the certificate in a folder: name one with --output.")
    text = example(identity, user or "user@ginnel")
    if output is None:
        if settings.json:
            print_json({"configuration": text})
        else:
            click.echo(text, nl=False)
        return
    write_private(output, text.encode())
    if settings.json:
        print_json({"file": str(output)})
    else:
        click.echo(f"Wrote {printable(str(output))}. It holds the pre-shared key: keep it private.")


def _folder(settings: Settings, folder: Path, identity: str, names: tuple[str, ...]) -> None:
    file = establish(folder, identity, names)
    if settings.json:
        print_json({"file": str(file)})
        return
    shown = printable(str(file))
    click.echo(f"Wrote {shown}, an authority and the gateway's certificate. Keep the folder private.")
    click.echo(f"Next: ginnel gateway user add alice@example.org --config {shown} --export FOLDER")


@gateway_command(example="ginnel gateway renew --config /etc/ginnel-gateway/gateway.toml")
@config_option
@click.option("--name", "names", multiple=True, help="Another host name or address of the gateway.")
def renew(settings: Settings, file: Path, names: tuple[str, ...]) -> None:
    """Give the gateway another certificate of its own authority; users need nothing new."""
    Registry(file).renew(names)
    if settings.json:
        print_json({"renewed": True})
    else:
        click.echo("The gateway has another certificate, good for 825 days. Send it SIGHUP to use it.")
