"""Every message that crosses the unix socket, as types: JSON-RPC 2.0, one message a line.

A request always has an id; batches are not accepted. An error's `message` is a stable identifier out of
`identifiers` and its `data` holds parameters; the words for a person live in the clients. Parameters refuse
unknown fields; results tolerate them, so that an older client can read a newer service.

`up` returns as soon as the attempt has begun; a client that wants to see it through subscribes first and
follows the `state` notifications. `subscribe` returns a snapshot taken together with the subscription; with
the events since then applied (`mirror`) it is what a fresh one would be.

docs/ipc.md is made of this file: the comment beside a field, the docstring of a type (`cli.ipc_page`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import SecretName, Secrets

PROTOCOL_VERSION = 1
#: The versions that the service speaks.
PROTOCOLS = (PROTOCOL_VERSION,)
MAX_MESSAGE_OCTETS = 1 << 20
MAX_LINES = 5000  # of the log, as many as the service keeps
#: An active diagnosis is over by then, whatever the network does.
DIAGNOSIS_S = 30.0

State = Literal["down", "connecting", "up", "reconnecting", "disconnecting", "failed"]
#: Where a connecting one is: name resolution, IKE_SA_INIT, IKE_AUTH, then device, addresses and routes.
Step = Literal["", "resolve", "init", "auth", "network"]
STEPS: tuple[Step, ...] = ("resolve", "init", "auth", "network")
Topic = Literal["state", "statistics", "log", "prompt", "diagnosis", "kill_switch", "profile"]
PromptKind = Literal["password", "otp", "new_password", "certificate", "pkcs12"]
What = Literal["ike", "child"]
#: What one that is not under way waits for, where that is not a moment in time.
WaitsFor = Literal["", "network", "person"]
KillSwitchMode = Literal["connecting", "always"]
OnDemandState = Literal["off", "on", "paused"]
OnDemandChange = Literal["on", "off", "pause", "resume"]
Level = Literal["debug", "info", "warning", "error"]
Role = Literal["admin", "user"]
Severity = Literal["ok", "note", "warning"]
#: What an active diagnosis looks at, in the order in which a person should read it.
Check = Literal[
    "name",
    "udp",
    "tcp",
    "nat",
    "proposals",
    "fragments",
    "path_mtu",
    "certificates",
    "clock",
    "dns",
    "routes",
    "firewall",
    "service",
]
CHECKS: tuple[Check, ...] = get_args(Check)
TunAccess = Literal["present", "missing", "not_permitted", "unknown"]


class _Params(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Result(Struct, frozen=True, kw_only=True):
    pass


class ErrorInfo(_Result, frozen=True, kw_only=True):
    """Why something failed: a key of ERROR_IDS and its parameters."""

    code: str  # the identifier
    params: dict[str, Any] = {}  # those that the identifier has, and of those perhaps not all


class PathStatus(_Result, frozen=True, kw_only=True):
    """Where IKE and ESP go: `host:port` or `[host]:port`."""

    local: str  # our end
    remote: str  # the gateway's
    encapsulated: bool = False  # ESP in UDP
    stream: bool = False  # in TCP


class Nat(_Result, frozen=True, kw_only=True):
    """Which side is behind a NAT, or says so to have its ESP in UDP (as user-space peers do)."""

    local: bool = False  # in front of this machine
    remote: bool = False  # in front of the gateway, or it says so


class Rekeys(_Result, frozen=True, kw_only=True):
    """How often each kind of SA was replaced since the connection came up."""

    ike: int = 0  # the IKE SA
    child: int = 0  # CHILD SAs, which carry the traffic


class DnsStatus(_Result, frozen=True, kw_only=True):
    """Which names are asked where while the tunnel stands: all, or those below `match`."""

    servers: tuple[str, ...]  # their addresses
    everything: bool = True  # every name is asked there
    match: tuple[str, ...] = ()  # domains, where it is not every name
    search: tuple[str, ...] = ()  # domains that are appended to names without a dot


class ConnectionStatus(_Result, frozen=True, kw_only=True):
    """One connection. Counters are of the inner packets, since `up`.

    Who may not use the connection sees what the machine's own tables show anyone: the rest is empty, and an
    error has no parameters.
    """

    name: str  # of its profile
    state: State = "down"  # how it stands
    step: Step = ""  # how far it is, while it is connecting
    server: str = ""  # as the profile has it
    addresses: tuple[str, ...] = ()  # virtual ones, with their prefix length
    dns: tuple[str, ...] = ()  # servers that the gateway named
    domains: tuple[str, ...] = ()  # to be resolved by `dns` alone
    subnets: tuple[str, ...] = ()  # that the gateway says it protects
    gateway_product: str = ""  # as the gateway calls itself
    routes: tuple[str, ...] = ()  # that lead into the tunnel; the first 512
    bypass: tuple[str, ...] = ()  # that keep out of the tunnel although a route covers them
    lan: bool = False  # so do private networks of the links at hand
    refused: tuple[str, ...] = ()  # of which nothing may pass outside the tunnel
    dns_in_effect: DnsStatus | None = None  # None: names are asked as without the tunnel
    ike_suite: str = ""  # as keywords
    esp_suite: str = ""  # as keywords
    weak: tuple[str, ...] = ()  # algorithms that the profile allows although they are weak, as keywords
    peer: str = ""  # the identity that the gateway proved
    path: PathStatus | None = None  # while there is one
    nat: Nat | None = None  # once that is known
    device: str = ""  # of the tunnel
    mtu: int = 0  # of the device; 0 while there is none
    path_mtu: int = 0  # octets of the largest outer packet that arrives; 0 until that is known
    established_at: float | None = None  # seconds since the epoch
    rekeys: Rekeys = Rekeys()  # how often keys were replaced
    resumed: bool = False  # the session before was resumed, without a new login
    octets_in: int = 0  # received
    octets_out: int = 0  # sent
    packets_in: int = 0  # received
    packets_out: int = 0  # sent
    rtt_ms: float | None = None  # the newest round trip to the gateway
    drops: int = 0  # packets that a healthy tunnel would have carried; `diagnose` says why it did not
    error: ErrorInfo | None = None  # why it is failed, is being tried again, or carries nothing although up
    next_try_s: float | None = None  # until the next attempt, as of this status
    waits_for: WaitsFor = ""  # what has to come before it goes on
    blocked: bool = False  # it is not up, and its kill switch stops what it would carry


class Statistics(_Result, frozen=True, kw_only=True):
    """The part of a status that changes all the time, of a connection that is up."""

    name: str  # of its profile
    octets_in: int = 0  # received
    octets_out: int = 0  # sent
    packets_in: int = 0  # received
    packets_out: int = 0  # sent
    rtt_ms: float | None = None  # the newest round trip to the gateway


class CertificateShown(_Result, frozen=True, kw_only=True):
    """A gateway's certificate that no trusted root vouches for, for a person to look at."""

    subject: str  # as text
    issuer: str  # as text; who it says vouches for it
    names: tuple[str, ...] = ()  # for which it is, of subjectAltName
    sha256: str  # of the whole certificate, lower-case hexadecimal
    not_before: float  # seconds since the epoch
    not_after: float  # seconds since the epoch
    self_signed: bool = False  # nobody else vouches for it


