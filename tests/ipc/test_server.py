"""The server against callers of every kind, on a real unix socket."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import random
import stat
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ginnel_service import logs
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.limits import Limits, Rate
from ginnel_service.ipc.schema import ConnectionStatus, Diagnosis, DiagnosisProgress, LogEntry
from ginnel_service.ipc.server import Server
from ginnel_service.profiles.model import Profile
from ipc.callers import NOBODY, PROFILE, Caller, calling, owned_by, serve

PSK = b"correct horse battery staple"
#: For floods that are about something else.
UNHURRIED = Limits(rate=Rate(per_s=1e6, burst=1e6), rate_per_uid=Rate(per_s=1e6, burst=1e6))


def test_a_profile_lives_its_life_through_calls(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            hello = await caller.call("hello", client="test")
            assert hello["result"]["protocol"] == 1
            assert hello["result"]["role"] == "admin"
            secrets = {"psk": "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZQ=="}
            assert (await caller.call("profile.create", profile=PROFILE, secrets=secrets))["result"] == {}
            assert service.secrets["office"].psk == PSK
            shown = await caller.call("profile.show", name="office")
            assert shown["result"]["owner_uid"] == os.geteuid()
            assert "psk" not in json.dumps(shown["result"]).replace('"method": "psk"', "")
            await caller.call("connection.up", name="office")
            snapshot = await caller.call("snapshot")
            assert snapshot["result"]["connections"][0]["state"] == "up"
            rekeyed = await caller.call("connection.rekey", name="office", what="ike")
            assert rekeyed["result"]["rekeys"] == {"ike": 1, "child": 0}
            assert (await caller.call("connection.down", name="office"))["result"]["state"] == "down"
            assert (await caller.call("profile.remove", name="office"))["result"] == {}
            assert (await caller.call("profile.list"))["result"] == {"profiles": []}

    serve(tmp_path, scenario)


def test_the_socket_is_open_to_all_in_a_directory_of_ours(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o666
        assert stat.S_IMODE(os.stat(path.parent).st_mode) & 0o022 == 0

    serve(tmp_path, scenario)


def test_a_stale_socket_is_replaced_and_a_live_one_is_not(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        with pytest.raises(OSError, match="another service"):
            await Server(service, path).start()
        async with calling(path) as caller:
            assert "result" in await caller.call("hello")

    import socket

    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "run" / "ginneld.sock"))
    serve(tmp_path, scenario)


def test_a_directory_that_others_can_write_is_refused(tmp_path: Path) -> None:
    async def start() -> None:
        with pytest.raises(OSError, match="not ours alone"):
            await Server(FakeService(), tmp_path / "open" / "s").start()

    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    asyncio.run(start())


def test_a_path_too_long_for_a_socket_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 108)

    async def main() -> None:
        with pytest.raises(OSError, match="--runtime-dir") as raised:
            await Server(FakeService(), path).start()
        assert raised.value.errno == errno.ENAMETOOLONG

    asyncio.run(main())


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("profile.show", {"name": "office"}),
        ("profile.remove", {"name": "office"}),
        ("profile.rename", {"name": "office", "new_name": "work"}),
        ("profile.create", {"profile": PROFILE, "replace": True}),
        ("connection.up", {"name": "office"}),
        ("connection.down", {"name": "office"}),
        ("connection.rekey", {"name": "office"}),
    ],
)
def test_another_persons_profile_is_out_of_reach(tmp_path: Path, method: str, params: dict[str, Any]) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(os.geteuid() + 1)
        async with calling(path) as caller:
            assert (await caller.call("hello"))["result"]["role"] == "user"
            answer = await caller.call(method, **params)
            assert answer["error"]["message"] == "not_permitted"
            assert answer["error"]["data"]["name"] == "office"
            assert (await caller.call("snapshot"))["result"]["profiles"][0]["name"] == "office"

    serve(tmp_path, scenario, policy=NOBODY)


def test_an_owner_named_by_the_client_is_ignored(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            profile = {**PROFILE, "owner_uid": 4711}
            await caller.call("profile.create", profile=profile, secrets={"psk": "c2VjcmV0IQ=="})
            assert service.profiles["office"].owner_uid == os.geteuid()

    serve(tmp_path, scenario)


def test_log_lines_of_others_are_kept_from_a_person(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles = {"mine": owned_by(os.geteuid(), "mine"), "theirs": owned_by(4711, "theirs")}
        service.entries = [
            LogEntry(at=1.0, level="info", logger="ginnel", message="m", connection=name)
            for name in ("mine", "theirs", "", "gone")
        ]
        async with calling(path) as caller:
            await caller.call("subscribe", topics=["log"])
            tail = await caller.call("log.tail")
            assert [entry["connection"] for entry in tail["result"]["entries"]] == ["mine"]
            for entry in reversed(service.entries):
                service.publish(entry)
            assert (await caller.read())["params"]["connection"] == "mine"

    serve(tmp_path, scenario, policy=NOBODY)


def test_a_subscriber_hears_states_and_statistics(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        async with calling(path) as caller, calling(path) as other:
            await caller.call("subscribe", topics=["state", "statistics"], statistics_interval_s=0.1)
            await other.call("connection.up", name="office")
            heard = [await caller.read() for _ in range(6)]
            steps = [news["params"].get("step") for news in heard if news["method"] == "state"]
            assert steps == ["resolve", "init", "auth", "network", ""]
            assert heard[5]["method"] == "statistics"

    serve(tmp_path, scenario)


def test_a_full_disk_has_a_name(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.refuse["create_profile"] = OSError(errno.ENOSPC, "No space left on device")
        async with calling(path) as caller:
            secrets = {"psk": "c2VjcmV0IQ=="}
            answer = await caller.call("profile.create", profile=PROFILE, secrets=secrets)
            assert answer["error"]["message"] == "storage_refused"
            assert answer["error"]["data"] == {"errno": errno.ENOSPC}

    serve(tmp_path, scenario)


def test_a_service_that_fails_unforeseen_says_so_without_detail(tmp_path: Path, caplog: Any) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.refuse["list_profiles"] = KeyError(PSK.decode())
        async with calling(path) as caller:
            answer = await caller.call("profile.list")
            assert answer["error"]["message"] == "internal_error"
            assert answer["error"]["data"] == {"detail": "KeyError"}
            assert "result" in await caller.call("hello")

    serve(tmp_path, scenario)
    assert "profile.list failed" in caplog.text


STRANGER = """
import json, os, socket, sys
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
with socket.socket(socket.AF_UNIX) as caller:
    caller.connect(sys.argv[1])
    stream = caller.makefile("rw")
    for number, (method, params) in enumerate(json.loads(sys.argv[2])):
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        stream.write(json.dumps(message) + "\\n")
        stream.flush()
        print(stream.readline(), end="")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another uid")
