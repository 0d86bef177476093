"""strongSwan's older pair of files, ipsec.conf(5) and ipsec.secrets(5): each `conn` that leads to a server.

The left side is ours, as it is in every client's file. Secrets are those of the file named `ipsec.secrets`
beside it, or of lines of that form behind the sections.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Final

from ..model import printable
from .draft import Draft
from .keyring import Keyring
from .preview import MAX_CANDIDATES, MAX_VALUES, Candidate, ImportRefused, Preview, kind_of
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

_SECTION: Final = re.compile(r"(conn|ca|config)\s+(\S+)\s*")
_SETTING: Final = re.compile(r"\s+([A-Za-z0-9_.-]+)\s*=\s*(.*)")
#: A colon of its own, which those of IPv6 addresses are not.
_SECRET: Final = re.compile(r"(?P<for>.*?)(?:^|(?<=\s)):\s*(?P<kind>[A-Za-z0-9]+)\s+(?P<rest>.+)")
#: How many settings sections may take from one another in all: what they take adds up.
_MAX_TAKEN: Final = 10 * MAX_VALUES
_SECRET_KINDS: Final = ("PSK", "EAP", "RSA", "ECDSA", "PKCS8", "P12", "PPK", "XAUTH", "NTLM", "PIN", "BLISS")
_DEEPEST_ALSO: Final = 8
_ALWAYS: Final = (
    *(
        "forceencaps",
        "dpdaction",
        "dpdtimeout",
        "closeaction",
        "keyingtries",
        "rekey",
        "rekeymargin",
        "margintime",
    ),
    *("rekeyfuzz", "marginbytes", "marginpackets", "installpolicy", "compress", "uniqueids", "leftallowany"),
    *("lifebytes", "lifepackets", "leftsendcert", "rightsendcert", "rightallowany", "pfs"),
)
_ELSEWHERE: Final = (
    *(
        "left",
        "leftsubnet",
        "leftfirewall",
        "lefthostaccess",
        "leftprotoport",
        "rightprotoport",
        "leftnexthop",
    ),
    *("mark", "mark_in", "mark_out", "reqid", "tfc", "leftgroups", "rightgroups", "leftca", "rightnexthop"),
    *("leftikeport", "mediation", "modeconfig", "ikedscp", "leftcertpolicy", "rightcertpolicy", "rightdns"),
)


def read(data: str, keyring: Keyring) -> Preview:
    """Raises ImportRefused."""
    whole = Draft()
    sections, lines = _sections(data, whole)
    secrets = [*lines, *keyring.files.get("ipsec.secrets", b"").decode("utf-8", "replace").splitlines()]
    found: list[Candidate] = []
    refused: ImportRefused | None = None
    names = [name for kind, name in sections if kind == "conn" and name != "%default"]
    taken = {also for kind, name in sections if kind == "conn" for also in _also(sections["conn", name])}
    budget = [_MAX_TAKEN]
    for name in [each for each in names if each not in taken or sections["conn", each].get("auto")]:
        if len(found) >= MAX_CANDIDATES:
            whole.skip("too_many", f"conn {name}")
            break
        draft = Draft(keyring)
        try:
            _connection(Reader(_merged(sections, name, budget), f"conn {name}", draft), draft)
            _secrets(secrets, draft)
        except ImportRefused as error:
            refused = error
            whole.skip("other_connection", f"conn {name}", kind=kind_of(error))
            continue
        for kind, other in sections:
            if kind == "ca" and (file := sections[kind, other].get("cacert")):
                put_roots(draft, file, f"ca {other}.cacert")
        found.append(draft.done(name))
    if not found:
        raise refused or ImportRefused("import_nothing", format="ipsec")
    return Preview(format="ipsec", title="", candidates=tuple(found), unused=whole.notes)


def _sections(data: str, whole: Draft) -> tuple[dict[tuple[str, str], dict[str, str]], list[str]]:
    """Settings by kind and name, and the lines that are secrets."""
    sections: dict[tuple[str, str], dict[str, str]] = {}
    secrets: list[str] = []
    current: dict[str, str] | None = None
    for number, full in enumerate(data.splitlines(), 1):
        line = (
            full.rstrip()
            if ":" in full and _SECRET.fullmatch(full.strip())
            else full.partition("#")[0].rstrip()
        )
        if not line.strip() or line.lstrip().startswith("#") or number > MAX_VALUES:
            continue
        header, setting = _SECTION.fullmatch(line), _SETTING.fullmatch(line)
        if header is not None:
            key = (header[1], header[2])
            if key in sections:
                raise ImportRefused("import_duplicate_key", key=printable(" ".join(key)[:64]))
            current = sections[key] = {}
        elif line.split()[0] == "include":
            whole.skip("include", f"line {number}", file=line.split()[-1].rpartition("/")[2])
        elif setting is not None and current is not None:
            if setting[1] == "also":
                current["also"] = f"{current.get('also', '')} {setting[2]}".strip()
                continue
            if setting[1] in current:
                raise ImportRefused("import_duplicate_key", key=printable(setting[1][:64]))
            current[setting[1]] = _unquoted(setting[2])
        elif (secret := _SECRET.fullmatch(line.strip())) and secret["kind"].upper() in _SECRET_KINDS:
            secrets.append(line)
        elif line.strip().startswith("version"):
            continue
        else:
            cause = f"line {number} is neither a section nor a setting"
            raise ImportRefused("import_malformed", format="ipsec", cause=cause)
    return sections, secrets


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _also(section: Mapping[str, str]) -> list[str]:
    return section.get("also", "").split()


def _merged(
    sections: Mapping[tuple[str, str], Mapping[str, str]], name: str, budget: list[int], depth: int = 0
) -> dict[str, str]:
    """A section over those that it takes, over the default. Raises ImportRefused."""
    made: dict[str, str] = dict(sections.get(("conn", "%default"), {})) if not depth else {}
    own = sections.get(("conn", name), {})
    others = _also(own)
    budget[0] -= 1 + len(own) + len(others)
    if budget[0] < 0:
        cause = "sections take from one another too often"
        raise ImportRefused("import_malformed", format="ipsec", cause=cause)
    for other in others:
        if depth < _DEEPEST_ALSO:
            made |= _merged(sections, other, budget, depth + 1)
    made |= own
    made.pop("also", None)
    return made


def _connection(top: Reader, draft: Draft) -> None:
    exchange = top.text("keyexchange")
    if exchange == "ikev1" or top.flag("aggressive") or top.text("xauth_identity"):
        raise ImportRefused("import_ikev1")
    if (kind := top.text("type")) and kind != "tunnel":
        raise ImportRefused("import_other_vpn", kind=kind[:64])
    where, server = top.where("right"), top.text("right").partition(",")[0]
    if not server or server.startswith("%") or "/" in server:
        raise ImportRefused("import_other_vpn", kind="server")
    draft.put("server", server, where)
    top.put_whole("rightikeport", "port")
    remote_id = identity(top.text("rightid"))
    if remote_id and remote_id != server:
        draft.put("remote.id", remote_id, top.where("rightid"))
    elif remote_id:
        draft.also("server", top.where("rightid"))
    _authentication(top, draft)
    for key, field in (("ike", "ike.proposals"), ("esp", "esp.proposals")):
        put_proposals(draft, field, top.text(key), top.where(key))
    for keys, field in (
        (("dpddelay",), "timing.liveness_s"),
        (("ikelifetime",), "ike.lifetime_s"),
        (("lifetime", "keylife"), "esp.lifetime_s"),
        (("inactivity",), "timing.idle_s"),
    ):
        for key in keys:
            put_time(draft, field, top.text(key), top.where(key))
    top.put_flag("mobike", "ike.mobike")
    if word := top.text("fragmentation"):
        draft.put("ike.fragmentation", word not in ("no", "accept"), top.where("fragmentation"))
    top.put_whole("replay_window", "esp.replay_window")
    networks = [each.partition("[")[0] for each in top.texts("rightsubnet") if not each.startswith("%")]
    if networks:
        draft.put("network.subnets", networks, top.where("rightsubnet"))
    put_families(draft, top.texts("leftsourceip"), top.where("leftsourceip"))
    if servers := [each for each in top.texts("leftdns") if not each.startswith("%")]:
        draft.put("dns.servers", servers, top.where("leftdns"))
    put_action(draft, top.text("auto"), top.where("auto"))
    top.skip("script", "leftupdown", "rightupdown")
    top.skip("always_so", *_ALWAYS)
    top.skip("elsewhere", *_ELSEWHERE)
    top.close()


def _authentication(top: Reader, draft: Draft) -> None:
    local_id = top.text("leftid")
    if local_id and local_id != "%any":
        draft.put("local.id", identity(local_id), top.where("leftid"))
    both = top.text("authby")
    ours, theirs = top.text("leftauth"), top.text("rightauth")
    if both.startswith("xauth"):
        raise ImportRefused("import_ikev1")
    if ours or both:
        put_method(draft, ours or both, top.where("leftauth" if ours else "authby"))
    elif "leftcert" in top:
        draft.put("authentication.method", "certificate", top.where("leftcert"))
    if second := top.text("leftauth2"):
        put_method(draft, second, top.where("leftauth2"), second=True)
    if theirs:
        put_remote_method(draft, theirs, top.where("rightauth"))
    username = top.text("eap_identity")
    if username and username not in ("%any", "%identity"):
        draft.put("authentication.username", identity(username), top.where("eap_identity"))
    elif draft.fields.get("authentication.method") == "eap" and local_id:
        draft.put("authentication.username", identity(local_id), top.where("leftid"))
    if name := top.text("aaa_identity"):
        draft.put("authentication.server_names", (identity(name),), top.where("aaa_identity"))
    if file := top.text("leftcert"):
        put_certificate(draft, file, top.where("leftcert"))
    if file := top.text("rightcert"):
        put_roots(draft, file, top.where("rightcert"), pin=True)
    if name := top.text("rightca"):
        draft.skip("signed_by_issuer", top.where("rightca"), issuer=name)


def _secrets(lines: list[str], draft: Draft) -> None:
    """Those that are for this connection: of its identities, or of nobody in particular."""
    fields = draft.fields
    mine = {fields.get("authentication.username"), fields.get("local.id")} - {None}
    both = mine | {fields.get("remote.id"), fields.get("server"), "%any"}
    for line in lines:
        found = _SECRET.fullmatch(line.strip())
        if found is None or line.lstrip().startswith("#"):
            continue
        kind, names = found["kind"].upper(), {identity(each.strip('"')) for each in found["for"].split()}
        words = _words(found["rest"])
        source = f"ipsec.secrets {kind}"
        if not words:
            draft.skip("unusable_value", source, cause="is no secret in quotes")
        elif kind == "PSK" and (not names or names & both):
            draft.secret("psk", octets(words[0]), source)
        elif kind == "EAP" and (not names or names & mine):
            draft.secret("password", words[0], source)
        elif kind == "PPK" and fields.get("ike.ppk.id") in names:
            draft.secret("ppk", octets(words[0]), source)
        elif not wants_certificate(draft):
            continue
        elif kind in ("RSA", "ECDSA", "PKCS8"):
            put_key(draft, words[0], words[1] if len(words) > 1 else None, source)
        elif kind == "P12" and (data := given(draft, words[0], source)):
            draft.pkcs12(data, words[1] if len(words) > 1 else None, source)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return []
