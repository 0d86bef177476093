"""A gateway's TOML file: typed, validated whole, read only when nobody else can."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

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
from .files import read_private
from .proofs import Certificates, Eap, Proofs, RevocationTable, User, proofs
from .radius.config import RadiusConfig, RadiusTable, radius_config
from .resolvers import own_resolvers
from .table import Table, Texts
from .users import load_users

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
    device: Annotated[str, Meta(min_length=1, max_length=15)] = (
        "utun%d" if sys.platform == "darwin" else "ginnelgw%d"
    )
    mtu: Annotated[int, Meta(ge=1280, le=9000)] = 1400
    pool_ipv4: str = ""
    pool_ipv6: str = ""
    pools: dict[str, Texts] = msgspec.field(default_factory=dict)  # by name, for whom RADIUS sends there
    nat: bool = False
    nat_ipv6: bool = False
    dns: Texts | Literal["auto"] = ()  # auto: those of this machine
    domains: Texts = ()  # to be resolved by `dns` alone
    subnets: Texts = ("0.0.0.0/0", "::/0")
    announced: Texts = ()  # what of `subnets` is behind us; none: all of them
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
    users_file: str = "users.toml"  # of those that `ginnel gateway user` keeps
    radius: RadiusTable = RadiusTable()


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
    pools: dict[str, tuple[IPv4Network | IPv6Network, ...]]
    translated: tuple[IPv4Network | IPv6Network, ...]  # that appear under our own address beyond us
    dns: tuple[IPv4Address | IPv6Address, ...]
    domains: tuple[str, ...]
    subnets: tuple[IPv4Network | IPv6Network, ...]
    announced: tuple[IPv4Network | IPv6Network, ...]  # of these, as INTERNAL_IP4_SUBNET and its like
    pairing: Literal["any", "narrow", "single"]
    ike_proposals: tuple[Proposal, ...]
    esp_proposals: tuple[Proposal, ...]
    resumption: bool  # give tickets and take them (RFC 5723)
    crash_tokens: bool  # tell peers after a crash (RFC 6290)
    esp: EspSettings
    timing: Timing
    redirect_to: str  # an address or a host name, where clients are sent; empty: they may stay
    users: tuple[User, ...]
    proofs: Proofs
    keeping: Keeping  # what `ginnel gateway user` works with
    radius: RadiusConfig | None  # whom EAP is asked of; None: the users here

    def __repr__(self) -> str:
        return f"GatewayConfig(identity={str(self.identity)!r})"


class Keeping(Struct, frozen=True, kw_only=True):
    """Files of the gateway's folder that commands change; None where the configuration names none."""

    users_file: Path | None
    ca: Path | None
    ca_key: Path | None
    crl: Path | None
    certificate: Path | None
    key: Path | None


def load(path: Path) -> GatewayConfig:
    """Read `path`, which must be a regular file that no other user can read. Raises GatewayError."""
    data = read_private(path)
    try:
        return parse(data, path.parent)
    except GatewayError as error:
        raise GatewayError(error.code, error.problems, **{"file": str(path), **error.params}) from None


def parse(data: bytes, folder: Path = Path()) -> GatewayConfig:
    """`folder` is where the file's paths begin.

    Raises GatewayError `config_invalid` whose `cause` names every problem, and no secret.
    """
    try:
        file = msgspec.convert(tomllib.loads(data.decode()), _File)
    except msgspec.ValidationError as error:
        raise GatewayError("config_invalid", cause=str(error)) from None
    except (ValueError, RecursionError) as error:
        # A decoder's message may quote the file: its place alone is safe.
        place = (
            "not UTF-8" if isinstance(error, UnicodeDecodeError) else "nested too deeply, or a huge number"
        )
        if "(at " in str(error):
            place = str(error).rpartition("(")[2].rstrip(")")
        raise GatewayError("config_invalid", cause=f"not TOML: {place}") from None
    return _check(file, folder)


