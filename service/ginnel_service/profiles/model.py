"""What a profile holds, and what is wrong with one: typed values of a TOML file, `version = 1`.

Knows nothing of IKE: identities and proposals are checked for shape here, for meaning by the tunnel.
A profile holds no secret; those are in `secrets`.
"""

from __future__ import annotations

import tomllib
from heapq import nsmallest
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
import tomli_w
from msgspec import Meta, Struct

VERSION = 1
NAME_PATTERN = r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?\Z"
ANY_IDENTITY = "%any"
MAX_FILE_OCTETS = 256 * 1024
MAX_CERTIFICATES = 32
#: Of one table's unknown fields so many are told of, and so many characters of what somebody wrote.
MAX_UNKNOWN = 100
MAX_SAID = 200

Text = Annotated[str, Meta(max_length=256)]
Texts = Annotated[tuple[Text, ...], Meta(max_length=256)]
#: PEM of one certificate, or of a chain with the end entity's first.
Pem = Annotated[str, Meta(max_length=64 * 1024)]

Method = Literal["psk", "certificate", "eap"]
EapMethod = Literal["mschapv2", "tls", "ttls", "peap", "gtc", "md5"]
#: Those that keep the password from whoever plays gateway, and prove the gateway: enough alone (RFC 5998).
SAFE_ALONE: tuple[EapMethod, ...] = ("tls", "ttls", "peap")
#: Those that ask for a password.
PASSWORD_METHODS: tuple[EapMethod, ...] = ("mschapv2", "ttls", "peap", "gtc", "md5")


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Local(_Table, frozen=True, kw_only=True):
    """Who we say we are: an address, a host name, `user@host`, or `@#hex` for a key id.

    Empty: the user name, else the certificate's subject.
    """

    id: Text = ""


class Revocation(_Table, frozen=True, kw_only=True):
    """Whether the gateway's certificates were taken back. `strict` refuses where nobody can tell."""

    crl: bool = True
    ocsp: bool = True
    strict: bool = False


class Remote(_Table, frozen=True, kw_only=True):
    """Who the gateway must prove to be, and how. `ca` and `pin` are names in the profile's certificates."""

    id: Text = ""  # empty: the server as it is written; `%any`: whoever authenticates
    method: Literal["", "psk", "certificate"] = ""  # empty: psk where we prove ourselves so, else certificate
    ca: Texts = ()  # trusted roots; none means the system's
    system_roots: bool = False  # beside `ca`
    pin: Text = ""  # the only certificate that the gateway may have
    allow_cn: bool = False  # a name in the subject alone will do
    allow_sha1: bool = False  # signatures with SHA-1 will do
    ask_trust: bool = True  # without `ca` and `pin`: ask the person where no root vouches
    certificate_requests: bool = True  # tell the gateway which roots we trust
    certificate_lookup: bool = False  # fetch certificates that it names by hash and URL
    revocation: Revocation = Revocation()


