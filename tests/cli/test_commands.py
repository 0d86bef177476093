from __future__ import annotations

import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner

from ginnel_service.cli.exits import MEANINGS, Exit
from ginnel_service.cli.main import COMMANDS, main
from ginnel_service.cli.tables import duration
from ginnel_service.ipc.access import Policy
from ginnel_service.ipc.schema import ConnectionStatus, ErrorInfo, Level, LogEntry
from ginnel_service.profiles.model import Local, parse_profile
from ginnel_service.profiles.secrets import Secrets
from helpers.import_files import FOLDER

from .conftest import PSK, Served, office

CREATE = ("create", "office", "--server", "vpn.example.org", "--id", "alice", "--psk-stdin")
MINE = [name for name, module in COMMANDS.items() if module not in ("gateway", "demo")]


def test_a_profile_is_created_from_options(served: Served) -> None:
    result = served.run(*CREATE, "--subnet", "10.0.0.0/8", "--no-ipv6", "--mtu", "1300", stdin=PSK + "\n")
    assert result.exit_code == 0
    assert "ginnel up office" in result.stdout
    profile = served.service.profiles["office"]
    assert profile.network.subnets == ("10.0.0.0/8",)
    assert (profile.network.ipv6, profile.network.mtu) == (False, 1300)
    assert served.service.secrets["office"].psk == PSK.encode()


def test_a_profile_is_created_from_a_file_that_options_override(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('name = "other"\nserver = "a.example.org"\nport = 4711\n[local]\nid = "alice"\n')
    arguments = ("create", "office", "--file", str(file), "--server", "b.example.org", "--psk-stdin")
    assert served.run(*arguments, stdin=PSK).exit_code == 0
    profile = served.service.profiles["office"]
    assert (profile.name, profile.server, profile.port) == ("office", "b.example.org", 4711)


def test_a_key_may_be_any_octets(served: Served) -> None:
    assert served.run(*CREATE, stdin=b"\x00\xff\xfe\r\n").exit_code == 0
    assert served.service.secrets["office"].psk == b"\x00\xff\xfe"


@pytest.mark.parametrize("name", ["create", "up", "prompt"])
def test_a_secret_is_never_taken_from_the_command_line(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    for parameter in command.params:
        if re.search("psk|password|key|ppk_file|answer|pkcs12", parameter.name or ""):
            assert isinstance(parameter.type, click.File) or getattr(parameter, "is_flag", False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "office"),
        ("create", "office", "--server", "x"),
        ("create", "office", "--server", "x", "--id", "y"),  # no terminal to ask for the key
        ("up",),
        ("rekey", "office", "--what", "everything"),
        ("nonsense",),
        ("create", "office", "--file", "-", "--psk-stdin"),
    ],
)
def test_a_wrong_command_line_ends_with_2(served: Served, arguments: tuple[str, ...]) -> None:
    assert served.run(*arguments, stdin="").exit_code == Exit.USAGE


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "a\udcff"),
        ("up", "a\udcff"),
        ("rename", "office", "a\udcff"),
        ("log", "--connection", "a\udcff"),
        ("doctor", "a\udcff"),
        ("edit", "office", "--set", "local.id=a\udcff"),
        ("create", "home", "--server", "a\udcff", "--username", "alice"),
    ],
)
def test_what_is_not_utf_8_is_wrong_as_any_argument_can_be(
    with_office: Served, arguments: tuple[str, ...]
) -> None:
    result = with_office.run(*arguments)
    assert result.exit_code in (Exit.USAGE, Exit.BAD_PROFILE, Exit.UNKNOWN_PROFILE)


def test_every_problem_of_a_profile_is_shown_at_once(served: Served) -> None:
    arguments = ("create", "a b", "--server", "x/y", "--id", "z", "--subnet", "10.0.0.1/8", "--psk-stdin")
    result = served.run(*arguments, stdin=PSK)
    assert result.exit_code == Exit.BAD_PROFILE
    for field in ("name:", "server:", "network.subnets:", "write 10.0.0.0/8"):
        assert field in result.stderr
    assert served.service.profiles == {}


