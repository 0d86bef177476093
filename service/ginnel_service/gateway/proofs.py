"""How a gateway proves itself and its users prove themselves: keys, certificates, passwords out of files.

The paths stand in the administrator's own file. A private key must be readable by nobody else.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from cryptography import x509
from msgspec import Meta

from ..ike.auth.credentials import Credential, load_certificates, load_credential
from ..ike.auth.policy import Revocation, TrustPolicy
from ..ike.auth.revocation import is_http
from ..ike.config import Ppk
from ..ike.eap.config import EapMethod, EapServerConfig
from ..ike.eap.tls_config import TlsConfig
from ..ike.errors import LocalError
from ..ike.payloads.identity import Identity
from ..profiles.model import Problem, printable
from ..unreadable import UNREADABLE
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
    #: Serial number, in hexadecimal, of the certificate that `ginnel gateway user` made.
    certificate: Annotated[str, Meta(pattern=r"^([0-9a-f]{1,40})?$")] = ""

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
    ca_key: str = ""  # of the first of them, for `ginnel gateway user`; the gateway itself does not read it
    crl: Texts = ()  # what was taken back, beside what `revocation` fetches
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
    #: By name: changes as they change.
    logins: dict[bytes | Identity, bytes] = field(default_factory=dict, repr=False)


def proofs(
    users: list[tuple[str, User]],
    certificates: Certificates,
    eap: Eap,
    revocation: RevocationTable,
    folder: Path,
    problems: list[Problem],
    *,
    elsewhere: bool = False,
) -> Proofs:
    """What the tables come to; whatever is wrong is added to `problems`.

    `users` with where they stand. `elsewhere`: other servers judge users of EAP.
    """
    credential = _credential(certificates, folder, problems)
    clients = _clients(certificates, revocation, folder, problems)
    psks, passwords, ppks = _users(users, problems)
    if not users and clients is None and not elsewhere:
        problems.append(Problem("users", "nobody could connect", "add a [[users]] table, or name a ca"))
    if credential is None and not problems:
        if clients is not None:
            remedy = "name the gateway's own certificate and key"
            problems.append(Problem("certificates.certificate", "is missing beside ca", remedy))
        if eap.methods or elsewhere:
            remedy = "name the gateway's certificate and key, by which users know whom they tell a password"
            problems.append(Problem("certificates.certificate", "is missing for EAP", remedy))
    if elsewhere and (eap.methods or passwords):
        remedy = "leave out the methods of the table eap and the users' passwords, or the table radius"
        problems.append(Problem("radius", "is asked about users of EAP, and nobody here", remedy))
    elif passwords and "mschapv2" not in eap.methods:
        remedy = 'write methods = ["mschapv2"] in the table eap'
        problems.append(Problem("eap.methods", "is missing: users have passwords", remedy))
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
        logins=_logins(users),
    )


def _logins(users: list[tuple[str, User]]) -> dict[bytes | Identity, bytes]:
    """By each name as the file spells it and as an `Identity` does, such as `alice` for `@alice`.

    By the `Identity` itself as well: a distinguished name has more spellings than these.
    """
    found: dict[bytes | Identity, bytes] = {}
    for _, user in users:
        names: set[bytes | Identity] = {user.id.encode()}
        with suppress(LocalError):  # is among the problems
            who = Identity.parse_text(user.id)
            names |= {str(who).encode(), who}
        for name in names:
            found[name] = found.get(name, b"") + _digest(user)
    return found


def _digest(user: User) -> bytes:
    """Tells one way to log in from another, and nothing about it."""
    return hashlib.sha256(msgspec.json.encode(user)).digest()


def _users(
    users: list[tuple[str, User]], problems: list[Problem]
) -> tuple[dict[Identity, bytes], dict[bytes, bytes], dict[Identity, Ppk]]:
    psks: dict[Identity, bytes] = {}
    passwords: dict[bytes, bytes] = {}
    ppks: dict[Identity, Ppk] = {}
    seen: dict[Identity, str] = {}
    for at, user in users:
        try:
            who = Identity.parse_text(user.id)
        except LocalError as error:
            problems.append(Problem(f"{at}.id", str(error), "write an address, a host name or user@host"))
            continue
        if who in seen:
            as_well = "" if seen[who] == user.id else f", as {seen[who]} too"
            problems.append(Problem(f"{at}.id", f"{user.id} is there twice{as_well}", "remove one"))
        seen.setdefault(who, user.id)
        if not (user.psk or user.password or user.ppk or user.certificate):
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
    crls = tuple(_crl(folder / path, roots, problems) for path in said.crl)
    return TrustPolicy(roots=tuple(roots), revocation=taken_back, crls=crls)


def _crl(path: Path, roots: list[x509.Certificate], problems: list[Problem]) -> bytes:
    """One that cannot be believed would let in whom it takes back: it stops us here."""
    remedy = "name a CRL, in PEM or DER, that an authority of ca has signed"
    try:
        data = read(path, private=False)
        pem = data.startswith(b"-----BEGIN")
        crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
        signers = [root for root in roots if root.subject == crl.issuer]
        if any(crl.is_signature_valid(root.public_key()) for root in signers):  # type: ignore[arg-type]
            return data
        problems.append(
            Problem("certificates.crl", f"{printable(str(path))} is of no authority in ca", remedy)
        )
    except OSError as error:
        problems.append(Problem("certificates.crl", _why(error), remedy))
    except UNREADABLE:
        problems.append(Problem("certificates.crl", f"{printable(str(path))} is no CRL", remedy))
    return b""


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
