"""A certificate authority for tests: roots, intermediates, leaves, CRLs and OCSP responses, all in memory.

    root = Authority("Test Root")
    inner = root.intermediate("Test Issuing")
    gateway = inner.issue("gw.example", sans=[dns("gw.example")])
    gateway.certificate, gateway.key, gateway.chain (leaf first, no root), gateway.pem(), gateway.pkcs12("pw")

Everything is valid around `NOW` (Unix seconds) and says so in its dates; no test needs the wall clock.
"""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

#: The wall time of every test that uses certificates, 2026-01-01.
NOW = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
DAY_S = 86400.0
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
IKE_INTERMEDIATE = ObjectIdentifier("1.3.6.1.5.5.8.2.2")

PrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
)
#: What certificates are signed with; older hashes need the `openssl` command.
Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
_CURVES: dict[str, ec.EllipticCurve] = {
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
}


def new_key(kind: str = "p256") -> PrivateKey:
    """A fresh key: `p256`, `p384`, `p521`, `ed25519`, `ed448`, or `rsa2048` and other sizes."""
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind])
    if kind.startswith("rsa"):
        return rsa_key(int(kind[3:]))
    return ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ed448.Ed448PrivateKey.generate()


@cache
def rsa_key(bits: int, which: int = 0) -> rsa.RSAPrivateKey:
    """An RSA key, made once a run: they are slow to find."""
    return rsa.generate_private_key(65537, bits)


def dns(name: str) -> x509.DNSName:
    return x509.DNSName(name)


def mail(address: str) -> x509.RFC822Name:
    return x509.RFC822Name(address)


def ip(address: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(address))


def common_name(text: str) -> x509.Name:
    """`C=CH, O=Ginnel Test, CN=text`."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CH"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ginnel Test"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


def at(utc_s: float) -> datetime:
    return datetime.fromtimestamp(utc_s, UTC)


@dataclass(frozen=True)
class Issued:
    """A leaf with its key. `chain` is leaf first and ends before the root."""

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def key_pem(self, password: str | None = None) -> bytes:
        """PKCS#8, encrypted when there is a password."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password.encode())
            if password
            else serialization.NoEncryption(),
        )

    def pem(self, password: str | None = None) -> bytes:
        """The chain and the key in one file."""
        return chain_pem(self.chain) + self.key_pem(password)

    def pkcs12(self, password: str) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"test",
            self.key,
            self.certificate,
            list(self.chain[1:]),
            serialization.BestAvailableEncryption(password.encode()),
        )


