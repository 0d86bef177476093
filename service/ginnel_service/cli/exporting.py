"""`ginnel export`: a profile as a file for another program or person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ginnel_service.ipc.schema import NameParams
from ginnel_service.profiles import certificates
from ginnel_service.profiles.certificates import PasswordNeededError, UnusableError
from ginnel_service.profiles.exporters import export_mobileconfig, export_sswan, export_toml, losses
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets, validate_secrets
from ginnel_service.report import write_new

from . import secret
from .common import Settings, command, plain, print_json

_FILE = click.File("rb")
FORMATS = ("toml", "sswan", "mobileconfig")


@command(
    example="ginnel export office --output office.toml\nginnel export office --format sswan > office.sswan\n"
    "ginnel export office --format mobileconfig --with-secrets --pkcs12 alice.p12 --output o.mobileconfig"
)
@click.argument("name")
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default="toml",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="File to write, mode 0600; stdout when left out."
)
@click.option("--with-secrets", is_flag=True, help="Put them in. You are asked: the service gives none away.")
@click.option("--password-file", type=_FILE, help="The password.")
@click.option("--psk-file", type=_FILE, help="The pre-shared key.")
@click.option("--ppk-file", type=_FILE, help="The post-quantum key.")
@click.option("--key", type=_FILE, help="The private key of your certificate.")
@click.option("--pkcs12", type=_FILE, help="Or the file that holds both.")
@click.option("--key-password-file", type=_FILE, help="What opens the key, and the .sswan's certificate.")
def export(
    settings: Settings, *, name: str, kind: str, output: Path | None, with_secrets: bool, **options: Any
) -> None:
    """Write the profile NAME as TOML, for strongSwan's app, or for macOS and iOS; secrets only when asked.

    What the format cannot carry is said.
    """
    with settings.connect() as wire:
        profile: Profile = wire.call("profile.show", NameParams(name=name))
    given = [
        option for option in ("password_file", "psk_file", "ppk_file", "key", "pkcs12") if options[option]
    ]
    if given and not with_secrets:
        raise click.UsageError(f"--{given[0].replace('_', '-')} goes with --with-secrets.")
    p12_password = secret.text_of(options["key_password_file"], "--key-password-file")
    secrets = _secrets(profile, options, p12_password) if with_secrets else Secrets()
    if kind == "sswan" and secrets.private_key and not p12_password:
        p12_password = secret.typed(
            "New password for the certificate in the file", "--key-password-file", twice=True
        )
    try:
        if kind == "sswan":
            data = export_sswan(profile, secrets, p12_password=p12_password)
        elif kind == "mobileconfig":
            data = export_mobileconfig(profile, secrets)
        else:
            data = export_toml(profile, secrets)
    except UnusableError as error:
        raise click.ClickException(f"It cannot be written: {error}.") from None
    lost = losses(profile, data, password=p12_password or None)
    if output is not None:
        _write(output, data)
    if settings.json:
        body = {"exported": name, "format": kind, "lost": lost}
        print_json({**body, "output": str(output)} if output else {**body, "data": data.decode()})
        return
    if output is None:
        click.echo(data, nl=False)
    else:
        click.echo(f"Wrote {plain(output)}{', with secrets' if with_secrets else ''}.")
    if lost:
        click.echo(f"Not in the file, which cannot carry it: {', '.join(lost)}", err=True)


def _secrets(profile: Profile, options: dict[str, Any], key_password: str) -> Secrets:
    """Those that the profile needs, out of files or typed."""
    authentication = profile.authentication
    password = secret.text_of(options["password_file"], "--password-file")
    if not password and authentication.wants_password and not authentication.one_time:
        password = secret.typed("Password", "--password-file")
    psk, ppk = secret.of_file(options["psk_file"]), secret.of_file(options["ppk_file"])
    if not psk and "psk" in (*authentication.rounds, profile.remote_method):
        psk = secret.typed("Pre-shared key", "--psk-file").encode()
    if not ppk and profile.ike.ppk.id:
        ppk = secret.typed("Post-quantum key", "--ppk-file").encode()
    key = _key(options, key_password) if authentication.certificate else b""
    secrets = Secrets(psk=psk, password=password, private_key=key, ppk=ppk)
    if problems := validate_secrets(profile, secrets):
        raise click.UsageError(f"The {problems[0].field.replace('_', ' ')} {problems[0].message}.")
    return secrets


def _key(options: dict[str, Any], password: str) -> bytes:
    """The private key that belongs to the profile's certificate, out of a file."""
    if not (options["key"] or options["pkcs12"]):
        raise click.UsageError("The profile has a certificate: give its key with --key or --pkcs12.")
    option = "--key" if options["key"] else "--pkcs12"
    data: bytes = (options["key"] or options["pkcs12"]).read(certificates.MAX_FILE_OCTETS + 1)
    try:
        try:
            return _opened(option, data, password)
        except PasswordNeededError:
            if password or not secret.can_ask():
                raise
            return _opened(option, data, secret.typed("Password of the private key", "--key-password-file"))
    except UnusableError as error:
        raise click.BadParameter(f"{error}.", param_hint=option) from None


def _opened(option: str, data: bytes, password: str) -> bytes:
    if option == "--key":
        return certificates.open_key(data, password or None)
    return certificates.open_pkcs12(data, password or None)[1]


def _write(path: Path, data: bytes) -> None:
    """Mode 0600 from the first moment; a file that is there already is not overwritten."""
    try:
        write_new(path, data)
    except OSError as error:
        raise click.ClickException(f"{plain(path)} cannot be written: {error.strerror}.") from None
