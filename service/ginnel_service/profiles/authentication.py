"""What is wrong with how a profile says who proves what: methods, certificates, EAP."""

from __future__ import annotations

import re

from .certificates import UnusableError, load_certificates
from .model import ANY_IDENTITY, NAME_PATTERN, SAFE_ALONE, Authentication, Problem, Profile, printable

_URL = re.compile(r"http://[!-~]+")


def check_authentication(profile: Profile, found: list[Problem]) -> None:
    """Add every problem of `authentication`, `remote`, `ike.ppk` and `certificates` to `found`."""
    authentication = profile.authentication
    rounds = authentication.rounds
    if len(set(rounds)) != len(rounds):
        remedy = "write another method, or leave it out"
        found.append(Problem("authentication.second", "is the same as the first round", remedy))
    if authentication.pkcs12 and authentication.certificate:
        remedy = "leave authentication.certificate out: the PKCS#12 file holds it"
        found.append(Problem("authentication.pkcs12", "is not the only certificate", remedy))
    if "certificate" in rounds and not authentication.has_certificate:
        remedy = "name a certificate of the table `certificates`"
        found.append(Problem("authentication.certificate", "is missing", remedy))
    if not all(_URL.fullmatch(url) for url in authentication.urls):
        found.append(Problem("authentication.urls", "holds no http URL", "write http://HOST/PATH"))
    if "eap" in rounds:
        _check_eap(authentication, found)
    _check_remote(profile, found)
    _check_certificates(profile, found)
    if profile.ike.ppk.required and not profile.ike.ppk.id:
        found.append(Problem("ike.ppk.id", "is missing", "write the key's identifier, or required = false"))


def _check_eap(authentication: Authentication, found: list[Problem]) -> None:
    methods = authentication.eap_methods
    if len(set(methods)) != len(methods):
        found.append(Problem("authentication.eap", "names a method twice", "write each method once"))
    if "tls" in methods and not authentication.has_certificate:
        remedy = "name a certificate of the table `certificates`, or leave tls out of authentication.eap"
        found.append(Problem("authentication.certificate", "is missing for EAP-TLS", remedy))
    needs_name = not methods or any(method != "tls" for method in methods)
    if needs_name and not authentication.username:
        remedy = "write the user name that the gateway knows"
        found.append(Problem("authentication.username", "is missing for EAP", remedy))
    if authentication.eap_only and (unsafe := [each for each in methods if each not in SAFE_ALONE]):
        remedy = f"leave {', '.join(unsafe)} out of authentication.eap, or set eap_only to false"
        message = "would hand the password to anyone who plays gateway"
        found.append(Problem("authentication.eap_only", message, remedy))
    if authentication.tls_min > authentication.tls_max:
        remedy = "write a tls_min that is no newer than tls_max"
        found.append(Problem("authentication.tls_min", "is newer than tls_max", remedy))


def _check_remote(profile: Profile, found: list[Problem]) -> None:
    remote = profile.remote
    if profile.remote_method == "eap" and remote.method:
        remedy = "leave remote.method out, or set authentication.eap_only to false"
        found.append(Problem("remote.method", "is not used when EAP proves the gateway", remedy))
    anyone = remote.id == ANY_IDENTITY and not remote.pin and (remote.system_roots or not remote.ca)
    if anyone and profile.remote_method == "certificate":
        remedy = "write the gateway's name, or name the only roots to trust in remote.ca"
        found.append(Problem("remote.id", "would accept anyone who has a certificate for any name", remedy))
    if remote.pin and (remote.ca or remote.system_roots):
        remedy = "leave either remote.pin or the roots out"
        found.append(Problem("remote.pin", "leaves nothing for remote.ca to vouch for", remedy))
    if remote.revocation.strict and not (remote.revocation.crl or remote.revocation.ocsp):
        remedy = "set crl or ocsp to true, or strict to false"
        found.append(Problem("remote.revocation.strict", "has nothing to go by", remedy))


def _check_certificates(profile: Profile, found: list[Problem]) -> None:
    for name, pem in profile.certificates.items():
        field = f"certificates.{printable(name)}"
        if not re.match(NAME_PATTERN, name):
            remedy = "use up to 64 letters, digits, dots, hyphens and underscores"
            found.append(Problem(field, "cannot name a certificate", remedy))
        try:
            load_certificates(pem)
        except UnusableError as error:
            found.append(Problem(field, f"cannot be used: {error}", "write a certificate in PEM"))
    named = [
        ("authentication.certificate", profile.authentication.certificate),
        ("remote.pin", profile.remote.pin),
        *(("remote.ca", name) for name in profile.remote.ca),
    ]
    for field, name in named:
        if name and name not in profile.certificates:
            remedy = f"add `{name}` to the table `certificates`"
            found.append(Problem(field, f"`{name}` is not stored with the profile", remedy))