def test_a_file_that_is_not_toml_names_its_line(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('name = "x"\nserver = =\n')
    result = served.run("create", "office", "--file", str(file), "--psk-stdin", stdin=PSK)
    assert result.exit_code == Exit.BAD_PROFILE
    assert "line 2" in result.stderr


def test_an_existing_profile_is_replaced_when_asked(with_office: Served) -> None:
    refused = with_office.run(*CREATE, stdin=PSK)
    assert refused.exit_code == Exit.FAILED
    assert "--replace" in refused.stderr
    assert with_office.run(*CREATE, "--replace", "--port", "4711", stdin=PSK).exit_code == 0
    assert with_office.service.profiles["office"].port == 4711


def test_the_list_shows_good_and_broken_profiles(with_office: Served) -> None:
    error = ErrorInfo(code="profile_corrupt", params={"file": "/x.toml", "cause": "line 3"})
    with_office.service.broken["lab"] = error
    result = with_office.run("list")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "broken" in lines[1]
    assert "line 3" in lines[1]
    assert "not connected" in lines[2]
    names = [each["name"] for each in with_office.json("list")["profiles"]]
    assert names == ["lab", "office"]


def test_an_empty_list_says_what_to_do(served: Served) -> None:
    assert "ginnel create" in served.run("list").stdout


def test_show_prints_a_file_that_create_takes(with_office: Served) -> None:
    shown = with_office.run("show", "office").stdout
    assert parse_profile(shown.encode()) == office()
    assert with_office.json("show", "office")["local"] == {"id": "alice"}


def test_a_profile_is_renamed(with_office: Served) -> None:
    assert with_office.run("rename", "office", "work").output == "office is called work now.\n"
    assert list(with_office.service.profiles) == ["work"]
    assert with_office.json("rename", "work", "office") == {"renamed": "work", "name": "office"}
    assert with_office.json("rename", "nowhere", "work")["error"]["code"] == "unknown_profile"
    wrong = with_office.run("rename", "office", "a/b")
    assert wrong.exit_code == Exit.BAD_PROFILE
    assert "name: " in wrong.stderr
    with_office.service.profiles["home"] = office(name="home")
    assert with_office.json("rename", "office", "home")["error"]["code"] == "profile_exists"
    with_office.run("up", "office")
    assert with_office.json("rename", "office", "work")["error"]["code"] == "already_up"


def test_a_profile_is_removed(with_office: Served) -> None:
    assert with_office.json("remove", "office") == {"removed": "office"}
    assert with_office.run("remove", "office").exit_code == Exit.UNKNOWN_PROFILE


def test_up_shows_the_steps_and_the_connection(with_office: Served) -> None:
    result = with_office.run("up", "office")
    assert result.exit_code == 0
    steps = [line.split(": ")[1] for line in result.stderr.splitlines()]
    assert steps == [
        "resolving the gateway's name",
        "agreeing on keys with the gateway",
        "authenticating",
        "setting up device, addresses and routes",
    ]
    assert "10.9.0.1/32" in result.stdout
    assert "connected" in result.stdout


def test_weak_algorithms_of_a_profile_are_pointed_out(with_office: Served) -> None:
    service = with_office.service
    assert "Warning" not in with_office.run("up", "office").stderr
    service.connections["office"] = msgspec.structs.replace(service.connections["office"], weak=("modp1024",))
    assert "weak algorithms: modp1024." in with_office.run("up", "office").stderr
    assert "modp1024: allowed by the profile" in with_office.run("status", "office").stdout


def test_up_as_json_is_the_status_alone(with_office: Served) -> None:
    result = with_office.run("up", "office", "--json")
    assert json.loads(result.stdout)["state"] == "up"
    assert result.stderr == ""


def test_up_without_waiting_returns_at_once(with_office: Served) -> None:
    with_office.service.stall_at = "auth"
    result = with_office.run("up", "office", "--no-wait")
    assert result.exit_code == 0
    assert "status --watch" in result.stdout


def test_up_twice_is_fine(with_office: Served) -> None:
    assert with_office.run("up", "office").exit_code == 0
    assert with_office.run("up", "office").exit_code == 0


def test_up_that_never_ends_is_a_timeout(with_office: Served) -> None:
    with_office.service.stall_at = "auth"
    result = with_office.run("up", "office", "--timeout", "0.2")
    assert result.exit_code == Exit.TIMEOUT
    assert "--timeout" in result.stderr


@pytest.mark.parametrize(
    ("code", "params", "expected"),
    [
        ("authentication_failed", {}, 7),
        ("no_proposal_chosen", {}, 8),
        ("unreachable", {}, 9),
        ("name_not_resolved", {"detail": "Name or service not known"}, 10),
        ("tun_not_permitted", {"errno": 1}, 11),
        ("port_busy", {"port": 4500}, 12),
        ("ts_unacceptable", {}, 14),
        ("internal_address_failure", {}, 14),
        ("network_refused", {"step": "add route", "errno": 17}, 1),
        ("an_error_of_a_later_version", {"new": 1}, 1),
    ],
)
def test_a_failed_connection_says_why_and_ends_with_its_code(
    with_office: Served, code: str, params: dict[str, object], expected: int
) -> None:
    with_office.service.fail_up["office"] = ErrorInfo(code=code, params=params)
    result = with_office.run("up", "office")
    assert result.exit_code == expected
    assert "Error: " in result.stderr
    told = with_office.run("up", "office", "--json")
    assert told.exit_code == expected
    error = json.loads(told.stdout)["error"]
    assert error["code"] == code
    assert error["cause"]
    assert error["remedy"]


def test_down_is_fine_whether_connected_or_not(with_office: Served) -> None:
    with_office.run("up", "office")
    assert with_office.run("down", "office").stdout == "Disconnected office.\n"
    again = with_office.run("down", "office")
    assert (again.exit_code, again.stdout) == (0, "office was not connected.\n")


@pytest.mark.parametrize("words", [("up", "office"), ("down", "office")])
def test_a_script_may_wait_for_ever(with_office: Served, words: tuple[str, str]) -> None:
    for seconds in ("inf", "1e12"):
        assert with_office.run(*words, "--timeout", seconds).exit_code == 0
    refused = with_office.run(*words, "--timeout", "nan")
    assert refused.exit_code == Exit.USAGE
    assert "no number of seconds" in refused.stderr


def test_rekey_counts(with_office: Served) -> None:
    assert with_office.run("rekey", "office").exit_code == Exit.FAILED
    with_office.run("up", "office")
    assert with_office.run("rekey", "office").exit_code == 0
    assert with_office.json("rekey", "office", "--what", "ike")["rekeys"] == {"ike": 1, "child": 1}


def test_status_shows_all_or_one(with_office: Served) -> None:
    with_office.service.profiles["home"] = office(name="home", local=Local(id="bob"))
    with_office.run("up", "office")
    overview = with_office.run("status").stdout
    assert [line.split()[0] for line in overview.splitlines()] == ["NAME", "home", "office"]
    one = with_office.run("status", "office").stdout
    assert "aes256gcm16-prfsha384-ecp384" in one
    states = {each["name"]: each["state"] for each in with_office.json("status")["connections"]}
    assert states == {"home": "down", "office": "up"}
    assert with_office.json("status", "office")["device"] == "ginnel0"
    assert with_office.run("status", "nowhere").exit_code == Exit.UNKNOWN_PROFILE


def test_watching_prints_a_line_a_change_until_the_service_ends(with_office: Served) -> None:
    news = [
        ConnectionStatus(name="office", state="connecting", step="auth"),
        ConnectionStatus(name="other", state="up"),
        ConnectionStatus(name="office", state="up"),
    ]
    with_office.say_on_attach(news)
    result = with_office.run("status", "office", "--watch")
    assert result.exit_code == Exit.FAILED  # the service hung up
    assert result.stdout.splitlines() == ["office: down", "office: authenticating", "office: up"]


def test_watching_as_json_prints_a_line_an_event(with_office: Served) -> None:
    with_office.say_on_attach([ConnectionStatus(name="office", state="up")])
    lines = with_office.run("status", "--watch", "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["params"]["state"] for event in events[:2]] == ["down", "up"]
    assert events[2]["error"]["code"] == "connection_lost"


def test_following_the_log_goes_on_with_new_lines(served: Served) -> None:
    old, new = (LogEntry(at=float(n), level="info", logger="ginnel", message=f"line {n}") for n in (1, 2))
    served.service.entries = [old]
    served.say_on_attach([old, new], after_the_tail=True)
    lines = served.run("log", "--follow").stdout.splitlines()
    assert [line.rsplit(": ")[1] for line in lines] == ["line 1", "line 2"]


def test_the_log_is_printed_without_control_characters(served: Served) -> None:
    served.service.entries = [
        LogEntry(at=0.0, level="info", logger="ginnel.ipc", message="a\x1b[2Jb\nc", connection="office")
    ]
    result = served.run("log", "-n", "5")
    assert result.exit_code == 0
    assert result.stdout.endswith(r"info    ginnel.ipc [office]: a\x1b[2Jb\nc" + "\n")
    assert served.json("log")["entries"][0]["level"] == "info"


def test_the_log_shows_what_matters_of_one_connection(served: Served) -> None:
    said: tuple[tuple[Level, str], ...] = (
        ("debug", "office"),
        ("warning", "office"),
        ("error", "home"),
        ("error", ""),
    )
    served.service.entries = [
        LogEntry(at=float(n), level=level, logger="x", message=f"line {n}", connection=name)
        for n, (level, name) in enumerate(said)
    ]

    def shown(*arguments: str) -> list[str]:
        return [line.rpartition(" ")[2] for line in served.run("log", *arguments).stdout.splitlines()]

    assert shown("--level", "warning") == ["1", "2", "3"]
    assert shown("--connection", "office") == ["0", "1"]
    assert shown("--connection", "office", "--level", "error") == []
    assert shown("-n", "1", "--level", "warning", "--connection", "office") == ["1"]
    assert len(served.json("log", "--level", "error")["entries"]) == 2
    late = [
        LogEntry(at=9.0, level="info", logger="x", message="line 9", connection="office"),
        LogEntry(at=10.0, level="error", logger="x", message="line 10", connection="office"),
    ]
    served.say_on_attach(late, after_the_tail=True)
    assert shown("--follow", "--connection", "office", "--level", "warning") == ["1", "10"]


def test_an_administrator_changes_what_is_logged(served: Served) -> None:
    assert served.run("log", "--set-level", "debug").stdout == "Everything is logged from debug on.\n"
    assert served.json("log", "--set-level", "info", "--logger", "ginnel.ike")["logger"] == "ginnel.ike"
    assert served.service.levels == [("debug", ""), ("info", "ginnel.ike")]
    assert served.run("log", "--logger", "ginnel.ike").exit_code == Exit.USAGE


@pytest.mark.parametrize("policy", [Policy(admin_uids=frozenset())])
def test_nobody_else_changes_what_is_logged(served: Served) -> None:
    result = served.run("log", "--set-level", "debug")
    assert result.exit_code == Exit.NOT_PERMITTED
    assert served.service.levels == []


@pytest.mark.parametrize("policy", [Policy(admin_uids=frozenset())])
def test_another_persons_profile_is_not_permitted(served: Served) -> None:
    served.service.profiles["office"] = office(owner_uid=4711)
    for arguments in (("show", "office"), ("remove", "office"), ("up", "office"), ("down", "office")):
        result = served.run(*arguments)
        assert result.exit_code == Exit.NOT_PERMITTED
    assert served.run("status").exit_code == 0


@pytest.mark.parametrize("name", [name for name in MINE if name not in ("import", "completion")])
def test_without_a_service_every_command_says_so(tmp_path: Path, name: str) -> None:
    extra = {
        "create": ["x", "--server", "y", "--id", "z", "--psk-stdin"],
        "import": [str(FOLDER / "office.toml"), "--yes"],
        "list": [],
        "rename": ["x", "y"],
        "log": [],
        "status": [],
        "killswitch": [],
    }
    arguments = ["--socket", str(tmp_path / "none"), name, *extra.get(name, ["x"])]
    result = CliRunner().invoke(main, arguments, input=PSK)
    assert result.exit_code == Exit.NO_SERVICE
    assert "ginneld" in result.stderr
    told = CliRunner().invoke(main, [*arguments, "--json"], input=PSK)
    assert json.loads(told.stdout)["error"]["code"] == "service_not_running"


def leaves(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inside = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from leaves(command, inside)
        else:
            yield inside.command_path, command


@pytest.mark.parametrize(
    "command", [pytest.param(made, id=path) for path, made in leaves(main, click.Context(main))]
)
def test_every_command_speaks_json_and_explains_its_options(command: click.Command) -> None:
    assert "as_json" in {parameter.name for parameter in command.params}
    assert command.help
    for parameter in command.params:
        assert not isinstance(parameter, click.Option) or (parameter.help or "").endswith((".", "]"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (0.4, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (7260, "2 h 1 min"),
     (86400, "1 d"), (86401, "1 d"), (90061, "1 d 1 h"), (3601, "1 h")],
)  # fmt: skip
def test_a_duration_has_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_status_groups_what_belongs_together_and_says_since_when(with_office: Served) -> None:
    with_office.run("up", "office")
    text = with_office.run("status", "office").stdout
    assert " ago" in text
    groups = [group.splitlines()[0].split()[0] for group in re.split(r"\n\s*\n", text.strip())]
    assert groups == ["name", "server", "addresses", "device", "IKE", "in"]
    assert " d " in with_office.run("status").stdout  # for how long, at a glance


def test_a_machine_without_profiles_is_told_what_to_do(served: Served) -> None:
    assert served.run("status").stdout == served.run("list").stdout
    assert served.json("status") == {"connections": []}


def test_owners_have_names(served: Served) -> None:
    for name, uid in (("mine", os.geteuid()), ("theirs", 4_000_000_000)):
        served.service.profiles[name] = office(name=name, owner_uid=uid)
    lines = served.run("list").stdout.splitlines()
    assert [line.split()[2] for line in lines[1:]] == ["you", "4000000000"]


def test_a_service_that_hangs_up_is_an_error(tmp_path: Path) -> None:
    def hang_up() -> None:
        listener.accept()[0].close()

    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        thread = threading.Thread(target=hang_up)
        thread.start()
        result = CliRunner().invoke(main, ["--socket", path, "list"])
        thread.join()
    assert result.exit_code == Exit.FAILED
    assert "closed the connection" in result.stderr


@pytest.mark.parametrize("name", MINE)
def test_every_command_has_help_with_an_example(name: str) -> None:
    for arguments in ([name, "--help"], [name, "-h"]):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0
        assert f"ginnel {name}" in result.stdout.split("Example:")[1]
        assert "--json" in result.stdout


def test_the_help_lists_commands_and_exit_codes() -> None:
    text = CliRunner().invoke(main, ["--help"]).stdout
    assert all(f"  {name} " in text for name in MINE)
    assert all(meaning in text for meaning in MEANINGS.values())


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout.startswith("ginnel, version ")


def test_a_command_whose_modules_are_missing_says_so_and_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "demo", "no_such_module")
    refused = CliRunner().invoke(main, ["demo", "--keep"])
    assert refused.exit_code == Exit.FAILED
    assert "no_such_module is not installed" in refused.stderr
    assert "\n  demo " not in CliRunner().invoke(main, ["--help"]).stdout


def test_a_change_of_what_is_connected_says_when_it_counts(with_office: Served) -> None:
    def edited(lan: str) -> str:
        return with_office.run("edit", "office", "--set", f"network.lan={lan}").stdout

    with_office.service.secrets["office"] = Secrets(psk=PSK.encode())
    assert edited("true") == "Changed office.\n"
    with_office.run("up", "office")
    assert "until you connect again" in edited("false")
