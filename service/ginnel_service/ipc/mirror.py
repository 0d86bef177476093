"""What a client knows of the service: a snapshot, kept up to date by the events that follow it. Pure.

    mirror = Mirror(snapshot)        # the answer to `subscribe`
    mirror.apply(event)              # each notification, in order
    mirror.snapshot                  # what a fresh snapshot would be

It holds for the topics that were subscribed to: `state` and `profile` keep connections and profiles right,
`prompt` the prompts, `kill_switch` the kill switch, `statistics` the counters of what is up.
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
    """Begins as `snapshot`; a reconnected client makes another of the new one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._connections = {each.name: each for each in snapshot.connections}
        self._profiles = {each.name: each for each in snapshot.profiles}
        self._prompts = {each.id: each for each in snapshot.prompts}
        self._kill_switch = snapshot.kill_switch

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot(
            connections=tuple(self._connections.values()),
            profiles=tuple(self._profiles[name] for name in sorted(self._profiles)),
            prompts=tuple(self._prompts[number] for number in sorted(self._prompts)),
            kill_switch=self._kill_switch,
        )

    def statuses(self) -> tuple[ConnectionStatus, ...]:
        """One a profile, by name, also where nothing is connected."""
        known = {name: _idle(summary) for name, summary in self._profiles.items()} | self._connections
        return tuple(known[name] for name in sorted(known))

    def status(self, name: str) -> ConnectionStatus | None:
        """None where there is no such profile."""
        summary = self._profiles.get(name)
        return self._connections.get(name) or (None if summary is None else _idle(summary))

    def apply(self, event: Event) -> None:
        """Take in what is new; what no snapshot holds, such as a line of the log, changes nothing."""
        match event:
            case ConnectionStatus():
                self._state(event)
            case Statistics():
                self._count(event)
            case ProfileChange(summary=None):
                self._profiles.pop(event.name, None)
                self._connections.pop(event.name, None)
            case ProfileChange(summary=ProfileSummary() as summary):
                self._profiles[event.name] = summary
            case PromptStatus():
                if event.open:
                    self._prompts[event.id] = event
                else:
                    self._prompts.pop(event.id, None)
            case KillSwitchStatus():
                self._kill_switch = event

    def _state(self, status: ConnectionStatus) -> None:
        if status.state == "down":
            self._connections.pop(status.name, None)
        else:
            self._connections[status.name] = status
        if (summary := self._profiles.get(status.name)) is not None:
            self._profiles[status.name] = msgspec.structs.replace(
                summary, state=status.state, error=status.error
            )

    def _count(self, statistics: Statistics) -> None:
        if (status := self._connections.get(statistics.name)) is not None:
            self._connections[statistics.name] = msgspec.structs.replace(
                status,
                octets_in=statistics.octets_in,
                octets_out=statistics.octets_out,
                packets_in=statistics.packets_in,
                packets_out=statistics.packets_out,
                rtt_ms=statistics.rtt_ms,
            )


def _idle(summary: ProfileSummary) -> ConnectionStatus:
    """The status of what has none. Why its file cannot be read is as good as why it is down."""
    return ConnectionStatus(
        name=summary.name, server=summary.server, state=summary.state, error=summary.error
    )
