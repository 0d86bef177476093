"""A gateway's TOML file: typed, validated whole, read only when nobody else can."""

from __future__ import annotations

import os
import secrets
import stat
import tomllib
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from ..ike.auth.names import host
from ..ike.codes import ProtocolId
from ..ike.config import Timing
from ..ike.errors import LocalError
from ..ike.payloads.identity import Identity
from ..ike.payloads.sa import Proposal
from ..ike.proposals import DEFAULT_ESP, GATEWAY_IKE
from ..ike.redirect import parse_gateway
from ..profiles.model import Problem, printable
from ..tunnel.convert import proposals
from ..tunnel.dataplane import EspSettings
from .errors import GatewayError
from .proofs import Certificates, Eap, Proofs, RevocationTable, User, proofs
from .table import Table, Texts

MAX_FILE_OCTETS: Final = 1 << 20
#: Octets of randomness in the key that `example` makes.
PSK_OCTETS: Final = 32

Port = Annotated[int, Meta(ge=1, le=65535)]


class _Timing(Table, frozen=True, kw_only=True):
    liveness_s: Annotated[float, Meta(ge=0)] = 30.0
    ike_lifetime_s: Annotated[float, Meta(ge=10)] = 4 * 3600.0
    child_lifetime_s: Annotated[float, Meta(ge=10)] = 3600.0
    reauth_s: Annotated[float, Meta(ge=0, le=2**31)] = 0.0  # peers have so long to authenticate anew; 0: ever
    retransmit_s: Annotated[float, Meta(ge=0.1, le=60)] = 2.0
    retransmit_tries: Annotated[int, Meta(ge=1, le=30)] = 6


class _Esp(Table, frozen=True, kw_only=True):
    """Of every peer's SAs; as in a profile."""

    max_octets: Annotated[int, Meta(ge=0, le=2**62)] = 0
    max_packets: Annotated[int, Meta(ge=0, le=2**62)] = 0
    replay_window: Annotated[int, Meta(ge=64, le=65536)] = 4096
    copy_dscp: bool = False


class _File(Table, frozen=True, kw_only=True):
    identity: str
    listen: Texts = ()
    ike_port: Port = 500
    natt_port: Port = 4500
    tcp_ports: Annotated[tuple[Port, ...], Meta(max_length=8)] = (4500,)
    tls: bool = False
    tls_certificate: str = ""
    tls_key: str = ""
    device: Annotated[str, Meta(min_length=1, max_length=15)] = "ginnelgw%d"
    mtu: Annotated[int, Meta(ge=1280, le=9000)] = 1400
    pool_ipv4: str = ""
    pool_ipv6: str = ""
    dns: Texts = ()
    domains: Texts = ()  # to be resolved by `dns` alone
    subnets: Texts = ("0.0.0.0/0", "::/0")
    pairing: Literal["any", "narrow", "single"] = "any"
    ike_proposals: Texts = ()
    esp_proposals: Texts = ()
    resumption: bool = True
    crash_tokens: bool = True
    esp: _Esp = _Esp()
    timing: _Timing = _Timing()
    certificates: Certificates = Certificates()
    eap: Eap = Eap()
    revocation: RevocationTable = RevocationTable()
    redirect_to: str = ""
    users: tuple[User, ...] = ()


class GatewayConfig(Struct, frozen=True, kw_only=True):
    """What a gateway runs with; every value has been checked."""

    identity: Identity
    listen: tuple[str, ...]  # empty: every address of both families
    ike_port: int
    natt_port: int
    tcp_ports: tuple[int, ...]  # for IKE and ESP over TCP (RFC 9329); empty: none
    tls: bool  # on these ports, too, where a connection begins with it
    tls_certificate: str  # PEM files; empty: a certificate that is made up
    tls_key: str
    device: str
    mtu: int
    pool_ipv4: IPv4Network | None
    pool_ipv6: IPv6Network | None
    dns: tuple[IPv4Address | IPv6Address, ...]
    domains: tuple[str, ...]
    subnets: tuple[IPv4Network | IPv6Network, ...]
    pairing: Literal["any", "narrow", "single"]
    ike_proposals: tuple[Proposal, ...]
    esp_proposals: tuple[Proposal, ...]
    resumption: bool  # give tickets and take them (RFC 5723)
    crash_tokens: bool  # tell peers after a crash (RFC 6290)
    esp: EspSettings
    timing: Timing
    redirect_to: str  # an address or a host name, where clients are sent; empty: they may stay
    proofs: Proofs

    def __repr__(self) -> str:
        return f"GatewayConfig(identity={str(self.identity)!r})"


