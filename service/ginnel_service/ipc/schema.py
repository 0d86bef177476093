"""Every message that crosses the unix socket, as types: JSON-RPC 2.0, one message a line.

A request always has an id; batches are not accepted. An error's `message` is a stable identifier out of
`identifiers` and its `data` holds parameters; the words for a person live in the clients. Parameters refuse
unknown fields; results tolerate them, so that an older client can read a newer service.

`up` returns as soon as the attempt has begun; a client that wants to see it through subscribes first and
follows the `state` notifications. `subscribe` returns a snapshot taken together with the subscription.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets

PROTOCOL_VERSION = 1
MAX_MESSAGE_OCTETS = 1 << 20
#: An active diagnosis is over by then, whatever the network does.
DIAGNOSIS_S = 30.0

State = Literal["down", "connecting", "up", "reconnecting", "disconnecting", "failed"]
#: Where a connecting one is: name resolution, IKE_SA_INIT, IKE_AUTH, then device, addresses and routes.
Step = Literal["", "resolve", "init", "auth", "network"]
STEPS: tuple[Step, ...] = ("resolve", "init", "auth", "network")
Topic = Literal["state", "statistics", "log", "prompt", "profile", "diagnosis", "kill_switch"]
PromptKind = Literal["password", "otp", "new_password"]
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

    code: str
    params: dict[str, Any] = {}


class PathStatus(_Result, frozen=True, kw_only=True):
    """Where IKE and ESP go: `host:port` or `[host]:port`."""

    local: str
    remote: str
    encapsulated: bool = False
    stream: bool = False  # in TCP


class Nat(_Result, frozen=True, kw_only=True):
    """Which side is behind a NAT, or says so to have its ESP in UDP (as user-space peers do)."""

    local: bool = False
    remote: bool = False


class Rekeys(_Result, frozen=True, kw_only=True):
    """How often each kind of SA was replaced since the connection came up."""

    ike: int = 0
    child: int = 0


class DnsStatus(_Result, frozen=True, kw_only=True):
    """Which names are asked where while the tunnel stands: all, or those below `match`."""

    servers: tuple[str, ...]
    everything: bool = True
    match: tuple[str, ...] = ()
    search: tuple[str, ...] = ()


class ConnectionStatus(_Result, frozen=True, kw_only=True):
    """All that may be known of a connection by anyone on the machine. Counters are of the inner packets."""

    name: str
    state: State = "down"
    step: Step = ""
    server: str = ""
    addresses: tuple[str, ...] = ()  # virtual ones, with their prefix length
    dns: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()  # to be resolved by `dns` alone
    subnets: tuple[str, ...] = ()  # that the gateway says it protects
    gateway_product: str = ""
    routes: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()  # that keep out of the tunnel although a route covers them
    lan: bool = False  # so do private networks of the links at hand
    refused: tuple[str, ...] = ()  # of which nothing may pass outside the tunnel
    dns_in_effect: DnsStatus | None = None  # None: names are asked as without the tunnel
    ike_suite: str = ""
    esp_suite: str = ""
    weak: tuple[str, ...] = ()  # algorithms that the profile allows although they are weak, as keywords
    peer: str = ""  # the identity that the gateway proved
    path: PathStatus | None = None
    nat: Nat | None = None
    device: str = ""
    mtu: int = 0  # of the device; 0 while there is none
    path_mtu: int = 0  # octets of the largest outer packet that arrives; 0 until that is known
    established_at: float | None = None  # seconds since the epoch
    rekeys: Rekeys = Rekeys()
    resumed: bool = False  # the session before was resumed, without a new login
    octets_in: int = 0
    octets_out: int = 0
    packets_in: int = 0
    packets_out: int = 0
    rtt_ms: float | None = None
    drops: int = 0  # packets that a healthy tunnel would have carried; `diagnose` says why it did not
    error: ErrorInfo | None = None  # why it is failed, is being tried again, or carries nothing although up
    next_try_s: float | None = None  # until the next attempt, as of this status
    waits_for: WaitsFor = ""
    blocked: bool = False  # it is not up, and its kill switch stops what it would carry


class Statistics(_Result, frozen=True, kw_only=True):
    """The part of a status that changes all the time."""

    name: str
    octets_in: int = 0
    octets_out: int = 0
    packets_in: int = 0
    packets_out: int = 0
    rtt_ms: float | None = None


class PromptStatus(_Result, frozen=True, kw_only=True):
    """A question to whoever may use the connection; a notification says when it opens and is closed."""

    id: int
    name: str  # of the connection's profile
    kind: PromptKind
    message: str = ""  # the gateway's own words, or none
    username: str = ""
    open: bool = True


class LogEntry(_Result, frozen=True, kw_only=True):
    """One line of the log; `connection` is empty for what concerns the service as a whole."""

    at: float  # seconds since the epoch
    level: Level
    logger: str
    message: str
    connection: str = ""


class OnDemandStatus(_Result, frozen=True, kw_only=True):
    """Whether the profile's rules connect and disconnect, and what they said of the network last."""

    state: OnDemandState = "off"
    action: Literal["", "connect", "disconnect", "ignore"] = ""
    rule: int = 0  # the one that said so, counted from 1; 0: none matches


