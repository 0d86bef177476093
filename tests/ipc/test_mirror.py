"""A snapshot with the events after it applied is what a fresh snapshot would be, whoever looks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginnel_service.ipc.access import Policy
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.mirror import Mirror
from ginnel_service.ipc.schema import (
    NOTIFICATIONS,
    ConnectionStatus,
    ErrorInfo,
    KillSwitchHold,
    KillSwitchStatus,
    ProfileSummary,
    PromptStatus,
    Snapshot,
    Statistics,
)
from ginnel_service.ipc.service import ServiceError
from ginnel_service.profiles.secrets import Secrets
from ipc.callers import Caller, calling, owned_by, serve

NAMES = ("mine", "theirs")
TOPICS = ["state", "statistics", "prompt", "kill_switch", "profile"]
US = os.geteuid()

Step = Callable[[FakeService, str], Coroutine[Any, Any, Any]]


async def _create(service: FakeService, name: str) -> None:
    owner = US if name == "mine" else US + 1
    profile = msgspec.structs.replace(owned_by(owner, name), server=f"gw{len(service.answers)}.example.org")
    await service.create_profile(profile, Secrets(psk=b"secret"), replace=True)


async def _fail(service: FakeService, name: str) -> None:
    service.fail_up[name] = ErrorInfo(code="unreachable", params={"server": "gw.example.org"})
    try:
        await service.up(name)
    finally:
        service.fail_up.clear()


async def _ask(service: FakeService, name: str) -> None:
    number = len(service.answers) + sum(len(each.name) for each in service.prompts()) + 1
    service.asks = [PromptStatus(id=number, name=name, kind="otp", message="Token?")]
    try:
        await service.up(name)
        await asyncio.sleep(0)
    finally:
        service.asks = []


async def _answer(service: FakeService, name: str) -> None:
    for prompt in service.prompts():
        await service.answer_prompt(prompt.name, prompt.id, "x", remember=False)
        await asyncio.sleep(0)


async def _count(service: FakeService, name: str) -> None:
    """More traffic, of which statistics tell."""
    if name in service.connections:
        old = service.connections[name]
        service.connections[name] = msgspec.structs.replace(old, octets_in=old.octets_in + 1000)
        for statistics in service.statistics():
            service.publish(statistics)


async def _hold(service: FakeService, name: str) -> None:
    service.kill_switch = KillSwitchStatus(
        blocking=True, profiles=(KillSwitchHold(name=name, mode="connecting"),)
    )
    service.publish(service.kill_switch)


STEPS: dict[str, Step] = {
    "create": _create,
    "remove": lambda service, name: service.remove_profile(name),
    "up": lambda service, name: service.up(name),
    "fail": _fail,
    "ask": _ask,
    "answer": _answer,
    "down": lambda service, name: service.down(name),
    "rekey": lambda service, name: service.rekey(name, "child"),
    "count": _count,
    "hold": _hold,
    "release": lambda service, name: service.kill_switch_off((name,), force=False),
    "pause": lambda service, name: service.change_on_demand(name, "pause"),
    "on": lambda service, name: service.change_on_demand(name, "on"),
}


async def _fresh(caller: Caller, mirror: Mirror) -> Snapshot:
    """What a snapshot says now; the mirror takes in what came before it."""
    caller.writer.write(b'{"jsonrpc":"2.0","id":77,"method":"snapshot"}\n')
    while (told := await caller.read()).get("id") != 77:
        event: Any = msgspec.convert(told["params"], NOTIFICATIONS[told["method"]])
        mirror.take(event)
    return msgspec.convert(told["result"], Snapshot)


def _settled(snapshot: Snapshot) -> Snapshot:
    """Connections in the order of their names: one says nothing by another."""
    return msgspec.structs.replace(
        snapshot, connections=tuple(sorted(snapshot.connections, key=lambda each: each.name))
    )


@pytest.mark.parametrize("policy", [None, Policy(admin_uids=frozenset())], ids=["root", "person"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(NAMES)), max_size=8),
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(NAMES)), max_size=12),
)
def test_a_client_that_comes_late_is_right_at_once_and_stays_so(
    tmp_path_factory: pytest.TempPathFactory,
    policy: Policy | None,
    before: list[tuple[str, str]],
    steps: list[tuple[str, str]],
) -> None:
    async def go(service: FakeService, what: list[tuple[str, str]]) -> None:
        for step, name in what:
            try:
                await STEPS[step](service, name)
            except ServiceError:
                continue

    async def scenario(service: FakeService, path: Path) -> None:
        await _create(service, "mine")
        await go(service, before)
        async with calling(path) as caller:
            answer = await caller.call("subscribe", topics=TOPICS, statistics_interval_s=3600)
            mirror = Mirror(msgspec.convert(answer["result"], Snapshot))
            assert _settled(mirror.snapshot()) == _settled(await _fresh(caller, mirror))
            for step in steps:
                await go(service, [step])
                fresh = await _fresh(caller, mirror)
                assert _settled(mirror.snapshot()) == _settled(fresh), step
        if service._asking is not None:
            service._asking.cancel()

    serve(tmp_path_factory.mktemp("m"), scenario, policy=policy)


def test_statuses_are_one_a_profile_also_where_nothing_is_connected() -> None:
    broken = ErrorInfo(code="profile_corrupt")
    mirror = Mirror(
        Snapshot(
            connections=(ConnectionStatus(name="b", state="up"),),
            profiles=(
                ProfileSummary(name="a", server="gw", error=broken),
                ProfileSummary(name="b", server="gw", state="up"),
            ),
        )
    )
    assert [(each.name, each.state) for each in mirror.statuses()] == [("a", "down"), ("b", "up")]
    assert mirror.statuses()[0].error == broken
    assert mirror.status("c") is None
    mirror.take(Statistics(name="a", octets_in=3))  # of what is not up: nothing to count
    mirror.take(ConnectionStatus(name="b"))
    assert [each.state for each in mirror.statuses()] == ["down", "down"]
