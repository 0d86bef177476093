"""What of a message a caller may see who may not see all of it. Pure.

Of another person's connection anyone sees that it is there and what the machine's own tables (ip(8),
resolvectl(1)) show anyone as well, for it concerns the traffic of all. Where it leads and as whom is theirs.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

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


def of_snapshot(snapshot: Snapshot, sees: Sees) -> Snapshot:
    """`snapshot` without what is for others, prompts apart."""
    return msgspec.structs.replace(
        snapshot,
        connections=tuple(of_status(each, sees) for each in snapshot.connections),
        profiles=tuple(of_summary(each, sees) for each in snapshot.profiles),
    )


def of_diagnosis(diagnosis: Diagnosis, sees: Sees) -> Diagnosis:
    return msgspec.structs.replace(
        diagnosis,
        tunnels=tuple(_tunnel(each, sees) for each in diagnosis.tunnels),
        findings=tuple(_finding(each, sees) for each in diagnosis.findings),
    )


def of_status(status: ConnectionStatus, sees: Sees) -> ConnectionStatus:
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


def of_statistics(statistics: Statistics, sees: Sees) -> Statistics:
    return statistics if sees(statistics.name) else msgspec.structs.replace(statistics, rtt_ms=None)


def of_summary(summary: ProfileSummary, sees: Sees) -> ProfileSummary:
    if sees(summary.name):
        return summary
    return ProfileSummary(
        name=summary.name, owner_uid=summary.owner_uid, state=summary.state, error=_error(summary.error)
    )


def of_change(change: ProfileChange, sees: Sees) -> ProfileChange:
    if change.summary is None:
        return change
    return msgspec.structs.replace(change, summary=of_summary(change.summary, sees))


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
