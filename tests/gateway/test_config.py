from __future__ import annotations

from pathlib import Path

import pytest

from ginnel_service.gateway.config import load, parse
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.gateway.example import example
from ginnel_service.gateway.registry import establish
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.tunnel.dataplane import EspSettings

GOOD = 'identity = "gw"\npool_ipv4 = "10.0.0.0/24"\nusers = [{ id = "a@b", psk = "hush-hush" }]\n'


def test_the_example_runs_as_it_is_and_its_key_is_fresh() -> None:
    first, second = example("gw.example.org", "a@b"), example("gw.example.org", "a@b")
    assert first != second
    config = parse(first.encode())
    assert str(config.identity) == "gw.example.org"
    assert len(config.proofs.psks[Identity.parse_text("a@b")]) >= 32


def test_names_in_the_example_are_quoted() -> None:
    assert len(parse(example('g"w', "a\\b").encode()).proofs.psks) == 1


@pytest.mark.parametrize("name", ["a\udcff", "a\nb", "a\x7f", "@#zz"])
def test_no_example_is_made_that_cannot_be_used(name: str) -> None:
    for identity, user in ((name, "a@b"), ("gw", name)):
        with pytest.raises(GatewayError, match="name_unusable"):
            example(identity, user)
    with pytest.raises(GatewayError, match="name_unusable"):
        establish(Path("nowhere"), name)


def test_a_readable_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(GOOD)
    file.chmod(0o640)
    with pytest.raises(GatewayError, match="config_unsafe"):
        load(file)
    file.chmod(0o600)
    assert len(load(file).proofs.psks) == 1


def test_a_missing_file_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for name in ("none", "link", "."):
        with pytest.raises(GatewayError, match="config_unreadable"):
            load(tmp_path / name)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("ike_port = " + "9" * 5000, "huge number"),
        ("dns = " + "[" * 5000, "nested too deeply"),
        (f'users_file = "{"x" * 300}"', "File name too long"),
    ],
)
def test_what_no_reader_takes_is_a_mistake_like_any(tmp_path: Path, line: str, cause: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f"{line}\n{GOOD}")
    file.chmod(0o600)
    with pytest.raises(GatewayError, match="config_invalid") as caught:
        load(file)
    assert cause in caught.value.params["cause"]


def test_secrets_never_show() -> None:
    config = parse(GOOD.encode())
    assert "hush" not in repr(config)
    for broken in (
        GOOD + "psk = hush-hush",
        GOOD.replace('"hush-hush"', "hush-hush"),
        GOOD + "[[users]]\nhush = 1",
    ):
        with pytest.raises(GatewayError) as caught:
            parse(broken.encode())
        assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("listen = ['nowhere']", "listen"),
        ("listen = ['0.0.0.0', '127.0.0.1']", "listen"),
        ("ike_port = 0", "ike_port"),
        ("pool_ipv6 = '10.1.0.0/24'", "pool_ipv6"),
        ("pool_ipv6 = 'fd00::/127'", "pool_ipv6"),
        ("dns = ['x']", "dns"),
        ("subnets = ['10.0.0.1/8']", "subnets"),
        ("subnets = []", "subnets"),
        ("announced = ['10.0.0.1/8']", "announced"),
        ("subnets = ['10.0.0.0/8']\nannounced = ['11.0.0.0/8']", "announced"),
        ("ike_proposals = ['rot13']", "ike_proposals"),
        ("redirect_to = '0.0.0.0'", "redirect_to"),
        ("redirect_to = 'two words'", "redirect_to"),
        ("colour = 'red'", "colour"),
        ("=", "TOML"),
    ],
)
def test_every_mistake_is_named(line: str, word: str) -> None:
    with pytest.raises(GatewayError, match=word) as caught:
        parse((line + "\n" + GOOD).encode())
    assert caught.value.code == "config_invalid"
    assert all(problem.field for problem in caught.value.problems)