class PromptStatus(_Result, frozen=True, kw_only=True):
    """A question to whoever may use the connection; a notification says when it opens, when it is closed, and
    when another client has to put it to the person.

    It is for the client that asked for the connection, and for all who may answer once that is gone.
    """

    id: int  # its own as long as the service runs
    name: str  # of the connection's profile
    kind: PromptKind  # what is wanted; `pkcs12`: the password of the profile's PKCS#12 file
    message: str = ""  # the gateway's own words, or none; of `pkcs12` why the last answer would not do
    username: str = ""  # whose, where that is known
    certificate: CertificateShown | None = None  # of `certificate`: whether to trust it
    ask: bool = True  # this client is to put it to the person; any that sees it may answer
    open: bool = True  # it waits for an answer


class LogEntry(_Result, frozen=True, kw_only=True):
    """One line of the log; `connection` is empty for what concerns the service as a whole."""

    at: float  # seconds since the epoch
    level: Level  # how bad
    logger: str  # which part of the service says so
    message: str  # without secrets and control characters
    connection: str = ""  # the profile's name


class OnDemandStatus(_Result, frozen=True, kw_only=True):
    """Whether the profile's rules connect and disconnect, and what they said of the network last."""

    state: OnDemandState = "off"  # whether rules are obeyed
    action: Literal["", "connect", "disconnect", "ignore"] = ""  # what they said last
    rule: int = 0  # the one that said so, counted from 1; 0: none matches


