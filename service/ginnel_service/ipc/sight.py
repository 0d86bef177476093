"""What of a message a caller may see who may not see all of it. Pure.

Of another person's connection anyone sees that it is there and what the machine's own tables (ip(8),
resolvectl(1)) show anyone as well, for it concerns the traffic of all. Where it leads and as whom is theirs.

A person and a gateway of theirs can make it as long as they like: of what is long others see the beginning,
so that a message of all connections does not become too large for everyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from .schema import (
    ConnectionStatus,
    Diagnosis,
    ErrorInfo,
    Finding,
    ProfileChange,
    ProfileSummary,
    Snapshot,
    Statistics,
    TunnelDiagnosis,
)

#: Whether the caller may see everything about the profile of that name.
Sees = Callable[[str], bool]
#: Whether it is the caller's own.
Owns = Callable[[str], bool]

#: Of what is not the caller's own: what takes no more is shown whole, ...
WHOLE_OCTETS: Final = 4096
#: ... and of what takes more so much of each list, and of each text.
LIST_OCTETS: Final = 256
TEXT_CHARACTERS: Final = 128

_encode = msgspec.json.Encoder(enc_hook=str).encode
_T = TypeVar("_T", bound=Struct)


def of_snapshot(snapshot: Snapshot, sees: Sees, owns: Owns) -> Snapshot:
    """`snapshot` without what is for others, prompts apart."""
    return msgspec.structs.replace(
        snapshot,
        connections=tuple(of_status(each, sees, owns) for each in snapshot.connections),
        profiles=tuple(of_summary(each, sees, owns) for each in snapshot.profiles),
    )


def of_diagnosis(diagnosis: Diagnosis, sees: Sees, owns: Owns) -> Diagnosis:
    return msgspec.structs.replace(
        diagnosis,
        tunnels=tuple(_brief(_tunnel(each, sees), owns, each.name) for each in diagnosis.tunnels),
        findings=tuple(_brief(_finding(each, sees), owns, each.connection) for each in diagnosis.findings),
    )


def of_status(status: ConnectionStatus, sees: Sees, owns: Owns) -> ConnectionStatus:
    return _brief(_status(status, sees), owns, status.name)


def of_statistics(statistics: Statistics, sees: Sees) -> Statistics:
    return statistics if sees(statistics.name) else msgspec.structs.replace(statistics, rtt_ms=None)


def of_summary(summary: ProfileSummary, sees: Sees, owns: Owns) -> ProfileSummary:
    return _brief(_summary(summary, sees), owns, summary.name)


def of_change(change: ProfileChange, sees: Sees, owns: Owns) -> ProfileChange:
    if change.summary is None:
        return change
    return msgspec.structs.replace(change, summary=of_summary(change.summary, sees, owns))


def _status(status: ConnectionStatus, sees: Sees) -> ConnectionStatus:
    if sees(status.name):
        return status
    return ConnectionStatus(
        name=status.name,
        state=status.state,
        step=status.step,
        addresses=status.addresses,
        dns=status.dns,
        routes=status.routes,
        bypass=status.bypass,
        lan=status.lan,
        refused=status.refused,
        device=status.device,
        mtu=status.mtu,
        established_at=status.established_at,
        octets_in=status.octets_in,
        octets_out=status.octets_out,
        packets_in=status.packets_in,
        packets_out=status.packets_out,
        drops=status.drops,
        error=_error(status.error),
        next_try_s=status.next_try_s,
        waits_for=status.waits_for,
        blocked=status.blocked,
    )


def _summary(summary: ProfileSummary, sees: Sees) -> ProfileSummary:
    if sees(summary.name):
        return summary
    return ProfileSummary(
        name=summary.name, owner_uid=summary.owner_uid, state=summary.state, error=_error(summary.error)
    )


def _tunnel(tunnel: TunnelDiagnosis, sees: Sees) -> TunnelDiagnosis:
    if sees(tunnel.name):
        return tunnel
    return msgspec.structs.replace(tunnel, error=_error(tunnel.error), esp_suite="")


def _error(error: ErrorInfo | None) -> ErrorInfo | None:
    """Its parameters may hold names, and what a gateway said."""
    return None if error is None else ErrorInfo(code=error.code)


def _finding(finding: Finding, sees: Sees) -> Finding:
    """What is counted may be seen, for `ip -s link` counts as much."""
    if not finding.connection or sees(finding.connection):
        return finding
    return msgspec.structs.replace(
        finding, params={key: value for key, value in finding.params.items() if isinstance(value, int)}
    )


def _brief(shown: _T, owns: Owns, name: str) -> _T:
    """`shown`, which is about the profile `name`."""
    if len(_encode(shown)) <= WHOLE_OCTETS or owns(name):
        return shown
    return _cut_fields(shown)


def _cut_fields(struct: _T) -> _T:
    return msgspec.structs.replace(struct, **_cut(msgspec.structs.asdict(struct)))


def _cut(value: Any) -> Any:
    match value:
        case str():
            return value[:TEXT_CHARACTERS]
        case dict():
            return {key: _cut(each) for key, each in value.items()}
        case tuple() | list():
            return _first(value)
        case Struct():
            return _cut_fields(value)
    return value


def _first(values: Iterable[Any]) -> tuple[Any, ...]:
    kept, left = [], LIST_OCTETS
    for each in values:
        left -= len(_encode(each))
        if left < 0:
            break
        kept.append(each)
    return tuple(kept)
