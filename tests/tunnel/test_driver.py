"""A connection from `up` to `down` against the real responder, in virtual time, with nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_interface, ip_network
from typing import Any

import msgspec
import pytest

from ginnel_core import SaExpiring
from ginnel_service.gateway.config import parse
from ginnel_service.ike.config import PskAuth, SessionConfig
from ginnel_service.ike.events import Endpoint
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.net.base import NetworkError
from ginnel_service.profiles.model import Ike, Profile, Timing
from ginnel_service.supervisor.status import connection_status, tunnel_diagnosis
from ginnel_service.tunnel.barrier import OpenBarrier
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.states import Step
from tunnel.fakes import FakeGateway
from tunnel.scene import GATEWAY, PROFILE, S, Scene, scene

#: As people have it: minutes until a silent gateway is given up.
PATIENT = msgspec.structs.replace(PROFILE, timing=Timing())


def test_up_goes_through_every_step_and_configures_the_machine() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]
        steps = list(dict.fromkeys(step for state, step in it.seen if state is S.CONNECTING))
        assert steps == [Step.INIT, Step.AUTH, Step.CONFIGURING]
        wanted = it.host.network.owners["office"]
        assert wanted.device == "ginnel0"
        assert wanted.addresses == (ip_interface("10.77.0.2/32"), ip_interface("fd77::2/128"))
        assert wanted.routes == (ip_network("0.0.0.0/0"), ip_network("::/0"))
        assert wanted.bypass == (ip_network("192.0.2.0/24"),)
        assert wanted.mtu == 1400
        plane = it.host.link.plane
        assert len(plane.inbound_sas) == len(plane.outbound_sas) == 1
        (outbound,) = plane.outbound_sas.values()
        assert tuple(outbound["peer"]) == ("198.51.100.2", 4500)
        status = it.tunnel.status()
        assert status.facts.peer == "vpn.example.org"
        assert status.established_at is not None
        assert status.traffic.octets_in == 300

    scene(act)


def test_down_tells_the_gateway_and_takes_everything_back() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await it.tunnel.down()
        assert it.host.clean
        assert it.gateway.responder.sessions == ()

    scene(act)


def test_down_does_not_wait_long_for_a_silent_gateway() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        before = asyncio.get_running_loop().time()
        await it.tunnel.down()
        assert asyncio.get_running_loop().time() - before <= 2.1

    scene(act)


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.005, 0.015, 0.025, 0.035, 0.041])
def test_down_at_any_moment_leaves_nothing(after_s: float) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await asyncio.sleep(after_s)

    scene(act)


def test_a_wrong_key_fails_at_once_and_for_good() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "authentication_failed"
        assert it.host.clean

    scene(act, psk=b"wrong battery")


class Gateways(OpenBarrier):
    """What is let through."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def found_at(self, gateways: Sequence[str]) -> None:
        self.found += gateways


def test_nobody_unproven_says_where_the_gateway_is() -> None:
    barrier = Gateways()

    async def act(it: Scene) -> None:
        it.tunnel._barrier = barrier
        answer = it.gateway.policy.find

        def find(id_i: Identity, id_r: Identity | None, *, eap: bool) -> SessionConfig | None:
            config = answer(id_i, id_r, eap=eap)
            assert config is not None
            return replace(config, local_auth=(PskAuth(b"false"),), additional_addresses=("203.0.113.66",))

        it.gateway.policy.find = find  # type: ignore[method-assign]
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "authentication_failed"
        assert error.params["detail"] == "the pre-shared keys differ"
        assert barrier.found == []

    scene(act)


def test_no_common_proposal_fails() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "no_proposal_chosen"

    scene(
        act,
        gateway='ike_proposals = ["aes256-sha512-ecp384"]\n' + GATEWAY,
        profile=_offering("aes128gcm16-prfsha256-x25519"),
    )


def test_a_silent_gateway_is_unreachable() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent = True
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "unreachable"
        assert it.host.clean

    scene(act)


def test_an_unknown_name_fails() -> None:
    async def act(it: Scene) -> None:
        it.host.names.clear()
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "name_not_resolved"

    scene(act)


@pytest.mark.parametrize("code", ["tun_not_permitted", "tun_unavailable", "port_busy", "network_refused"])
def test_what_the_machine_refuses_is_named(code: str) -> None:
    async def act(it: Scene) -> None:
        it.host.refuse = TunnelError(code)
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == code

    scene(act)


