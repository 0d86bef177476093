"""`ginnel gateway user`: who may connect, and the files that they are handed."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from ginnel_service.gateway.files import check_folder, write_private
from ginnel_service.gateway.handout import FORMATS, Handout
from ginnel_service.gateway.registry import Registry, Way
from ginnel_service.profiles.model import printable

from .common import Settings, console, print_json
from .gateway_common import config_option, gateway_command

_HUP = "A running gateway takes it with SIGHUP (systemctl reload ginnel-gateway)."


@click.group(
    epilog="\b\nExample:\n"
    "  ginnel gateway user add alice@example.org --config gateway.toml --export alice\n"
    "  ginnel gateway user list --config gateway.toml"
)
def user() -> None:
    """The gateway's users: add, list, remove, and hand out their files."""


export_options = (
    click.option(
        "--format",
        "format_",
        type=click.Choice([*FORMATS, "all"]),
        default="all",
        show_default=True,
        help="For Apple's devices, strongSwan on Android, or Ginnel.",
    ),
    click.option("--server", default="", help="Where the gateway is reached [default: its identity]."),
)


@gateway_command(
    example="ginnel gateway user add alice@example.org --config gateway.toml --export alice\n"
    "ginnel gateway user add bob --password --config gateway.toml --export bob --format mobileconfig",
)
@click.argument("name")
@config_option
@click.option("--psk", "way", flag_value="psk", help="Log in by a pre-shared key.")
@click.option("--password", "way", flag_value="password", help="Log in by a password (EAP-MSCHAPv2).")
@click.option("--certificate", "way", flag_value="certificate", help="Log in by a certificate. [default]")
@click.option("--export", "folder", type=click.Path(path_type=Path), help="Folder for the user's files.")
@export_options[0]
@export_options[1]
def add(
    settings: Settings,
    name: str,
    file: Path,
    way: Way | None,
    folder: Path | None,
    format_: str,
    server: str,
) -> None:
    """Add a user with a fresh certificate, password or pre-shared key, and write their files.

    A certificate's key is in these files alone: without --export there is nothing to hand out until `ginnel
    gateway user export` makes another one.
    """
    if folder is not None:
        check_folder(folder)
    handout = Registry(file).add(name, way or "certificate", _formats(format_), server)
    _written(settings, name, handout, folder)


@gateway_command(
    name="list",
    example="ginnel gateway user list --config gateway.toml",
)
@config_option
def list_users(settings: Settings, file: Path) -> None:
    """Show who may connect, and how they log in."""
    listed = Registry(file).list()
    if settings.json:
        print_json({"users": [{"id": each.id, "ways": each.ways, "kept": each.kept} for each in listed]})
        return
    rows = Table("USER", "LOGS IN BY", "FILE", box=None, pad_edge=False)
    for each in listed:
        rows.add_row(printable(each.id), ", ".join(each.ways), "users" if each.kept else "gateway")
    console().print(rows)


@gateway_command(example="ginnel gateway user remove alice@example.org --config gateway.toml")
@click.argument("name")
@config_option
def remove(settings: Settings, name: str, file: Path) -> None:
    """Let a user in no more; a certificate is taken back."""
    Registry(file).remove(name)
    if settings.json:
        print_json({"removed": name})
    else:
        click.echo(f"Removed {printable(name)}. {_HUP}")


@gateway_command(
    example="ginnel gateway user export alice@example.org --config gateway.toml --export alice",
)
@click.argument("name")
@config_option
@click.option(
    "--export", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the user's files."
)
@export_options[0]
@export_options[1]
def export(settings: Settings, name: str, file: Path, folder: Path, format_: str, server: str) -> None:
    """Write a user's files once more. A certificate is replaced: the one from before is taken back."""
    check_folder(folder)  # before the old certificate is of no use any more
    handout = Registry(file).export(name, _formats(format_), server)
    _written(settings, name, handout, folder)


def _formats(chosen: str) -> tuple[str, ...]:
    return FORMATS if chosen == "all" else (chosen,)


def _written(settings: Settings, name: str, handout: Handout, folder: Path | None) -> None:
    """Write the files, and show the password, this once."""
    files = []
    if folder is not None:
        for each, data in handout.files.items():
            write_private(folder / each, data, replace=True)
            files.append(str(folder / each))
    password = handout.password if files else ""
    if settings.json:
        print_json({"user": name, "files": files, **({"password": password} if password else {})})
        return
    click.echo(f"{printable(name)} may connect. {_HUP}")
    for path in files:
        click.echo(f"  {printable(path)}")
    if password:
        click.echo(f"The password of the .p12 and .sswan files, shown this once: {password}")
    if files:
        click.echo("These files let whoever has them in: hand them over in private, then delete them.")


user.add_command(add, "add")
user.add_command(list_users, "list")
user.add_command(remove, "remove")
user.add_command(export, "export")
