"""Accounting (RFC 2866) of users that a RADIUS server let in: when they came and went, and what they moved.

Servers learn it as far as they can be reached: no user waits for an account, and none that was lost is kept.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from ipaddress import ip_address
from typing import Final

from ...ike.session import Session
from ...tunnel.dataplane import Traffic
from .client import Conversation, RadiusClient
from .codec import Answer, Attribute, number

#: What a server may ask for (RFC 2869 section 5.16); the gateway's own file may say less.
LEAST_INTERIM_S: Final = 60.0
#: How long the last accounts may take when the gateway ends.
CLOSE_S: Final = 2.0
_USER_REQUEST, _LOST_CARRIER = 1, 2  # Acct-Terminate-Cause


class Status(IntEnum):
    START = 1
    STOP = 2
    INTERIM = 3


@dataclass(slots=True)
class _Account:
    conversation: Conversation
    accepted: Answer
    client: RadiusClient
    traffic: Callable[[], Traffic]
    addresses: tuple[str, ...]
    began: float
    id: bytes = field(default_factory=lambda: os.urandom(8).hex().encode())
    timer: asyncio.TimerHandle | None = None


class Accounts:
    """Of all sessions. `close` when nothing can happen any more."""

    def __init__(self) -> None:
        self._accounts: dict[Session, _Account] = {}
        self._tasks: set[asyncio.Task[object]] = set()

    def begin(
        self,
        session: Session,
        client: RadiusClient,
        conversation: Conversation,
        traffic: Callable[[], Traffic],
        addresses: tuple[str, ...],
    ) -> None:
        """`session` stands, and was let in by `conversation`."""
        accepted = conversation.accepted
        if accepted is None or not client.config.accounting or session in self._accounts:
            return
        began = asyncio.get_running_loop().time()
        account = _Account(conversation, accepted, client, traffic, addresses, began)
        self._accounts[session] = account
        self._send(account, Status.START, None)
        self._later(account)

    def end(self, session: Session, traffic: Traffic, *, lost: bool) -> None:
        """`session` is over; `lost`: its peer vanished."""
        account = self._accounts.pop(session, None)
        if account is None:
            return
        if account.timer is not None:
            account.timer.cancel()
        cause = number(_LOST_CARRIER if lost else _USER_REQUEST)
        self._send(account, Status.STOP, traffic, (Attribute.ACCT_TERMINATE_CAUSE, cause))

    async def close(self) -> None:
        """End what is open still, whose peers did not answer our goodbye; the last accounts get a moment."""
        for session, account in tuple(self._accounts.items()):
            self.end(session, account.traffic(), lost=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _later(self, account: _Account) -> None:
        asked_s, every_s = account.accepted.interim_s, account.client.config.interim_s
        if asked_s:
            every_s = max(asked_s, LEAST_INTERIM_S)
        if every_s:
            loop = asyncio.get_running_loop()
            account.timer = loop.call_later(every_s, self._interim, account)

    def _interim(self, account: _Account) -> None:
        self._send(account, Status.INTERIM, account.traffic())
        self._later(account)

    def _send(
        self, account: _Account, status: Status, traffic: Traffic | None, *more: tuple[int, bytes]
    ) -> None:
        loop = asyncio.get_running_loop()
        attributes = [
            (Attribute.ACCT_STATUS_TYPE, number(status)),
            (Attribute.ACCT_SESSION_ID, account.id),
            (Attribute.USER_NAME, account.accepted.user),
            *((Attribute.CLASS, each) for each in account.accepted.classes),
            *_addresses(account.addresses),
            *more,
        ]
        if traffic is not None:
            attributes += _moved(traffic)
            attributes.append((Attribute.ACCT_SESSION_TIME, number(int(loop.time() - account.began))))
        task: asyncio.Task[object] = loop.create_task(
            account.client.account(account.conversation.server, attributes, account.conversation.remote)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _addresses(texts: tuple[str, ...]) -> list[tuple[int, bytes]]:
    found = []
    for text in texts:
        address = ip_address(text)
        name = Attribute.FRAMED_IP_ADDRESS if address.version == 4 else Attribute.FRAMED_IPV6_ADDRESS
        found.append((int(name), address.packed))
    return found


def _moved(traffic: Traffic) -> list[tuple[int, bytes]]:
    """Input is what came from the user (RFC 2866 section 5.3); counters of 32 bits, and how often they
    came round (RFC 2869 sections 5.1, 5.2)."""
    return [
        (Attribute.ACCT_INPUT_OCTETS, number(traffic.octets_in & 0xFFFFFFFF)),
        (Attribute.ACCT_INPUT_GIGAWORDS, number(traffic.octets_in >> 32)),
        (Attribute.ACCT_OUTPUT_OCTETS, number(traffic.octets_out & 0xFFFFFFFF)),
        (Attribute.ACCT_OUTPUT_GIGAWORDS, number(traffic.octets_out >> 32)),
    ]
