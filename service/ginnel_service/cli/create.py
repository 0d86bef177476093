"""`ginnel create`: a profile out of options and files, with its secrets beside it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, get_args

import click
import msgspec
from msgspec import Struct

from ginnel_service.ipc.schema import (
    ProfileCreateParams,
    ProfileValidateParams,
    ProfileValidateResult,
)
from ginnel_service.profiles import certificates
from ginnel_service.profiles.certificates import PasswordNeededError, UnusableError
from ginnel_service.profiles.model import (
    MAX_FILE_OCTETS,
    EapMethod,
    Problem,
    Profile,
    ProfileError,
    parse_profile,
)
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.profiles.validation import validate

from . import secret
from .common import Settings, command, plain, print_json
from .wire import CliError, Wire

S = TypeVar("S", bound=Struct)
T = TypeVar("T")

_FILE = click.File("rb")
#: Name of our own certificate among a profile's.
OWN = "own"
PINNED = "gateway"


@command(
    example="ginnel create office --server vpn.example.org --username alice@example.org\n"
    "ginnel create office --server vpn.example.org --pkcs12 alice.p12 --ca office-ca.pem\n"
    "ginnel create lab --server 192.0.2.9 --id alice --subnet 10.0.0.0/8 --psk-stdin < key\n"
    "ginnel create home --file home.toml"
)
@click.argument("name")
@click.option("--server", metavar="HOST", help="The gateway's name or address.")
@click.option("--port", type=int, help="Its IKE port.  [default: 500]")
@click.option(
    "--id",
    "local_id",
    metavar="ID",
    help="Who you are to the gateway.  [default: the user name, or the certificate's subject]",
)
@click.option(
    "--remote-id", metavar="ID", help="Who it must be.  [default: the server; %any: whoever authenticates]"
)
@click.option("--username", metavar="NAME", help="Log in with this name and a password (EAP).")
@click.option("--save-password", is_flag=True, help="Ask for the password now, and keep it.")
@click.option("--password-file", type=_FILE, help="Keep the password that this file holds.")
@click.option("--certificate", type=_FILE, help="Your certificate, in PEM or DER, perhaps with its chain.")
@click.option("--key", type=_FILE, help="Its private key.")
@click.option("--pkcs12", type=_FILE, help="Both of them in one file (.p12, .pfx).")
@click.option(
    "--keep-locked", is_flag=True, help="With --pkcs12: `ginnel up` asks for what opens it, not this."
)
@click.option("--key-password-file", type=_FILE, help="What opens the key, where it is encrypted.")
@click.option("--psk-stdin", is_flag=True, help="Read the pre-shared key from standard input.")
@click.option("--psk-file", type=_FILE, help="Read the pre-shared key from a file.")
@click.option("--method", type=click.Choice(["psk", "certificate", "eap"]), help="How you prove who you are.")
@click.option("--second", type=click.Choice(["certificate", "eap"]), help="And then, in a second round.")
@click.option(
    "--eap", multiple=True, type=click.Choice(get_args(EapMethod)), help="EAP method to accept, best first."
)
@click.option("--eap-only", is_flag=True, default=None, help="EAP alone proves the gateway.")
@click.option("--eap-identity", metavar="ID", help="Say this in the clear instead of the user name.")
@click.option("--one-time", is_flag=True, default=None, help="The password is a code, asked for each time.")
@click.option("--server-name", "server_names", metavar="NAME", multiple=True, help="Of EAP's TLS server.")
@click.option("--ca", "cas", type=_FILE, multiple=True, help="Trust this root.  [default: the system's]")
@click.option("--system-roots", is_flag=True, default=None, help="Trust the system's roots beside --ca.")
@click.option("--pin", type=_FILE, help="The one certificate that the gateway may have.")
@click.option(
    "--remote-method", type=click.Choice(["psk", "certificate"]), help="How the gateway proves who it is."
)
@click.option("--allow-cn", is_flag=True, default=None, help="A name in its certificate's subject will do.")
@click.option("--allow-sha1", is_flag=True, default=None, help="Its signatures may use SHA-1.")
@click.option("--strict-revocation", is_flag=True, default=None, help="Refuse it where nobody can tell.")
@click.option("--ppk-id", metavar="ID", help="Mix in the post-quantum key of this name (RFC 8784).")
@click.option("--ppk-file", type=_FILE, help="And read it from this file.")
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
@click.option("--lan/--no-lan", default=None, help="Leave the local network outside.  [default: no]")
@click.option("--dns", "dns_servers", metavar="ADDRESS", multiple=True, help="Ask this name server inside.")
@click.option("--dns-mode", type=click.Choice(["auto", "all", "split", "off"]), help="Which names it gets.")
@click.option(
    "--dns-domain", "dns_match", metavar="DOMAIN", multiple=True, help="Names below this are inside."
)
@click.option("--search", metavar="DOMAIN", multiple=True, help="Try this after names without a dot.")
@click.option(
    "--kill-switch",
    type=click.Choice(["off", "connecting", "always"]),
    help="Stop traffic that does not go through the tunnel.",
)
@click.option("--block-ipv6", is_flag=True, default=None, help="Stop IPv6 that goes outside.")
@click.option("--on-boot", "start", flag_value="boot", help="Connect when the machine starts.")
@click.option("--on-login", "start", flag_value="login", help="Connect when you log in.")
@click.option("--idle", type=float, metavar="SECONDS", help="Disconnect after so long without traffic.")
@click.option("--file", type=_FILE, help="A profile in TOML; other options override it.")
@click.option("--replace", is_flag=True, help="Overwrite a profile of the same name.")
@click.option("--system", is_flag=True, help="It belongs to the machine, not to you. For administrators.")
@click.option("--check", is_flag=True, help="Say what is wrong with it, and make nothing.")
def create(
    settings: Settings, *, name: str, replace: bool, system: bool, check: bool, **options: Any
) -> None:
    """Make a profile NAME. A server and a user name suffice; the password is asked for by `ginnel up`.

    Secrets are asked for, or read from files; `-` is standard input.
    """
    _check_stdin(options)
    material = _Material.of(options)
    profile = _compose(name, options, material)
    if problems := validate(profile):
        raise _invalid(ProfileError("profile_invalid", name=name, problems=tuple(problems)))
    with settings.connect() as wire:
        secrets = _secrets(profile, options, material)
        if check:
            _check(settings, wire, profile, secrets)
            return
        params = ProfileCreateParams(profile=profile, secrets=secrets, replace=replace, system=system)
        wire.call("profile.create", params)
    if settings.json:
        print_json({"created": name})
    else:
        click.echo(f"Created {plain(name)}. Connect with: ginnel up {plain(name)}")


def _check(settings: Settings, wire: Wire, profile: Profile, secrets: Secrets) -> None:
    """Raises CliError `profile_invalid` with what the service would say."""
    params = ProfileValidateParams(profile=msgspec.to_builtins(profile), secrets=secrets)
    found: ProfileValidateResult = wire.call("profile.validate", params)
    if found.problems:
        problems = [msgspec.to_builtins(problem) for problem in found.problems]
        raise CliError("profile_invalid", name=profile.name, problems=problems)
    if settings.json:
        print_json({"problems": []})
    else:
        click.echo(f"Nothing is wrong with {plain(profile.name)}. Make it by the same without --check.")


@dataclass(slots=True)
class _Material:
    """What the files hold that the options name."""

    certificates: dict[str, str] = field(default_factory=dict)
    cas: tuple[str, ...] = ()
    private_key: bytes = field(default=b"", repr=False)
    pkcs12: bytes = field(default=b"", repr=False)  # still locked

    @property
    def proves_us(self) -> bool:
        return OWN in self.certificates or bool(self.pkcs12)

    @classmethod
    def of(cls, options: dict[str, Any]) -> _Material:
        if options["pkcs12"] and (options["certificate"] or options["key"]):
            raise click.UsageError("--pkcs12 holds both: leave --certificate and --key out.")
        if options["keep_locked"] and not options["pkcs12"]:
            raise click.UsageError("--keep-locked goes with --pkcs12.")
        found = cls()
        if options["keep_locked"]:
            found.pkcs12 = _read(options["pkcs12"])
            try:
                certificates.check_locked_pkcs12(found.pkcs12)
            except UnusableError as error:
                raise click.BadParameter(f"{error}.", param_hint="--pkcs12") from None
        elif options["pkcs12"]:
            data = _read(options["pkcs12"])
            pem, found.private_key = _opened("--pkcs12", certificates.open_pkcs12, data, options)
            found.certificates[OWN] = pem
        if options["certificate"]:
            found.certificates[OWN] = _pem("--certificate", options["certificate"])
        if options["key"]:
            data = _read(options["key"])
            found.private_key = _opened("--key", certificates.open_key, data, options)
        if options["pin"]:
            found.certificates[PINNED] = _pem("--pin", options["pin"])
        names = []
        for file in options["cas"]:
            names.append(_name_of(file, found.certificates))
            found.certificates[names[-1]] = _pem("--ca", file)
        found.cas = tuple(names)
        return found


def _compose(name: str, options: dict[str, Any], material: _Material) -> Profile:
    """The profile of a file, or of nothing, with what the options say laid over it."""
    toml = options["file"].read(MAX_FILE_OCTETS + 1) if options["file"] else None
    if toml is None and not options["server"]:
        raise click.UsageError("Missing option '--server' (or '--file').")
    if toml is None and not (options["local_id"] or options["username"] or material.proves_us):
        raise click.UsageError("Missing option '--username', '--certificate', '--pkcs12' or '--id'.")
    try:
        base = parse_profile(toml) if toml is not None else Profile(name=name, server=options["server"])
    except ProfileError as error:
        raise _invalid(error) from None
    own = OWN if OWN in material.certificates else None
    return _replace(
        base,
        name=name,
        server=options["server"],
        port=options["port"],
        local=_replace(base.local, id=options["local_id"]),
        remote=_replace(
            base.remote,
            id=options["remote_id"],
            method=options["remote_method"],
            ca=material.cas or None,
            system_roots=options["system_roots"],
            pin=PINNED if PINNED in material.certificates else None,
            allow_cn=options["allow_cn"],
            allow_sha1=options["allow_sha1"],
            revocation=_replace(base.remote.revocation, strict=options["strict_revocation"]),
        ),
        authentication=_replace(
            base.authentication,
            method=options["method"],
            second=options["second"],
            username=options["username"],
            certificate=own,
            pkcs12=True if material.pkcs12 else None,
            eap=options["eap"] or None,
            eap_only=options["eap_only"],
            eap_identity=options["eap_identity"],
            one_time=options["one_time"],
            server_names=options["server_names"] or None,
        ),
        ike=_replace(
            base.ike,
            proposals=options["ike_proposals"] or None,
            ppk=_replace(base.ike.ppk, id=options["ppk_id"]),
        ),
        esp=_replace(base.esp, proposals=options["esp_proposals"] or None),
        network=_replace(
            base.network,
            subnets=options["subnets"] or None,
            bypass=options["bypass"] or None,
            ipv4=options["ipv4"],
            ipv6=options["ipv6"],
            mtu=options["mtu"],
            lan=options["lan"],
            ipv6_outside="block" if options["block_ipv6"] else None,
        ),
        dns=_replace(
            base.dns,
            mode=options["dns_mode"],
            servers=options["dns_servers"] or None,
            match=options["dns_match"] or None,
            search=options["search"] or None,
        ),
        kill_switch=_replace(base.kill_switch, mode=options["kill_switch"]),
        start=_replace(base.start, at=options["start"]),
        timing=_replace(base.timing, idle_s=options["idle"]),
        certificates={**base.certificates, **material.certificates},
    )


def _secrets(profile: Profile, options: dict[str, Any], material: _Material) -> Secrets:
    """Those that the profile needs; what no file gave is asked for."""
    password = secret.text_of(options["password_file"], "--password-file")
    if options["save_password"]:
        password = secret.typed("Password", "--password-file")
    ppk = secret.of_file(options["ppk_file"])
    if profile.ike.ppk.id and not ppk:
        ppk = secret.typed("Post-quantum key", "--ppk-file").encode()
    psk = b""
    if "psk" in (*profile.authentication.rounds, profile.remote_method):
        psk = secret.of_file(sys.stdin.buffer if options["psk_stdin"] else options["psk_file"])
        psk = psk or secret.typed("Pre-shared key", "--psk-stdin").encode()
    return Secrets(
        psk=psk, password=password, private_key=material.private_key, ppk=ppk, pkcs12=material.pkcs12
    )


def _check_stdin(options: dict[str, Any]) -> None:
    """Standard input can be one thing only."""
    files = [value for value in options.values() if value is sys.stdin.buffer]
    files += [value for value in options["cas"] if value is sys.stdin.buffer]
    if len(files) + options["psk_stdin"] > 1:
        raise click.UsageError("Standard input cannot hold more than one of the profile and its secrets.")


def _opened(option: str, take: Callable[[bytes, str | None], T], data: bytes, options: dict[str, Any]) -> T:
    """A key, with its password where it needs one."""
    password = secret.text_of(options["key_password_file"], "--key-password-file") or None
    try:
        return take(data, password)
    except PasswordNeededError as error:
        if password is not None:
            raise click.BadParameter(f"{error}.", param_hint=option) from None
    except UnusableError as error:
        raise click.BadParameter(f"{error}.", param_hint=option) from None
    try:
        return take(data, secret.typed("Password of the private key", "--key-password-file"))
    except UnusableError as error:
        raise click.BadParameter(f"{error}.", param_hint=option) from None


def _pem(option: str, file: BinaryIO) -> str:
    try:
        return certificates.pem_of(_read(file))
    except UnusableError as error:
        raise click.BadParameter(f"{error}.", param_hint=option) from None


def _read(file: BinaryIO) -> bytes:
    return file.read(certificates.MAX_FILE_OCTETS + 1)


def _name_of(file: BinaryIO, taken: dict[str, str]) -> str:
    """A name for a root after its file's."""
    stem = (
        re.sub(r"[^A-Za-z0-9._-]+", "-", Path(str(getattr(file, "name", ""))).stem).strip(".-_")[:48] or "ca"
    )
    name, number = stem, 1
    while name in taken or name in (OWN, PINNED):
        number += 1
        name = f"{stem}-{number}"
    return name


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