def load(path: Path) -> GatewayConfig:
    """Read `path`, which must be a regular file that no other user can read. Raises GatewayError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise GatewayError("config_unreadable", file=str(path), cause=error.strerror or "") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise GatewayError("config_unreadable", file=str(path), cause="not a regular file")
        if found.st_mode & 0o077:
            raise GatewayError("config_unsafe", file=str(path), mode=f"{stat.S_IMODE(found.st_mode):04o}")
        data = os.read(descriptor, MAX_FILE_OCTETS + 1)
    finally:
        os.close(descriptor)
    try:
        return parse(data, path.parent)
    except GatewayError as error:
        raise GatewayError(error.code, file=str(path), **error.params) from None


def parse(data: bytes, folder: Path = Path()) -> GatewayConfig:
    """`folder` is where the file's paths begin.

    Raises GatewayError `config_invalid` whose `cause` names every problem, and no secret.
    """
    if len(data) > MAX_FILE_OCTETS:
        raise GatewayError("config_invalid", cause=f"larger than {MAX_FILE_OCTETS} octets")
    try:
        file = msgspec.convert(tomllib.loads(data.decode()), _File)
    except msgspec.ValidationError as error:
        raise GatewayError("config_invalid", cause=str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        # A decoder's message may quote the file: its place alone is safe.
        place = str(error).rpartition("(")[2].rstrip(")") if "(at " in str(error) else "not UTF-8"
        raise GatewayError("config_invalid", cause=f"not TOML: {place}") from None
    return _check(file, folder)


def example(identity: str, user: str) -> str:
    """A commented file that runs as it is, with a fresh random key."""
    psk = secrets.token_urlsafe(PSK_OCTETS)
    return _EXAMPLE.format(identity=_quoted(identity), user=_quoted(user), psk=psk)


def _check(file: _File, folder: Path) -> GatewayConfig:
    problems: list[Problem] = []
    identity = _identity("identity", file.identity, problems)
    who = proofs(file.users, file.certificates, file.eap, file.revocation, folder, problems)
    pools = [
        _network(field, text, version, problems)
        for field, text, version in (("pool_ipv4", file.pool_ipv4, 4), ("pool_ipv6", file.pool_ipv6, 6))
    ]
    if not file.pool_ipv4 and not file.pool_ipv6:
        problems.append(Problem("pool_ipv4", "there is no address to give", "write pool_ipv4 or pool_ipv6"))
    config = GatewayConfig(
        identity=identity or Identity(0, b""),
        listen=tuple(str(found) for found in _addresses("listen", file.listen, problems)),
        ike_port=file.ike_port,
        natt_port=file.natt_port,
        tcp_ports=tuple(dict.fromkeys(file.tcp_ports)),
        tls=file.tls,
        tls_certificate=file.tls_certificate,
        tls_key=file.tls_key or file.tls_certificate,
        device=file.device,
        mtu=file.mtu,
        pool_ipv4=pools[0] if isinstance(pools[0], IPv4Network) else None,
        pool_ipv6=pools[1] if isinstance(pools[1], IPv6Network) else None,
        dns=_addresses("dns", file.dns, problems),
        domains=_domains("domains", file.domains, problems),
        subnets=tuple(
            found for text in file.subnets if (found := _network("subnets", text, 0, problems)) is not None
        ),
        pairing=file.pairing,
        ike_proposals=proposals("ike_proposals", file.ike_proposals, ProtocolId.IKE, problems) or GATEWAY_IKE,
        esp_proposals=proposals("esp_proposals", file.esp_proposals, ProtocolId.ESP, problems) or DEFAULT_ESP,
        resumption=file.resumption,
        crash_tokens=file.crash_tokens,
        esp=EspSettings(**msgspec.structs.asdict(file.esp)),
        timing=Timing(**msgspec.structs.asdict(file.timing)),
        redirect_to=_redirect_to(file.redirect_to, problems),
        proofs=who,
    )
    for field, limit, least in (
        ("esp.max_octets", file.esp.max_octets, 1_000_000),
        ("esp.max_packets", file.esp.max_packets, 1000),
    ):
        if 0 < limit < least:
            problems.append(Problem(field, f"{limit} is too few", f"write {least} or more, or 0"))
    if not config.subnets:
        problems.append(Problem("subnets", "nothing is offered", 'write "0.0.0.0/0" for everything'))
    if file.tls_key and not file.tls_certificate:
        problems.append(Problem("tls_key", "has no certificate", "write tls_certificate, too"))
    versions = [":" in host for host in config.listen]
    if len(set(versions)) != len(versions):
        problems.append(Problem("listen", "more than one address of a family", "write one of each, or none"))
    if problems:
        cause = "; ".join(f"{found.field} {found.message} ({found.remedy})" for found in problems)
        raise GatewayError("config_invalid", cause=cause)
    return config


def _identity(field: str, text: str, problems: list[Problem]) -> Identity | None:
    try:
        return Identity.parse_text(text)
    except LocalError as error:
        problems.append(Problem(field, str(error), "write an address, a host name or user@host"))
        return None


def _network(
    field: str, text: str, version: int, problems: list[Problem]
) -> IPv4Network | IPv6Network | None:
    """`version` 0 takes either family; a pool (4 or 6) has room for us and one peer at least."""
    if not text:
        return None
    try:
        network = ip_network(text)
    except ValueError as error:
        problems.append(Problem(field, str(error), "write a network such as 10.77.0.0/24 or fd77::/112"))
        return None
    if version and network.version != version:
        problems.append(Problem(field, f"{text} is not IPv{version}", f"write an IPv{version} network"))
    if version and network.num_addresses < 4:
        problems.append(Problem(field, f"{text} is too small", "write a larger network"))
    return network


def _redirect_to(text: str, problems: list[Problem]) -> str:
    gateway = parse_gateway(text) if text else ""
    if gateway is None:
        problems.append(
            Problem("redirect_to", f"`{printable(text)}` is no gateway", "write its address or its host name")
        )
    return gateway or ""


def _domains(field: str, texts: Iterable[str], problems: list[Problem]) -> tuple[str, ...]:
    found = []
    for text in texts:
        name = host(text)
        if name is None:
            problems.append(
                Problem(field, f"`{printable(text)}` is no domain", "write it like corp.example.org")
            )
        else:
            found.append(name)
    return tuple(found)


def _addresses(field: str, texts: Texts, problems: list[Problem]) -> tuple[IPv4Address | IPv6Address, ...]:
    found = []
    for text in texts:
        try:
            found.append(ip_address(text))
        except ValueError as error:
            problems.append(Problem(field, str(error), "write an address such as 192.0.2.1 or 2001:db8::1"))
    return tuple(found)


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's quoting is a part of it."""
    return msgspec.json.encode(text).decode()


