"""`ginnel edit`: a profile in the person's editor, or single fields from the command line. Secrets stay."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import msgspec

from ginnel_service.ipc.schema import NameParams, ProfileCreateParams, ProfileListResult
from ginnel_service.profiles.model import (
    MAX_FILE_OCTETS,
    Problem,
    Profile,
    ProfileError,
    parse_profile,
    serialise_profile,
    shape_problems,
)
from ginnel_service.profiles.validation import validate

from . import secret
from .common import Settings, command, plain, print_json
from .wire import CliError
from .words import explain

_HEAD = "# Save and leave the editor to keep what you changed; fields: docs/profiles.md.\n\n"


@command(
    example="ginnel edit office\nginnel edit office --set network.lan=true --set timing.idle_s=600\n"
    "ginnel edit office --set 'network.subnets=[\"10.0.0.0/8\"]'"
)
@click.argument("name")
@click.option(
    "--set",
    "changes",
    metavar="FIELD=VALUE",
    multiple=True,
    help="Change this field alone, without an editor.",
)
def edit(settings: Settings, *, name: str, changes: tuple[str, ...]) -> None:
    """Change the profile NAME in $VISUAL or $EDITOR. Its secrets stay as they are.

    VALUE is TOML; what is none is taken as text. What was wrong is shown, and you can go on editing.
    """
    with settings.connect() as wire:
        old: Profile = wire.call("profile.show", NameParams(name=name))
    if changes:
        new = _changed(old, changes)
        if new != old:
            _keep(settings, new)
    elif settings.json:
        raise click.UsageError("--json has no editor: give what to change with --set.")
    else:
        new = _edited(settings, old)
    if settings.json:
        print_json({"changed": new != old, "name": name})
    elif new == old:
        click.echo(f"Nothing to change in {plain(name)}.")
    else:
        click.echo(f"Changed {plain(name)}.")
        if _is_in_use(settings, name):
            click.echo("Its connection goes on as before, the kill switch apart, until you connect again.")


def _is_in_use(settings: Settings, name: str) -> bool:
    with settings.connect() as wire:
        found: ProfileListResult = wire.call("profile.list")
    return any(each.name == name and each.state not in ("down", "failed") for each in found.profiles)


def _keep(settings: Settings, profile: Profile) -> None:
    """Raises CliError, with every problem."""
    if problems := validate(profile):
        raise CliError("profile_invalid", **_params(profile.name, problems))
    params = ProfileCreateParams(profile=profile, replace=True, keep_secrets=True)
    with settings.connect() as wire:
        wire.call("profile.create", params)


def _changed(old: Profile, changes: tuple[str, ...]) -> Profile:
    """`old` with fields by their dotted names."""
    table: dict[str, Any] = msgspec.to_builtins(old)
    for change in changes:
        field, equals, text = change.partition("=")
        if not equals:
            raise click.BadParameter(f"{change}: write FIELD=VALUE.", param_hint="--set")
        *tables, last = field.strip().split(".")
        inner = table
        for part in tables:
            found = inner.setdefault(part, {})
            if not isinstance(found, dict):
                raise click.BadParameter(f"{field}: {part} is no table.", param_hint="--set")
            inner = found
        inner[last] = _value(text.strip())
    if problems := shape_problems(Profile, table):
        raise CliError("profile_invalid", **_params(old.name, problems))
    return _same_name(msgspec.convert(table, Profile), old)


def _value(text: str) -> Any:
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return found["value"] if found.keys() == {"value"} else text


def _edited(settings: Settings, old: Profile) -> Profile:
    """What the person left in the editor, once it can be kept. Nothing that was typed is lost."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    text = _HEAD.encode() + serialise_profile(msgspec.structs.replace(old, owner_uid=0))
    folder = Path(tempfile.mkdtemp(prefix="ginnel-"))  # 0700
    file = folder / f"{old.name}.toml"
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(text)
        while True:
            _run(editor, file)
            error = None
            try:
                new = _read(file, old)
                if new != old:
                    _keep(settings, new)
            except CliError as refused:
                error = refused
            if error is None:
                _remove(file)
                return new
            _say(error)
            if not _goes_on():
                click.echo(f"What you wrote is in {plain(file)}.", err=True)
                raise error
    finally:
        with suppress(OSError):  # what the editor left beside the file stays, where the file does
            folder.rmdir()


def _goes_on() -> bool:
    if not secret.can_ask():
        return False
    try:
        return click.confirm("Go on editing?", default=True, err=True)
    except click.Abort:  # Ctrl-C or Ctrl-D
        click.echo(err=True)
        return False


def _run(editor: str, file: Path) -> None:
    # Ctrl-C is the editor's: ended by it, we would end the editor with what was typed
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        status = subprocess.run([*shlex.split(editor), os.fspath(file)], check=False).returncode
    except (OSError, ValueError) as error:
        _remove(file)
        raise click.ClickException(
            f"The editor `{plain(editor)}` cannot be run: set EDITOR ({error})."
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if status != 0:
        click.echo(f"What you wrote is in {plain(file)}.", err=True)
        raise click.ClickException(f"The editor ended with status {status}: nothing was changed.")


def _read(file: Path, old: Profile) -> Profile:
    """Raises CliError, with every problem."""
    try:
        with file.open("rb") as opened:
            found = parse_profile(opened.read(MAX_FILE_OCTETS + 1))
    except ProfileError as error:
        if error.code == "profile_corrupt":
            problem = Problem("file", f"cannot be read: {error.cause}", "correct the file")
            error = ProfileError("profile_invalid", problems=(problem,))
        raise CliError(error.code, **{"name": old.name, **error.params}) from None
    except OSError as error:
        raise click.ClickException(f"{plain(file)} cannot be read: {error.strerror}.") from None
    return _same_name(msgspec.structs.replace(found, owner_uid=old.owner_uid), old)


def _same_name(new: Profile, old: Profile) -> Profile:
    if new.name != old.name:
        remedy = f'write name = "{old.name}", and use `ginnel rename {old.name} {new.name}`'
        problem = Problem("name", "is not changed here", remedy)
        raise CliError("profile_invalid", **_params(old.name, [problem]))
    return new


def _params(name: str, problems: list[Problem]) -> dict[str, Any]:
    return ProfileError("profile_invalid", name=name, problems=tuple(problems)).params


def _say(error: CliError) -> None:
    words = explain(error.code, error.params)
    for detail in words.details:
        click.echo(f"  {detail}", err=True)
    click.echo(words.cause, err=True)


def _remove(file: Path) -> None:
    """The editor's own copies beside it go, too."""
    shutil.rmtree(file.parent, ignore_errors=True)