def test_a_refused_route_ends_the_session_with_a_goodbye() -> None:
    async def act(it: Scene) -> None:
        it.host.network.fail_with = NetworkError("refused", "add a route", 17)
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert (error.code, error.params["errno"]) == ("network_refused", 17)
        assert it.gateway.responder.sessions == ()
        assert it.host.clean

    scene(act)


def test_up_works_again_after_a_failure() -> None:
    async def act(it: Scene) -> None:
        it.host.refuse = TunnelError("port_busy", port=4500)
        it.tunnel.up()
        await it.until(S.FAILED)
        it.host.refuse = None
        it.tunnel.up()
        await it.until(S.CONNECTED)
        assert it.tunnel.status().error is None

    scene(act)


def test_up_twice_is_refused() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        with pytest.raises(TunnelError, match="already_up"):
            it.tunnel.up()

    scene(act)


def test_the_second_address_is_tried_when_there_is_no_way_to_the_first() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (Endpoint("2001:db8::2", 500), Endpoint("198.51.100.2", 500))
        it.host.unreachable.add("2001:db8::2")
        it.tunnel.up()
        await it.until(S.CONNECTED)

    scene(act)


DEAD, GOOD = Endpoint("198.51.100.9", 500), Endpoint("198.51.100.2", 500)


def dead(it: Scene, *hosts: str) -> None:
    """These of the gateway's addresses stay silent."""
    for host in hosts:
        it.host.others[host] = silent = FakeGateway(parse(GATEWAY.encode()))
        silent.silent = True


def test_of_several_addresses_a_silent_one_costs_seconds_and_no_error() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (DEAD, Endpoint("198.51.100.8", 500), GOOD)
        dead(it, DEAD.host, "198.51.100.8")
        it.tunnel.up()
        began = asyncio.get_running_loop().time()
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED
        assert asyncio.get_running_loop().time() - began < 20
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]
        assert it.tunnel.status().error is None

    scene(act, profile=PATIENT)


def test_the_last_address_that_there_is_a_way_to_gets_all_the_time() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (GOOD, Endpoint("2001:db8::2", 500))
        it.host.unreachable.add("2001:db8::2")
        it.gateway.silent = True
        it.tunnel.up()
        await asyncio.sleep(30)
        assert it.states == [S.RESOLVING, S.CONNECTING]
        it.gateway.silent = False
        await it.until(S.CONNECTED, S.FAILED)
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]

    scene(act, profile=PATIENT)


def test_addresses_that_are_all_silent_are_unreachable_once() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (DEAD, GOOD)
        dead(it, DEAD.host)
        it.gateway.silent = True
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "unreachable"
        assert len(it.gateway.links) == 1

    scene(act)


def test_a_vanished_gateway_is_noticed_and_reached_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        await it.until(S.RECONNECTING)
        status = it.tunnel.status()
        assert status.error is not None
        assert status.error.code == "peer_vanished"
        while it.tunnel.status().next_try_s is None:  # noqa: ASYNC110  (first it is tried where it stood)
            await asyncio.sleep(0.01)
        status = it.tunnel.status()
        assert status.next_try_s is not None
        assert 4 <= status.next_try_s <= 6
        assert it.host.clean
        it.gateway.silent = False
        await it.until(S.CONNECTED)
        assert it.tunnel.status().error is None
        assert len(it.gateway.links) == 2

    scene(act)


def test_traffic_keeps_a_silent_ike_alive_without_questions() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)  # by then the path's MTU is confirmed
        it.gateway.silent = True
        loop = asyncio.get_running_loop()
        end = loop.time() + 120
        while loop.time() < end:
            it.host.link.plane.last_used_s = loop.time()
            await asyncio.sleep(5)
        assert it.tunnel.state is S.CONNECTED

    scene(act)


def test_a_gateway_that_closes_is_connected_to_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.close()
        await it.until(S.RECONNECTING)
        await it.until(S.CONNECTED)

    scene(act)


def test_counters_and_traffic_survive_an_attempt() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.link.plane.counted["drop_integrity"] = 2
        it.host.link.lose_device()
        await it.until(S.RECONNECTING)
        assert it.tunnel.counters() == {"packets_in": 3, "drop_integrity": 2}
        assert tunnel_diagnosis(it.tunnel).device == ""
        await it.until(S.CONNECTED)
        assert it.tunnel.counters() == {"packets_in": 6, "drop_integrity": 2}
        assert it.tunnel.traffic().octets_in == 600
        assert connection_status(it.tunnel).drops == 2
        await it.tunnel.down()
        it.tunnel.up()
        await it.until(S.CONNECTED)
        assert it.tunnel.counters() == {"packets_in": 3, "drop_integrity": 0}

    scene(act)


