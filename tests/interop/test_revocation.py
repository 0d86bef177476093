"""CRLs, OCSP and hash-and-URL with strongSwan in both roles; the web is in the gateway's host.

charon 5.9 puts no OCSP into IKE. openssl answers for the authority.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ginnel_service.demo.lab import Internet, Process
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, eventually
from helpers.offices import FromCharon, ToCharon, Web
from helpers.pki import Entity, Pki

pytestmark = [pytest.mark.interop, pytest.mark.netns]

OCSP_PORT = 8081
ADDRESS = Internet.GATEWAY[0]
CRL_URL, OCSP_URL = f"http://{ADDRESS}:{Web.PORT}/crl", f"http://{ADDRESS}:{OCSP_PORT}/"
NOWHERE_URL = f"http://{ADDRESS}:{Web.PORT}/none"
#: Each for a gateway and for a user, by where it points at and whether it was revoked.
POINTERS = {"crl": {"crl": CRL_URL}, "ocsp": {"ocsp": OCSP_URL}}


@dataclass(frozen=True)
class Certificates:
    root: Entity
    plain: Entity  # points at nothing
    good: dict[str, Entity]
    revoked: dict[str, Entity]
    nowhere: Entity


@dataclass(frozen=True)
class Webs:
    to: Web
    of: Web


@pytest.fixture(scope="module")
def made(pki: Pki) -> Certificates:
    root = pki.root("status-root")

    def issue(name: str, **more: str) -> Entity:
        purposes = ["serverAuth", "clientAuth"]
        return pki.issue(root, f"status-{name}", sans=[GATEWAY_ID, CLIENT_ID], flags=purposes, **more)  # type: ignore[arg-type]

    return Certificates(
        root,
        issue("plain"),
        {kind: issue(f"{kind}-good", **where) for kind, where in POINTERS.items()},
        {kind: issue(f"{kind}-revoked", **where) for kind, where in POINTERS.items()},
        issue("nowhere", crl=NOWHERE_URL),
    )


@pytest.fixture(scope="module")
def webs(
    made: Certificates, pki: Pki, to_charon: ToCharon, from_charon: FromCharon, tmp_path_factory: Any
) -> Iterator[Webs]:
    crl = pki.crl(made.root, *made.revoked.values())
    index = tmp_path_factory.mktemp("ocsp") / "index"
    index.write_text(
        "".join(ocsp_line(each, "V") for each in made.good.values())
        + "".join(ocsp_line(each, "R") for each in made.revoked.values())
    )
    found, running = [], []
    for office in (to_charon, from_charon):
        found.append(Web(office.net.gateway, office.folder / "web"))
        found[-1].put("crl", crl)
        running += [found[-1].process, serve_ocsp(office, made.root, index)]
    yield Webs(*found)
    for process in running:
        process.stop()


def ocsp_line(entity: Entity, status: str) -> str:
    """A line of openssl's database (ca(1))."""
    serial = f"{x509.load_pem_x509_certificate(entity.certificate).serial_number:X}"
    when = "250101000000Z,keyCompromise" if status == "R" else ""
    return "\t".join((status, "400101000000Z", when, serial.zfill(len(serial) + len(serial) % 2), "unknown",
                      f"/CN={entity.name}")) + "\n"  # fmt: skip


def serve_ocsp(office: ToCharon | FromCharon, root: Entity, index: Path) -> Process:
    responder = office.net.gateway.popen(
        ["openssl", "ocsp", "-index", str(index), "-port", str(OCSP_PORT), "-CA", str(root.file),
         "-rsigner", str(root.file), "-rkey", str(root.key), "-ndays", "1"],
        label="ocsp",
    )  # fmt: skip
    # a connection that asks nothing would keep it busy for good
    eventually(lambda: "waiting" in responder.said(), "the OCSP responder", alive=[responder])
    return responder


def be(
    office: ToCharon | FromCharon, own: Entity, *, revocation: str = "strict", **more: Any
) -> dict[str, Any]:
    """Let charon be `own`, and know of no other certificate with the same name."""
    office.charon.forget()
    office.trust(own.root)
    office.charon.put(own.in_charon())
    names = (GATEWAY_ID, "%any") if isinstance(office, ToCharon) else (CLIENT_ID, GATEWAY_ID)
    return {
        "local": ({"auth": "pubkey", "certs": f"{own.name}.pem", "id": names[0]},),
        "remote": ({"auth": "pubkey", "id": names[1], "revocation": revocation},),
        **more,
    }