class KillSwitchHold(_Result, frozen=True, kw_only=True):
    """A profile whose kill switch is on."""

    name: str  # the profile's
    mode: KillSwitchMode  # how long it holds


class KillSwitchStatus(_Result, frozen=True, kw_only=True):
    """Whether what no tunnel carries is stopped on this machine, and for whom. A notification, too."""

    blocking: bool = False  # it stops what no tunnel carries
    profiles: tuple[KillSwitchHold, ...] = ()  # who want it so
    lan: bool = False  # private networks of the links at hand stay open
    portal_until: float | None = None  # seconds since the epoch; a captive portal may be reached until then
    error: ErrorInfo | None = None  # why the system is not as it should be


class ProfileSummary(_Result, frozen=True, kw_only=True):
    """One line of a list. A file that cannot be read has its `error` and little else.

    Who may not use it sees its name, owner and state.
    """

    name: str  # one of its kind on the machine
    server: str = ""  # the gateway
    owner_uid: int = 0  # 0: a system profile
    state: State = "down"  # of its connection
    error: ErrorInfo | None = None  # of its file, else of its connection
    on_demand: OnDemandStatus = OnDemandStatus()  # whether it connects by itself


class ProfileChange(_Result, frozen=True, kw_only=True):
    """A profile was made, changed, renamed or removed."""

    name: str  # the profile's
    summary: ProfileSummary | None = None  # what it is now; None: it is gone
    new_name: str = ""  # under which it goes on, where it is gone from this one


class Machine(_Result, frozen=True, kw_only=True):
    """What the machine offers any tunnel. What cannot be told there is left out."""

    system: str  # kernel, its release, processor architecture
    libcrypto: str  # name and version
    cpu: dict[str, bool] = {}  # by the name that Linux gives the feature
    tun: TunAccess = "unknown"  # whether the service may make tunnel devices
    offloads: dict[str, bool] = {}  # whether the kernel has them; keys as in TunnelDiagnosis.features


class SocketBuffer(_Result, frozen=True, kw_only=True):
    """What the kernel grants a socket for datagrams that wait, its own overhead included."""

    socket: str  # "udp4" or "udp6"
    receive_octets: int  # that wait to be read
    send_octets: int  # that wait to be sent


class TunnelDiagnosis(_Result, frozen=True, kw_only=True):
    """The packet path of one connection. Without one under way most fields are empty."""

    name: str  # the profile's
    state: State = "down"  # how it stands
    error: ErrorInfo | None = None  # as in its status
    device: str = ""  # of the tunnel
    device_up: bool | None = None  # None: there is none
    mtu: int = 0  # of the device, as it is
    path_mtu: int = 0  # largest outer packet to the gateway, as far as known; 0: unknown
    esp_suite: str = ""  # as keywords
    replay_window: int = 0  # packets
    features: dict[str, bool] = {}  # which offloads are in use
    buffers: tuple[SocketBuffer, ...] = ()  # of its sockets
    counters: dict[str, int] = {}  # since `up`, over all attempts; `drop_<reason>` counts lost packets


class Finding(_Result, frozen=True, kw_only=True):
    """Something that a person should know: a stable identifier and its parameters."""

    id: str  # a drop counter's name is one
    severity: Severity  # how much it matters
    connection: str = ""  # empty: the machine's or the service's
    params: dict[str, Any] = {}  # those that the identifier has


class DiagnoseParams(_Params, frozen=True, kw_only=True):
    """`active` asks the gateway of `name`, within `DIAGNOSIS_S`; the call ends when its caller leaves."""

    name: Annotated[str, Meta(max_length=256)] = ""  # of the one connection to look at; empty: all
    active: bool = False  # go out and ask


class DiagnosisProgress(_Result, frozen=True, kw_only=True):
    """An active diagnosis of the profile `name` begins a check, or is done with it and found this."""

    name: str  # the profile's
    check: Check  # what is looked at
    state: Literal["running", "done"] = "running"  # how far it is
    findings: tuple[Finding, ...] = ()  # of this check


class Diagnosis(_Result, frozen=True, kw_only=True):
    """What is known of the machine, the service and its tunnels."""

    version: str  # of the service
    machine: Machine  # what it offers
    tunnels: tuple[TunnelDiagnosis, ...] = ()  # those asked for
    findings: tuple[Finding, ...] = ()  # what a person should know


