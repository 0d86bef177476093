"""Profiles: create, list, show, remove."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO, TypeVar

import click
import msgspec
from rich.table import Table

from ginnel_service.ipc.schema import HelloParams, NameParams, ProfileCreateParams, ProfileSummary
from ginnel_service.profiles.model import (
    MAX_FILE_OCTETS,
    Esp,
    Ike,
    Local,
    Network,
    Problem,
    Profile,
    ProfileError,
    Remote,
    parse_profile,
    serialise_profile,
)
from ginnel_service.profiles.secrets import MAX_PSK_OCTETS, Secrets
from ginnel_service.profiles.validation import validate

from .common import Settings, command, console, plain, print_json
from .wire import CliError
from .words import STATES, explain

S = TypeVar("S", Profile, Ike, Esp, Network)


@command(
    example="ginnel create office --server vpn.example.org --id alice@example.org\n"
    "ginnel create lab --server 192.0.2.9 --id alice --subnet 10.0.0.0/8 --psk-stdin < key\n"
    "ginnel create home --file home.toml --psk-stdin < key"
)
@click.argument("name")
@click.option("--server", metavar="HOST", help="The gateway's name or address.")
@click.option("--port", type=int, help="Its IKE port.  [default: 500]")
@click.option("--id", "local_id", metavar="ID", help="Who you are to the gateway, such as alice@example.org.")
@click.option(
    "--remote-id", metavar="ID", help="Who it must be.  [default: the server; %any: whoever authenticates]"
)
@click.option(
    "--subnet", "subnets", metavar="NET", multiple=True, help="Goes through the tunnel.  [default: all]"
)
@click.option("--bypass", metavar="NET", multiple=True, help="Does not, although a subnet covers it.")
@click.option(
    "--ike-proposal",
    "ike_proposals",
    metavar="KEYWORDS",
    multiple=True,
    help="Such as aes256gcm16-prfsha384-ecp384.",
)
@click.option(
    "--esp-proposal", "esp_proposals", metavar="KEYWORDS", multiple=True, help="Such as aes128gcm16."
)
@click.option("--ipv4/--no-ipv4", default=None, help="Ask for an IPv4 address.  [default: yes]")
@click.option("--ipv6/--no-ipv6", default=None, help="Ask for an IPv6 address.  [default: yes]")
@click.option("--mtu", type=int, help="Of the tunnel device.  [default: computed]")
@click.option("--file", "file", type=click.File("rb"), help="A profile in TOML; other options override it.")
@click.option(
    "--psk-stdin", is_flag=True, help="Read the pre-shared key from standard input, not from a prompt."
)
@click.option("--replace", is_flag=True, help="Overwrite a profile of the same name.")
def create(
    settings: Settings,
    *,
    name: str,
    file: BinaryIO | None,
    psk_stdin: bool,
    replace: bool,
    **options: Any,
) -> None:
    """Make a profile NAME. The pre-shared key is asked for, or read from standard input."""
    if file is not None and psk_stdin and file is sys.stdin.buffer:
        raise click.UsageError("Standard input cannot hold both the profile and the key.")
    profile = _compose(name, file.read(MAX_FILE_OCTETS + 1) if file is not None else None, options)
    if problems := validate(profile):
        raise _invalid(ProfileError("profile_invalid", name=name, problems=tuple(problems)))
    with settings.connect() as wire:
        wire.call("hello", HelloParams(client="ginnel"))  # before a key is asked for in vain
        params = ProfileCreateParams(profile=profile, secrets=Secrets(psk=_psk(psk_stdin)), replace=replace)
        wire.call("profile.create", params)
    if settings.json:
        print_json({"created": name})
    else:
        click.echo(f"Created {plain(name)}. Connect with: ginnel up {plain(name)}")


@command(example="ginnel list\nginnel list --json | jq -r '.profiles[].name'", name="list")
def list_profiles(settings: Settings) -> None:
    """List the profiles and how each one's connection stands."""
    with settings.connect() as wire:
        result = wire.call("profile.list")
    if settings.json:
        print_json(result)
        return
    if not result.profiles:
        click.echo("There is no profile yet. Make one with: ginnel create NAME --server HOST --id YOU")
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


def _compose(name: str, toml: bytes | None, options: dict[str, Any]) -> Profile:
    """The profile of a file, or of nothing, with what the options say laid over it."""
    if toml is None and not options["server"]:
        raise click.UsageError("Missing option '--server' (or '--file').")
    if toml is None and not options["local_id"]:
        raise click.UsageError("Missing option '--id' (or '--file').")
    try:
        base = parse_profile(toml) if toml is not None else Profile(name=name, server=options["server"])
    except ProfileError as error:
        raise _invalid(error) from None
    return _replace(
        base,
        name=name,
        server=options["server"],
        port=options["port"],
        local=Local(id=options["local_id"]) if options["local_id"] else None,
        remote=Remote(id=options["remote_id"]) if options["remote_id"] else None,
        ike=_replace(base.ike, proposals=options["ike_proposals"] or None),
        esp=_replace(base.esp, proposals=options["esp_proposals"] or None),
        network=_replace(
            base.network,
            subnets=options["subnets"] or None,
            bypass=options["bypass"] or None,
            ipv4=options["ipv4"],
            ipv6=options["ipv6"],
            mtu=options["mtu"],
        ),
    )


def _replace(value: S, **changes: Any) -> S:
    """`value` with those of `changes` that are not None."""
    given = {key: change for key, change in changes.items() if change is not None}
    return msgspec.structs.replace(value, **given)


def _invalid(error: ProfileError) -> CliError:
    """A profile that we refuse ourselves, said as the service would say it."""
    if error.code == "profile_corrupt":
        problem = Problem("file", f"cannot be read: {error.cause}", "correct the file")
        error = ProfileError("profile_invalid", problems=(problem,))
    return CliError(error.code, **error.params)


def _psk(from_stdin: bool) -> bytes:
    """The key's octets: standard input without its last line feed, or what is typed unseen."""
    if from_stdin:
        return sys.stdin.buffer.read(MAX_PSK_OCTETS + 2).removesuffix(b"\n").removesuffix(b"\r")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the key: give it with --psk-stdin.")
    typed: str = click.prompt("Pre-shared key", hide_input=True, err=True)
    return typed.encode()


def _state(summary: ProfileSummary) -> str:
    if summary.error is not None:
        return "broken: " + explain(summary.error.code, summary.error.params).cause
    return STATES.get(summary.state, plain(summary.state))
