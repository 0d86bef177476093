"""DNS on macOS from what a tunnel wants to whom a program asks, and back, with a dynamic store of our own."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import pytest

from ginnel_service.net.base import Dns, NetworkError, Wanted
from ginnel_service.net.dns.darwin import ScutilDns
from ginnel_service.net.dns.machine import MachineDns
from ginnel_service.net.keeper import Keeper
from ginnel_service.net.plan import SetDns
from helpers.dynamic_store import DynamicStore
from helpers.quiet_machine import QuietMachine

HOME = "192.0.2.53"
OFFICE = "10.0.0.53"
EVERYTHING = Wanted(
    device="utun3", mtu=1400, dns=Dns(servers=(ip_address(OFFICE),), search=("office.example",))
)
PART = Wanted(
    device="utun3",
    mtu=1400,
    dns=Dns(
        servers=(ip_address("10.1.0.53"),),
        search=("office.example",),
        match=("corp.example",),
        everything=False,
    ),
)
BESIDE = Wanted(
    device="utun4",
    mtu=1400,
    dns=Dns(servers=(ip_address("10.2.0.53"),), match=("lab.corp.example",), everything=False),
)


@pytest.fixture
def store() -> DynamicStore:
    return DynamicStore(HOME)


def keeper(
    state: Path,
    store: DynamicStore,
    machine: QuietMachine | None = None,
    checkpoint: Callable[[str], None] = lambda _: None,
) -> Keeper:
    state.mkdir(mode=0o700, exist_ok=True)
    return Keeper(
        machine or QuietMachine("utun3", "utun4"),
        state,
        MachineDns(state, system="darwin", run=store),
        checkpoint=checkpoint,
    )


def test_a_tunnel_is_asked_for_every_name_and_nothing_stays(tmp_path: Path, store: DynamicStore) -> None:
    before = dict(store.keys)
    network = keeper(tmp_path / "state", store)
    network.apply("a", EVERYTHING)
    assert store.asked("www.example.org") == (OFFICE,)
    assert store.searched() == ("office.example",)
    network.withdraw("a")
    assert store.keys == before
    network.close()


def test_names_are_parted_by_the_closest_domain_of_several_tunnels(
    tmp_path: Path, store: DynamicStore
) -> None:
    network = keeper(tmp_path / "state", store)
    network.apply("a", PART)
    network.apply("b", BESIDE)
    assert store.asked("www.example.org") == (HOME,)
    assert store.asked("www.corp.example") == ("10.1.0.53",)
    assert store.asked("printer.office.example") == ("10.1.0.53",)  # a search domain is asked of the tunnel
    assert store.asked("x.lab.corp.example") == ("10.2.0.53",)
    network.apply("a", EVERYTHING)  # in the place of what it wanted
    assert store.asked("www.example.org") == (OFFICE,)
    assert store.asked("x.lab.corp.example") == ("10.2.0.53",)
    network.withdraw("a")
    assert store.asked("www.corp.example") == (HOME,)
    network.close()
    assert store.asked("x.lab.corp.example") == (HOME,)


def test_what_somebody_took_away_or_changed_is_put_back_at_the_next_change(
    tmp_path: Path, store: DynamicStore
) -> None:
    network = keeper(tmp_path / "state", store)
    network.apply("a", EVERYTHING)
    ours = dict(store.keys)
    for meddle in (store.reboot, lambda: store.keys.update({key: {} for key in store.keys})):
        meddle()
        network.apply("a", EVERYTHING)
        assert (
            store.keys["State:/Network/Service/ginnel-utun3/DNS"]
            == ours["State:/Network/Service/ginnel-utun3/DNS"]
        )
    network.close()


def test_a_refusal_is_named_and_leaves_nothing(tmp_path: Path, store: DynamicStore) -> None:
    before = dict(store.keys)
    machine = QuietMachine("utun3")
    network = keeper(tmp_path / "state", store, machine)
    store.refuses = True
    with pytest.raises(NetworkError) as refused:
        network.apply("a", EVERYTHING)
    assert refused.value.code == "dns_refused"
    assert store.keys == before
    assert machine.done == []
    network.close()


def test_what_was_done_although_it_was_said_to_have_failed_is_taken_back(
    tmp_path: Path, store: DynamicStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks after names was too slow to answer, or one of its hooks failed."""
    before = dict(store.keys)
    network = keeper(tmp_path / "state", store)
    done = ScutilDns.set
    late = iter([True, False, True, False])

    def set_late(self: ScutilDns, step: SetDns) -> None:
        done(self, step)
        if next(late):
            raise TimeoutError(errno.ETIMEDOUT, "did not end")

    monkeypatch.setattr(ScutilDns, "set", set_late)
    with pytest.raises(NetworkError, match="dns_refused"):
        network.apply("a", EVERYTHING)
    assert store.keys == before
    network.apply("a", EVERYTHING)
    with pytest.raises(NetworkError, match="dns_refused"):
        network.apply("a", PART)
    assert store.asked("www.example.org") == (OFFICE,)
    network.withdraw("a")
    assert store.keys == before
    network.close()


def live(state: Path, store: DynamicStore, dying: Path, at: int) -> None:
    """A service's life, killed at its checkpoint of that number; what the store holds then is in `dying`."""
    count = 0

    def checkpoint(_: str) -> None:
        nonlocal count
        count += 1
        if count == at:
            dying.write_text(json.dumps(store.keys))
            os._exit(9)

    network = keeper(state, store, checkpoint=checkpoint)
    network.apply("a", PART)
    network.apply("b", BESIDE)
    network.apply("a", EVERYTHING)
    network.close()


def test_a_service_that_was_killed_anywhere_is_undone_by_the_next(
    tmp_path: Path, store: DynamicStore
) -> None:
    before = dict(store.keys)
    state, dying = tmp_path / "state", tmp_path / "dying"
    for at in range(1, 500):
        pid = os.fork()
        if pid == 0:
            with suppress(BaseException):
                live(state, DynamicStore(HOME), dying, at)
                os._exit(0)
            os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if status == 0:
            break
        assert status == 9
        store.keys = {
            key: {name: tuple(values) for name, values in about.items()}
            for key, about in json.loads(dying.read_text()).items()
        }
        network = keeper(state, store)
        network.recover()
        assert store.keys == before, at
        network.close()
        assert not list(state.iterdir())
    assert at > 20


def test_what_another_boot_has_seen_is_gone_with_it(tmp_path: Path, store: DynamicStore) -> None:
    machine = QuietMachine("utun3")
    network = keeper(tmp_path / "state", store, machine)
    network.apply("a", EVERYTHING)
    copy = tmp_path / "copy"
    copy.mkdir(mode=0o700)
    for file in (tmp_path / "state").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    store.reboot()
    rebooted = QuietMachine("utun3")
    rebooted.boot = 2
    after = keeper(copy, store, rebooted)
    assert after.recover() == []
    after.close()
    network.close()
