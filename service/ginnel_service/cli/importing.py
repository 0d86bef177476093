"""`ginnel import`: a file of another program as a profile, shown before it is kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from ginnel_service.ipc.schema import HelloParams, NameParams, ProfileCreateParams
from ginnel_service.profiles.importers import (
    MAX_OCTETS,
    Candidate,
    ImportRefused,
    Preview,
    carried,
    complete,
    gateway_change,
    preview,
)
from ginnel_service.profiles.importers.draft import profile_name
from ginnel_service.profiles.model import Problem, Profile, ProfileError
from ginnel_service.profiles.secrets import Secrets, validate_secrets
from ginnel_service.profiles.validation import validate

from . import previewing, secret
from .common import Settings, command, plain, print_json
from .import_words import ASKS
from .keychain import forget
from .wire import CliError, Wire

_FILE = click.File("rb")


@command(
    name="import",
    example="ginnel import office.mobileconfig\nginnel import office.sswan --username alice --yes\n"
    "ginnel import swanctl.conf --with ca.pem --with alice.p12\n"
    "ginnel import VpnSettings.zip --with alice.p12\n"
    "ginnel import alice.p12 --server vpn.example.org --name office\n"
    "ginnel import - --dry-run < office.sswan",
)
@click.argument("file", type=_FILE)
@click.option(
    "--with", "beside", type=_FILE, multiple=True, help="A file that FILE names, or your certificate."
)
@click.option("--pick", metavar="NAME", help="Of several connections in FILE, take this one.")
@click.option("--name", metavar="NAME", help="Call the profile so.  [default: as the file does]")
@click.option("--server", metavar="HOST", help="The gateway's name or address, instead of the file's.")
@click.option("--username", metavar="NAME", help="Your user name, instead of the file's.")
@click.option(
    "--id", "identity", metavar="ID", help="Who you are to the gateway, instead of what the file says."
)
@click.option("--password-file", type=_FILE, help="Keep the password that this file holds.")
@click.option("--key-password-file", type=_FILE, help="What opens the PKCS#12 file or key.")
@click.option("--psk-file", type=_FILE, help="The pre-shared key.")
@click.option("--ppk-file", type=_FILE, help="The post-quantum key.")
@click.option("--replace", is_flag=True, help="Overwrite a profile of the same name.")
@click.option("--unverified", is_flag=True, help="Take a file whose signature does not hold.")
@click.option("--dry-run", is_flag=True, help="Show what it would become, and keep nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for a confirmation.")
def import_(settings: Settings, *, file: BinaryIO, dry_run: bool, yes: bool, **options: Any) -> None:
    """Make a profile of FILE: .mobileconfig, .sswan, swanctl.conf, ipsec.conf, Azure's, PKCS#12, TOML.

    What the file means and what of it has no effect is shown first. The same file again is an update. `-` is
    standard input.
    """
    _check_stdin(file, options)
    found = _read(file, options)
    chosen = _chosen(found, options)
    if dry_run:
        named = [_completed(each, options, name, None, ask=False) for name, each in chosen]
        _show(settings, found, [(each, None) for each in named])
        if settings.json:
            print_json({"preview": previewing.values(found), "created": [], "updated": []})
        return
    if found.signer is not None and not found.signer.verified and not options["unverified"]:
        raise CliError("import_unverified")
    with settings.connect() as wire:
        wire.call("hello", HelloParams(client="ginnel"))  # before anything is asked for in vain
        known = _known(wire) if any(each.profile.origin for _, each in chosen) else {}
        taken = {summary.name for summary in wire.call("profile.list").profiles}
        made: list[tuple[Candidate, Profile | None]] = []
        for name, each in chosen:
            old = known.get(each.profile.origin) if each.profile.origin else None
            if old is None and name in taken and not options["replace"]:
                raise CliError("profile_exists", name=name)
            done = _completed(each, options, old.name if old else name, old, ask=True)
            _check(done, keeps=_keeps(done, old))
            made.append((done, old))
        _show(settings, found, made)
        _confirm(settings, made, yes=yes)
        for each, old in made:
            params = ProfileCreateParams(
                profile=each.profile,
                secrets=each.secrets,
                replace=old is not None or options["replace"],
                keep_secrets=_keeps(each, old),
            )
            wire.call("profile.create", params)
            if params.replace and not params.keep_secrets:
                forget(each.profile, *([old] if old is not None else []))
    names = {
        update: [each.profile.name for each, old in made if (old is not None) == update]
        for update in (False, True)
    }
    if settings.json:
        print_json({"preview": previewing.values(found), "created": names[False], "updated": names[True]})
        return
    for update, words in ((False, "Created"), (True, "Updated")):
        for name in names[update]:
            click.echo(f"{words} {plain(name)}. Connect with: ginnel up {plain(name)}")


def _read(file: BinaryIO, options: dict[str, Any]) -> Preview:
    """The preview; the password of a certificate's file is asked for where it is needed."""
    data, name = file.read(MAX_OCTETS + 1), str(getattr(file, "name", ""))
    files = {Path(str(each.name)).name: each.read(MAX_OCTETS + 1) for each in options["beside"]}
    password = secret.text_of(options["key_password_file"], "--key-password-file") or None
    try:
        found = preview(data, name, password=password, files=files)
        locked = any("pkcs12_password" in each.asks for each in found.candidates)
        if locked and password is None and secret.can_ask():
            password = secret.typed(*ASKS["pkcs12_password"])
            found = preview(data, name, password=password, files=files)
            locked = any("pkcs12_password" in each.asks for each in found.candidates)
        if locked and password is not None:
            raise click.UsageError("The password does not open the certificate's file.")
    except ImportRefused as error:
        raise CliError(error.code, **error.params) from None
    return found


