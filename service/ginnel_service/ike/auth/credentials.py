"""Our own certificate and private key, from the files that people have: PEM, DER, PKCS#8, PKCS#12.

Knows octets, not paths. A key in a token (PKCS#11) is a `SigningKey` that lives elsewhere.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.utils import CryptographyDeprecationWarning

from ...unreadable import UNREADABLE
from ..errors import InvalidSyntax, LocalError
from ..wire import Reader
from .errors import AuthRefused
from .signature import PublicKey, Scheme, key_type, rsa_padding

MAX_FILE_OCTETS = 1 << 20
MAX_CHAIN = 10
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----.*?-----END \1-----", re.DOTALL)
_PKCS8_ENCRYPTED, _PKCS8 = "ENCRYPTED PRIVATE KEY", "PRIVATE KEY"


@contextmanager
def lenient() -> Iterator[None]:
    """Old habits of authorities, such as a root with serial number 0, are no reason to complain."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


class SigningKey(Protocol):
    """A private key that signs, wherever it is kept."""

    @property
    def public_key(self) -> PublicKey: ...

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        """The signature of `data`; ECDSA as DER. Raises LocalError when the key is out of reach."""


_Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey


@dataclass(frozen=True, slots=True)
class LocalKey:
    """A private key in memory."""

    private: _Private = field(repr=False)

    @property
    def public_key(self) -> PublicKey:
        return self.private.public_key()

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        match self.private:
            case rsa.RSAPrivateKey() as key:
                return key.sign(data, rsa_padding(scheme), scheme.algorithm)
            case ec.EllipticCurvePrivateKey() as key:
                return key.sign(data, ec.ECDSA(scheme.algorithm))
        return self.private.sign(data)


@dataclass(frozen=True, slots=True)
class Credential:
    """What we prove ourselves with: the chain is leaf first and ends before the root."""

    chain: tuple[x509.Certificate, ...]
    key: SigningKey = field(repr=False)
    rsa_pss: bool = False  # sign with RSASSA-PSS where the peer speaks RFC 7427
    root: x509.Certificate | None = None  # above the chain, where the files held it; never sent

    @property
    def certificate(self) -> x509.Certificate:
        return self.chain[0]


def load_credential(
    data: bytes, password: str | None = None, *, key: bytes = b"", rsa_pss: bool = False
) -> Credential:
    """From one file with everything in it, or from certificates in `data` and the private key in `key`.

    Raises LocalError whose code is `password_needed`, `password_wrong`, `credential_broken`,
    `key_missing`, `certificate_missing` or `key_mismatch`.
    """
    _bounded(data)
    _bounded(key)
    certificates, private = _read(data, password)
    if key:
        more, private = _read(key, password)
        certificates += more
    if private is None:
        raise _error("key_missing", "there is no private key: give the key's file too, or a PKCS#12 file")
    if not isinstance(private, _Private):
        raise _error("credential_broken", "a private key of this type cannot sign in IKEv2: use RSA or ECDSA")
    return assemble(certificates, LocalKey(private), rsa_pss=rsa_pss)


def assemble(
    certificates: Sequence[x509.Certificate], key: SigningKey, *, rsa_pss: bool = False
) -> Credential:
    """The chain of the certificate that belongs to `key`, put in order. Raises LocalError."""
    try:
        key_type(key.public_key)
    except AuthRefused as error:
        raise _error(
            "credential_broken", f"{error.detail}: use RSA, ECDSA on a NIST curve, or Ed25519"
        ) from None
    if not certificates:
        raise _error("certificate_missing", "there is no certificate: give the certificate's file too")
    wanted = _spki(key.public_key)
    leaf = next((each for each in certificates if _spki_of(each) == wanted), None)
    if leaf is None:
        raise _error("key_mismatch", "the private key does not belong to the certificate: choose its own key")
    chain = order_chain(leaf, certificates)
    roots = (each for each in certificates if each not in chain and _issued(each, chain[-1]))
    return Credential(chain, key, rsa_pss, next(roots, None))


