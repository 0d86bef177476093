"""Who proves what to whom: from a profile and its secrets to what a session takes. Pure but for the roots.

A problem here is one that only IKE can see; shapes were checked when the profile was stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from cryptography import x509

from ..ike.auth.credentials import Credential, LocalKey, assemble
from ..ike.auth.policy import Revocation, TrustPolicy
from ..ike.codes import IdType
from ..ike.config import EapAuth, LocalAuth, Ppk, PskAuth, RemoteAuth, SessionConfig, SignatureAuth
from ..ike.eap.config import EapConfig, EapMethod
from ..ike.eap.tls_config import TlsConfig
from ..ike.errors import LocalError
from ..ike.payloads.identity import Identity
from ..profiles.certificates import UnusableError, load_certificates, load_key
from ..profiles.model import Problem, Profile
from ..profiles.secrets import Secrets, validate_secrets
from .roots import system_roots

_REMEDY: Final = "create the profile anew with --replace"


@dataclass(frozen=True, slots=True)
class Proofs:
    """What a SessionConfig says of authentication."""

    local_id: Identity
    remote_id: Identity | None
    local: tuple[LocalAuth, ...]
    remote: tuple[RemoteAuth, ...]
    ppk: Ppk | None


def proofs(profile: Profile, secrets: Secrets, problems: list[Problem]) -> Proofs | None:
    """What each side does to prove itself; None where `problems` says why not.

    With a PKCS#12 file that is still locked, what that is for is left out.
    """
    found = len(problems)
    problems += validate_secrets(profile, secrets)
    text = profile.remote_identity
    remote_id = None if text is None else _identity("remote.id", text, problems)
    credential = _credential(profile, secrets, problems)
    local_id = _local_identity(profile, credential, problems)
    if local_id is None and profile.authentication.pkcs12:
        local_id = Identity(IdType.KEY_ID, b"")  # that of the certificate, once it is at hand
    if len(problems) > found or local_id is None:
        return None
    try:
        local = tuple(
            _local(method, profile, secrets, credential)
            for method in profile.authentication.rounds
            if method != "certificate" or credential is not None
        )
        remote = _remote(profile, secrets)
    except LocalError as error:
        problems.append(Problem("authentication", str(error), _REMEDY))
        return None
    except UnusableError as error:
        problems.append(Problem("certificates", str(error), _REMEDY))
        return None
    ppk = profile.ike.ppk
    key = Ppk(id=ppk.id.encode(), secret=secrets.ppk, required=ppk.required) if ppk.id else None
    return Proofs(local_id, remote_id, local, remote, key)


def lacks_password(config: SessionConfig) -> bool:
    """Whether EAP will ask for a password that nobody has said yet. A code it asks for when it is due."""
    return any(
        isinstance(proof, EapAuth)
        and proof.eap.password is None
        and not proof.eap.one_time
        and EapMethod.TLS not in proof.eap.methods
        for proof in config.local_auth
    )


def takes_password(config: SessionConfig) -> bool:
    """Whether what the person says is a part of how we prove ourselves."""
    return any(isinstance(proof, EapAuth) for proof in config.local_auth)


def with_root(config: SessionConfig, certificate: bytes) -> SessionConfig:
    """`config` with one more certificate (DER, of the gateway itself) that needs nobody to vouch for it."""
    root = x509.load_der_x509_certificate(certificate)
    remote = tuple(
        replace(proof, roots=(*proof.roots, root)) if isinstance(proof, TrustPolicy) else proof
        for proof in config.remote_auth
    )
    return replace(config, remote_auth=remote)


def with_password(config: SessionConfig, password: str | None) -> SessionConfig:
    """`config` with the password for EAP; None has it asked for."""
    local = tuple(
        EapAuth(replace(proof.eap, password=password)) if isinstance(proof, EapAuth) else proof
        for proof in config.local_auth
    )
    return replace(config, local_auth=local)


def trust_policy(profile: Profile) -> TrustPolicy:
    """Whose certificates the gateway may have. Raises UnusableError."""
    remote = profile.remote
    named = (remote.pin,) if remote.pin else remote.ca
    roots = tuple(root for name in named for root in load_certificates(profile.certificates[name]))
    system = remote.system_roots or not named
    return TrustPolicy(
        roots=roots + (system_roots() if system else ()),
        system=system,
        allow_cn=remote.allow_cn,
        allow_sha1=remote.allow_sha1,
        revocation=Revocation(
            crl=remote.revocation.crl, ocsp=remote.revocation.ocsp, strict=remote.revocation.strict
        ),
    )


def _local(method: str, profile: Profile, secrets: Secrets, credential: Credential | None) -> LocalAuth:
    if method == "psk":
        return PskAuth(secrets.psk)
    if method == "eap":
        return EapAuth(_eap(profile, secrets, credential))
    assert credential is not None
    return SignatureAuth(credential, profile.authentication.urls)


def _remote(profile: Profile, secrets: Secrets) -> tuple[RemoteAuth, ...]:
    match profile.remote_method:
        case "psk":
            return (PskAuth(secrets.psk),)
        case "certificate":
            return (trust_policy(profile),)
    return ()


def _eap(profile: Profile, secrets: Secrets, credential: Credential | None) -> EapConfig:
    """Raises LocalError, UnusableError."""
    said = profile.authentication
    return EapConfig(
        username=said.username or said.eap_identity or _name_in(credential) or profile.local_identity,
        password=secrets.password or None,
        identity=said.eap_identity or None,
        methods=tuple(EapMethod(method) for method in said.eap_methods),
        tls=_tls(profile, credential),
        ttls_inner=said.ttls_inner,
        one_time=said.one_time,
    )


def _tls(profile: Profile, credential: Credential | None) -> TlsConfig:
    said = profile.authentication
    names = said.server_names or (profile.remote_identity or profile.server,)
    return TlsConfig(
        trust=trust_policy(profile),
        server_names=tuple(Identity.parse_text(name) for name in names),
        credential=credential,
        min_version=said.tls_min,
        max_version=said.tls_max,
    )


def _credential(profile: Profile, secrets: Secrets, problems: list[Problem]) -> Credential | None:
    name = profile.authentication.certificate
    if not name or not secrets.private_key:
        return None
    try:
        chain = load_certificates(profile.certificates[name])
        key = LocalKey(load_key(secrets.private_key))
        return assemble(chain, key, rsa_pss=profile.authentication.rsa_pss)
    except (UnusableError, LocalError) as error:
        problems.append(Problem("authentication.certificate", str(error), _REMEDY))
        return None


def _local_identity(
    profile: Profile, credential: Credential | None, problems: list[Problem]
) -> Identity | None:
    if profile.local.id:
        return _identity("local.id", profile.local.id, problems)
    if profile.authentication.username:
        try:
            return Identity.parse_text(profile.authentication.username)
        except LocalError:  # a user's name need not look like an identity
            return Identity(IdType.KEY_ID, profile.authentication.username.encode())
    if credential is not None:
        return Identity(IdType.DER_ASN1_DN, credential.certificate.subject.public_bytes())
    if problems or profile.authentication.pkcs12:
        return None
    return _identity("local.id", "", problems)


def _name_in(credential: Credential | None) -> str:
    """A user's name out of a certificate: its first mail address, else its common name."""
    if credential is None:
        return ""
    try:
        names = credential.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        mails = names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        mails = []
    common = credential.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return next(iter([*mails, *(str(each.value) for each in common)]), "")


def _identity(field: str, text: str, problems: list[Problem]) -> Identity | None:
    try:
        return Identity.parse_text(text)
    except LocalError as error:
        remedy = "write an address, a host name, user@host, or @#hex for a key id"
        problems.append(Problem(field, str(error), remedy))
        return None
