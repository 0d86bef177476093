"""How a gateway proves itself and its users prove themselves: keys, certificates, passwords out of files.

The paths stand in the administrator's own file. A private key must be readable by nobody else.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from cryptography import x509
from msgspec import Meta

from ..ike.auth.credentials import Credential, load_certificates, load_credential
from ..ike.auth.revocation import Revocation, is_http
from ..ike.auth.trust import TrustPolicy
from ..ike.config import Ppk
from ..ike.eap.config import EapMethod, EapServerConfig
from ..ike.eap.tls_config import TlsConfig
from ..ike.errors import LocalError
from ..ike.payloads.identity import Identity
from ..profiles.model import Problem
from .table import Table, Texts

MAX_FILE_OCTETS: Final = 1 << 18
MAX_SECRET: Final = 1024

Secret = Annotated[str, Meta(max_length=MAX_SECRET)]


class User(Table, frozen=True, kw_only=True):
    """Who may connect: as `id` by a pre-shared key, or by EAP with `id` as user name and a password."""

    id: str
    psk: Secret = ""
    password: Secret = ""
    ppk_id: Annotated[str, Meta(max_length=256)] = ""  # RFC 8784
    ppk: Secret = ""
    ppk_required: bool = True

    def __repr__(self) -> str:
        return f"User(id={self.id!r})"


class Eap(Table, frozen=True, kw_only=True):
    """Methods to offer, the preferred one first; none offers EAP to nobody."""

    methods: tuple[Literal["mschapv2", "tls"], ...] = ()


class RevocationTable(Table, frozen=True, kw_only=True):
    """Of the users' certificates."""

    crl: bool = True
    ocsp: bool = True
    strict: bool = False


class Certificates(Table, frozen=True, kw_only=True):
    """Paths, from the folder of the gateway's file on."""

    certificate: str = ""  # the gateway's own with its chain, or a PKCS#12 or PEM file with the key too
    key: str = ""
    ca: Texts = ()  # whoever has a certificate of these may connect
    rsa_pss: bool = False
    urls: Texts = ()  # where the gateway's certificates are, for users that look them up
    lookup: bool = False  # look up those of users that say where they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Every way in, checked. What is empty is no way in."""

    credential: Credential | None = None  # ours
    urls: tuple[str, ...] = ()  # of its certificates
    lookup: bool = False
    clients: TrustPolicy | None = None  # users with certificates
    eap: EapServerConfig | None = None
    psks: dict[Identity, bytes] = field(default_factory=dict, repr=False)
    ppks: dict[Identity, Ppk] = field(default_factory=dict, repr=False)


def proofs(
    users: tuple[User, ...],
    certificates: Certificates,
    eap: Eap,
    revocation: RevocationTable,
    folder: Path,
    problems: list[Problem],
) -> Proofs:
    """What the tables come to; whatever is wrong is added to `problems`."""
    credential = _credential(certificates, folder, problems)
    clients = _clients(certificates, revocation, folder, problems)
    psks, passwords, ppks = _users(users, problems)
    if not users and clients is None:
        problems.append(Problem("users", "nobody could connect", "add a [[users]] table, or name a ca"))
    if credential is None and not problems:
        if clients is not None:
            remedy = "name the gateway's own certificate and key"
            problems.append(Problem("certificates.certificate", "is missing beside ca", remedy))
        if eap.methods:
            remedy = "name the gateway's certificate and key, by which users know whom they tell a password"
            problems.append(Problem("certificates.certificate", "is missing for EAP", remedy))
    if passwords and "mschapv2" not in eap.methods:
        remedy = 'write methods = ["mschapv2"] in the table eap'
        problems.append(Problem("eap.methods", "is missing: users have passwords", remedy))
    if "mschapv2" in eap.methods and not passwords:
        problems.append(Problem("users", "nobody has a password for EAP", "give a user a password"))
    if "tls" in eap.methods and clients is None:
        problems.append(Problem("certificates.ca", "is missing for EAP-TLS", "name the users' authority"))
    server = None
    if eap.methods and credential is not None and not problems:
        server = _server(eap, credential, clients, passwords)
    if not all(is_http(url) for url in certificates.urls):
        problems.append(Problem("certificates.urls", "holds no http URL", "write http://HOST/PATH"))
    return Proofs(
        credential=credential,
        urls=certificates.urls,
        lookup=certificates.lookup,
        clients=clients,
        eap=server,
        psks=psks,
        ppks=ppks,
    )