class Authentication(_Table, frozen=True, kw_only=True):
    """How we prove who we are; `eap` and its neighbours matter to EAP alone."""

    method: Literal["", "psk", "certificate", "eap"] = ""  # empty: by what else is given
    second: Literal["", "certificate", "eap"] = ""  # another round after the first (RFC 4739)
    username: Text = ""
    certificate: Text = ""  # ours, by its name in the profile's certificates
    pkcs12: bool = False  # ours is in a locked PKCS#12 file, kept as a secret and opened by `up`
    urls: Texts = ()  # where ours is and then those above it, for gateways that look them up
    rsa_pss: bool = False  # prefer PSS padding for our RSA signatures
    eap: tuple[EapMethod, ...] = ()  # in order of preference; none means those that suit
    eap_identity: Text = ""  # what is said in the clear, where it is not the user name
    one_time: bool = False  # the password is a code, asked for each time
    eap_only: bool = False  # EAP proves the gateway as well (RFC 5998)
    ttls_inner: Literal["mschapv2", "pap", "eap"] = "mschapv2"
    server_names: Texts = ()  # of the EAP server's certificate; none means remote.id or the server
    tls_min: Literal["1.2", "1.3"] = "1.2"
    tls_max: Literal["1.2", "1.3"] = "1.3"

    @property
    def rounds(self) -> tuple[Method, ...]:
        """What we do to prove ourselves, in order."""
        first: Method = self.method or self._suitable
        return (first, self.second) if self.second else (first,)

    @property
    def _suitable(self) -> Method:
        if self.username or self.eap:
            return "eap"
        return "certificate" if self.has_certificate else "psk"

    @property
    def has_certificate(self) -> bool:
        """Whether there is one of ours, be it locked."""
        return bool(self.certificate) or self.pkcs12

    @property
    def eap_methods(self) -> tuple[EapMethod, ...]:
        """The EAP methods to accept, best first: MD5 and, alone, MSCHAPv2 or GTC only where named."""
        if self.eap:
            return self.eap
        suitable: tuple[EapMethod, ...] = ("mschapv2", "tls", "peap", "ttls", "gtc")
        return tuple(
            method
            for method in suitable
            if (method in SAFE_ALONE or not self.eap_only)
            and (self.has_certificate if method == "tls" else self.username)
        )

    @property
    def wants_password(self) -> bool:
        """Whether EAP cannot go on without a password."""
        methods = self.eap_methods
        return "eap" in self.rounds and bool(methods) and all(each in PASSWORD_METHODS for each in methods)


class Ppk(_Table, frozen=True, kw_only=True):
    """A post-quantum preshared key (RFC 8784) by its identifier; its octets are a secret. Empty: none."""

    id: Text = ""
    required: bool = False


class Ike(_Table, frozen=True, kw_only=True):
    """Proposals are keywords such as `aes256gcm16-prfsha384-ecp384`; none means the built-in list."""

    proposals: Texts = ()
    lifetime_s: float = 4 * 3600.0
    reauth_s: float = 0.0  # authenticate anew after so long; 0: only when the gateway asks
    mobike: bool = True  # RFC 4555
    fragmentation: bool = True  # RFC 7383
    fragment_octets: int = 0  # of an IP packet that carries a fragment; 0: what gets through
    redirect: bool = True  # follow the gateway to another one (RFC 5685)
    childless: bool = False  # authenticate first, then ask for a CHILD SA (RFC 6023)
    resumption: bool = True  # RFC 5723
    ppk: Ppk = Ppk()


class Esp(_Table, frozen=True, kw_only=True):
    """Proposals are keywords such as `aes128gcm16`; none means the built-in list."""

    proposals: Texts = ()
    lifetime_s: float = 3600.0
    max_octets: int = 0  # new keys after so many in either direction; 0: the cipher's own limit
    max_packets: int = 0
    replay_window: int = 4096  # how many packets late one may be (RFC 4303 section 3.4.3)
    copy_dscp: bool = False  # show the inner packet's DSCP outside (RFC 4301 section 5.1.2)


class Network(_Table, frozen=True, kw_only=True):
    """What goes through the tunnel (`subnets`) and what does not although a subnet covers it (`bypass`).

    A gateway may carry everything and name networks that it protects: with `announced_only` those alone go
    through it, where it names any.

    `ipv4_outside` and `ipv6_outside` are for what of a family no route leads into the tunnel. `auto` lets
    it pass beside a split tunnel, and refuses it where the tunnel has all of the other family and none of
    this one.
    """

    subnets: Texts = ("0.0.0.0/0", "::/0")
    bypass: Texts = ()
    announced_only: bool = False  # of `subnets` what the gateway announces (INTERNAL_IP4_SUBNET and its like)
    lan: bool = False  # private networks of the links at hand keep out of the tunnel
    ipv4: bool = True  # ask for a virtual address of this family
    ipv6: bool = True
    ipv4_outside: Literal["auto", "allow", "block"] = "auto"
    ipv6_outside: Literal["auto", "allow", "block"] = "auto"
    mtu: int = 0  # of the tunnel device; 0: computed