def order_chain(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """`leaf`, its issuer, and so on, as far as `others` go; a self-signed root is left out."""
    chain = [leaf]
    while len(chain) < MAX_CHAIN:
        above = next((each for each in others if each not in chain and _issued(each, chain[-1])), None)
        if above is None or _names_itself(above):
            break
        chain.append(above)
    return tuple(chain)


def load_certificates(data: bytes, password: str | None = None) -> tuple[x509.Certificate, ...]:
    """Certificates such as trusted roots from PEM, DER, PKCS#7 or PKCS#12. Raises LocalError."""
    _bounded(data)
    certificates, _ = _read(data, password)
    if not certificates:
        raise _error("certificate_missing", "the file holds no certificate")
    return tuple(certificates)


def _read(data: bytes, password: str | None) -> tuple[list[x509.Certificate], PrivateKeyTypes | None]:
    with lenient():
        return _sorted_out(data, password)


def _sorted_out(data: bytes, password: str | None) -> tuple[list[x509.Certificate], PrivateKeyTypes | None]:
    blocks = [(match[1].decode(), match[0]) for match in _PEM.finditer(data)]
    if b"-----BEGIN " in data:
        if not blocks:
            raise _broken("PEM")
        return _read_pem(blocks, password)
    if not _is_der(data):
        raise _error("credential_broken", "this is neither PEM, DER nor PKCS#12: choose another file")
    for read in (_read_der_certificate, _read_pkcs7):
        if found := read(data):
            return found, None
    if _is_pkcs12(data):
        return _read_pkcs12(data, password)
    return [], _private(serialization.load_der_private_key, data, password)


def _read_pem(
    blocks: list[tuple[str, bytes]], password: str | None
) -> tuple[list[x509.Certificate], PrivateKeyTypes | None]:
    certificates: list[x509.Certificate] = []
    private = None
    for label, block in blocks:
        try:
            if label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
                certificates.append(x509.load_pem_x509_certificate(block))
            elif label == "PKCS7":
                certificates += pkcs7.load_pem_pkcs7_certificates(block)
        except UNREADABLE:
            raise _broken("certificate") from None
        if label.endswith("PRIVATE KEY") and private is None:
            private = _private(serialization.load_pem_private_key, block, password)
    return certificates, private


class _Load(Protocol):
    def __call__(self, data: bytes, password: bytes | None) -> PrivateKeyTypes: ...


def _private(load: _Load, data: bytes, password: str | None) -> PrivateKeyTypes:
    try:
        return load(data, None)
    except TypeError:  # it is encrypted
        if password is None:
            raise _error("password_needed", "the private key is encrypted: give its password") from None
    except UNREADABLE:
        raise _broken("private key") from None
    try:
        return load(data, password.encode())
    except UnsupportedAlgorithm:
        remedy = "encrypt it anew, such as with `openssl pkcs8 -topk8`"
        raise _error("credential_broken", f"the key is encrypted by an unknown cipher: {remedy}") from None
    except UNREADABLE:
        raise _error("password_wrong", "the password does not open the private key: try it again") from None


def _read_der_certificate(data: bytes) -> list[x509.Certificate]:
    try:
        return [x509.load_der_x509_certificate(data)]
    except UNREADABLE:
        return []


def _read_pkcs7(data: bytes) -> list[x509.Certificate]:
    try:
        return pkcs7.load_der_pkcs7_certificates(data)
    except UNREADABLE:
        return []


def _read_pkcs12(data: bytes, password: str | None) -> tuple[list[x509.Certificate], PrivateKeyTypes | None]:
    # Files without a password exist in two kinds: no password at all, and an empty one
    candidates = [password.encode()] if password else [None, b""]
    for candidate in candidates:
        try:
            bundle = pkcs12.load_pkcs12(data, candidate)
        except UnsupportedAlgorithm:
            remedy = "convert it with `openssl pkcs12 -legacy` to a PKCS#12 file with AES"
            raise _error("credential_broken", f"the PKCS#12 file uses an unknown cipher: {remedy}") from None
        except UNREADABLE:
            continue
        found = [bundle.cert, *bundle.additional_certs]
        return [each.certificate for each in found if each is not None], bundle.key
    # Its outside is whole, so that the inside does not open is the password's doing
    if password:
        raise _error("password_wrong", "the password does not open the PKCS#12 file: try it again")
    raise _error("password_needed", "the PKCS#12 file is encrypted: give its password")


def _is_der(data: bytes) -> bool:
    """Whether `data` is one ASN.1 SEQUENCE of just its length."""
    return _sequence(data) is not None


def _is_pkcs12(data: bytes) -> bool:
    """A PFX begins with version 3 and a content of its own (RFC 7292 section 4)."""
    body = _sequence(data)
    return body is not None and bytes(body[:4]) == b"\x02\x01\x03\x30"


def _sequence(data: bytes) -> memoryview | None:
    reader = Reader(memoryview(data))
    try:
        tag, length = reader.u8(), reader.u8()
        if length > 0x80:
            length = int.from_bytes(reader.take(min(length - 0x80, 4)), "big")
        if tag != 0x30 or (length != 0x80 and length != len(reader)):  # 0x80: BER's indefinite length
            return None
    except InvalidSyntax:
        return None
    return reader.rest()


def _names_itself(certificate: x509.Certificate) -> bool:
    try:
        return certificate.subject == certificate.issuer
    except UNREADABLE:
        return False


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        subject.verify_directly_issued_by(issuer)
    except Exception:  # every way of saying no: names, keys, algorithms, signatures
        return False
    return True


def _spki_of(certificate: x509.Certificate) -> bytes:
    try:
        return _spki(certificate.public_key())
    except UNREADABLE:
        return b""


def _spki(key: object) -> bytes:
    made: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return made


def _bounded(data: bytes) -> None:
    if len(data) > MAX_FILE_OCTETS:
        raise _error("credential_broken", "the file is larger than a credential can be: choose another file")


def _broken(what: str) -> LocalError:
    return _error("credential_broken", f"the {what} in the file is broken: export it anew")


def _error(code: str, text: str) -> LocalError:
    error = LocalError(text)
    error.code = code
    return error