class KillSwitchHold(_Result, frozen=True, kw_only=True):
    """A profile whose kill switch is on."""

    name: str
    mode: KillSwitchMode


class KillSwitchStatus(_Result, frozen=True, kw_only=True):
    """Whether what no tunnel carries is stopped on this machine, and for whom. A notification, too."""

    blocking: bool = False
    profiles: tuple[KillSwitchHold, ...] = ()
    lan: bool = False  # private networks of the links at hand stay open
    portal_until: float | None = None  # seconds since the epoch; a captive portal may be reached until then
    error: ErrorInfo | None = None  # why the system is not as it should be


class ProfileSummary(_Result, frozen=True, kw_only=True):
    """One line of a list. A file that cannot be read has its `error` and little else."""

    name: str
    server: str = ""
    owner_uid: int = 0
    state: State = "down"
    error: ErrorInfo | None = None
    on_demand: OnDemandStatus = OnDemandStatus()


class ProfileChange(_Result, frozen=True, kw_only=True):
    """A profile was stored, replaced or, without a summary, removed."""

    name: str
    summary: ProfileSummary | None = None


class Machine(_Result, frozen=True, kw_only=True):
    """What the machine offers any tunnel. What cannot be told there is left out."""

    system: str  # kernel, its release, processor architecture
    libcrypto: str
    cpu: dict[str, bool] = {}  # by the name that Linux gives the feature
    tun: TunAccess = "unknown"
    offloads: dict[str, bool] = {}  # whether the kernel has them; keys as in TunnelDiagnosis.features


class SocketBuffer(_Result, frozen=True, kw_only=True):
    """What the kernel grants a socket for datagrams that wait, its own overhead included."""

    socket: str  # "udp4" or "udp6"
    receive_octets: int
    send_octets: int


class TunnelDiagnosis(_Result, frozen=True, kw_only=True):
    """The packet path of one connection. Without one under way most fields are empty."""

    name: str
    state: State = "down"
    error: ErrorInfo | None = None
    device: str = ""
    device_up: bool | None = None
    mtu: int = 0  # of the device, as it is
    path_mtu: int = 0  # largest outer packet to the gateway, as far as known; 0: unknown
    esp_suite: str = ""
    replay_window: int = 0
    features: dict[str, bool] = {}  # which offloads are in use
    buffers: tuple[SocketBuffer, ...] = ()
    counters: dict[str, int] = {}  # since `up`, over all attempts; `drop_<reason>` counts lost packets


class Finding(_Result, frozen=True, kw_only=True):
    """Something that a person should know: a stable identifier and its parameters."""

    id: str  # a drop counter's name is one
    severity: Severity
    connection: str = ""  # empty: the machine's or the service's
    params: dict[str, Any] = {}


class DiagnoseParams(_Params, frozen=True, kw_only=True):
    """`active` asks the gateway of `name`, within `DIAGNOSIS_S`; the call ends when its caller leaves."""

    name: Annotated[str, Meta(max_length=256)] = ""  # of the one connection to look at; empty: all
    active: bool = False


class DiagnosisProgress(_Result, frozen=True, kw_only=True):
    """An active diagnosis of the profile `name` begins a check, or is done with it and found this."""

    name: str
    check: Check
    state: Literal["running", "done"] = "running"
    findings: tuple[Finding, ...] = ()


class Diagnosis(_Result, frozen=True, kw_only=True):
    version: str  # of the service
    machine: Machine
    tunnels: tuple[TunnelDiagnosis, ...] = ()
    findings: tuple[Finding, ...] = ()


class HelloParams(_Params, frozen=True, kw_only=True):
    protocol: int = PROTOCOL_VERSION
    client: Annotated[str, Meta(max_length=64)] = ""


class HelloResult(_Result, frozen=True, kw_only=True):
    protocol: int
    version: str  # of the software
    role: Role


class NoParams(_Params, frozen=True, kw_only=True):
    pass


class Snapshot(_Result, frozen=True, kw_only=True):
    """Everything that is true now: one status a profile that is not down, and every profile's summary.

    `prompts` are the open ones that the caller may answer.
    """

    connections: tuple[ConnectionStatus, ...] = ()
    profiles: tuple[ProfileSummary, ...] = ()
    prompts: tuple[PromptStatus, ...] = ()
    kill_switch: KillSwitchStatus = KillSwitchStatus()


class SubscribeParams(_Params, frozen=True, kw_only=True):
    """A later call replaces what an earlier one of the same connection chose."""

    topics: Annotated[tuple[Topic, ...], Meta(max_length=7)] = ("state",)
    statistics_interval_s: Annotated[float, Meta(ge=0.1, le=3600)] = 1.0
    log_level: Level = "debug"  # lines of the log that matter less are left out
    log_connection: Annotated[str, Meta(max_length=256)] = ""  # lines about this one alone; empty: all