class HelloParams(_Params, frozen=True, kw_only=True):
    """Who knocks. No other call has to wait for it; it finds out early what would fail later."""

    protocol: Annotated[int, Meta(ge=0, le=2**31)] = PROTOCOL_VERSION  # that the client speaks
    client: Annotated[str, Meta(max_length=64)] = ""  # its name, for the log


class HelloResult(_Result, frozen=True, kw_only=True):
    """Whom the client speaks to, and as whom."""

    protocol: int  # that is spoken from now on
    version: str  # of the software
    role: Role  # what the caller is to the service


class NoParams(_Params, frozen=True, kw_only=True):
    """Nothing more is asked."""


class Snapshot(_Result, frozen=True, kw_only=True):
    """Everything that is true now, as far as the caller may see it."""

    connections: tuple[ConnectionStatus, ...] = ()  # those that are not down
    profiles: tuple[ProfileSummary, ...] = ()  # every one on the machine, by name
    prompts: tuple[PromptStatus, ...] = ()  # the open ones that the caller may answer
    kill_switch: KillSwitchStatus = KillSwitchStatus()  # of the machine


class SubscribeParams(_Params, frozen=True, kw_only=True):
    """A later call replaces what an earlier one of the same connection chose."""

    topics: Annotated[tuple[Topic, ...], Meta(max_length=8)] = ("state",)  # which events; none ends it
    statistics_interval_s: Annotated[float, Meta(ge=0.1, le=3600)] = 1.0  # between `statistics`
    log_level: Level = "debug"  # `log` of what is this bad or worse
    log_connection: Annotated[str, Meta(max_length=256)] = ""  # `log` of this profile alone; empty: of all


SecretNames = Annotated[tuple[SecretName, ...], Meta(max_length=16)]


class ProfileCreateParams(_Params, frozen=True, kw_only=True):
    """`profile.owner_uid` is ignored: the owner is whom the kernel says the caller is.

    One that is replaced keeps its owner.
    """

    profile: Profile  # see profiles.md
    secrets: Secrets = Secrets()  # they go in, and never come out
    replace: bool = False  # one of the same name, if there is one
    keep_secrets: bool = False  # of the one that is replaced, but for those that are given
    forget_secrets: SecretNames = ()  # of those that would be kept
    system: bool = False  # it shall belong to the machine, for administrators to manage and use


class ProfileValidateParams(_Params, frozen=True, kw_only=True):
    """A profile that is not stored yet, as an editor has it, whatever that holds."""

    profile: dict[str, Any]  # as it would stand in `profile.create`, or in TOML
    secrets: Secrets | None = None  # that it would be stored with; none: nothing is said about secrets
    keep_secrets: bool = False  # with those of the stored profile of that name, but for those that are given
    forget_secrets: SecretNames = ()  # of those that would be kept


class ProfileProblem(_Result, frozen=True, kw_only=True):
    """One thing wrong with one field."""

    field: str  # dotted, such as `network.mtu`
    message: str  # what is wrong, in English
    remedy: str  # what to do about it, in English


class ProfileValidateResult(_Result, frozen=True, kw_only=True):
    """Whether it could be stored."""

    problems: tuple[ProfileProblem, ...] = ()  # every one; none: it could


class NameParams(_Params, frozen=True, kw_only=True):
    """Of one profile."""

    name: Annotated[str, Meta(max_length=256)]  # the profile's


class RenameParams(_Params, frozen=True, kw_only=True):
    """Another name for a profile, which is taken by nobody."""

    name: Annotated[str, Meta(max_length=256)]  # the profile's
    new_name: Annotated[str, Meta(max_length=256)]  # that it shall have


class UpParams(_Params, frozen=True, kw_only=True):
    """The caller is who prompts are for from now on, also where the connection is up already."""

    name: Annotated[str, Meta(max_length=256)]  # the profile's
    attended: bool = False  # a person is there to decide whether to trust a certificate


class RekeyParams(_Params, frozen=True, kw_only=True):
    """Of one connection that is up."""

    name: Annotated[str, Meta(max_length=256)]  # the profile's
    what: What = "child"  # which keys


class OnDemandParams(_Params, frozen=True, kw_only=True):
    """`on` and `off` change the profile; `pause` holds until `resume`, the next `up` or the next boot."""

    name: Annotated[str, Meta(max_length=256)]  # the profile's
    change: OnDemandChange  # what shall be