def test_another_uid_gets_a_status_and_no_more() -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("hello", {}),
        ("snapshot", {}),
        ("profile.show", {"name": "office"}),
        ("connection.up", {"name": "office"}),
        (
            "profile.create",
            {"profile": {**PROFILE, "name": "own", "owner_uid": 0}, "secrets": {"psk": "MTIzNA=="}},
        ),
        ("profile.show", {"name": "own"}),
    ]

    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        stranger = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", STRANGER, str(path), json.dumps(calls)),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(stranger.communicate(), 20)
        hello, snapshot, show, up, create, own = (json.loads(line) for line in output.splitlines())
        assert hello["result"]["role"] == "user"
        assert snapshot["result"]["profiles"][0]["name"] == "office"
        assert [each["error"]["message"] for each in (show, up)] == ["not_permitted"] * 2
        assert create["result"] == {}
        assert own["result"]["owner_uid"] == 65534

    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        serve(Path(directory), scenario)


BAD_MESSAGES = [
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"jsonrpc":"1.0","id":1,"method":"hello"}',
    b'{"jsonrpc":"2.0","id":-1,"method":"hello"}',
    b'{"jsonrpc":"2.0","method":"hello"}',
    b'{"jsonrpc":"2.0","id":1,"method":"hello","extra":1}',
    b'{"jsonrpc":"2.0","id":1,"method":"__init__"}',
    b'{"jsonrpc":"2.0","id":1,"method":"hello","params":[1]}',
    b'{"jsonrpc":"2.0","id":1,"method":"hello","params":null}',
    b'{"jsonrpc":"2.0","id":1,"method":"profile.show","params":{"name":1}}',
    b'{"jsonrpc":"2.0","id":1,"method":"profile.show","params":{"name":"\xff"}}',
    b'{"jsonrpc":"2.0","id":1,"method":"connection.rekey","params":{"name":"a","what":"all"}}',
    b'{"jsonrpc":"2.0","id":1,"method":"log.tail","params":{"lines":1e999}}',
    b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"statistics_interval_s":0}}',
    b'{"jsonrpc":"2.0","id":1,"method":"profile.create","params":{"profile":{"name":"x","server":"y","script":"z"}}}',
    b'{"jsonrpc":"2.0","id":1,"method":"hello","params":' + b"[" * 5000 + b"]" * 5000 + b"}",
]


