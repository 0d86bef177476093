"""Certificates made by strongSwan's `pki`, each in a file of its own.

    pki = Pki(folder)
    root = pki.root("root", "rsa3072")
    inner = pki.issue(root, "inner", "ecdsa384", ca=True)
    alice = pki.issue(inner, "alice", "ed25519", sans=["alice@example.org"], flags=["clientAuth"])
    alice.chain (leaf first, no root), alice.certificate, alice.key

Valid from now on, as charon looks at the true time. Subjects are `C=CH, O=Ginnel Test, CN=name`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ginnel_service.demo.lab import LabError, environment
from ginnel_service.demo.rig import write_private

_KIND = re.compile(r"([a-z]+)(\d*)")


@dataclass(frozen=True)
class Entity:
    """A certificate in PEM with its key, and those between it and its root."""

    name: str
    file: Path
    key: Path
    above: tuple[Entity, ...] = ()  # its issuer first, the root last

    @property
    def subject(self) -> str:
        return subject(self.name)

    @property
    def certificate(self) -> bytes:
        return self.file.read_bytes()

    @property
    def chain(self) -> bytes:
        return b"".join(each.certificate for each in (self, *self.above[:-1]))

    @property
    def root(self) -> Entity:
        return (self, *self.above)[-1]

    def in_charon(self) -> dict[str, bytes]:
        """What charon needs to be it, by the paths in swanctl's folder."""
        files = {f"x509/{self.name}.pem": self.certificate, f"private/{self.name}.pem": self.key.read_bytes()}
        between = {f"x509ca/{each.name}.pem": each.certificate for each in self.above[:-1]}
        return {**files, **between}


def subject(name: str) -> str:
    return f"C=CH, O=Ginnel Test, CN={name}"


class Pki:
    """A folder of entities. A name is used once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def root(self, name: str, kind: str = "ecdsa256", *more: str) -> Entity:
        key = self._key(name, kind)
        made = self._pki("--self", "--in", str(key), "--dn", subject(name), "--ca", *more)
        return self._entity(name, key, made)

    def issue(
        self, issuer: Entity, name: str, kind: str = "ecdsa256", *more: str, ca: bool = False,
        sans: Sequence[str] = (), flags: Sequence[str] = (), crl: str = "", ocsp: str = "",
    ) -> Entity:  # fmt: skip
        """`more` are further arguments of `pki --issue`."""
        key = self._key(name, kind)
        arguments = ["--cacert", str(issuer.file), "--cakey", str(issuer.key), "--dn", subject(name), *more]
        for option, values in (("--san", sans), ("--flag", flags), ("--crl", [crl]), ("--ocsp", [ocsp])):
            for value in values:
                arguments += [option, value] if value else []
        if ca:
            arguments.append("--ca")
        made = self._pki("--issue", "--type", "priv", "--in", str(key), *arguments)
        return self._entity(name, key, made, (issuer, *issuer.above))

    def crl(self, issuer: Entity, *revoked: Entity) -> bytes:
        """DER of a CRL that takes back `revoked`."""
        taken_back = [word for each in revoked for word in ("--cert", str(each.file))]
        return self._pki(
            "--signcrl", "--cacert", str(issuer.file), "--cakey", str(issuer.key), *taken_back, form="der"
        )

    def _key(self, name: str, kind: str) -> Path:
        found = _KIND.fullmatch(kind)
        assert found is not None
        size = ["--size", found[2]] if found[1] in {"rsa", "ecdsa"} else []
        key = self._folder / f"{name}.key"
        assert not key.exists(), f"{name} is there already"
        write_private(key, self._pki("--gen", "--type", found[1] if size else kind, *size))
        return key

    def _entity(self, name: str, key: Path, certificate: bytes, above: tuple[Entity, ...] = ()) -> Entity:
        file = self._folder / f"{name}.pem"
        file.write_bytes(certificate)
        return Entity(name, file, key, above)

    def _pki(self, *arguments: str, form: str = "pem") -> bytes:
        done = subprocess.run(
            ["pki", *arguments, "--outform", form],
            capture_output=True, check=False, timeout=60, env=environment(),
        )  # fmt: skip
        if done.returncode != 0 or not done.stdout:
            raise LabError(f"pki {' '.join(arguments)}: {done.stderr.decode(errors='replace')[-500:]}")
        return done.stdout


def why_missing() -> str | None:
    found = shutil.which("pki", path=environment()["PATH"]) is not None
    return None if found else "pki missing; apt-get install strongswan-pki"