class Dns(_Table, frozen=True, kw_only=True):
    """Where names are asked while the tunnel stands.

    `auto`: the tunnel's servers get every name when all traffic goes through it and no domains are known,
    else those below `match` and the gateway's domains. `all` and `split` say which; `off` leaves DNS alone.
    """

    mode: Literal["auto", "all", "split", "off"] = "auto"
    servers: Texts = ()  # instead of those that the gateway names
    search: Texts = ()  # appended to names without a dot
    match: Texts = ()  # beside the domains that the gateway names


class KillSwitch(_Table, frozen=True, kw_only=True):
    """Traffic that does not go through the tunnel is stopped: never, from `up` to `down`, or always.

    `always` holds across a restart of the service and of the machine, until the profile says otherwise.
    """

    mode: Literal["off", "connecting", "always"] = "off"


class Start(_Table, frozen=True, kw_only=True):
    """When the service connects by itself: as it starts, or as the profile's owner logs in."""

    at: Literal["", "boot", "login"] = ""


class Reconnect(_Table, frozen=True, kw_only=True):
    """How a connection that was lost comes back; the waits double from the cause's own to `limit_s`."""

    enabled: bool = True
    tries: int = 0  # in a row; 0: for ever
    limit_s: float = 120.0


class OnDemandRule(_Table, frozen=True, kw_only=True):
    """One rule: what has to be true of the network, all of it, and what is done then.

    `evaluate` connects when a name below `domains` is wanted and `probe` (or, without one, its lookup) fails.
    """

    action: Literal["connect", "disconnect", "ignore", "evaluate"]
    interface: Literal["", "ethernet", "wifi", "cellular"] = ""  # of the default route
    ssids: Texts = ()  # any of them
    dns_domains: Texts = ()  # any search domain of the network is one of these, or below it
    dns_servers: Texts = ()  # every server of the network is one of these
    probe: Text = ""  # an http or https URL that answers with 200
    domains: Texts = ()  # of `evaluate`


class OnDemand(_Table, frozen=True, kw_only=True):
    """Connects and disconnects by itself: the first rule that matches the network decides."""

    enabled: bool = False
    rules: Annotated[tuple[OnDemandRule, ...], Meta(max_length=64)] = ()


class Transport(_Table, frozen=True, kw_only=True):
    """TCP where the network lets no UDP through: tried when UDP stays silent, always, or never."""

    tcp: Literal["auto", "always", "never"] = "auto"
    tcp_port: int = 4500
    tls: bool = False  # inside TLS, which only gets through: IKE inside it proves the gateway


class Timing(_Table, frozen=True, kw_only=True):
    liveness_s: float = 30.0  # of silence before the gateway is asked; 0 never asks
    keepalive_s: float = 20.0  # between NAT keepalives; 0 sends none
    retransmit_s: float = 2.0  # before the first retransmission
    retransmit_tries: int = 6
    idle_s: float = 0.0  # without a packet of the applications, then it disconnects; 0: never


class Profile(_Table, frozen=True, kw_only=True):
    """One connection as a person describes it."""

    version: int = VERSION
    name: Text
    server: Text
    port: int = 500
    owner_uid: int = 0  # set by the service from the kernel's word, never by a client
    origin: Text = ""  # of an imported one, such as `sswan:UUID`: the same again is an update
    local: Local = Local()
    remote: Remote = Remote()
    authentication: Authentication = Authentication()
    ike: Ike = Ike()
    esp: Esp = Esp()
    network: Network = Network()
    transport: Transport = Transport()
    timing: Timing = Timing()
    dns: Dns = Dns()
    kill_switch: KillSwitch = KillSwitch()
    start: Start = Start()
    reconnect: Reconnect = Reconnect()
    on_demand: OnDemand = OnDemand()
    certificates: Annotated[dict[Text, Pem], Meta(max_length=MAX_CERTIFICATES)] = {}  # public, by name

    @property
    def local_identity(self) -> str:
        """Who we say we are; empty: the subject of our certificate."""
        return self.local.id or self.authentication.username

    @property
    def remote_method(self) -> Literal["psk", "certificate", "eap"]:
        """How the gateway proves who it is; `eap`: by the EAP method alone."""
        if "eap" in self.authentication.rounds and self.authentication.eap_only:
            return "eap"
        return self.remote.method or ("psk" if "psk" in self.authentication.rounds else "certificate")

    @property
    def remote_identity(self) -> str | None:
        """The identity that the gateway must prove, or None when any that authenticates will do."""
        if self.remote.id == ANY_IDENTITY:
            return None
        return self.remote.id or self.server