@pytest.mark.parametrize("message", BAD_MESSAGES)
def test_a_bad_message_is_answered_and_survived(tmp_path: Path, message: bytes) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            caller.writer.write(message + b"\n")
            answer = await caller.read()
            assert answer["error"]["message"] in ("bad_request", "unknown_method")
            assert "result" in await caller.call("hello")

    serve(tmp_path, scenario)


def test_ten_thousand_malformed_messages_cost_nothing(tmp_path: Path) -> None:
    chance = random.Random(20)
    valid = [
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"name": "office"}}).encode()
        for method in ("hello", "profile.show", "connection.up", "connection.rekey")
    ]

    def mangled() -> bytes:
        data = bytearray(chance.choice(valid + BAD_MESSAGES[:-1]))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data[: chance.randint(1, len(data))]).replace(b"\n", b" ").strip() or b"x"

    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        async with calling(path) as caller, calling(path) as bystander:
            for _ in range(100):
                batch = [mangled() for _ in range(100)]
                caller.writer.write(b"".join(line + b"\n" for line in batch))
                for _ in batch:
                    answer = await caller.read()
                    assert ("error" in answer) != ("result" in answer)
            assert "result" in await bystander.call("hello")

    serve(tmp_path, scenario, limits=UNHURRIED)


def test_a_message_beyond_the_limit_is_refused_and_the_rest_go_on(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller, calling(path) as bystander:
            caller.writer.write(b"x" * (1 << 20) + b"yz")
            assert (await caller.read())["error"]["message"] == "too_large"
            assert await caller.reader.read() == b""
            assert "result" in await bystander.call("hello")

    serve(tmp_path, scenario)


def test_a_slow_reader_is_dropped_and_another_goes_on(tmp_path: Path, caplog: Any) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as good:
            await good.call("subscribe", topics=["state"])
            reader, writer = await asyncio.open_unix_connection(str(path), limit=1024)
            slow = Caller(reader, writer)
            await slow.call("subscribe", topics=["state"])
            status = ConnectionStatus(name="office", routes=("2001:db8::/32",) * 500)
            for _ in range(2000):
                service.publish(status)
                assert (await good.read())["params"]["name"] == "office"
            assert len(service._sinks) == 1
            assert "result" in await good.call("hello")
            writer.transport.abort()

    serve(tmp_path, scenario, limits=Limits(pending_octets=1 << 18))
    assert "does not read: dropped" in caplog.text


def test_a_caller_that_floods_requests_is_served_a_few_at_a_time(tmp_path: Path) -> None:
    under_way, most = 0, 0

    class Slow(FakeService):
        async def tail_log(self, lines: int) -> tuple[LogEntry, ...]:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            for _ in range(3):
                await asyncio.sleep(0)
            under_way -= 1
            return ()

    async def scenario() -> None:
        path = tmp_path / "s"
        server = Server(Slow(), path, limits=replace(UNHURRIED, requests=4))
        await server.start()
        async with calling(path) as caller:
            caller.writer.write(b'{"jsonrpc":"2.0","id":1,"method":"log.tail"}\n' * 500)
            for _ in range(500):
                assert (await caller.read())["result"] == {"entries": []}
        await server.close()

    asyncio.run(scenario())
    assert most == 4


def test_connections_of_one_uid_are_bounded(tmp_path: Path, caplog: Any) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as first, calling(path) as second, calling(path) as third:
            assert "result" in await first.call("hello")
            assert "result" in await second.call("hello")
            assert (await third.read())["error"]["message"] == "busy"
            assert await third.reader.read() == b""
            first.writer.close()
            await second.call("snapshot")
            await second.call("snapshot")
            async with calling(path) as again:
                assert "result" in await again.call("hello")

    serve(tmp_path, scenario, limits=Limits(connections_per_uid=2))
    assert "too many connections" in caplog.text


def test_callers_that_vanish_leave_nothing_behind(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        for _ in range(50):
            async with calling(path) as caller:
                await caller.call("subscribe", topics=["state", "statistics", "log"])
        async with calling(path) as caller:
            await caller.call("hello")
        assert service._sinks == {}

    server = serve(tmp_path, scenario)
    assert server._connections == set()


def test_a_long_log_is_cut_to_one_message(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.entries = [
            LogEntry(at=float(n), level="info", logger="ginnel", message="x" * 4000) for n in range(1000)
        ]
        async with calling(path) as caller:
            entries = (await caller.call("log.tail", lines=1000))["result"]["entries"]
            assert entries[-1]["at"] == 999.0
            assert 50 < len(entries) < 300

    serve(tmp_path, scenario)


def test_secrets_that_cross_are_known_to_the_log(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            await caller.call("profile.create", profile=PROFILE, secrets={"psk": "enVjY2hpbmktMTIz"})

    serve(tmp_path, scenario)
    assert logs.redact("psk is zucchini-123") == "psk is [secret]"


def test_an_examination_ends_with_its_caller_and_is_told_to_those_who_may_use_the_connection(
    tmp_path: Path,
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def scenario(service: FakeService, path: Path) -> None:
        async def examine(name: str) -> Diagnosis:
            service.publish(DiagnosisProgress(name=name, check="udp"))
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            raise AssertionError

        service.examine = examine  # type: ignore[method-assign]
        service.profiles["mine"] = Profile(name="mine", server="gw", owner_uid=os.geteuid())
        service.profiles["theirs"] = Profile(name="theirs", server="gw", owner_uid=os.geteuid() + 1)
        async with calling(path) as watcher:
            await watcher.call("subscribe", topics=["diagnosis"])
            async with calling(path) as caller:
                refused = await caller.call("diagnose", name="theirs", active=True)
                assert refused["error"]["message"] == "not_permitted"
                assert (await caller.call("diagnose", name="theirs"))["result"]
                caller.writer.write(
                    b'{"jsonrpc": "2.0", "id": 9, "method": "diagnose", '
                    b'"params": {"name": "mine", "active": true}}\n'
                )
                await begun.wait()
                assert not ended.is_set()
            await asyncio.wait_for(ended.wait(), 10)
            told = await watcher.read()
            assert (told["method"], told["params"]["check"]) == ("diagnosis", "udp")
            service.publish(DiagnosisProgress(name="theirs", check="tcp"))
            service.publish(DiagnosisProgress(name="mine", check="nat"))
            assert (await watcher.read())["params"]["check"] == "nat"

    serve(tmp_path, scenario, policy=NOBODY)
