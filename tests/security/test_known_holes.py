"""What went wrong in other VPN clients, against the real service, by two people who share a machine.

Covered where the part itself is tested:

    CVE-2025-43711 (an uninstall that leaves a root launch item)   tests of packaging
    CVE-2023-36672, CVE-2023-36673, CVE-2024-3661 (traffic pulled out of the tunnel)
        tests/net/surroundings_scenarios.py, and with packets tests/leaks/test_full_tunnel.py
    CVE-2019-14899 (probing the tunnel's address from the LAN)     tests/net/test_guard.py
"""

from __future__ import annotations

import ast
import base64
import grp
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
from msgspec import Struct

import ginnel_service
from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, CommandError, Gateway, Service, network_state
from ginnel_service.ipc.schema import METHODS
from ginnel_service.process.launch import clean
from ginnel_service.profiles.model import Profile
from helpers.people import Person, listening, open_files, open_to_people

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become two other people"),
]
ALICE, BOB = Person(61001), Person(61002)
#: A group that every Debian has, in the place of `ginnel`.
STAFF = grp.getgrnam("staff").gr_gid
CAROL = Person(61003, groups=(STAFF,))
PSK = secrets.token_urlsafe(16)
OFFICE = {
    "name": "office",
    "server": Internet.GATEWAY[0],
    "local": {"id": CLIENT_ID},
    "remote": {"id": GATEWAY_ID},
}
SECRETS = {"psk": base64.b64encode(PSK.encode()).decode()}
SOURCES = Path(ginnel_service.__file__).parent


@pytest.fixture
def machine(lab: Lab) -> Host:
    return lab.host("machine")


@pytest.fixture
def service(machine: Host) -> Service:
    running = Service(machine, "--admin-group", "staff")
    open_to_people(running)
    return running


def create(profile: dict[str, Any] = OFFICE, **more: Any) -> tuple[str, dict[str, Any]]:
    return "profile.create", {"profile": profile, "secrets": SECRETS, **more}


def stored(service: Service) -> str:
    """All that the service keeps on disk, names and content."""
    state = service.folder / "state"
    files = sorted(path for path in state.rglob("*") if path.is_file())
    return "".join(f"{path.relative_to(state)}: {path.read_bytes()!r}\n" for path in files)


def starting(machine: Host, *arguments: str) -> list[str]:
    """The service by itself, with directories `r` and `s` of the lab's."""
    folders = {"--runtime-dir": "r", "--state-dir": "s"}
    told = [part for name, folder in folders.items() for part in (name, str(machine.lab.directory / folder))]
    return [sys.executable, "-m", "ginnel_service.daemon", *told, *arguments]