class PortalParams(_Params, frozen=True, kw_only=True):
    """How long the kill switch leaves room for the log-in page of a network."""

    seconds: Annotated[float, Meta(ge=10, le=900)] = 300.0  # from now on


class KillSwitchOffParams(_Params, frozen=True, kw_only=True):
    """Of every profile that the caller may change; `force` is for administrators, and broken profiles."""

    force: bool = False  # also of profiles that cannot be read


class PromptAnswerParams(_Params, frozen=True, kw_only=True):
    """What the person says. A certificate is trusted by naming it, so that no other answer can do so."""

    name: Annotated[str, Meta(max_length=256)]  # the profile's
    id: Annotated[int, Meta(ge=0, le=2**53)]  # the prompt's
    answer: Annotated[str, Meta(max_length=1024)] | None  # None refuses; `certificate`: its `sha256`
    remember: bool = False  # keep it with the profile once it led to a connection

    def __repr__(self) -> str:
        return f"PromptAnswerParams(name={self.name!r}, id={self.id})"


class LogTailParams(_Params, frozen=True, kw_only=True):
    """The end of the log, as far as the caller may see it."""

    lines: Annotated[int, Meta(ge=1, le=MAX_LINES)] = 100  # at most
    level: Level = "debug"  # what is this bad or worse
    connection: Annotated[str, Meta(max_length=256)] = ""  # of this profile alone; empty: of all


class LogLevelParams(_Params, frozen=True, kw_only=True):
    """What is logged from now on, until the service ends: of one logger, or with "" of all of them alike."""

    level: Level  # what is this bad or worse
    logger: Annotated[str, Meta(max_length=64, pattern=r"^([a-z_]+(\.[a-z_]+)*)?$")] = ""  # its name


class ProfileListResult(_Result, frozen=True, kw_only=True):
    """Every profile on the machine, by name."""

    profiles: tuple[ProfileSummary, ...]  # as in a snapshot


class LogTailResult(_Result, frozen=True, kw_only=True):
    """As much as one message carries."""

    entries: tuple[LogEntry, ...]  # oldest first


class SessionResult(_Result, frozen=True, kw_only=True):
    """What the caller's profiles have begun."""

    connections: tuple[ConnectionStatus, ...]  # that were not under way already


class Done(_Result, frozen=True, kw_only=True):
    """There is nothing more to say."""


#: method -> (parameters, result)
METHODS: dict[str, tuple[type[Struct], type[Struct]]] = {
    "hello": (HelloParams, HelloResult),
    "snapshot": (NoParams, Snapshot),
    "subscribe": (SubscribeParams, Snapshot),
    "profile.create": (ProfileCreateParams, Done),
    "profile.list": (NoParams, ProfileListResult),
    "profile.show": (NameParams, Profile),
    "profile.validate": (ProfileValidateParams, ProfileValidateResult),
    "profile.rename": (RenameParams, Done),
    "profile.remove": (NameParams, Done),
    "connection.up": (UpParams, ConnectionStatus),
    "connection.down": (NameParams, ConnectionStatus),
    "connection.retry": (NameParams, ConnectionStatus),
    "connection.rekey": (RekeyParams, ConnectionStatus),
    "session.begin": (NoParams, SessionResult),
    "ondemand.set": (OnDemandParams, OnDemandStatus),
    "killswitch.portal": (PortalParams, KillSwitchStatus),
    "killswitch.off": (KillSwitchOffParams, KillSwitchStatus),
    "prompt.answer": (PromptAnswerParams, Done),
    "log.tail": (LogTailParams, LogTailResult),
    "log.level": (LogLevelParams, Done),
    "diagnose": (DiagnoseParams, Diagnosis),
}

#: method of a notification -> its parameters
NOTIFICATIONS: dict[str, type[Struct]] = {
    "state": ConnectionStatus,
    "statistics": Statistics,
    "log": LogEntry,
    "prompt": PromptStatus,
    "diagnosis": DiagnosisProgress,
    "kill_switch": KillSwitchStatus,
    "profile": ProfileChange,
}

Event = (
    ConnectionStatus
    | Statistics
    | LogEntry
    | PromptStatus
    | DiagnosisProgress
    | KillSwitchStatus
    | ProfileChange
)
