from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.profiles.model import (
    Esp,
    Local,
    Network,
    Profile,
    ProfileError,
    Remote,
    Timing,
    parse_profile,
    serialise_profile,
)
from ginnel_service.profiles.validation import problems_of, validate

MINIMAL = b'name = "office"\nserver = "vpn.example.org"\n[local]\nid = "alice@example.org"\n'


def good(**changes: object) -> Profile:
    return msgspec.structs.replace(parse_profile(MINIMAL), **changes)


def fields_of(profile: Profile) -> list[str]:
    return [problem.field for problem in validate(profile)]


def test_a_server_and_an_identity_suffice() -> None:
    profile = parse_profile(MINIMAL)
    assert validate(profile) == []
    assert profile.port == 500
    assert profile.network.subnets == ("0.0.0.0/0", "::/0")


def test_serialising_is_undone_by_parsing() -> None:
    profile = good(network=Network(subnets=("10.0.0.0/8",), bypass=("10.1.0.0/16",), mtu=1300))
    assert parse_profile(serialise_profile(profile)) == profile


@pytest.mark.parametrize(
    ("remote", "expected"),
    [("", "vpn.example.org"), ("gw@example.org", "gw@example.org"), ("%any", None)],
)
def test_the_gateway_must_be_the_server_unless_said_otherwise(remote: str, expected: str | None) -> None:
    assert good(remote=Remote(id=remote)).remote_identity == expected


def test_text_that_is_not_toml_names_its_line() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(b'name = "x"\nserver = = 3\n')
    assert caught.value.code == "profile_corrupt"
    assert "line 2" in caught.value.cause


def test_every_ill_typed_unknown_and_missing_field_is_reported_at_once() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(b'server = 7\ncolour = "red"\n[local]\nid = 3\n[network]\nmtu = "big"\nsubnet = []\n')
    assert caught.value.code == "profile_invalid"
    assert [problem.field for problem in caught.value.problems] == [
        "colour",
        "local.id",
        "name",
        "network.mtu",
        "network.subnet",
        "server",
    ]
    assert all(problem.remedy for problem in caught.value.problems)


def test_another_version_of_the_format_is_refused() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(b"version = 2\n" + MINIMAL)
    assert [problem.field for problem in caught.value.problems] == ["version"]


@given(st.binary(max_size=400))
def test_any_octets_raise_profile_errors_alone(data: bytes) -> None:
    with suppress(ProfileError):
        parse_profile(data)


@given(st.text(max_size=60), st.text(max_size=60), st.floats(), st.integers())
def test_validation_never_raises(name: str, text: str, number: float, count: int) -> None:
    profile = good(
        name=name,
        server=text,
        port=count,
        local=Local(id=text),
        network=Network(subnets=(text,), bypass=(text,), mtu=count),
        timing=Timing(liveness_s=number, retransmit_tries=count),
    )
    validate(profile)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b", "-x", "x\n", "x" * 65, "é"])
def test_unsafe_names_are_refused(name: str) -> None:
    assert "name" in fields_of(good(name=name))


@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x1b", "\x7f", "\u202e", "\u2028"])
def test_control_characters_are_refused_everywhere(character: str) -> None:
    text = f"a{character}b"
    assert fields_of(good(name=text)) == ["name"]
    assert fields_of(good(server=text)) == ["server"]
    assert fields_of(good(local=Local(id=text))) == ["local.id"]
    assert fields_of(good(remote=Remote(id=text))) == ["remote.id"]
    assert fields_of(good(network=Network(subnets=(text,)))) == ["network.subnets"]


@pytest.mark.parametrize(
    "server", ["192.0.2.1", "2001:db8::1", "vpn.example.org", "vpn", "bücher.example", "a.b."]
)
def test_hosts_are_accepted(server: str) -> None:
    assert fields_of(good(server=server)) == []


@pytest.mark.parametrize(
    "server", ["", "a b", "-x", "a/b", "192.0.2.300", "a..b", "http://x", "[::1]", "x" * 300]
)
def test_what_is_no_host_is_refused(server: str) -> None:
    assert "server" in fields_of(good(server=server))


def test_every_problem_is_reported_at_once() -> None:
    profile = good(
        port=0,
        network=Network(subnets=("10.0.0.1/8",), ipv4=False, ipv6=False, mtu=100),
        timing=Timing(retransmit_s=float("nan"), liveness_s=-1),
    )
    problems = validate(profile)
    assert [problem.field for problem in problems] == [
        "port",
        "network.subnets",
        "network.ipv4",
        "network.mtu",
        "timing.liveness_s",
        "timing.retransmit_s",
    ]
    assert problems[1].remedy == "write 10.0.0.0/8"


@pytest.mark.parametrize(
    ("field", "good_values", "bad_values"),
    [
        ("replay_window", (64, 4096, 65536), (-1, 0, 63, 65537)),
        ("max_octets", (0, 1_000_000), (-1, 1, 999_999, 2**63)),
        ("max_packets", (0, 1000), (-1, 1, 999, 2**63)),
    ],
)
def test_limits_of_the_packet_path_are_checked(
    field: str, good_values: tuple[int, ...], bad_values: tuple[int, ...]
) -> None:
    for value in good_values:
        assert fields_of(good(esp=msgspec.convert({field: value}, Esp))) == []
    for value in bad_values:
        (problem,) = validate(good(esp=msgspec.convert({field: value}, Esp)))
        assert problem.field == f"esp.{field}"
        assert "write a number" in problem.remedy


def test_of_what_nobody_knows_no_more_is_told_than_a_person_reads() -> None:
    """Anyone may ask the service what is wrong with a table."""
    table = {"name": "x", "server": "y", **{f"key{number}": 0 for number in range(100_000)}}
    table["a" * 500_000] = table["kill_switch"] = 0
    table["dns"] = {"mode": "b" * 500_000}
    found = problems_of(table)
    assert len(found) < 110
    assert {"key0", "dns.mode", "kill_switch"} < {problem.field for problem in found}
    assert max(len(problem.field) + len(problem.message) for problem in found) < 500