def test_waits_grow_while_the_gateway_stays_away() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        waits = []
        for _ in range(3):
            await it.until(S.RECONNECTING)
            waits.append(it.tunnel.status().next_try_s or 0)
            await it.until(S.RESOLVING)
        assert min(waits[1:]) > 2 * waits[0]  # at the limit they differ by their jitter

    scene(act)


def test_an_sa_near_its_limit_is_rekeyed() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        (spi,) = it.host.link.plane.inbound_sas
        it.host.link.happen(SaExpiring("in", spi, "octets"))
        await asyncio.sleep(1)
        assert it.tunnel.status().facts.child_rekeys == 1
        await asyncio.sleep(10)
        assert spi not in it.host.link.plane.inbound_sas
        assert len(it.host.link.plane.inbound_sas) == 1
        assert it.tunnel.traffic().octets_in == 600

    scene(act)


@pytest.mark.parametrize("what", ["ike", "child"])
def test_a_rekey_on_demand_keeps_the_connection(what: str) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.tunnel.rekey(what)
        await asyncio.sleep(15)
        facts = it.tunnel.status().facts
        assert (facts.ike_rekeys, facts.child_rekeys) == ((1, 0) if what == "ike" else (0, 1))
        assert it.tunnel.state is S.CONNECTED
        assert len(it.host.link.plane.outbound_sas) == 1

    scene(act)


def test_a_rekey_needs_a_connection() -> None:
    async def act(it: Scene) -> None:
        with pytest.raises(TunnelError, match="not_up"):
            it.tunnel.rekey("ike")

    scene(act)


def _offering(proposal: str) -> Profile:
    return msgspec.structs.replace(PROFILE, ike=msgspec.structs.replace(PROFILE.ike, proposals=(proposal,)))


def test_weak_algorithms_are_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def act(it: Scene) -> None:
        assert it.tunnel.weak == ("modp1024",)
        with caplog.at_level("WARNING", "ginnel.tunnel"):
            it.tunnel.up()
        assert "weak algorithms: modp1024" in caplog.text
        caplog.clear()

    weak = Ike(proposals=("aes256-sha256-modp1024",))
    scene(act, profile=msgspec.structs.replace(PROFILE, ike=weak))


def test_the_routes_are_those_of_the_child_sas_that_there_are() -> None:
    subnets = ("10.1.0.0/16", "10.2.0.0/16")

    async def act(it: Scene) -> None:
        def routes() -> set[str]:
            return {str(route) for route in it.host.network.owners["office"].routes}

        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        assert routes() == set(subnets)
        before = it.host.network.owners["office"]
        it.tunnel.rekey("child")
        await asyncio.sleep(10)
        assert it.tunnel.status().facts.child_rekeys == 2
        assert it.host.network.owners["office"] is before  # nothing to do for the machine
        it.gateway.delete_child(subnets[0])
        await asyncio.sleep(1)
        assert routes() == {subnets[1]}
        assert it.tunnel.state is S.CONNECTED
        it.gateway.delete_child(subnets[1])
        await it.until(S.RECONNECTING)
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        assert routes() == set(subnets)

    network = msgspec.structs.replace(PROFILE.network, subnets=subnets)
    profile = msgspec.structs.replace(PROFILE, network=network)
    scene(act, profile=profile, gateway='pairing = "single"\n' + GATEWAY)


def broken(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("nobody foresaw this")


def test_what_nobody_foresaw_when_something_is_due_ends_the_attempt(caplog: pytest.LogCaptureFixture) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.course._session.advance = broken  # type: ignore[method-assign]
        it.tunnel.rekey("ike")
        it.gateway.silent = True
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "internal_error"

    scene(act)
    assert 1 <= sum(record.getMessage() == "what was due was not done" for record in caplog.records) <= 3


def test_what_nobody_foresaw_in_a_datagram_ends_an_attempt_but_no_connection() -> None:
    async def begun(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTING)
        it.course._session.receive = broken  # type: ignore[method-assign]
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "internal_error"

    async def established(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        session = it.course._session
        session.receive = broken  # type: ignore[method-assign]
        it.host.link.received(bytes(40), session.path)
        await asyncio.sleep(1)
        assert it.tunnel.state is S.CONNECTED

    scene(begun)
    scene(established)