def _check(file: _File, folder: Path) -> GatewayConfig:
    problems: list[Problem] = []
    identity = _identity("identity", file.identity, problems)
    kept = _kept(file.users_file, folder, problems)
    users = [(f"users[{number}]", user) for number, user in enumerate(file.users, 1)]
    users += [(f"{printable(file.users_file)}: users[{number}]", user) for number, user in enumerate(kept, 1)]
    radius = radius_config(file.radius, file.identity, folder, problems)
    who = proofs(
        users, file.certificates, file.eap, file.revocation, folder, problems, elsewhere=radius is not None
    )
    pools = [
        _network(field, text, version, problems)
        for field, text, version in (("pool_ipv4", file.pool_ipv4, 4), ("pool_ipv6", file.pool_ipv6, 6))
    ]
    if not file.pool_ipv4 and not file.pool_ipv6:
        problems.append(Problem("pool_ipv4", "there is no address to give", "write pool_ipv4 or pool_ipv6"))
    named = {
        name: _networks(f"pools.{printable(name)}", texts, problems, pool=True)
        for name, texts in file.pools.items()
    }
    everyone = [pool for pool in (*pools, *(pool for each in named.values() for pool in each)) if pool]
    translated = {version for version, wanted in ((4, file.nat), (6, file.nat_ipv6)) if wanted}
    if any(one.overlaps(other) for one, other in combinations(everyone, 2) if one.version == other.version):
        problems.append(Problem("pools", "overlap one another", "give each a network of its own"))
    subnets = _networks("subnets", file.subnets, problems)
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
        pools=named,
        translated=tuple(pool for pool in everyone if pool.version in translated),
        dns=_dns(file.dns, problems),
        domains=_domains("domains", file.domains, problems),
        subnets=subnets,
        announced=_networks("announced", file.announced, problems) or subnets,
        pairing=file.pairing,
        ike_proposals=proposals("ike_proposals", file.ike_proposals, ProtocolId.IKE, problems) or GATEWAY_IKE,
        esp_proposals=proposals("esp_proposals", file.esp_proposals, ProtocolId.ESP, problems) or DEFAULT_ESP,
        resumption=file.resumption,
        crash_tokens=file.crash_tokens,
        esp=EspSettings(**msgspec.structs.asdict(file.esp)),
        timing=Timing(**msgspec.structs.asdict(file.timing)),
        redirect_to=_redirect_to(file.redirect_to, problems),
        users=tuple(user for _, user in users),
        proofs=who,
        keeping=_keeping(file, folder),
        radius=radius,
    )
    for field, limit, least in (
        ("esp.max_octets", file.esp.max_octets, 1_000_000),
        ("esp.max_packets", file.esp.max_packets, 1000),
    ):
        if 0 < limit < least:
            problems.append(Problem(field, f"{limit} is too few", f"write {least} or more, or 0"))
    if not config.subnets:
        problems.append(Problem("subnets", "nothing is offered", 'write "0.0.0.0/0" for everything'))
    for inside in config.announced:
        if not any(one.version == inside.version and one.supernet_of(inside) for one in config.subnets):  # type: ignore[arg-type]
            problems.append(Problem("announced", f"{inside} is in none of `subnets`", "write it there, too"))
    if file.tls_key and not file.tls_certificate:
        problems.append(Problem("tls_key", "has no certificate", "write tls_certificate, too"))
    versions = [":" in host for host in config.listen]
    if len(set(versions)) != len(versions):
        problems.append(Problem("listen", "more than one address of a family", "write one of each, or none"))
    if problems:
        cause = "; ".join(f"{found.field} {found.message} ({found.remedy})" for found in problems)
        raise GatewayError("config_invalid", tuple(problems), cause=cause)
    return config


def _kept(name: str, folder: Path, problems: list[Problem]) -> tuple[User, ...]:
    try:
        return load_users(folder / name) if name else ()
    except GatewayError as error:
        mode = error.params.get("mode")
        cause = f"can be read by others (mode {mode})" if mode else error.params.get("cause", "")
        remedy = "run `chmod 600` on it" if mode else "correct the file, or its path"
        problems.append(Problem("users_file", f"{printable(name)}: {cause}", remedy))
        return ()


def _keeping(file: _File, folder: Path) -> Keeping:
    said = file.certificates
    return Keeping(
        users_file=folder / file.users_file if file.users_file else None,
        ca=folder / said.ca[0] if said.ca else None,
        ca_key=folder / said.ca_key if said.ca_key else None,
        crl=folder / said.crl[0] if said.crl else None,
        certificate=folder / said.certificate if said.certificate else None,
        key=folder / said.key if said.key else None,
    )


def _dns(said: Texts | Literal["auto"], problems: list[Problem]) -> tuple[IPv4Address | IPv6Address, ...]:
    if said != "auto":
        return _addresses("dns", said, problems)
    found = own_resolvers()
    if not found:
        remedy = "write the addresses of name servers that peers can reach"
        problems.append(Problem("dns", "this machine asks no server that peers could ask, too", remedy))
    return found


def _identity(field: str, text: str, problems: list[Problem]) -> Identity | None:
    try:
        return Identity.parse_text(text)
    except LocalError as error:
        problems.append(Problem(field, str(error), "write an address, a host name or user@host"))
        return None


def _network(
    field: str, text: str, version: int, problems: list[Problem], *, pool: bool = False
) -> IPv4Network | IPv6Network | None:
    """`version` 0 takes either family; a pool has room for us and one peer at least."""
    if not text:
        return None
    try:
        network = ip_network(text)
    except ValueError as error:
        problems.append(Problem(field, str(error), "write a network such as 10.77.0.0/24 or fd77::/112"))
        return None
    if version and network.version != version:
        problems.append(Problem(field, f"{text} is not IPv{version}", f"write an IPv{version} network"))
    if (version or pool) and network.num_addresses < 4:
        problems.append(Problem(field, f"{text} is too small", "write a larger network"))
    return network


def _networks(
    field: str, texts: Iterable[str], problems: list[Problem], *, pool: bool = False
) -> tuple[IPv4Network | IPv6Network, ...]:
    """Of both families, without those that are none."""
    found = (_network(field, text, 0, problems, pool=pool) for text in texts)
    return tuple(network for network in found if network is not None)


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
