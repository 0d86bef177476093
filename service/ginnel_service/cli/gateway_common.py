"""What the commands of `ginnel gateway` share: their options, and words for what keeps them from it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from ginnel_service.gateway.errors import GatewayError
from ginnel_service.profiles.model import printable

from .common import Settings, command, print_json
from .exits import Exit

STATE_DIRECTORY = "/var/lib/ginnel-gateway"

#: code -> (cause, remedy, exit code)
WORDS: dict[str, tuple[str, str, Exit]] = {
    "config_unreadable": (
        "{file} cannot be read: {cause}.",
        "Check its path, or make one with `ginnel gateway init`.",
        Exit.BAD_PROFILE,
    ),
    "config_unsafe": (
        "{file} can be read by others (mode {mode}).",
        "It holds keys: run `chmod 600` on it.",
        Exit.BAD_PROFILE,
    ),
    "config_invalid": (
        "{file} cannot be used: {cause}.",
        "Correct it, then run the command again.",
        Exit.BAD_PROFILE,
    ),
    "not_written": (
        "{file} is not written: {cause}.",
        "Choose another place, or see to the folder's rights: nobody but its owner may write there.",
        Exit.FAILED,
    ),
    "authority_missing": (
        "{file} names no authority of the gateway's own.",
        "Name ca, ca_key and crl in its table certificates, as `ginnel gateway init --output FOLDER` does.",
        Exit.BAD_PROFILE,
    ),
    "authority_unusable": (
        "The gateway's authority cannot be used: {cause}.",
        "Name a PEM certificate as ca and its RSA key as ca_key, or make others with `ginnel gateway init`.",
        Exit.BAD_PROFILE,
    ),
    "name_unusable": (
        "`{name}` cannot name a user or a gateway.",
        "Write a name such as alice@example.org, alice, a host name, or an address.",
        Exit.USAGE,
    ),
    "user_exists": (
        "There is a user `{name}` already.",
        "Choose another name, or hand out the files once more with `ginnel gateway user export`.",
        Exit.FAILED,
    ),
    "user_unknown": (
        "There is no user `{name}`.",
        "`ginnel gateway user list` shows all of them.",
        Exit.UNKNOWN_PROFILE,
    ),
    "user_not_managed": (
        "The user `{name}` stands in {file} itself.",
        "Change that file with an editor, then send the gateway SIGHUP.",
        Exit.FAILED,
    ),
    "user_without_way": (
        "{file} lets nobody in by {way}.",
        "Write methods into its table eap and name the gateway's certificate, or choose another way.",
        Exit.BAD_PROFILE,
    ),
    "users_not_kept": (
        "{file} names no users_file.",
        "Write users_file into it, or keep users in its own tables.",
        Exit.BAD_PROFILE,
    ),
    "format_unusable": (
        "A file in the format {format} cannot hold what `{user}` logs in with.",
        "Choose another format, or give the user a password or a certificate.",
        Exit.USAGE,
    ),
    "gateway_not_running": (
        "No gateway answers at {file}: {cause}.",
        "Start it with `ginnel gateway run`, name its --state-dir, and ask as the user that it runs as.",
        Exit.NO_SERVICE,
    ),
}


def gateway_command(
    *, example: str, name: str | None = None
) -> Callable[[Callable[..., None]], click.Command]:
    """A command as `common.command` makes them, that ends with the words of a GatewayError, too."""

    def wrap(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def run(settings: Settings, **arguments: Any) -> None:
            try:
                function(settings, **arguments)
            except GatewayError as error:
                refuse(settings, error)

        return command(example=example, name=name)(run)

    return wrap


config_option = click.option(
    "--config", "file", type=click.Path(path_type=Path), required=True, help="The configuration file."
)
state_option = click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=Path(STATE_DIRECTORY),
    show_default=True,
    help="Where it keeps note of what to undo on the machine, and its socket.",
)


def refuse(settings: Settings, error: GatewayError) -> NoReturn:
    """Say the cause and the remedy, and end with the error's exit code."""
    cause, remedy, code = WORDS[error.code]
    cause = printable(cause.format_map({"file": "", **error.params}))
    if settings.json:
        body = {"code": error.code, "params": error.params, "cause": cause, "remedy": remedy}
        print_json({"error": {**body, "problems": error.problems} if error.problems else {**body}})
    else:
        click.echo(f"Error: {cause}\n{remedy}", err=True)
    click.get_current_context().exit(int(code))
