"""What a client knows of the service, kept right by its news: a snapshot that events change. Pure.

Begin with the snapshot that `subscribe` returns, and feed every event of that subscription: the mirror equals
a fresh snapshot at each moment, statistics aside, which may be newer. The topics `state` and `profile` keep
connections and profiles right, `prompt`, `kill_switch` and `statistics` what they are called after.
"""

from __future__ import annotations

import msgspec

from .schema import (
    ConnectionStatus,
    Event,
    KillSwitchStatus,
    ProfileChange,
    ProfileSummary,
    PromptStatus,
    Snapshot,
    Statistics,
)


class Mirror:
    """`connections` holds one status a profile that is not down; so does `profiles`, of every profile."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.begin(snapshot or Snapshot())

    def begin(self, snapshot: Snapshot) -> None:
        """Forget everything for a new subscription's snapshot."""
        self.connections = {each.name: each for each in snapshot.connections}
        self.profiles = {each.name: each for each in snapshot.profiles}
        self.prompts = {each.id: each for each in snapshot.prompts}
        self.kill_switch = snapshot.kill_switch

    def take(self, event: Event) -> None:
        """Change what `event` says is changed."""
        match event:
            case ConnectionStatus():
                self._connection(event)
            case Statistics():
                if (status := self.connections.get(event.name)) is not None:
                    self.connections[event.name] = with_counters(status, event)
            case PromptStatus():
                if event.open:
                    self.prompts[event.id] = event
                else:
                    self.prompts.pop(event.id, None)
            case ProfileChange():
                if event.summary is not None:
                    self.profiles[event.name] = event.summary
                else:
                    self.profiles.pop(event.name, None)
                    self.connections.pop(event.name, None)
            case KillSwitchStatus():
                self.kill_switch = event
            case _:
                pass

    def status(self, name: str) -> ConnectionStatus | None:
        """Of any profile, also one whose connection is down; None when there is no such profile."""
        status, summary = self.connections.get(name), self.profiles.get(name)
        if status is not None or summary is None:
            return status
        return idle(summary)

    def statuses(self) -> list[ConnectionStatus]:
        """One a profile, by name."""
        names = sorted(self.profiles.keys() | self.connections.keys())
        return [status for name in names if (status := self.status(name)) is not None]

    def snapshot(self) -> Snapshot:
        return Snapshot(
            connections=tuple(self.connections[name] for name in sorted(self.connections)),
            profiles=tuple(self.profiles[name] for name in sorted(self.profiles)),
            prompts=tuple(self.prompts[number] for number in sorted(self.prompts)),
            kill_switch=self.kill_switch,
        )

    def _connection(self, status: ConnectionStatus) -> None:
        if status.state == "down":
            self.connections.pop(status.name, None)
        else:
            self.connections[status.name] = status
        summary = self.profiles.get(status.name)
        if summary is not None:
            self.profiles[status.name] = msgspec.structs.replace(
                summary, state=status.state, error=status.error
            )


def idle(summary: ProfileSummary) -> ConnectionStatus:
    """The status of a profile whose connection is down."""
    return ConnectionStatus(
        name=summary.name, server=summary.server, state=summary.state, error=summary.error
    )


def with_counters(status: ConnectionStatus, statistics: Statistics) -> ConnectionStatus:
    """`status` with the fresher counters."""
    return msgspec.structs.replace(
        status,
        octets_in=statistics.octets_in,
        octets_out=statistics.octets_out,
        packets_in=statistics.packets_in,
        packets_out=statistics.packets_out,
        rtt_ms=statistics.rtt_ms,
    )
