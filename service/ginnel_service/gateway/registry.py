"""The users of a gateway as an administrator keeps them: adding, listing, removing, handing out.

What changes is the users' file and the CRL, each replaced whole; a running gateway takes them with SIGHUP.
A user's private key is handed out and not kept: handing out once more means another certificate, and the old
one is taken back.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from ..ike.payloads.identity import Identity
from .authority import Authority, Issued, found
from .config import GatewayConfig, Keeping, load
from .errors import GatewayError
from .example import PSK_OCTETS, example_with_authority, named
from .files import read_private, write_private
from .handout import FORMATS, Handout, hand_out
from .proofs import User, read
from .users import load_users, save_users

Way = Literal["psk", "password", "certificate"]

PASSWORD_OCTETS: Final = 15  # of randomness: 20 characters that a person can still type
CONFIG_FILE: Final = "gateway.toml"


@dataclass(frozen=True, slots=True)
class Listed:
    """One user. `kept`: by us, rather than by hand in the gateway's own file."""

    id: str
    ways: tuple[str, ...]
    kept: bool


def establish(folder: Path, identity: str, names: tuple[str, ...] = ()) -> Path:
    """A folder with an authority, the gateway's certificate and its file, which is returned.

    `names`: further host names and addresses of the gateway. Raises GatewayError; a file that is there
    already is left alone.
    """
    named(identity)
    root = found(identity)
    authority = Authority(root.certificate, root.key)
    own = authority.gateway(identity, *names)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise GatewayError("not_written", file=str(folder), cause=error.strerror or "") from None
    if (folder / CONFIG_FILE).exists():
        raise GatewayError("not_written", file=str(folder / CONFIG_FILE), cause="it is there already")
    for name, data in (
        ("ca.key", root.key),
        ("ca.pem", root.certificate),
        ("gateway.key", own.key),
        ("gateway.pem", own.certificate),
        ("crl.pem", authority.revoke(None, ())),
        (CONFIG_FILE, example_with_authority(identity).encode()),
    ):
        write_private(folder / name, data)
    return folder / CONFIG_FILE


class Registry:
    """Of the gateway whose file is `path`. Everything raises GatewayError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._config = load(path)

    @property
    def config(self) -> GatewayConfig:
        return self._config

    def list(self) -> list[Listed]:
        """Those of both files, by name."""
        kept = {user.id for user in self._users()}
        return sorted(
            (Listed(user.id, _ways(user), user.id in kept) for user in self._config.users),
            key=lambda listed: listed.id,
        )

    def add(self, name: str, way: Way, formats: tuple[str, ...] = FORMATS, server: str = "") -> Handout:
        """A new user, with a fresh secret or certificate, and what to hand out."""
        who = named(name)
        with self._locked():
            there = next(
                (user.id for user in self._config.users if Identity.parse_text(user.id) == who), None
            )
            if there is not None:
                raise GatewayError("user_exists", name=there)
            self._require(way)
            issued = self._authority().user(name) if way == "certificate" else None
            user = _fresh(name, way, issued)
            handout = self._hand_out(user, formats, server, issued)
            self._save((*self._users(), user))
        return handout

    def remove(self, name: str) -> None:
        """The certificate is taken back first: whatever happens then, it is of no use any more."""
        with self._locked():
            user = self._kept(name)
            if user.certificate:
                self._take_back(user.certificate)
            self._save(tuple(each for each in self._users() if each.id != name))

    def export(self, name: str, formats: tuple[str, ...] = FORMATS, server: str = "") -> Handout:
        """Hand out once more; a certificate user gets another certificate instead of the old one."""
        with self._locked():
            user = next((each for each in self._config.users if each.id == name), None)
            if user is None:
                raise GatewayError("user_unknown", name=name)
            if not user.certificate:
                return self._hand_out(user, formats, server, None)
            issued = self._authority().user(name)
            renewed = msgspec.structs.replace(self._kept(name), certificate=issued.serial)
            handout = self._hand_out(renewed, formats, server, issued)
            self._take_back(user.certificate)
            self._save(tuple(renewed if each.id == name else each for each in self._users()))
        return handout

    def renew(self, names: tuple[str, ...] = ()) -> None:
        """Another certificate for the gateway itself, and another key."""
        keeping = self._config.keeping
        with self._locked():
            own = self._authority().gateway(str(self._config.identity), *names)
            if keeping.certificate is None or keeping.key is None:
                raise GatewayError("authority_missing", file=str(self._path))
            # A crash in between leaves a pair that does not belong together, which the next start names
            write_private(keeping.key, own.key, replace=True)
            write_private(keeping.certificate, own.certificate, replace=True)

    @property
    def _keeping(self) -> Keeping:
        return self._config.keeping

    def _users(self) -> tuple[User, ...]:
        file = self._keeping.users_file
        return load_users(file) if file is not None else ()

    def _save(self, users: tuple[User, ...]) -> None:
        file = self._keeping.users_file
        if file is None:
            raise GatewayError("users_not_kept", file=str(self._path))
        save_users(file, users)
        self._config = load(self._path)

    def _kept(self, name: str) -> User:
        user = next((each for each in self._users() if each.id == name), None)
        if user is not None:
            return user
        known = any(each.id == name for each in self._config.users)
        raise GatewayError("user_not_managed" if known else "user_unknown", name=name, file=str(self._path))

    def _require(self, way: Way) -> None:
        """The gateway lets nobody in by a way that its file does not open."""
        eap = self._config.proofs.eap
        if way == "password" and (eap is None or "mschapv2" not in eap.methods):
            raise GatewayError("user_without_way", way=way, file=str(self._path))

    def _authority(self) -> Authority:
        keeping = self._keeping
        if keeping.ca is None or keeping.ca_key is None:
            raise GatewayError("authority_missing", file=str(self._path))
        return Authority(self._ca(), read_private(keeping.ca_key))

    def _ca(self) -> bytes:
        keeping = self._keeping
        if keeping.ca is None:
            return b""
        try:
            return read(keeping.ca, private=False)
        except OSError as error:
            raise GatewayError(
                "config_unreadable", file=str(keeping.ca), cause=error.strerror or ""
            ) from None

    def _take_back(self, serial: str) -> None:
        file = self._keeping.crl
        if file is None:
            raise GatewayError("authority_missing", file=str(self._path))
        before = file.read_bytes() if file.exists() else None
        write_private(file, self._authority().revoke(before, (serial,)), replace=True)

    def _hand_out(self, user: User, formats: tuple[str, ...], server: str, issued: Issued | None) -> Handout:
        return hand_out(self._config, user, formats, server=server, ca=self._ca().decode(), issued=issued)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One administrator at a time, who sees what the one before has done."""
        try:
            descriptor = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise GatewayError(
                "config_unreadable", file=str(self._path), cause=error.strerror or ""
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._config = load(self._path)
            yield
        finally:
            os.close(descriptor)


def _fresh(name: str, way: Way, issued: Issued | None) -> User:
    if issued is not None:
        return User(id=name, certificate=issued.serial)
    if way == "psk":
        return User(id=name, psk=secrets.token_urlsafe(PSK_OCTETS))
    return User(id=name, password=secrets.token_urlsafe(PASSWORD_OCTETS))


def _ways(user: User) -> tuple[str, ...]:
    return tuple(way for way in ("psk", "password", "certificate") if getattr(user, way))
