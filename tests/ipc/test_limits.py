"""What one client costs the others: nothing. Rates by a virtual clock, the rest on a real socket."""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ginnel_service import logs
from ginnel_service.ipc.access import Peer, Policy
from ginnel_service.ipc.connection import Connection
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.limits import Bucket, Limits, Rate
from ginnel_service.ipc.schema import ConnectionStatus, DnsStatus, ErrorInfo, Level, LogEntry, TunnelDiagnosis
from ginnel_service.ipc.server import Server
from ipc.callers import NOBODY, PROFILE, calling, owned_by, serve

#: What we are to the service: an administrator by group, or as root is.
MEMBER = Policy(admin_uids=frozenset(), admin_gids=frozenset({os.getegid()}))
ROOT = Policy(admin_uids=frozenset({os.geteuid()}))
FREE = Rate(per_s=1e9, burst=1e9)
ALICE, BOB, ADMIN = (
    Peer(uid=1001, gid=1001, pid=1),
    Peer(uid=1002, gid=1002, pid=2),
    Peer(uid=1003, gid=27, pid=3),
)


def test_a_bucket_gives_a_burst_and_then_its_rate() -> None:
    bucket = Bucket(Rate(per_s=10, burst=20))
    for _ in range(4):
        assert bucket.wait_s(5, 100.0) == 0
        bucket.take(5, 100.0)
    assert bucket.wait_s(5, 100.0) == pytest.approx(0.5)
    assert bucket.wait_s(5, 100.4) == pytest.approx(0.1)
    assert bucket.wait_s(5, 100.5) == 0
    assert not bucket.full(101.9)
    assert bucket.full(102.0)


def test_what_costs_more_than_a_burst_is_had_for_a_burst() -> None:
    bucket = Bucket(Rate(per_s=1, burst=2))
    assert bucket.wait_s(50, 0.0) == 0
    bucket.take(50, 0.0)
    assert bucket.wait_s(50, 0.0) == pytest.approx(2)


