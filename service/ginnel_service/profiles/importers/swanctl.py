"""strongSwan's swanctl.conf (swanctl.conf(5)): each connection that leads to a server becomes a candidate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from . import settings
from .draft import Draft
from .keyring import Keyring
from .preview import MAX_CANDIDATES, Candidate, ImportRefused, Preview, kind_of
from .reading import Reader
from .strongswan import (
    given,
    identity,
    octets,
    put_action,
    put_certificate,
    put_families,
    put_key,
    put_method,
    put_proposals,
    put_remote_method,
    put_roots,
    put_time,
    wants_certificate,
)

_NUMBERED: Final = re.compile(r"(local|remote)(?:-?.*)?")
#: What the names of sections of secrets begin with; the rest tells several of a kind apart.
_SECRET: Final = re.compile("eap|xauth|ike|ppk|private|rsa|ecdsa|pkcs8|pkcs12")
#: Always so here, whatever a file says.
_ALWAYS: Final = (
    "encap",
    "fragmentation_size",
    "unique",
    "over_time",
    "rand_time",
    "keyingtries",
    "send_cert",
)
_SCRIPTS: Final = ("updown", "hostaccess")


def read(data: str, keyring: Keyring) -> Preview:
    """Raises ImportRefused."""
    tables, includes = settings.parse(data)
    whole = Draft()
    for name in includes:
        whole.skip("include", "include", file=name.replace("\\", "/").rpartition("/")[2])
    connections, secrets = tables.pop("connections", {}), tables.pop("secrets", {})
    authorities, pools = tables.pop("authorities", {}), tables.pop("pools", {})
    if (
        not isinstance(connections, dict)
        or not isinstance(secrets, dict)
        or not isinstance(authorities, dict)
    ):
        raise ImportRefused("import_malformed", format="swanctl", cause="a section is a value")
    if pools:
        whole.skip("other_connection", "pools", kind="server")
    for key in tables:
        whole.skip("unknown_key", key)
    found: list[Candidate] = []
    refused: ImportRefused | None = None
    for name, table in list(connections.items())[:MAX_CANDIDATES]:
        where = f"connections.{name}"
        if not isinstance(table, dict):
            whole.skip("unusable_value", where, cause="is no section")
            continue
        draft = Draft(keyring)
        try:
            _connection(Reader(table, where, draft), draft)
            _authorities(authorities, draft)
            _secrets(secrets, draft)
        except ImportRefused as error:
            refused = error
            whole.skip("other_connection", where, kind=kind_of(error))
            continue
        found.append(draft.done(name))
    if len(connections) > MAX_CANDIDATES:
        whole.skip("too_many", "connections")
    if not found:
        raise refused or ImportRefused("import_nothing", format="swanctl")
    return Preview(format="swanctl", title="", candidates=tuple(found), unused=whole.notes)


def _connection(top: Reader, draft: Draft) -> None:
    if top.text("version") == "1" or top.flag("aggressive"):
        raise ImportRefused("import_ikev1")
    servers = top.texts("remote_addrs")
    usable = [
        each for each in servers if not each.startswith("%") and "/" not in each and "-" not in each[:1]
    ]
    if not usable:
        raise ImportRefused("import_other_vpn", kind="server")
    draft.put("server", usable[0], top.where("remote_addrs"))
    if len(servers) > 1:
        draft.skip("too_many", top.where("remote_addrs"))
    top.put_whole("remote_port", "port")
    put_proposals(draft, "ike.proposals", top.text("proposals"), top.where("proposals"))
    for key, field in (
        ("dpd_delay", "timing.liveness_s"),
        ("rekey_time", "ike.lifetime_s"),
        ("reauth_time", "ike.reauth_s"),
    ):
        put_time(draft, field, top.text(key), top.where(key))
    top.put_flag("mobike", "ike.mobike")
    if (word := top.text("fragmentation")) in ("no", "accept"):
        draft.put("ike.fragmentation", False, top.where("fragmentation"))
    elif word:
        draft.put("ike.fragmentation", True, top.where("fragmentation"))
    top.put_flag("send_certreq", "remote.certificate_requests")
    if (word := top.text("childless")) in ("prefer", "force"):
        draft.put("ike.childless", True, top.where("childless"))
    if ppk := top.text("ppk_id"):
        draft.put("ike.ppk.id", identity(ppk), top.where("ppk_id"))
        draft.put("ike.ppk.required", bool(top.flag("ppk_required")), top.where("ppk_required"))
    put_families(draft, top.texts("vips"), top.where("vips"))
    _sides(top, draft)
    children = top.table("children")
    for number, name in enumerate(children.names):
        child = children.table(name)
        if number:
            draft.skip("several_children", child.path)
        else:
            _child(child, draft)
            child.close()
    top.skip("always_so", *_ALWAYS)
    top.skip("elsewhere", "local_addrs", "local_port", "if_id_in", "if_id_out", "mediation", "pull", "dscp")
    top.close()


def _sides(top: Reader, draft: Draft) -> None:
    """Each side may have several rounds; they count in their order."""
    ours = 0
    for name in top.names:
        side = _NUMBERED.fullmatch(name)
        if side is None or name in ("local_addrs", "local_port"):
            continue
        table = top.table(name)
        if side[1] == "local":
            ours += 1
            _local(table, draft, second=ours > 1)
        else:
            _remote(table, draft)
        table.close()


def _local(table: Reader, draft: Draft, *, second: bool) -> None:
    if method := table.text("auth"):
        put_method(draft, method, table.where("auth"), second=second)
    where, name = table.where("id"), table.text("id")
    if name and name != "%any" and not (second and "local.id" in draft.fields):
        draft.put("local.id", identity(name), where)
    eap_id = table.text("eap_id")
    if eap_id and eap_id != "%any":
        draft.put("authentication.username", identity(eap_id), table.where("eap_id"))
    if aaa := table.text("aaa_id"):
        draft.put("authentication.server_names", (identity(aaa),), table.where("aaa_id"))
    for certificate in table.texts("certs"):
        put_certificate(draft, certificate, table.where("certs"))
    table.skip("elsewhere", "round", "pubkeys", "cert")


def _remote(table: Reader, draft: Draft) -> None:
    if method := table.text("auth"):
        put_remote_method(draft, method, table.where("auth"))
    name = identity(table.text("id"))
    if name and name != draft.fields.get("server"):
        draft.put("remote.id", name, table.where("id"))
    elif name:
        draft.also("server", table.where("id"))
    for certificate in table.texts("certs"):
        put_roots(draft, certificate, table.where("certs"), pin=True)
    for certificate in table.texts("cacerts"):
        put_roots(draft, certificate, table.where("cacerts"))
    where, policy = table.where("revocation"), table.text("revocation")
    if policy in ("strict", "ifuri"):
        draft.put("remote.revocation.strict", policy == "strict", where)
    table.skip("elsewhere", "round", "pubkeys", "groups", "cert_policy", "cacert", "cert")


def _child(child: Reader, draft: Draft) -> None:
    if child.text("mode").lower() in ("transport", "beet", "transport_proxy"):
        raise ImportRefused("import_other_vpn", kind="transport")
    where, networks = child.where("remote_ts"), child.texts("remote_ts")
    if networks and networks != ("dynamic",):
        draft.put("network.subnets", [each.partition("[")[0] for each in networks], where)
    proposals = child.text("esp_proposals")
    put_proposals(draft, "esp.proposals", proposals, child.where("esp_proposals"))
    put_time(draft, "esp.lifetime_s", child.text("rekey_time"), child.where("rekey_time"))
    child.put_whole("rekey_bytes", "esp.max_octets")
    child.put_whole("rekey_packets", "esp.max_packets")
    child.put_whole("replay_window", "esp.replay_window")
    if child.text("copy_dscp") in ("out", "yes"):
        draft.put("esp.copy_dscp", True, child.where("copy_dscp"))
    put_time(draft, "timing.idle_s", child.text("inactivity"), child.where("inactivity"))
    put_action(draft, child.text("start_action"), child.where("start_action"))
    child.skip("script", *_SCRIPTS)
    child.skip("always_so", "dpd_action", "close_action", "life_time", "life_bytes", "life_packets")
    child.skip("elsewhere", "local_ts", "ipcomp", "mark_in", "mark_out", "if_id_in", "if_id_out", "reqid")
    child.skip("elsewhere", "policies", "priority", "hw_offload", "set_mark_in", "set_mark_out", "rand_time")


def _authorities(tables: Mapping[str, object], draft: Draft) -> None:
    for name, table in tables.items():
        if isinstance(table, dict):
            reader = Reader(table, f"authorities.{name}", draft)
            for key in ("cacert", "file"):
                if file := reader.text(key):
                    put_roots(draft, file, reader.where(key))
            reader.close()


def _secrets(tables: Mapping[str, object], draft: Draft) -> None:
    """Those that are for this connection: of its identities, or of nobody in particular."""
    fields = draft.fields
    mine = {fields.get("authentication.username"), fields.get("local.id")} - {None}
    both = mine | {fields.get("remote.id"), fields.get("server")}
    for name, table in tables.items():
        if not isinstance(table, dict):
            continue
        reader = Reader(table, f"secrets.{name}", draft)
        known = _SECRET.match(name)
        kind = known[0] if known is not None else ""
        names = {identity(reader.text(key)) for key in reader.names if key.startswith("id")}
        if kind in ("eap", "xauth") and (not names or names & mine):
            reader.put_secret("secret", "password")
        elif kind == "ike" and (not names or names & both):
            _shared(reader, "psk", draft)
        elif kind == "ppk" and (not names or fields.get("ike.ppk.id") in names):
            _shared(reader, "ppk", draft)
        elif kind in ("private", "rsa", "ecdsa", "pkcs8", "pkcs12") and wants_certificate(draft):
            _key(reader, kind, draft)


def _shared(reader: Reader, name: str, draft: Draft) -> None:
    if key := octets(reader.raw_text("secret")):
        draft.secret(name, key, reader.where("secret"))


def _key(reader: Reader, kind: str, draft: Draft) -> None:
    file, secret = reader.text("file"), reader.raw_text("secret") or None
    if not file:
        return
    if kind != "pkcs12":
        put_key(draft, file, secret, reader.where("file"))
    elif data := given(draft, file, reader.where("file")):
        draft.pkcs12(data, secret, reader.where("file"))