def _users(
    users: tuple[User, ...], problems: list[Problem]
) -> tuple[dict[Identity, bytes], dict[bytes, bytes], dict[Identity, Ppk]]:
    psks: dict[Identity, bytes] = {}
    passwords: dict[bytes, bytes] = {}
    ppks: dict[Identity, Ppk] = {}
    seen: set[str] = set()
    for number, user in enumerate(users, 1):
        at = f"users[{number}]"
        try:
            who = Identity.parse_text(user.id)
        except LocalError as error:
            problems.append(Problem(f"{at}.id", str(error), "write an address, a host name or user@host"))
            continue
        if user.id in seen:
            problems.append(Problem(f"{at}.id", f"{who} is there twice", "remove one"))
        seen.add(user.id)
        if not (user.psk or user.password or user.ppk):
            problems.append(Problem(at, "has no way to log in", "give it a psk or a password"))
        if bool(user.ppk) != bool(user.ppk_id):
            problems.append(Problem(f"{at}.ppk", "goes with ppk_id", "write both, or neither"))
        if user.psk:
            psks[who] = user.psk.encode()
        if user.password:
            passwords[user.id.encode()] = user.password.encode()
        if user.ppk:
            ppks[who] = Ppk(id=user.ppk_id.encode(), secret=user.ppk.encode(), required=user.ppk_required)
    return psks, passwords, ppks


def _server(
    eap: Eap, credential: Credential, clients: TrustPolicy | None, passwords: dict[bytes, bytes]
) -> EapServerConfig:
    def lookup(name: bytes) -> bytes | None:
        # Windows puts its domain before the name (RFC 2759 section 4 hashes the name without it).
        return passwords.get(name) or passwords.get(name.rpartition(b"\\")[2])

    tls = None
    if clients is not None:
        tls = TlsConfig(trust=clients, credential=credential)
    methods = tuple(EapMethod(method) for method in dict.fromkeys(eap.methods))
    return EapServerConfig(methods=methods, lookup=lookup, tls=tls)


def _credential(said: Certificates, folder: Path, problems: list[Problem]) -> Credential | None:
    if not said.certificate:
        if said.key:
            problems.append(Problem("certificates.key", "goes with a certificate", "name that, too"))
        return None
    try:
        data = read(folder / said.certificate, private=not said.key)
        key = read(folder / said.key, private=True) if said.key else b""
        return load_credential(data, key=key, rsa_pss=said.rsa_pss)
    except OSError as error:
        problems.append(Problem("certificates", _why(error), "correct the path, or the file's rights"))
    except LocalError as error:
        problems.append(Problem("certificates.certificate", str(error), "name a pair that belongs together"))
    return None


def _clients(
    said: Certificates, revocation: RevocationTable, folder: Path, problems: list[Problem]
) -> TrustPolicy | None:
    roots: list[x509.Certificate] = []
    for path in said.ca:
        try:
            roots += load_certificates(read(folder / path, private=False))
        except OSError as error:
            problems.append(Problem("certificates.ca", _why(error), "correct the path"))
        except LocalError as error:
            problems.append(
                Problem("certificates.ca", f"{path}: {error}", "name a certificate in PEM or DER")
            )
    if not roots:
        return None
    taken_back = Revocation(crl=revocation.crl, ocsp=revocation.ocsp, strict=revocation.strict)
    return TrustPolicy(roots=tuple(roots), revocation=taken_back)


def read(path: Path, *, private: bool) -> bytes:
    """A regular file of a sensible size; a private one only when nobody else can read it. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "is not a regular file", str(path))
        if private and found.st_mode & 0o077:
            raise OSError(0, "can be read by others: run `chmod 600` on it", str(path))
        data = os.read(descriptor, MAX_FILE_OCTETS + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_FILE_OCTETS:
        raise OSError(0, f"is larger than {MAX_FILE_OCTETS} octets", str(path))
    return data


def _why(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}"