_EXAMPLE: Final = """\
# A Ginnel gateway. Start it with: ginnel gateway run --config THIS-FILE
# This file holds keys: keep its mode 0600.

# Who the gateway is to its peers: a host name, an address, or user@host.
identity = {identity}

# One address of each family to listen on; none listens on all.
listen = []
ike_port = 500
natt_port = 4500

# For peers whose network lets no UDP through: IKE and ESP over TCP, with tls also inside TLS (443 gets
# through most). TLS needs no certificate of its own: IKE inside it proves the gateway.
tcp_ports = [4500]
tls = false

# Each peer gets one address of each pool; the first of a pool is the gateway's own.
pool_ipv4 = "10.77.0.0/24"
pool_ipv6 = "fd77:6769:6e6e::/112"

# What peers may reach through the gateway, and the name servers they are told.
subnets = ["0.0.0.0/0", "::/0"]
dns = []
# Domains that clients resolve by those servers alone; none means all of them.
domains = []

# Another gateway, by address or host name, where clients are sent that can be (RFC 5685): newcomers at once,
# those who are connected when the gateway gets SIGHUP, which reads this line again. None: they may stay.
redirect_to = ""

# Whether one CHILD SA holds all of them ("any"), the first, with a word that there are more ("narrow"), or
# only one pair of the peer's choice ("single").
pairing = "any"

# Proposals in strongSwan's words; none accepts the built-in list.
ike_proposals = []
esp_proposals = []

# Tickets let peers come back from sleep without a new login; crash tokens tell them at once when the gateway
# was restarted. Turn the tokens off where several gateways share one address and one state directory.
resumption = true
crash_tokens = true

# The gateway's certificate and its key, and the authority of users who have certificates of their own.
#[certificates]
#certificate = "gateway.pem"
#key = "gateway.key"
#ca = ["users-ca.pem"]

# Users with a password, or with certificates inside EAP; needs the gateway's certificate.
#[eap]
#methods = ["mschapv2", "tls"]

[[users]]
id = {user}
psk = "{psk}"
"""
