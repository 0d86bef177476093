"""How an examination goes: in order, bounded in time, one at a time, and ended with its caller."""

from __future__ import annotations

import asyncio
import os
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ginnel_service.doctor.examine import Examination, Subject
from ginnel_service.doctor.examiner import Examiner
from ginnel_service.doctor.verdict import find
from ginnel_service.ike.events import Endpoint
from ginnel_service.ike.proposals import DEFAULT_IKE
from ginnel_service.ipc.schema import CHECKS, DiagnosisProgress
from ginnel_service.ipc.service import ServiceError
from ginnel_service.net.base import FakeNetwork
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.host import Host

OFFICE = Profile(name="office", server="gw.example")


async def unresolved(name: str, port: int) -> tuple[Endpoint, ...]:
    raise TunnelError("name_not_resolved", server=name, detail="no such name")


async def never(name: str, port: int) -> tuple[Endpoint, ...]:
    await asyncio.Event().wait()
    return ()


def subject(**changes: Any) -> Subject:
    fields: dict[str, Any] = {
        "profile": OFFICE,
        "proposals": DEFAULT_IKE,
        "mark": 0,
        "random": os.urandom,
        "resolve": unresolved,
        "name_servers": lambda: ("192.0.2.53",),
        "local": {"clock": lambda _: [find("clock_kept_right", "ok")]},
    }
    return Subject(**{**fields, **changes})


def test_checks_are_told_as_they_begin_and_end_and_found_in_one_order() -> None:
    told: list[DiagnosisProgress] = []
    found = asyncio.run(Examination(subject(), told.append).run())
    assert [each.id for each in found] == ["name_unresolved", "clock_kept_right"]
    assert {each.connection for each in found} == {"office"}
    assert [(each.check, each.state) for each in told] == [
        ("name", "running"), ("name", "done"), ("clock", "running"), ("clock", "done"),
    ]  # fmt: skip
    assert told[1].findings == found[:1]


def test_what_takes_too_long_is_said_to_be_unfinished() -> None:
    told: list[DiagnosisProgress] = []
    found = asyncio.run(Examination(subject(resolve=never), told.append).run(limit_s=0.05))
    assert [(each.id, each.params) for each in found] == [("check_unfinished", {"check": "name"})]
    assert told[-1].state == "done"


def test_a_check_that_fails_does_not_take_the_others_with_it() -> None:
    def broken(_: tuple[Endpoint, ...]) -> list[Any]:
        raise OSError(5, "Input/output error")

    local = {"routes": broken, "clock": lambda _: [find("clock_kept_right", "ok")]}
    found = asyncio.run(Examination(subject(local=local), lambda _: None).run())
    assert [each.id for each in found] == ["name_unresolved", "clock_kept_right", "check_failed"]
    assert found[-1].params == {"check": "routes", "detail": "Input/output error"}


def test_a_profile_is_examined_once_at_a_time() -> None:
    async def play() -> None:
        host = SimpleNamespace(network=FakeNetwork(), random=os.urandom, resolve=never)
        examiner = Examiner(cast("Host", host), lambda _: None)
        first = asyncio.create_task(examiner.examine(OFFICE, Secrets(), {}))
        await asyncio.sleep(0)
        with pytest.raises(ServiceError, match="diagnosis_running"):
            await examiner.examine(OFFICE, Secrets(), {})
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        host.resolve = unresolved
        found = await examiner.examine(OFFICE, Secrets(), {})
        assert {"name_unresolved", "roots_of_system"} & {each.id for each in found}

    asyncio.run(play())


def test_every_check_has_its_place() -> None:
    assert len(set(CHECKS)) == len(CHECKS)