def text_fields(kind: type[Struct], prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Every field of a profile that takes text, and whether it takes a list."""
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, Struct):
            yield from text_fields(hint, (*prefix, field.name))
        elif hint is str:
            yield (*prefix, field.name), False
        elif hint == tuple[str, ...]:
            yield (*prefix, field.name), True


def with_field(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    profile: dict[str, Any] = json.loads(json.dumps(OFFICE))
    inner = profile
    for part in path[:-1]:
        inner = inner.setdefault(part, {})
    inner[path[-1]] = value
    return profile


def parameters() -> Iterator[tuple[str, str]]:
    """Every field that a client may set, profiles' among them, as (type, field)."""
    seen: set[type] = set()

    def walk(kind: type[Struct]) -> Iterator[tuple[str, str]]:
        if kind in seen:
            return
        seen.add(kind)
        hints = get_type_hints(kind)
        for field in msgspec.structs.fields(kind):
            yield kind.__name__, field.name
            hint = hints[field.name]
            if isinstance(hint, type) and issubclass(hint, Struct):
                yield from walk(hint)

    for params, _ in METHODS.values():
        yield from walk(params)


def test_cve_2024_9050_and_2018_10900_a_line_break_in_a_field_is_refused(service: Service) -> None:
    """It became another option of the file that a root helper was given."""
    fields = list(text_fields(Profile))
    assert len(fields) > 15
    hostile = "10.0.0.0/8\nupdown=/tmp/evil\r\x00\x1b\u2028\u202e"
    before = stored(service)
    answers = ALICE.ask(
        service,
        *(create(with_field(path, [hostile] if is_list else hostile)) for path, is_list in fields),
        create({**OFFICE, "certificates": {"a\nb": "x"}}),
        ("profile.validate", {"profile": with_field(("server",), hostile)}),
        ("connection.up", {"name": "office\nevil"}),
        ("prompt.answer", {"name": "office\n", "id": 1, "answer": "a\nb"}),
    )
    codes = [answer.get("error", {}).get("message") for answer in answers]
    assert set(codes[: len(fields) + 1]) == {"profile_invalid"}
    assert answers[-3]["result"]["problems"][0]["field"] == "server"
    assert codes[-2:] == ["unknown_profile"] * 2
    assert stored(service) == before
    log = service.process.log.read_text()
    assert all(line.isprintable() for line in log.splitlines())


def test_cve_2018_4008_and_2019_12578_no_client_has_a_script_run(service: Service) -> None:
    """There is no field for one, and the service starts no shell."""
    names = ("updown", "up", "down", "script", "exec", "command", "plugin", "leftupdown", "post_up", "hook")
    calls = [create({**OFFICE, name: "/tmp/evil.sh"}) for name in names]
    calls += [create({**OFFICE, "network": {name: "/tmp/evil.sh"}}) for name in names]
    calls += [(name, {"path": "/tmp/evil.sh"}) for name in names]
    assert set(ALICE.errors(service, *calls)) == {"bad_request", "unknown_method"}
    for source in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in ("os.system", "os.popen", "eval", "exec"), source
            assert not any(each.arg == "shell" for each in node.keywords), source


def test_cve_2018_9105_and_2018_7715_no_parameter_is_a_path(service: Service, machine: Host) -> None:
    """Not by its name, and what looks like one is read as what it should be."""
    words = ("path", "file", "folder", "directory", "program", "executable", "command", "script", "plugin")
    named = [name for _, name in parameters()]
    assert len(named) > 100
    assert not [name for name in named if any(word in name.split("_") for word in words)]
    secret = machine.lab.directory / "root-only"
    secret.write_text("-----BEGIN CERTIFICATE-----\nhush\n")
    secret.chmod(0o600)
    hostile = {**OFFICE, "certificates": {"ca": str(secret)}, "remote": {"ca": ["ca"]}}
    (answer,) = ALICE.ask(service, create(hostile))
    assert answer["error"]["message"] == "profile_invalid"
    assert "hush" not in json.dumps(answer)
    (answer,) = ALICE.ask(service, create({**OFFICE, "server": f"file://{secret}"}))
    assert answer["error"]["message"] == "profile_invalid"


HAND_OVER = """
import json, socket
with socket.socket(socket.AF_UNIX) as ours, socket.socket(socket.AF_UNIX) as theirs:
    ours.bind("")
    ours.listen(1)
    child = os.fork()
    if child == 0:  # a person opens the connection, hands it to root, and is gone
        become()
        service = socket.socket(socket.AF_UNIX)
        service.connect(sys.argv[1])
        theirs.connect(ours.getsockname())
        socket.send_fds(theirs, [b"x"], [service.fileno()])
        theirs.recv(1)
        os._exit(0)
    del sys.argv[1:3]
    other, _ = ours.accept()
    _, (descriptor,), _, _ = socket.recv_fds(other, 1, 1)
    other.close()
    os.waitpid(child, 0)  # its pid is free for anyone by now
    assert os.geteuid() == 0
    service = socket.socket(fileno=descriptor)
    service.settimeout(30)
    stream = service.makefile("rw")
    for number, (method, params) in enumerate(json.load(sys.stdin)):
        stream.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\\n")
        stream.flush()
        print(stream.readline(), end="")
"""


def test_cve_2018_4009_and_2023_4104_the_caller_is_who_the_kernel_says_connected(service: Service) -> None:
    """Neither what it says of itself, nor who uses its connection later, nor whose its pid is by then."""
    assert ALICE.errors(service, create()) == [""]
    calls = [
        ("hello", {"client": "root"}),
        ("profile.show", {"name": "office"}),
        ("connection.up", {"name": "office"}),
        ("log.level", {"level": "debug"}),
        create({**OFFICE, "name": "mine", "owner_uid": 0}),
        ("profile.show", {"name": "mine"}),
    ]
    done = service.host.run(BOB.argv(HAND_OVER, str(service.socket)), stdin=json.dumps(calls), timeout_s=60)
    hello, show, up, level, made, mine = (json.loads(line) for line in done.stdout.splitlines())
    assert hello["result"]["role"] == "user"
    assert [each["error"]["message"] for each in (show, up, level)] == ["not_permitted"] * 3
    assert made["result"] == {}
    assert mine["result"]["owner_uid"] == BOB.uid


def test_cve_2023_33298_what_a_shell_would_take_apart_is_text(service: Service, machine: Host) -> None:
    marker = machine.lab.directory / "marker"
    machine.lab.directory.chmod(0o777)
    harmful = [f"$(touch {marker})", f"`touch {marker}`", f"; touch {marker} ;", f"| touch {marker}", "'\"*"]
    calls = []
    for text in harmful:
        calls += [
            create({**OFFICE, "name": text}),
            create({**OFFICE, "server": text}),
            create({**OFFICE, "certificates": {text: "x"}, "remote": {"ca": [text]}}),
            create({**OFFICE, "dns": {"servers": [text]}}),
            create({**OFFICE, "dns": {"search": [text]}}),
        ]
    assert set(ALICE.errors(service, *calls)) == {"profile_invalid"}
    # Where such text is allowed it goes on as text, all the way to the machine and back.
    odd = {**OFFICE, "local": {"id": harmful[0] + "@example.org"}}
    shown = ALICE.ask(
        service, create(odd), ("profile.show", {"name": "office"}), ("connection.up", {"name": "office"})
    )
    assert shown[1]["result"]["local"]["id"] == harmful[0] + "@example.org"
    with pytest.raises(CommandError):
        service.ginnel("up", "office", "--timeout", "0.5")
    assert not marker.exists()


SEND_FILES = """
import json, socket
secret = os.open(sys.argv[4], os.O_RDONLY)
become()
with socket.socket(socket.AF_UNIX) as service:
    service.settimeout(30)
    service.connect(sys.argv[1])
    for _ in range(200):
        socket.send_fds(service, [b'{"jsonrpc":"2.0","id":1,"method":"hello"}\\n'], [secret] * 4)
    stream = service.makefile("r")
    for _ in range(200):
        assert "result" in json.loads(stream.readline())
    print(json.dumps({"done": True}), flush=True)
    sys.stdin.readline()
"""


def test_cve_2022_25165_and_2012_3483_octets_cross_and_no_files(service: Service, machine: Host) -> None:
    """Nothing is checked by its name and read later; a file that is passed along is not even taken."""
    file = machine.lab.directory / "secret"
    file.write_text("x")
    argv = ALICE.argv(SEND_FILES, str(service.socket), str(file))
    with subprocess.Popen(
        machine.command(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as sender:
        assert sender.stdout is not None
        assert json.loads(sender.stdout.readline()) == {"done": True}
        assert str(file) in open_files(sender.pid)
        assert str(file) not in open_files(service.process.pid)
        sender.communicate("\n", timeout=30)


def test_cve_2022_25165_what_a_person_may_not_read_the_command_does_not_either(
    service: Service, machine: Host
) -> None:
    """Files are opened by `ginnel`, with the rights of who runs it."""
    secret = machine.lab.directory / "roots-key"
    secret.write_text("hush hush")
    secret.chmod(0o600)
    create_ = ("create", "mine", "--server", "vpn.example.org", "--id", "a", "--psk-file", str(secret))
    status, words = ALICE.ginnel(service, *create_)
    assert (status, "Permission denied" in words) == (2, True)
    link = machine.lab.directory / "link"
    link.symlink_to(secret)
    assert ALICE.ginnel(service, *create_[:-1], str(link))[0] == 2
    assert "mine" not in stored(service)
    secret.chmod(0o644)
    assert ALICE.ginnel(service, *create_)[0] == 0


def test_cve_2025_9615_a_profile_and_its_secrets_are_its_owners(service: Service) -> None:
    """A service with root's rights read for one person what was another's."""
    assert ALICE.errors(service, create()) == [""]
    reach = [
        ("profile.show", {"name": "office"}),
        ("profile.remove", {"name": "office"}),
        create(replace=True),
        create(replace=True, keep_secrets=True),
        create(replace=True, system=True),
        ("profile.validate", {"profile": OFFICE, "keep_secrets": True}),
        ("connection.up", {"name": "office"}),
        ("connection.down", {"name": "office"}),
        ("connection.retry", {"name": "office"}),
        ("connection.rekey", {"name": "office"}),
        ("ondemand.set", {"name": "office", "change": "on"}),
        ("prompt.answer", {"name": "office", "id": 1, "answer": "x"}),
        ("diagnose", {"name": "office", "active": True}),
    ]
    before = stored(service)
    assert BOB.errors(service, *reach) == ["not_permitted"] * len(reach)
    assert BOB.errors(service, create()) == ["profile_exists"]
    # An administrator may end it and see it, and that is all.
    allowed = ("connection.down",)
    refused = [call for call in reach if call[0] not in allowed and not call[1].get("system")]
    assert CAROL.errors(service, *refused) == ["not_permitted"] * len(refused)
    assert CAROL.errors(service, ("connection.down", {"name": "office"})) == ["not_up"]
    assert stored(service) == before
    # What others see of it names nothing of where it leads.
    for answer in BOB.ask(service, ("snapshot", {}), ("profile.list", {}), ("diagnose", {"name": "office"})):
        assert "office" in json.dumps(answer)
        assert Internet.GATEWAY[0] not in json.dumps(answer)
        assert CLIENT_ID not in json.dumps(answer)
    assert PSK not in service.process.log.read_text()


def test_cve_2025_9615_secrets_that_were_left_behind_are_nobodys(service: Service) -> None:
    assert ALICE.errors(service, create()) == [""]
    (service.folder / "state" / "profiles" / "office.toml").unlink()  # as if a removal had broken off
    bare = {**create(keep_secrets=True, replace=True)[1], "secrets": {}}
    assert BOB.errors(service, ("profile.create", bare)) == ["profile_invalid"]  # the key is missing
    eap = {"name": "office", "server": "vpn.example.org", "authentication": {"username": "bob"}}
    made = ("profile.create", {"profile": eap, "keep_secrets": True, "replace": True})
    assert BOB.errors(service, made) == [""]
    service.process.stop()
    service.start()
    assert PSK not in stored(service)
    assert [each["name"] for each in service.ginnel("list")["profiles"]] == ["office"]


def test_cve_2025_11462_a_link_in_the_place_of_the_log_is_not_followed(machine: Host) -> None:
    victim = machine.lab.directory / "victim"
    victim.write_text("untouched")
    folder = machine.lab.directory / "logs"
    folder.mkdir(mode=0o777)
    (folder / "ginneld.log").symlink_to(victim)
    (folder / "ginneld.log.1").symlink_to(victim)
    log = str(folder / "ginneld.log")
    refused = machine.run(starting(machine, "--log-file", log), check=False)
    assert refused.returncode == 1
    assert victim.read_text() == "untouched"


def test_cve_2022_0517_the_environment_of_who_starts_it_loads_nothing(machine: Host) -> None:
    """By the command that people start, with variables that would have OpenSSL and Python load files."""
    folder = machine.lab.directory / "evil"
    folder.mkdir(mode=0o777)
    marker = folder / "marker"
    (folder / "sitecustomize.py").write_text(f"open({str(marker)!r}, 'w')")
    (folder / "openssl.cnf").write_text(
        "openssl_conf = a\n[a]\nproviders = b\n[b]\nevil = c\n[c]\nmodule = /tmp/evil.so\nactivate = 1\n"
    )
    hostile = {
        "PYTHONPATH": str(folder),
        "OPENSSL_CONF": str(folder / "openssl.cnf"),
        "PYTHONSTARTUP": str(folder),
    }
    assert not clean(hostile).keys() & hostile.keys()
    code = (
        f"import sys; sys.path[:0] = {[str(SOURCES.parent), *sys.path]!r}; "
        "sys.argv = ['ginneld', '--version']; "
        "from ginnel_service.process.launch import main; main()"
    )
    argv = [sys.executable, "-I", "-c", code]
    machine.run(argv, env=hostile, check=False)
    assert not marker.exists()


def test_cve_2022_41924_there_is_no_port_that_a_web_page_could_reach(lab: Lab) -> None:
    """Only the unix socket, and none without a place in the file system; also while connected."""
    net = Internet(lab)
    Gateway(net.gateway, PSK)
    service = Service(net.client)
    assert listening(net.client) == []
    service.create(OFFICE, PSK)
    service.ginnel("up", "office")
    assert listening(net.client) == []
    sockets = net.client.run(["cat", "/proc/net/unix"]).stdout.splitlines()[1:]
    named = [line.split()[7] for line in sockets if len(line.split()) > 7]
    assert any(name == str(service.socket) for name in named)
    assert not [name for name in named if name.startswith("@") and "ginnel" in name]


def test_an_administrator_of_the_machine_has_its_profiles_and_nobody_elses(service: Service) -> None:
    """By the group that the service was told of."""
    assert CAROL.ask(service, ("hello", {}))[0]["result"]["role"] == "admin"
    assert BOB.ask(service, ("hello", {}))[0]["result"]["role"] == "user"
    system = {**OFFICE, "name": "everyones"}
    assert BOB.errors(service, create(system, system=True)) == ["not_permitted"]
    assert CAROL.errors(service, create(system, system=True), create(system, replace=True)) == ["", ""]
    (shown,) = CAROL.ask(service, ("profile.show", {"name": "everyones"}))
    assert shown["result"]["owner_uid"] == 0
    assert BOB.errors(service, ("connection.up", {"name": "everyones"})) == ["not_permitted"]
    assert CAROL.errors(service, ("log.level", {"level": "info"})) == [""]
    status, words = CAROL.ginnel(service, "remove", "everyones")
    assert status == 0, words


def test_a_group_that_is_not_there_is_no_start(machine: Host) -> None:
    refused = machine.run(starting(machine, "--admin-group", "no-such-group-here"), check=False)
    assert (refused.returncode, "no-such-group-here" in refused.stderr) == (2, True)


PLANT = """
import socket, time
become()
path = sys.argv[1]
end = time.monotonic() + float(sys.argv[2])
with socket.socket(socket.AF_UNIX) as mine:
    plants = [lambda: os.symlink("/etc/passwd", path), lambda: mine.bind(path), lambda: os.unlink(path)]
    while time.monotonic() < end:  # whatever moment there is
        for plant in plants:
            try:
                plant()
            except OSError:
                pass
"""

#: Listens where the service would, until its standard input ends.
SQUAT = """
import socket
become()
squatter = socket.socket(socket.AF_UNIX)
squatter.bind(sys.argv[1])
squatter.listen()
print(1, flush=True)
sys.stdin.readline()
"""


def test_nobody_puts_a_link_or_a_socket_in_the_place_of_ours(machine: Host) -> None:
    """Not while the service starts and stops over and over; its directory is its own."""
    service = Service(machine)
    open_to_people(service)
    run = service.socket.parent
    planter = BOB.start(machine, PLANT, str(service.socket), "8", label="planter")
    for _ in range(4):
        assert not service.socket.is_symlink()
        assert service.socket.stat().st_uid == run.stat().st_uid == 0
        assert run.stat().st_mode & 0o022 == 0
        assert service.process.stop() == 0
        service.start()
    planter.stop()
    assert ALICE.ask(service, ("hello", {}))[0]["result"]["role"] == "user"


def test_a_link_that_leads_nowhere_is_removed_and_not_followed(machine: Host) -> None:
    elsewhere = machine.lab.directory / "elsewhere"
    service = Service(machine)
    assert service.process.stop() == 0
    service.socket.symlink_to(elsewhere)
    service.start()
    assert not service.socket.is_symlink()
    assert not elsewhere.exists()


@pytest.mark.parametrize("plant", ["directory of another", "socket of another", "link to a directory"])
def test_what_somebody_else_put_there_before_is_not_used(machine: Host, plant: str) -> None:
    run = machine.lab.directory / "r"
    elsewhere = machine.lab.directory / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    machine.lab.directory.chmod(0o755)
    before = network_state(machine)
    with ExitStack() as stack:
        if plant == "link to a directory":
            run.symlink_to(elsewhere)
        else:
            run.mkdir()
            os.chown(run, ALICE.uid, ALICE.uid)
        if plant == "socket of another":
            pipe = subprocess.PIPE
            argv = machine.command(ALICE.argv(SQUAT, str(run / "ginneld.sock")))
            squatter = stack.enter_context(subprocess.Popen(argv, stdin=pipe, stdout=pipe))
            assert squatter.stdout is not None
            assert squatter.stdout.readline() == b"1\n"
            os.chown(run, 0, 0)
        refused = machine.run(starting(machine), check=False)
        if plant == "socket of another":
            squatter.communicate(b"\n", timeout=10)
    assert refused.returncode == 1, refused.stderr
    assert str(run) in refused.stderr
    assert list(elsewhere.iterdir()) == []
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    assert network_state(machine) == before