class ProfileCreateParams(_Params, frozen=True, kw_only=True):
    """`profile.owner_uid` is ignored: the owner is whom the kernel says the caller is.

    A profile that is replaced keeps its owner, with `keep_secrets` also the secrets that are not given.
    """

    profile: Profile
    secrets: Secrets = Secrets()
    replace: bool = False
    keep_secrets: bool = False
    system: bool = False  # it shall belong to the machine's administrators, not to the caller


class ProfileValidateParams(_Params, frozen=True, kw_only=True):
    """A profile that is not stored yet, as an editor has it: every problem comes back at once."""

    profile: dict[str, Any]


class ProfileProblem(_Result, frozen=True, kw_only=True):
    """One thing wrong with one field (dotted, such as `network.mtu`), and what to do about it."""

    field: str
    message: str
    remedy: str


class ProfileValidateResult(_Result, frozen=True, kw_only=True):
    problems: tuple[ProfileProblem, ...] = ()


class NameParams(_Params, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=256)]


class RekeyParams(_Params, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=256)]
    what: What = "child"


class OnDemandParams(_Params, frozen=True, kw_only=True):
    """`on` and `off` change the profile; `pause` holds until `resume`, the next `up` or the next boot."""

    name: Annotated[str, Meta(max_length=256)]
    change: OnDemandChange


class PortalParams(_Params, frozen=True, kw_only=True):
    seconds: Annotated[float, Meta(ge=10, le=900)] = 300.0


class KillSwitchOffParams(_Params, frozen=True, kw_only=True):
    """Of every profile that the caller may change; `force` is for administrators, and broken profiles."""

    force: bool = False


class PromptAnswerParams(_Params, frozen=True, kw_only=True):
    """`answer` None refuses. `remember` stores a password with the profile once it led to a connection."""

    name: Annotated[str, Meta(max_length=256)]
    id: Annotated[int, Meta(ge=0, le=2**53)]
    answer: Annotated[str, Meta(max_length=1024)] | None
    remember: bool = False

    def __repr__(self) -> str:
        return f"PromptAnswerParams(name={self.name!r}, id={self.id})"


class LogTailParams(_Params, frozen=True, kw_only=True):
    lines: Annotated[int, Meta(ge=1, le=5000)] = 100


class LogLevelParams(_Params, frozen=True, kw_only=True):
    """What is logged from now on, until the service ends: of one logger, or with "" of all of them alike."""

    level: Level
    logger: Annotated[str, Meta(max_length=64, pattern=r"^([a-z_]+(\.[a-z_]+)*)?$")] = ""


class ProfileListResult(_Result, frozen=True, kw_only=True):
    profiles: tuple[ProfileSummary, ...]


class LogTailResult(_Result, frozen=True, kw_only=True):
    entries: tuple[LogEntry, ...]


class SessionResult(_Result, frozen=True, kw_only=True):
    connections: tuple[ConnectionStatus, ...]


class Done(_Result, frozen=True, kw_only=True):
    """There is nothing more to say."""


#: method -> (parameters, result)
METHODS: dict[str, tuple[type[Struct], type[Struct]]] = {
    "hello": (HelloParams, HelloResult),
    "snapshot": (NoParams, Snapshot),
    "subscribe": (SubscribeParams, Snapshot),
    "profile.create": (ProfileCreateParams, Done),
    "profile.validate": (ProfileValidateParams, ProfileValidateResult),
    "profile.list": (NoParams, ProfileListResult),
    "profile.show": (NameParams, Profile),
    "profile.remove": (NameParams, Done),
    "connection.up": (NameParams, ConnectionStatus),
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
    "profile": ProfileChange,
    "diagnosis": DiagnosisProgress,
    "kill_switch": KillSwitchStatus,
}

Event = (
    ConnectionStatus
    | Statistics
    | LogEntry
    | PromptStatus
    | ProfileChange
    | DiagnosisProgress
    | KillSwitchStatus
)


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    jsonrpc: Literal["2.0"]
    id: Annotated[int, Meta(ge=0, le=2**53)]
    method: Annotated[str, Meta(max_length=64)]
    params: msgspec.Raw = msgspec.Raw(b"{}")


class RpcError(Struct, frozen=True):
    """JSON-RPC section 5.1; `message` is the stable identifier, `data` its parameters."""

    code: int
    message: str
    data: dict[str, Any] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """What a client reads: a response (id, and result or error) or a notification (method and params)."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: int | UnsetType | None = UNSET
    result: msgspec.Raw | UnsetType = UNSET
    error: RpcError | UnsetType = UNSET
    method: str | UnsetType = UNSET
    params: msgspec.Raw | UnsetType = UNSET


def rpc_code(error_id: str) -> int:
    """JSON-RPC's number for an error: its own where it has one, else one of the implementation's range."""
    return {"bad_request": -32600, "unknown_method": -32601, "internal_error": -32603}.get(error_id, -32000)