def profile(office: ToCharon, made: Certificates, user: Entity, *arguments: str, **tables: Any) -> None:
    office.profile(
        *office.by(user), "--ca", str(made.root.file), "--id", CLIENT_ID, *arguments, **tables
    )  # fmt: skip


@pytest.mark.parametrize("kind", POINTERS)
def test_our_client_and_strongswan_look_after_each_other(
    to_charon: ToCharon, made: Certificates, webs: Webs, kind: str
) -> None:
    good, revoked = made.good[kind], made.revoked[kind]
    to_charon.configure(**be(to_charon, good))
    profile(to_charon, made, good, "--strict-revocation")
    to_charon.connects()
    profile(to_charon, made, revoked)
    assert to_charon.refused() == "authentication_failed"
    to_charon.configure(**be(to_charon, revoked))
    profile(to_charon, made, good)
    assert to_charon.refused() == "certificate_revoked"


def test_our_client_is_strict_only_where_it_is_asked_to_be(
    to_charon: ToCharon, made: Certificates, webs: Webs
) -> None:
    to_charon.configure(**be(to_charon, made.nowhere, revocation="relaxed"))
    profile(to_charon, made, made.plain)
    to_charon.connects()
    profile(to_charon, made, made.plain, "--strict-revocation")
    assert to_charon.refused() == "revocation_unknown"


def test_our_gateway_and_strongswan_look_after_each_other(
    from_charon: FromCharon, made: Certificates, webs: Webs
) -> None:
    for kind in POINTERS:
        from_charon.serve(own=made.good[kind], cas=[made.root], revocation={"strict": True})
        from_charon.connects(**be(from_charon, made.good[kind]))
        told = from_charon.refused(**be(from_charon, made.revoked[kind]))
        assert told["code"] == "certificate_revoked"
    nowhere = be(from_charon, made.nowhere)
    assert from_charon.refused(**nowhere)["code"] == "revocation_unknown"
    from_charon.serve(own=made.good["crl"], cas=[made.root])
    from_charon.connects(**nowhere)


def der(entity: Entity) -> bytes:
    return x509.load_pem_x509_certificate(entity.certificate).public_bytes(Encoding.DER)


def by_url(web: Web, own: Entity) -> dict[str, Any]:
    """charon gives `own` by hash and URL, and takes such; a certificate has its hash as name."""
    web.put(hashlib.sha1(der(own), usedforsecurity=False).hexdigest(), der(own))
    authority = {"cacert": "status-root.pem", "cert_uri_base": f"{web.url}/"}
    return {"tuning": {"hash_and_url": "yes"}, "authorities": {"office": authority}}


def fetched(web: Web) -> int:
    return web.process.log.read_text().count("GET ")


def test_our_client_and_strongswan_look_certificates_up(
    to_charon: ToCharon, made: Certificates, webs: Webs
) -> None:
    web = webs.to
    more = by_url(web, made.plain)
    to_charon.configure(**be(to_charon, made.plain, revocation="relaxed", **more))
    ours = web.put("user.der", der(made.good["ocsp"]))
    user = {"authentication": {"urls": [ours]}}
    before = fetched(web)
    profile(to_charon, made, made.good["ocsp"], remote={"id": GATEWAY_ID, "certificate_lookup": True}, **user)
    to_charon.connects()
    assert fetched(web) == before + 2
    profile(to_charon, made, made.good["ocsp"])
    to_charon.connects()
    assert fetched(web) == before + 2


def test_our_gateway_and_strongswan_look_certificates_up(
    from_charon: FromCharon, made: Certificates, webs: Webs
) -> None:
    web = webs.of
    more = by_url(web, made.plain)
    ours = web.put("gateway.der", der(made.good["ocsp"]))
    from_charon.serve(
        own=made.good["ocsp"], cas=[made.root], certificates={"lookup": True, "urls": [ours]}
    )  # fmt: skip
    before = fetched(web)
    from_charon.connects(**be(from_charon, made.plain, revocation="relaxed", **more))
    assert fetched(web) == before + 2
