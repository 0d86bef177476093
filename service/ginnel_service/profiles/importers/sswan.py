"""strongSwan's profiles for Android (docs.strongswan.org, "VPN Profiles"): one JSON object, `.sswan`."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

from ..certificates import UnusableError, load_certificates, pem_of
from ..model import printable
from .draft import Draft, is_authority, shorten
from .keyring import Keyring
from .plist import check_bounds
from .preview import ImportRefused, Preview
from .reading import Reader
from .strongswan import put_proposals

_METHODS: Final[dict[str, dict[str, Any]]] = {
    "ikev2-eap": {"method": "eap"},
    "ikev2-byod-eap": {"method": "eap"},
    "ikev2-eap-tls": {"method": "eap", "eap": ("tls",)},
    "ikev2-cert": {"method": "certificate"},
    "ikev2-cert-eap": {"method": "certificate", "second": "eap"},
}


def read(data: bytes, keyring: Keyring) -> Preview:
    """Raises ImportRefused."""
    draft = Draft(keyring)
    top = Reader(_parsed(data), "", draft)
    title, uuid, kind = top.text("name"), top.text("uuid"), top.text("type")
    if kind not in _METHODS:
        raise ImportRefused("import_other_vpn", kind=printable(kind[:64]))
    for key, value in _METHODS[kind].items():
        draft.put(f"authentication.{key}", value, "type")
    if kind == "ikev2-byod-eap":
        draft.skip("elsewhere", "type")
    _remote(top.table("remote"), draft)
    _local(top.table("local"), draft)
    for key, field in (("ike-proposal", "ike.proposals"), ("esp-proposal", "esp.proposals")):
        put_proposals(draft, field, top.text(key), key)
    top.put_texts("dns-servers", "dns.servers")
    top.put_whole("mtu", "network.mtu")
    top.put_number("nat-keepalive", "timing.keepalive_s")
    _split(top.table("split-tunneling"), draft)
    if top.flag("ipv6-transport"):
        draft.skip("always_so", "ipv6-transport")
    top.skip("proxy", "proxy")
    top.skip("apps", "apps", "excluded-apps")
    top.close()
    candidate = draft.done(title, origin=f"sswan:{uuid}" if uuid else "")
    return Preview(format="sswan", title=shorten(title), candidates=(candidate,))


def _remote(remote: Reader, draft: Draft) -> None:
    server = remote.put_text("addr", "server")
    remote.put_whole("port", "port")
    identity = remote.text("id")
    if identity and identity != server:
        draft.put("remote.id", identity, remote.where("id"))
    elif identity:
        draft.also("server", remote.where("id"))
    remote.put_flag("certreq", "remote.certificate_requests")
    where, data = remote.where("cert"), remote.octets("cert")
    if data:
        try:
            for certificate in load_certificates(pem_of(data)):
                # One that cannot vouch for others is the gateway's own.
                if is_authority(certificate):
                    draft.root(certificate, where)
                else:
                    draft.pin(certificate, where)
        except UnusableError as error:
            draft.skip("unusable_value", where, cause=str(error))
    asked = remote.table("revocation")
    for key in ("crl", "ocsp", "strict"):
        asked.put_flag(key, f"remote.revocation.{key}")
    asked.close()
    remote.close()


def _local(local: Reader, draft: Draft) -> None:
    local.put_text("id", "local.id")
    local.put_text("eap_id", "authentication.username")
    local.put_secret("shared_secret", "password")
    local.put_flag("rsa-pss", "authentication.rsa_pss")
    where, data = local.where("p12"), local.octets("p12")
    if data:
        draft.pkcs12(data, None, where)
    local.close()


def _split(split: Reader, draft: Draft) -> None:
    split.put_texts("subnets", "network.subnets")
    split.put_texts("excluded", "network.bypass")
    for version in (4, 6):
        if split.flag(f"block-ipv{version}"):
            draft.put(f"network.ipv{version}_outside", "block", split.where(f"block-ipv{version}"))
    split.close()


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        cause = printable(str(error)[:200]) if isinstance(error, ValueError) else "it is nested too deeply"
        raise ImportRefused("import_malformed", format="sswan", cause=cause) from None
    if not isinstance(found, dict):
        raise ImportRefused("import_malformed", format="sswan", cause="it is no object")
    check_bounds(found, "sswan")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise ImportRefused("import_duplicate_key", key=printable(twice[:64]))
    return made


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