def _chosen(found: Preview, options: dict[str, Any]) -> list[tuple[str, Candidate]]:
    """The candidates that are wanted, each under a name of its own."""
    named: dict[str, Candidate] = {}
    for each in found.candidates:
        name, number = each.profile.name, 1
        while name in named:
            number += 1
            name = profile_name(f"{each.profile.name[:60]}-{number}")
        named[name] = each
    if pick := options["pick"]:
        if pick not in named:
            raise click.BadParameter(f"FILE has {', '.join(named)}.", param_hint="--pick")
        named = {pick: named[pick]}
    if options["name"]:
        if len(named) > 1:
            raise click.UsageError(
                f"FILE has several connections: --pick one of {', '.join(named)} for --name."
            )
        named = {options["name"]: next(iter(named.values()))}
    return list(named.items())


def _known(wire: Wire) -> dict[str, Profile]:
    """The profiles that were imported, by where they came from; those of others do not count."""
    found: dict[str, Profile] = {}
    for summary in wire.call("profile.list").profiles:
        if summary.error is None or summary.server:
            try:
                profile: Profile = wire.call("profile.show", NameParams(name=summary.name))
            except CliError as error:
                if error.code not in ("not_permitted", "unknown_profile"):
                    raise
                continue
            if profile.origin:
                found.setdefault(profile.origin, profile)
    return found


def _completed(
    candidate: Candidate, options: dict[str, Any], name: str, old: Profile | None, *, ask: bool
) -> Candidate:
    """`candidate` with what the options say, what the profile before it had, and what the person says."""
    given = Secrets(
        password=secret.text_of(options["password_file"], "--password-file"),
        psk=secret.of_file(options["psk_file"]),
        ppk=secret.of_file(options["ppk_file"]),
    )
    done = complete(
        candidate,
        name=name,
        server=options["server"] or "",
        username=options["username"] or "",
        identity=options["identity"] or "",
        secrets=given,
    )
    if old is not None:
        done = carried(done, old)
    if not ask:
        return done
    for what in done.asks:
        words, option = ASKS[what]
        if what in ("certificate", "pkcs12_password") or not secret.can_ask():
            raise click.UsageError(f"The file lacks something: {words} ({option}).")
        if what in ("psk", "ppk"):
            key = secret.typed(words, option).encode()
            done = complete(done, secrets=Secrets(psk=key) if what == "psk" else Secrets(ppk=key))
        else:
            said: str = click.prompt(words, err=True)
            done = complete(
                done,
                server=said if what == "server" else "",
                username=said if what == "username" else "",
                identity=said if what == "identity" else "",
            )
    return done


def _keeps(candidate: Candidate, old: Profile | None) -> bool:
    """Whether the stored secrets stay: of an update that leads to the gateway that they were given to."""
    return old is not None and gateway_change(old, candidate.profile) is None


def _check(candidate: Candidate, *, keeps: bool) -> None:
    """Everything that is wrong, before a person is asked to confirm."""
    problems: list[Problem] = validate(candidate.profile)
    if not keeps:
        problems += validate_secrets(candidate.profile, candidate.secrets)
    if problems:
        error = ProfileError("profile_invalid", name=candidate.profile.name, problems=tuple(problems))
        raise CliError(error.code, **error.params)


def _show(settings: Settings, found: Preview, made: list[tuple[Candidate, Profile | None]]) -> None:
    if settings.json:
        return
    previewing.show(found)
    for each, old in made:
        previewing.show_candidate(each, each.profile.name, old=old)
    click.echo()


def _confirm(settings: Settings, made: list[tuple[Candidate, Profile | None]], *, yes: bool) -> None:
    if yes:
        return
    if settings.json or not secret.can_ask():
        raise click.UsageError("There is no terminal to ask whether this is right: confirm it with --yes.")
    names = ", ".join(plain(each.profile.name) for each, _ in made)
    if not click.confirm(f"Keep {names}?", err=True):
        raise click.Abort


def _check_stdin(file: BinaryIO, options: dict[str, Any]) -> None:
    """Standard input can be one thing only."""
    files = [file, *options["beside"], *options.values()]
    if sum(each is sys.stdin.buffer for each in files) > 1:
        raise click.UsageError("Standard input cannot hold more than one of the files.")