def test_a_gateway_without_users_or_pools_is_refused() -> None:
    with pytest.raises(GatewayError, match=r"users.*pool_ipv4"):
        parse(b'identity = "gw"')


def test_a_user_twice_is_refused() -> None:
    user = '{ id = "a@b", psk = "x" }'
    with pytest.raises(GatewayError, match="twice"):
        parse(f'identity = "gw"\npool_ipv4 = "10.0.0.0/24"\nusers = [{user}, {user}]'.encode())


@pytest.mark.parametrize(
    ("one", "other"), [("fd00::1", "fd00::0001"), ("alice", "@alice"), ("C=CH,CN=a", "C=CH, CN=A")]
)
def test_a_user_twice_by_other_spellings_is_refused_with_both(one: str, other: str) -> None:
    users = f'users = [{{ id = "{one}", psk = "x" }}, {{ id = "{other}", psk = "y" }}]'
    with pytest.raises(GatewayError, match="twice") as caught:
        parse(f'identity = "gw"\npool_ipv4 = "10.0.0.0/24"\n{users}'.encode())
    (problem,) = caught.value.problems
    assert problem.field == "users[2].id"
    assert one in problem.message
    assert other in problem.message


def test_the_packet_path_is_steered_by_a_table_of_its_own() -> None:
    assert parse(GOOD.encode()).esp == EspSettings()
    table = "[esp]\nmax_octets = 1000000\nmax_packets = 1000\nreplay_window = 64\ncopy_dscp = true\n"
    assert parse((GOOD + table).encode()).esp == EspSettings(
        max_octets=1_000_000, max_packets=1000, replay_window=64, copy_dscp=True
    )


@pytest.mark.parametrize(
    "line", ["replay_window = 63", "replay_window = 65537", "max_packets = 999", "max_octets = 1"]
)
def test_limits_out_of_range_are_named(line: str) -> None:
    with pytest.raises(GatewayError, match="config_invalid") as caught:
        parse(f"{GOOD}[esp]\n{line}\n".encode())
    assert line.split(maxsplit=1)[0] in str(caught.value)


RADIUS = (
    GOOD
    + """[certificates]
certificate = "gw.pem"
[radius]
servers = [{ address = "192.0.2.1", secret_file = "secret" }]
"""
)


@pytest.mark.parametrize(
    ("secret", "mode", "line", "word"),
    [
        (b"a secret of the office\n", 0o600, "", "No such file"),  # gw.pem alone is missing
        (b"short", 0o600, "", "holds 5 octets"),
        (b"a secret of the office", 0o640, "", "chmod 600"),
        (b"a secret of the office", 0o600, '[eap]\nmethods = ["mschapv2"]', "nobody here"),
    ],
)
def test_what_is_wrong_with_radius_is_said_without_the_secret(
    tmp_path: Path, secret: bytes, mode: int, line: str, word: str
) -> None:
    (tmp_path / "secret").write_bytes(secret)
    (tmp_path / "secret").chmod(mode)
    with pytest.raises(GatewayError) as caught:
        parse(f"{RADIUS}{line}\n".encode(), tmp_path)
    assert word in str(caught.value)
    assert "secret of" not in str(caught.value)
    assert caught.value.problems


def test_translation_is_for_the_families_that_ask_for_it() -> None:
    pools = GOOD + 'pool_ipv6 = "fd00::/112"\n[pools]\nstaff = ["10.1.0.0/24", "fd01::/112"]\n'
    for said, wanted in (
        ("", []),
        ("nat = true\n", ["10.0.0.0/24", "10.1.0.0/24"]),
        ("nat_ipv6 = true\n", ["fd00::/112", "fd01::/112"]),
    ):
        assert [str(each) for each in parse((said + pools).encode()).translated] == wanted


def test_pools_must_not_overlap() -> None:
    with pytest.raises(GatewayError, match="overlap"):
        parse((GOOD + '[pools]\nstaff = ["10.0.0.0/25"]\n').encode())
