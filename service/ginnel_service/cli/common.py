"""What every command shares: the socket, --json, help with an example, and how it ends."""

from __future__ import annotations

import errno
import functools
import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import click
import msgspec
from click.shell_completion import CompletionItem
from rich.console import Console

from ginnel_service.ipc.schema import HelloParams, ProfileListResult
from ginnel_service.paths import RuntimePaths
from ginnel_service.profiles.model import printable

from .exits import exit_of
from .wire import CliError, Wire
from .words import explain

#: How long a shell may wait for the names of profiles.
COMPLETE_S = 1.0
#: More than anybody waits, and less than a socket's time-out can hold; `inf` is as much.
LONGEST_S = 1e9


@dataclass(slots=True)
class Settings:
    """Of one run. `click.get_current_context().obj`."""

    socket: str
    json: bool = False

    def connect(self, *, timeout_s: float = 30.0) -> Wire:
        """Raises CliError `service_not_running`, `socket_not_permitted` or `protocol_unsupported`."""
        wire = Wire(self.socket, timeout_s=timeout_s)
        try:
            wire.call("hello", HelloParams(client="ginnel"))
        except CliError:
            wire.close()
            raise
        return wire


def default_socket() -> str:
    return os.environ.get("GINNEL_SOCKET") or str(RuntimePaths().socket)


def open_closed_streams() -> None:
    """Where a script has closed a standard stream (`<&-`), Python has None: /dev/null stands in for it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  (until the process ends)


class Seconds(click.FloatRange):
    """How long to wait: from a tenth of a second to for ever (`inf`)."""

    def __init__(self) -> None:
        super().__init__(min=0.1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return min(seconds, LONGEST_S)


class ProfileName(click.ParamType):  # type: ignore[type-arg]
    """The name of a profile, which a shell may complete."""

    name = "name"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Those that the service tells within a second; none when there is any trouble."""
        socket = ctx.find_root().params.get("socket") or default_socket()
        try:
            with Wire(socket, timeout_s=COMPLETE_S) as wire:
                found: ProfileListResult = wire.call("profile.list")
        except CliError:
            return []
        names = (profile.name for profile in found.profiles)
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def command(*, example: str, name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """A click command whose function takes Settings first, that knows --json and ends by `exits`.

    Its argument `name`, if it has one, is that of a profile.
    """

    def wrap(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def run(*, as_json: bool, **arguments: Any) -> None:
            context = click.get_current_context()
            found = context.find_object(Settings)
            settings = found if found is not None else Settings(default_socket())
            settings.json = settings.json or as_json
            try:
                function(settings, **arguments)
            except CliError as error:
                fail(settings, error)
            except UnicodeEncodeError as error:
                if error.reason != "surrogates not allowed":
                    raise
                raise click.UsageError("An argument is not in UTF-8.") from None
            except BrokenPipeError:
                sys.stderr.close()
                context.exit(1)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT) or error.filename is not None:
                    raise
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (or it fails once more at the end)
                raise click.ClickException(f"Not all was printed: {error.strerror}.") from None

        lines = "\n".join("  " + line for line in example.splitlines())
        decorated = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(run)
        made: click.Command = click.command(name, epilog="\b\nExample:\n" + lines)(decorated)
        for parameter in made.params:
            if isinstance(parameter, click.Argument) and parameter.name == "name":
                parameter.type = ProfileName()
        return made

    return wrap


def fail(settings: Settings, error: CliError) -> NoReturn:
    """Say the cause and the remedy, and end with the error's exit code."""
    words = explain(error.code, error.params)
    if settings.json:
        body = {"code": error.code, "params": error.params, "cause": words.cause, "remedy": words.remedy}
        print_json({"error": body})
    else:
        for detail in words.details:
            click.echo(f"  {detail}", err=True)
        click.echo(f"Error: {words.cause}", err=True)
        click.echo(words.remedy, err=True)
    click.get_current_context().exit(int(exit_of(error.code)))


def print_json(value: Any) -> None:
    """One line of JSON: structs by their fields. Octets outside ASCII are escaped."""
    click.echo(json.dumps(msgspec.to_builtins(value, enc_hook=str), ensure_ascii=True))


def console(*, err: bool = False) -> Console:
    """Rich on the current stdout (or stderr): colour on a terminal, plain text elsewhere."""
    stream = sys.stderr if err else sys.stdout
    wide = None if stream.isatty() else 200
    return Console(file=stream, highlight=False, markup=False, soft_wrap=True, width=wide)


def plain(text: object) -> str:
    """What the service says, fit for a terminal."""
    return printable(str(text))
