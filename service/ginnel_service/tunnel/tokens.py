"""Keys that stay in a token: smart cards and HSMs by PKCS#11, behind the `SigningKey` of `ike.auth`.

Needs the extra `ginnel[pkcs11]`, which is imported at use. Calls block for as long as the token takes: some
milliseconds, with a card a second.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ..ike.auth.credentials import Credential, assemble
from ..ike.auth.signature import PublicKey, Scheme
from ..ike.errors import LocalError
from ..unreadable import UNREADABLE

MAX_OBJECTS: Final = 64
#: The DigestInfo of RFC 8017 section 9.2 before the digest, by the name of the hash.
_DIGEST_INFO: Final = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
_turns = threading.Lock()  # logins are the process's, not the session's


@dataclass(frozen=True, slots=True)
class Token:
    """One token, and the PIN that opens it. `label` may be empty where there is only one."""

    module: str  # path of the PKCS#11 library, which runs in this process: the administrator names it
    pin: str = field(repr=False)
    label: str = ""

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """A session, closed at the end: a login is the whole process's, so it must not outlive its use.

        Raises LocalError.
        """
        pkcs11 = _library()
        with _turns:
            try:
                library = pkcs11.lib(self.module)
            except (pkcs11.PKCS11Error, RuntimeError, OSError):
                text = f"the PKCS#11 module {self.module} cannot be loaded: check its path"
                raise _error("token_module", text) from None
            try:
                found = list(library.get_tokens(**({"token_label": self.label} if self.label else {})))
                if len(found) != 1:
                    which = f" labelled '{self.label}'" if self.label else ""
                    text = f"there are {len(found)} tokens{which} instead of one: plug it in, or name it"
                    raise _error("token_missing", text)
                with found[0].open(user_pin=self.pin) as session:
                    yield session
            except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid):
                text = "the token refuses the PIN: try it again; most lock after three"
                raise _error("token_pin", text) from None
            except pkcs11.PinLocked:
                text = "the token's PIN is locked: unlock it with its maker's tools"
                raise _error("token_pin", text) from None
            except pkcs11.PKCS11Error as error:
                text = (
                    f"the token fails ({type(error).__name__}): is it plugged in, and its key for signatures?"
                )
                raise _error("token_failed", text) from None


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A private key in a token. Only mechanisms that every token has: the digest is made here."""

    public_key: PublicKey
    token: Token
    id: bytes

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        """Raises LocalError when the token is gone or refuses."""
        mechanism, octets, parameters = _mechanism(data, scheme)
        with self.token.opened() as session:
            key = _private(session, self.id)
            made = bytes(key.sign(octets, mechanism=mechanism, mechanism_param=parameters))
        if scheme.key_type != "ecdsa":
            return made
        half = len(made) // 2
        return encode_dss_signature(int.from_bytes(made[:half], "big"), int.from_bytes(made[half:], "big"))


def open_credential(token: Token, key_id: bytes = b"", *, rsa_pss: bool = False) -> Credential:
    """The key with `key_id` (the only one when empty) and its certificate in `token`.

    Raises LocalError whose code is `token_support_missing`, `token_module`, `token_missing`, `token_pin`,
    `token_failed`, `key_missing`, or one of `assemble`.
    """
    attribute = _library().Attribute
    certificates, own = [], None
    with token.opened() as session:
        key_id = bytes(_private(session, key_id)[attribute.ID])
        wanted = {attribute.CLASS: _library().ObjectClass.CERTIFICATE}
        for each in _some(session.get_objects(wanted)):
            try:
                certificate = x509.load_der_x509_certificate(bytes(each[attribute.VALUE]))
                if own is None and bytes(each[attribute.ID]) == key_id:
                    own = certificate.public_key()
            except UNREADABLE:
                continue  # it cannot be ours
            certificates.append(certificate)
    if own is None:
        raise _error("certificate_missing", "the token has no certificate with the key's id: store it there")
    key = TokenKey(own, token, key_id)  # type: ignore[arg-type]  # `assemble` refuses other keys
    return assemble(certificates, key, rsa_pss=rsa_pss)


def _private(session: Any, key_id: bytes) -> Any:
    pkcs11 = _library()
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
    keys = _some(session.get_objects(wanted | ({pkcs11.Attribute.ID: key_id} if key_id else {})))
    if len(keys) != 1:
        text = f"the token has {len(keys)} keys that fit instead of one: name the key's id"
        raise _error("key_missing", text)
    return keys[0]


def _mechanism(data: bytes, scheme: Scheme) -> tuple[Any, bytes, Any]:
    """The mechanism, what it signs, and its parameters."""
    pkcs11 = _library()
    mechanism = pkcs11.Mechanism
    if scheme.key_type in ("ed25519", "ed448"):
        return mechanism.EDDSA, data, None
    made = hashes.Hash(scheme.algorithm)
    made.update(data)
    digest, name = made.finalize(), scheme.algorithm.name
    if scheme.key_type == "ecdsa":
        return mechanism.ECDSA, digest, None
    if not scheme.pss:
        return mechanism.RSA_PKCS, _DIGEST_INFO[name] + digest, None
    hash_name = "SHA_1" if name == "sha1" else name.upper()
    mgf = getattr(pkcs11.MGF, name.upper())
    return mechanism.RSA_PKCS_PSS, digest, (getattr(mechanism, hash_name), mgf, len(digest))


def _some(objects: Any) -> list[Any]:
    found = []
    for each in objects:
        found.append(each)
        if len(found) == MAX_OBJECTS:
            break
    close = getattr(objects, "close", None)
    if close is not None:
        close()
    return found


def _library() -> Any:
    try:
        return importlib.import_module("pkcs11")
    except ImportError:
        text = "this installation has no support for tokens: install ginnel[pkcs11]"
        raise _error("token_support_missing", text) from None


def _error(code: str, text: str) -> LocalError:
    made = LocalError(text)
    made.code = code
    return made
