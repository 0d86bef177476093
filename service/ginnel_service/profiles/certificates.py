"""Certificates and private keys as files hold them: PEM, DER and PKCS#12 become one form each.

Certificates are kept as PEM text, a private key as PKCS#8 in DER without a password. Whoever reads a
person's file opens it with that person's rights: the service takes the opened form alone.
"""

from __future__ import annotations

import re
import warnings
from base64 import b64decode
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from ..unreadable import UNREADABLE
from . import pkcs12_cost

MAX_CHAIN: Final = 16
MAX_FILE_OCTETS: Final = 256 * 1024
#: An RSA key of 8192 bits fits.
MAX_KEY_OCTETS: Final = 8 * 1024
#: Of the PKCS#12 files that we write.
PKCS12_ROUNDS: Final = 50_000

PrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
)

_PEM = b"-----BEGIN "
_KEY_IN_PEM = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----).)+-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL
)
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")


class UnusableError(Exception):
    """A file holds no certificate or key that we can use; the text says why and holds nothing of it."""


class PasswordNeededError(UnusableError):
    """A private key is encrypted, and the password is missing or wrong."""


def pem_of(data: bytes) -> str:
    """The certificates of a PEM or DER file as PEM text. Raises UnusableError."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in _certificates(data))


def load_certificates(pem: str) -> tuple[x509.Certificate, ...]:
    """The certificates of PEM text, in its order. Raises UnusableError."""
    return _certificates(pem.encode())


def open_key(data: bytes, password: str | None = None) -> bytes:
    """The private key of a PEM or DER file as PKCS#8. Raises UnusableError, PasswordNeededError."""
    if len(data) > MAX_FILE_OCTETS:
        raise UnusableError(f"it is larger than {MAX_FILE_OCTETS} octets")
    load = load_pem_private_key if _PEM in data else load_der_private_key
    # What PEM holds beside the key, such as certificates, would be in the way.
    block = _KEY_IN_PEM.search(data)
    try:
        pkcs12_cost.check_key(_der_of(block[0]) if block else data)
    except pkcs12_cost.CostlyError as error:
        raise UnusableError(str(error)) from None
    try:
        key = load(block[0] if block else data, password.encode() if password else None)
    except TypeError:  # a password is needed, or was given for nothing
        if password:
            return open_key(data)
        raise PasswordNeededError("the private key is encrypted") from None
    except UNREADABLE:
        if password:
            raise PasswordNeededError("the private key does not open with this password") from None
        raise UnusableError("it holds no private key in PEM or DER") from None
    return _pkcs8(key)


def open_pkcs12(data: bytes, password: str | None = None) -> tuple[str, bytes]:
    """Our certificate with the chain behind it as PEM text, and the key as PKCS#8 (RFC 7292).

    Raises UnusableError, PasswordNeededError.
    """
    if len(data) > MAX_FILE_OCTETS:
        raise UnusableError(f"it is larger than {MAX_FILE_OCTETS} octets")
    try:
        pkcs12_cost.check(data, password or "")
    except pkcs12_cost.WrongPasswordError as error:
        raise PasswordNeededError(str(error)) from None
    except pkcs12_cost.CostlyError as error:
        raise UnusableError(str(error)) from None
    try:
        with warnings.catch_warnings():
            # Some programs write BER instead of DER, which the person can do nothing about.
            warnings.simplefilter("ignore", UserWarning)
            found = pkcs12.load_pkcs12(data, password.encode() if password else None)
    except UNREADABLE:
        raise PasswordNeededError("the PKCS#12 file does not open with this password") from None
    if found.key is None or found.cert is None:
        raise UnusableError("the PKCS#12 file holds no certificate with its private key")
    chain = [found.cert.certificate, *(each.certificate for each in found.additional_certs)]
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in chain[:MAX_CHAIN]), _pkcs8(found.key)


def check_locked_pkcs12(data: bytes) -> None:
    """Raises UnusableError for what no password makes a PKCS#12 file that we would open."""
    try:
        pkcs12_cost.check(data, "")
    except pkcs12_cost.WrongPasswordError:
        pass
    except pkcs12_cost.CostlyError as error:
        raise UnusableError(str(error)) from None


def pack_pkcs12(pem: str, pkcs8: bytes, password: str) -> bytes:
    """A PKCS#12 file of our certificate, the chain behind it and the key; without a password it is not
    encrypted. In the form that every phone reads. Raises UnusableError."""
    leaf, *above = load_certificates(pem)
    around: KeySerializationEncryption = NoEncryption()
    if password:
        # Phones took years to learn newer ones; the password of such a file is meant to be strong.
        builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(PKCS12_ROUNDS)
        builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        around = builder.hmac_hash(SHA1()).build(password.encode())  # noqa: S303
    return pkcs12.serialize_key_and_certificates(None, load_key(pkcs8), leaf, above, around)


def load_key(pkcs8: bytes) -> PrivateKey:
    """What `open_key` made. Raises UnusableError."""
    if len(pkcs8) > MAX_KEY_OCTETS:
        raise UnusableError(f"the private key is larger than {MAX_KEY_OCTETS} octets")
    try:
        # Whether the primes of a key are prime is for its owner to know, and takes long to tell.
        key = load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
    except UNREADABLE:
        raise UnusableError("the private key is not in unencrypted PKCS#8") from None
    return _usable(key)


def belongs(key: PrivateKey, certificate: x509.Certificate) -> bool:
    """Whether the certificate is of this key."""
    try:
        theirs = certificate.public_key()
    except UNREADABLE:
        return False
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(*form) == theirs.public_bytes(*form)


def _certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    if len(data) > MAX_FILE_OCTETS:
        raise UnusableError(f"it is larger than {MAX_FILE_OCTETS} octets")
    try:
        if _PEM in data:
            found = tuple(x509.load_pem_x509_certificates(data))
        else:
            found = (x509.load_der_x509_certificate(data),)
        for certificate in found:
            certificate.subject, certificate.issuer, certificate.extensions  # noqa: B018  (parsed when read)
    except UNREADABLE:
        raise UnusableError("it holds no certificate in PEM or DER") from None
    if len(found) > MAX_CHAIN:
        raise UnusableError(f"it holds more than {MAX_CHAIN} certificates")
    return found


def _der_of(block: bytes) -> bytes:
    """What one block of PEM holds, as far as it can be read."""
    try:
        return b64decode(b"".join(block.split(b"\n")[1:-1]), validate=False)
    except ValueError:
        return b""


def _pkcs8(key: object) -> bytes:
    return _usable(key).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _usable(key: object) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey):
        if not 2048 <= key.key_size <= 8192:
            raise UnusableError(f"an RSA key has 2048 to 8192 bits, this one {key.key_size}")
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in _CURVES:
            raise UnusableError(f"keys of the curve {key.curve.name} are not known to IKEv2")
        return key
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return key
    raise UnusableError("a private key is of RSA, ECDSA, Ed25519 or Ed448")