def chain_pem(certificates: Iterable[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


class Authority:
    """A root, or with `parent` an intermediate. `certificate` is its own."""

    def __init__(
        self,
        name: str = "Test Root",
        *,
        kind: str = "p256",
        key: PrivateKey | None = None,
        parent: Authority | None = None,
        path_length: int | None = None,
        constraints: x509.NameConstraints | None = None,
        not_before: float = NOW - 365 * DAY_S,
        not_after: float = NOW + 3650 * DAY_S,
        ca: bool = True,
        key_usage: x509.KeyUsage | None = None,
        hash_: Hash | None = None,
        crl_urls: Sequence[str] = (),
        ocsp_urls: Sequence[str] = (),
    ) -> None:
        self.parent = parent
        self.key = key or new_key(kind)
        self.name = common_name(name)
        issuer = parent or self
        builder = _builder(self.name, issuer.name, self.key, not_before, not_after)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), critical=True
        )
        usage = key_usage or usage_of("key_cert_sign", "crl_sign", "digital_signature")
        builder = builder.add_extension(usage, critical=True)
        builder = _with_pointers(builder, issuer.key, crl_urls, ocsp_urls)
        if constraints is not None:
            builder = builder.add_extension(constraints, critical=True)
        self.certificate = builder.sign(issuer.key, _hash_for(issuer.key, hash_))

    def intermediate(self, name: str = "Test Issuing", **options: object) -> Authority:
        """An authority below this one; the options are those of `Authority`."""
        return Authority(name, parent=self, **options)  # type: ignore[arg-type]

    @property
    def pem(self) -> bytes:
        return chain_pem([self.certificate])

    @property
    def above(self) -> tuple[x509.Certificate, ...]:
        """This authority and those above it, without the root."""
        return () if self.parent is None else (self.certificate, *self.parent.above)

    def issue(
        self,
        name: str = "gw.example",
        *,
        subject: x509.Name | None = None,
        sans: Sequence[x509.GeneralName] = (),
        kind: str = "p256",
        key: PrivateKey | None = None,
        ekus: Sequence[ObjectIdentifier] = (),
        key_usage: x509.KeyUsage | None = None,
        not_before: float = NOW - DAY_S,
        not_after: float = NOW + 90 * DAY_S,
        hash_: Hash | None = None,
        pss: bool = False,
        crl_urls: Sequence[str] = (),
        ocsp_urls: Sequence[str] = (),
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    ) -> Issued:
        """A leaf. Without `sans` it has no subjectAltName, without `ekus` no extended key usage."""
        key = key or new_key(kind)
        builder = _builder(subject or common_name(name), self.name, key, not_before, not_after)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        if sans:
            builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
        if ekus:
            builder = builder.add_extension(x509.ExtendedKeyUsage(ekus), critical=False)
        if key_usage is not None:
            builder = builder.add_extension(key_usage, critical=True)
        builder = _with_pointers(builder, self.key, crl_urls, ocsp_urls)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        chosen = _hash_for(self.key, hash_)
        salted = padding.PSS(padding.MGF1(chosen), padding.PSS.DIGEST_LENGTH) if pss and chosen else None
        made = builder.sign(self.key, chosen, rsa_padding=salted)
        return Issued(made, key, (made, *self.above))

    def crl(
        self,
        revoked: Sequence[x509.Certificate] = (),
        *,
        this_update: float = NOW - 3600,
        next_update: float = NOW + DAY_S,
        reason: x509.ReasonFlags | None = x509.ReasonFlags.key_compromise,
        key: PrivateKey | None = None,
        hash_: Hash | None = None,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    ) -> bytes:
        """DER of a CRL that lists `revoked`; `key` signs instead of ours."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(at(this_update)).next_update(at(next_update))
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        for each in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number)
            entry = entry.revocation_date(at(this_update - 60))
            if reason is not None:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        key = key or self.key
        return builder.sign(key, _hash_for(key, hash_)).public_bytes(serialization.Encoding.DER)

    def ocsp_response(
        self,
        certificate: x509.Certificate,
        *,
        status: str = "good",
        this_update: float = NOW - 3600,
        next_update: float | None = NOW + DAY_S,
        responder: Issued | None = None,
        by_name: bool = False,
        hash_: Hash | None = None,
        id_hash: hashes.HashAlgorithm | None = None,
    ) -> bytes:
        """DER of an answer about `certificate`: `good`, `revoked` or `unknown`, by us or by `responder`."""
        signer = responder.certificate if responder else self.certificate
        key = responder.key if responder else self.key
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.certificate,
            algorithm=id_hash or hashes.SHA1(),
            cert_status=getattr(ocsp.OCSPCertStatus, status.upper()),
            this_update=at(this_update),
            next_update=None if next_update is None else at(next_update),
            revocation_time=at(this_update - 60) if status == "revoked" else None,
            revocation_reason=x509.ReasonFlags.key_compromise if status == "revoked" else None,
        )
        encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
        builder = builder.responder_id(encoding, signer)
        if responder:
            builder = builder.certificates([responder.certificate])
        return builder.sign(key, _hash_for(key, hash_)).public_bytes(serialization.Encoding.DER)


def usage_of(*allowed: str) -> x509.KeyUsage:
    """A key usage with just the named bits set."""
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in allowed for name in names})


def _hash_for(key: PrivateKey, wanted: Hash | None) -> Hash | None:
    edwards = isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    return None if edwards else wanted or hashes.SHA256()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, not_before: float, not_after: float
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(at(not_before)).not_valid_after(at(not_after))
    return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _with_pointers(
    builder: x509.CertificateBuilder,
    issuer_key: PrivateKey,
    crl_urls: Sequence[str],
    ocsp_urls: Sequence[str],
) -> x509.CertificateBuilder:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    if crl_urls:
        points = [
            x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
            for url in crl_urls
        ]
        builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
    if ocsp_urls:
        method = x509.oid.AuthorityInformationAccessOID.OCSP
        told = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for url in ocsp_urls]
        builder = builder.add_extension(x509.AuthorityInformationAccess(told), critical=False)
    return builder


def of_no_version(der: bytes) -> bytes:
    """A certificate (version 3) or CRL (version 2), whose version is made one that there is not."""
    made = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", 1)
    made = made if made != der else der.replace(b"\x02\x01\x01", b"\x02\x01\x05", 1)
    assert made != der
    return made


def pem_block(der: bytes) -> bytes:
    """Whatever a certificate's PEM may hold."""
    return b"-----BEGIN CERTIFICATE-----\n" + b64encode(der) + b"\n-----END CERTIFICATE-----\n"


def in_latin_1(issuer: Authority, issued: Issued, *, name: bytes) -> Issued:
    """The same with `name` as a TeletexString of Latin-1 that ends with an umlaut, as old authorities do."""
    plain = b"\x0c" + bytes([len(name)]) + name  # a UTF8String
    body, whole = issued.certificate.tbs_certificate_bytes, issued.der
    assert body.count(plain) == 1
    algorithm = whole[whole.index(body) + len(body) :]
    made = body.replace(plain, b"\x14" + plain[1:-1] + b"\xfc")
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    signed = issuer.key.sign(made, ec.ECDSA(hashes.SHA256()))
    rest = algorithm[: 2 + algorithm[1]] + b"\x03%c\0%b" % (1 + len(signed), signed)
    der = b"\x30\x82" + (len(made) + len(rest)).to_bytes(2, "big") + made + rest
    certificate = x509.load_der_x509_certificate(der)
    return Issued(certificate, issued.key, (certificate, *issued.chain[1:]))