def printable(text: str) -> str:
    """`text` with control and invisible characters escaped, fit for a terminal or a log."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class Problem(Struct, frozen=True):
    """One thing wrong with one field (dotted, such as `network.mtu`), and what to do about it."""

    field: str
    message: str
    remedy: str


class ProfileError(Exception):
    """A profile cannot be used. `code` is stable; `cause` is technical and holds no secret."""

    def __init__(
        self,
        code: str,
        *,
        name: str = "",
        file: str = "",
        cause: str = "",
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(": ".join(part for part in (code, file or name, cause) if part))
        self.code = code
        self.name = name
        self.file = file
        self.cause = cause
        self.problems = problems

    @property
    def params(self) -> dict[str, Any]:
        """What an IPC error carries beside the code."""
        found: dict[str, Any] = {"name": self.name} if self.name else {}
        if self.file:
            found["file"] = self.file
        if self.cause:
            found["cause"] = self.cause
        if self.problems:
            found["problems"] = [msgspec.to_builtins(problem) for problem in self.problems]
        return found


def parse_profile(data: bytes) -> Profile:
    """The profile in a TOML file's octets, well-typed but not yet validated.

    Raises ProfileError `profile_corrupt` (not TOML; the cause names line and column) or `profile_invalid`
    (unknown or ill-typed fields, every one of them in `problems`).
    """
    if len(data) > MAX_FILE_OCTETS:
        raise ProfileError("profile_corrupt", cause=f"larger than {MAX_FILE_OCTETS} octets")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProfileError("profile_corrupt", cause=printable(str(error))) from None
    return profile_of(table)


def profile_of(table: dict[str, Any]) -> Profile:
    """The profile in a TOML file's table, as `parse_profile`. Raises ProfileError `profile_invalid`."""
    if table.get("version", VERSION) != VERSION:
        problem = Problem("version", "this version of the format is not known", f"write version = {VERSION}")
        raise ProfileError("profile_invalid", problems=(problem,))
    problems = tuple(shape_problems(Profile, table))
    if problems:
        raise ProfileError("profile_invalid", problems=problems)
    return msgspec.convert(table, Profile)


def serialise_profile(profile: Profile) -> bytes:
    """The TOML file of `profile`; `parse_profile` undoes it."""
    return tomli_w.dumps(msgspec.to_builtins(profile), multiline_strings=True).encode()


def shape_problems(kind: type[Struct], table: dict[str, Any], prefix: str = "") -> list[Problem]:
    """Every missing and ill-typed field of `table`, where msgspec would stop at the first.

    Of unknown ones as many as a person would read: `table` may be anybody's, and large.
    """
    problems = []
    hints = get_type_hints(kind, include_extras=True)
    known = "known here: " + ", ".join(sorted(hints))
    for key in nsmallest(MAX_UNKNOWN, table.keys() - hints.keys()):
        problems.append(Problem(printable(prefix + key[:MAX_SAID]), "is not a field of a profile", known))
    for field in msgspec.structs.fields(kind):
        name, hint = prefix + field.name, hints[field.name]
        if field.name not in table:
            if field.required:
                problems.append(Problem(name, "is missing", f"add a line: {field.name} = ..."))
            continue
        value = table[field.name]
        if isinstance(hint, type) and issubclass(hint, Struct) and isinstance(value, dict):
            problems += shape_problems(hint, value, name + ".")
            continue
        try:
            msgspec.convert(value, hint)
        except msgspec.ValidationError as error:
            said = printable(str(error)[:MAX_SAID])
            problems.append(Problem(name, said, "write a value of the expected kind"))
    return sorted(problems, key=lambda problem: problem.field)