def test_who_asks_too_fast_waits_and_nobody_else_does(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        loop = asyncio.get_running_loop()
        async with calling(path) as fast, calling(path) as calm:
            began = loop.time()
            fast.writer.write(b'{"jsonrpc":"2.0","id":1,"method":"hello"}\n' * 30)
            for _ in range(10):
                assert "result" in await fast.read()
            burst_s = loop.time() - began
            served: list[dict[str, Any]] = []

            async def wait() -> None:
                while len(served) < 20:
                    served.append(await fast.read())

            waiting = asyncio.create_task(wait())
            assert "result" in await calm.call("hello")
            assert len(served) <= 10  # on a machine that slept meanwhile another burst
            await waiting
            assert all("result" in answer for answer in served)
            assert loop.time() - began >= 0.9 * 20 / 20
            assert burst_s < 20 / 20

    serve(tmp_path, scenario, limits=Limits(rate=Rate(per_s=20, burst=10), rate_per_uid=FREE))


def test_all_clients_of_a_person_share_one_rate(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with calling(path) as one, calling(path) as two:
            for caller in (one, two):
                caller.writer.write(b'{"jsonrpc":"2.0","id":1,"method":"hello"}\n' * 15)
            for _ in range(15):
                assert "result" in await one.read()
                assert "result" in await two.read()
            assert loop.time() - began >= 0.9 * 18 / 50  # a connection costs as much as a word

    serve(tmp_path, scenario, limits=Limits(rate=FREE, rate_per_uid=Rate(per_s=50, burst=14)))


def test_who_connects_too_fast_is_refused(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        for _ in range(5):
            async with calling(path):
                pass
        async with calling(path) as caller:
            assert (await caller.read())["error"]["message"] == "busy"

    serve(tmp_path, scenario, limits=Limits(rate_per_uid=Rate(per_s=0.01, burst=5)))


class _Elsewhere:
    """Stands for a connection of somebody else."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.topics: frozenset[str] = frozenset()
        self.held = 0


def _server(**limits: Any) -> Server:
    return Server(
        FakeService(), Path("unused"), policy=Policy(admin_gids=frozenset({27})), limits=Limits(**limits)
    )


def test_one_person_leaves_room_for_the_next_and_all_of_them_for_administrators() -> None:
    async def run() -> None:
        server = _server(connections=20, connections_reserved=4, connections_per_uid=8)

        def admit(peer: Peer) -> bool:
            if not server._has_room(peer):
                return False
            server._connections.add(_Elsewhere(peer))  # type: ignore[arg-type]
            return True

        assert sum(admit(ALICE) for _ in range(100)) == 8
        assert sum(admit(BOB) for _ in range(100)) == 8
        assert not admit(Peer(uid=1004, gid=1004, pid=4))
        assert sum(admit(ADMIN) for _ in range(100)) == 4

    asyncio.run(run())


def test_subscribers_of_a_person_are_bounded(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as one, calling(path) as two, calling(path) as three:
            assert "result" in await one.call("subscribe", topics=["state"])
            assert "result" in await two.call("subscribe", topics=["log"])
            assert (await three.call("subscribe", topics=["state"]))["error"]["message"] == "busy"
            assert "result" in await three.call("subscribe", topics=[])
            assert "result" in await two.call("subscribe", topics=["state"])  # again is not one more
            assert "result" in await one.call("subscribe", topics=[])
            assert "result" in await three.call("subscribe", topics=["state"])

    serve(tmp_path, scenario, limits=Limits(subscribers_per_uid=2))


def test_memory_of_all_clients_of_a_person_is_bounded(tmp_path: Path, caplog: Any) -> None:
    """Each keeps within its own limits, and together they do not."""

    async def scenario(service: FakeService, path: Path) -> None:
        unfinished = b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * 400_000
        async with calling(path) as one, calling(path) as two, calling(path) as three:
            one.writer.write(unfinished)
            await two.call("hello")
            two.writer.write(unfinished)
            await three.call("hello")
            three.writer.write(unfinished)
            ended = [asyncio.create_task(each.reader.read()) for each in (one, two, three)]
            done, left = await asyncio.wait(ended, timeout=20, return_when=asyncio.FIRST_COMPLETED)
            assert len(done) == 1
            for task in left:
                task.cancel()
            async with calling(path) as other:
                assert "result" in await other.call("hello")

    serve(tmp_path, scenario, limits=Limits(octets_per_uid=1_000_000))
    assert "keep too much waiting: dropped" in caplog.text


def test_short_lines_count_for_what_they_cost(tmp_path: Path, caplog: Any) -> None:
    """Each is an object of its own, and far larger than its two octets."""

    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as one:
            one.writer.write(b"{}\n" * 40_000)
            with suppress(ConnectionResetError):
                await asyncio.wait_for(one.reader.read(), 20)  # until it is dropped

    serve(tmp_path, scenario, limits=Limits(octets_per_uid=1_000_000))
    assert "keep too much waiting: dropped" in caplog.text


def test_a_subscriber_that_does_not_read_counts_with_the_others_of_its_owner(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(os.geteuid(), "office")  # who sees all of it
        status = ConnectionStatus(name="office", routes=("2001:db8::/32",) * 2000)
        readers = [await asyncio.open_unix_connection(str(path), limit=1024) for _ in range(4)]
        for _, writer in readers:
            writer.write(b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["state"]}}\n')
        async with calling(path) as good:
            await good.call("subscribe", topics=["state"])
            while len(service._sinks) < 5:
                await good.call("hello")
            for _ in range(400):
                service.publish(status)
                assert (await good.read())["params"]["name"] == "office"
            assert len(service._sinks) == 1
        for _, writer in readers:
            writer.transport.abort()

    limits = Limits(pending_octets=1 << 22, octets_per_uid=1 << 21)
    serve(tmp_path, scenario, limits=limits)


def test_profiles_of_a_person_are_bounded(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles = {f"p{n}": owned_by(4711, f"p{n}") for n in range(50)}
        async with calling(path) as caller:
            secrets = {"psk": "c2VjcmV0IQ=="}
            for name in ("a", "b"):
                made = await caller.call("profile.create", profile={**PROFILE, "name": name}, secrets=secrets)
                assert made["result"] == {}
            third = {**PROFILE, "name": "c"}
            refused = await caller.call("profile.create", profile=third, secrets=secrets)
            assert refused["error"]["message"] == "too_many_profiles"
            assert refused["error"]["data"] == {"limit": 2}
            again = {**PROFILE, "name": "b"}
            replaced = await caller.call("profile.create", profile=again, secrets=secrets, replace=True)
            assert replaced["result"] == {}

    serve(tmp_path, scenario, policy=NOBODY, limits=Limits(profiles_per_uid=2))


@pytest.mark.parametrize("policy", [NOBODY, MEMBER, ROOT])
def test_however_much_a_persons_connections_are_everyone_hears_of_them(
    tmp_path: Path, policy: Policy
) -> None:
    """Each of as many as one person may have, through a gateway that names whatever it likes."""
    networks = tuple(f"2001:db8:1111:2222:3333:4444:5555:{n:x}/128" for n in range(0x1000, 0x1400))
    names = tuple(f"{n:0253}" for n in range(256))
    long = ErrorInfo(code="identity_mismatch", params={"name": "p", "detail": "ab" * 65536})

    def theirs(name: str) -> ConnectionStatus:
        return ConnectionStatus(
            name=name,
            state="up",
            addresses=networks,
            dns=networks,
            domains=names,
            subnets=networks,
            routes=networks,
            bypass=networks,
            dns_in_effect=DnsStatus(servers=networks, match=names, search=names),
            peer="ab" * 65536,
            error=long,
        )

    async def scenario(service: FakeService, path: Path) -> None:
        every = [f"p{n}" for n in range(Limits().profiles_per_uid)]
        service.profiles = {name: owned_by(os.geteuid() + 1, name) for name in every}
        service.profiles["mine"] = owned_by(os.geteuid(), "mine")
        service.connections = {name: theirs(name) for name in every}
        service.connections["mine"] = ConnectionStatus(name="mine", state="up", routes=networks)
        service.tunnels = tuple(TunnelDiagnosis(name=name, state="up", error=long) for name in every)
        async with calling(path) as caller:
            snapshot = (await caller.call("snapshot"))["result"]
            subscribed = (await caller.call("subscribe", topics=["state"]))["result"]
            assert subscribed == snapshot
            shown = {each["name"]: each for each in snapshot["connections"]}
            assert sorted(shown) == sorted([*every, "mine"])
            assert tuple(shown["mine"]["routes"]) == networks
            seen = shown["p1"]["routes"]
            assert 4 < len(seen) < 20
            assert tuple(seen) == networks[: len(seen)]
            service.publish(theirs("p1"))
            assert (await caller.read())["params"] == shown["p1"]
            assert "result" in await caller.call("profile.list")
            assert "result" in await caller.call("diagnose")

    serve(tmp_path, scenario, policy=policy)


CROWD = """
import json, os, resource, socket, sys
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
hello = b'{"jsonrpc":"2.0","id":1,"method":"hello"}\\n'
counts, kept = {"served": 0, "busy": 0}, []
for _ in range(1000):
    caller = socket.socket(socket.AF_UNIX)
    caller.settimeout(20)
    caller.connect(sys.argv[1])
    try:
        caller.sendall(hello)
    except OSError:
        pass
    said = json.loads(caller.recv(4096).split(b"\\n")[0])
    counts["served" if "result" in said else said["error"]["message"]] += 1
    if "result" in said:
        kept.append(caller)
print(json.dumps(counts), flush=True)
sys.stdin.readline()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another uid")
def test_nobody_makes_the_log_forget_or_hide_what_is_of_others(tmp_path: Path) -> None:
    """By saying secrets of connections that are not theirs, or that are none."""

    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(os.geteuid() + 1)
        logs.protect(b"their own secret", "office")
        async with calling(path) as caller:
            for number in range(logs.MOST_OF_ONE + 1):
                psk = base64.b64encode(b"it is up %d" % number).decode()
                refused = await caller.call(
                    "profile.create", profile=PROFILE, secrets={"psk": psk}, replace=True
                )
                assert refused["error"]["message"] == "not_permitted"
                await caller.call("profile.validate", profile=PROFILE, secrets={"psk": psk})
            for number in range(logs.MOST_CONNECTIONS + 1):
                table = {"name": f"none-{number}"}
                await caller.call("profile.validate", profile=table, secrets={"psk": psk})
        assert logs.redact("it is up 1: their own secret", "office") == f"it is up 1: {logs.REDACTED}"

    serve(tmp_path, scenario, policy=NOBODY, limits=Limits(rate=FREE, rate_per_uid=FREE))


def test_a_thousand_connections_of_one_person_keep_nobody_out() -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        pipe = asyncio.subprocess.PIPE
        crowd = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", CROWD, str(path)), stdin=pipe, stdout=pipe
        )
        assert crowd.stdout is not None
        counts = json.loads(await asyncio.wait_for(crowd.stdout.readline(), 60))
        assert counts == {"served": 64, "busy": 936}
        async with calling(path) as caller:
            assert "result" in await caller.call("hello")
        await asyncio.wait_for(crowd.communicate(b"\n"), 20)

    with tempfile.TemporaryDirectory(prefix="ginnel-crowd-") as made:
        folder = Path(made)  # where everyone may enter
        (folder / "run").mkdir(mode=0o755)
        folder.chmod(0o755)
        server = serve(folder, scenario)
    assert server._connections == set()


def test_what_is_under_way_counts_until_it_is_done() -> None:
    """A client that asks and leaves frees its place when the work is over, not before."""

    async def run() -> None:
        server = _server(connections_per_uid=1)
        connection = Connection(server, ALICE)
        server._connections.add(connection)
        assert not server._has_room(ALICE)
        server.forget(connection)
        assert server._has_room(ALICE)

    asyncio.run(run())


def test_log_lines_are_chosen_by_level_and_profile(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles = {name: owned_by(os.geteuid(), name) for name in ("a", "b")}
        lines: list[tuple[Level, str]] = [
            ("debug", "a"),
            ("warning", "a"),
            ("error", "b"),
            ("info", "a"),
            ("error", "a"),
            ("error", ""),
        ]
        entries = [
            LogEntry(at=float(at), level=level, logger="ginnel", message="m", connection=name)
            for at, (level, name) in enumerate(lines)
        ]
        service.entries = entries
        async with calling(path) as caller:
            tail = await caller.call("log.tail", level="warning", connection="a")
            assert [entry["at"] for entry in tail["result"]["entries"]] == [1.0, 4.0]
            tail = await caller.call("log.tail", level="warning", lines=2)
            assert [entry["at"] for entry in tail["result"]["entries"]] == [4.0, 5.0]
            await caller.call("subscribe", topics=["log"], log_level="warning", log_connection="a")
            for entry in entries:
                service.publish(entry)
            assert [(await caller.read())["params"]["at"] for _ in range(2)] == [1.0, 4.0]

    serve(tmp_path, scenario)


def test_the_log_tells_of_one_person_once_a_minute(tmp_path: Path, caplog: Any) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as first:
            await first.call("hello")
            for _ in range(50):
                async with calling(path) as refused:
                    assert (await refused.read())["error"]["message"] == "busy"
            assert "result" in await first.call("hello")

    serve(tmp_path, scenario, limits=Limits(connections_per_uid=1))
    assert caplog.text.count("refused") == 1


def test_without_descriptors_the_service_rests_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr("ginnel_service.ipc.server.REST_S", 0.05)
    failures = [OSError(errno.EMFILE, "Too many open files")]

    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            assert "result" in await caller.call("hello")

    class Exhausted(Server):
        async def start(self) -> None:
            await super().start()
            assert self._listener is not None
            listener = self._listener

            class Listener:
                """Has none left the first time."""

                def accept(self) -> Any:
                    if failures:
                        raise failures.pop()
                    return listener.accept()

                def __getattr__(self, name: str) -> Any:
                    return getattr(listener, name)

            self._listener = Listener()  # type: ignore[assignment]

    service, path = FakeService(), tmp_path / "run" / "ginneld.sock"
    server = Exhausted(service, path)

    async def run() -> None:
        await server.start()
        try:
            await scenario(service, path)
        finally:
            await server.close()

    asyncio.run(run())
    assert not failures
    assert "nobody is let in for a while: Too many open files" in caplog.text
