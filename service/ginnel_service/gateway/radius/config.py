"""The table `radius` of a gateway's file."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from ...profiles.model import Problem, printable
from ..errors import GatewayError
from ..files import read_private
from ..table import Table

#: Short secrets can be found by trying (RFC 2865 section 3 asks for 16 octets at least).
LEAST_SECRET: Final = 16
MAX_SECRET: Final = 1024
#: Between two accounts of a session; a minute or more is kind to the server (RFC 2869 section 5.16).
LEAST_INTERIM_S: Final = 1.0

Port = Annotated[int, Meta(ge=1, le=65535)]


class ServerTable(Table, frozen=True, kw_only=True):
    address: str
    port: Port = 1812
    accounting_port: Port = 1813
    secret_file: str


class RadiusTable(Table, frozen=True, kw_only=True):
    """Servers in the order in which they are asked; none: EAP ends here."""

    servers: Annotated[tuple[ServerTable, ...], Meta(max_length=8)] = ()
    timeout_s: Annotated[float, Meta(ge=0.2, le=30)] = 3.0
    tries: Annotated[int, Meta(ge=1, le=10)] = 3
    nas_identifier: Annotated[str, Meta(max_length=253)] = ""  # empty: the gateway's identity
    accounting: bool = False
    interim_s: Annotated[float, Meta(ge=0, le=86400)] = 600.0  # between accounts of a session; 0: none


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    port: int
    accounting_port: int
    secret: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiusConfig:
    servers: tuple[Server, ...]
    timeout_s: float
    tries: int
    nas_identifier: str
    accounting: bool
    interim_s: float


def radius_config(
    table: RadiusTable, identity: str, folder: Path, problems: list[Problem]
) -> RadiusConfig | None:
    """None where no server is named. Whatever is wrong is added to `problems`, and no secret."""
    if not table.servers:
        return None
    if 0 < table.interim_s < LEAST_INTERIM_S:
        remedy = f"write {LEAST_INTERIM_S:g} or more, or 0"
        problems.append(Problem("radius.interim_s", f"{table.interim_s:g} is too often", remedy))
    servers = []
    for number, said in enumerate(table.servers, 1):
        at = f"radius.servers[{number}]"
        try:
            ip_address(said.address)
        except ValueError as error:
            problems.append(Problem(f"{at}.address", str(error), "write an address such as 192.0.2.1"))
        secret = _secret(folder / said.secret_file, f"{at}.secret_file", problems)
        servers.append(Server(said.address, said.port, said.accounting_port, secret))
    return RadiusConfig(
        servers=tuple(servers),
        timeout_s=table.timeout_s,
        tries=table.tries,
        nas_identifier=table.nas_identifier or identity,
        accounting=table.accounting,
        interim_s=table.interim_s,
    )


def _secret(path: Path, at: str, problems: list[Problem]) -> bytes:
    """The file's one line."""
    try:
        secret = read_private(path).rstrip(b"\r\n")
    except GatewayError as error:
        mode = error.params.get("mode")
        cause = f"can be read by others (mode {mode})" if mode else error.params.get("cause", "")
        remedy = "run `chmod 600` on it" if mode else "write the secret that the server knows into that file"
        problems.append(Problem(at, f"{printable(str(path))}: {cause}", remedy))
        return b""
    if not LEAST_SECRET <= len(secret) <= MAX_SECRET:
        remedy = f"write one of {LEAST_SECRET} to {MAX_SECRET} octets, here and at the server"
        problems.append(Problem(at, f"holds {len(secret)} octets", remedy))
    return secret
