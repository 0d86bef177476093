"""What is worth a word about a machine and its tunnels."""

from __future__ import annotations

import sys

import pytest

from ginnel_service.doctor.diagnosis import diagnose, drops, of_secrets
from ginnel_service.doctor.machine import cpu_features, kernel_version, look
from ginnel_service.ipc.identifiers import FINDING_IDS
from ginnel_service.ipc.schema import ErrorInfo, Finding, Machine, SocketBuffer, TunnelDiagnosis

MACHINE = Machine(
    system="Linux 6.1.0 x86_64",
    libcrypto="OpenSSL 3.0.15",
    cpu={"aes": True},
    tun="present",
    offloads={"tun_tcp4": True, "tun_udp": False},
)
OFFICE = TunnelDiagnosis(
    name="office",
    state="up",
    features={"tun_tcp4": True},
    buffers=(SocketBuffer(socket="udp4", receive_octets=1 << 24, send_octets=1 << 24),),
    counters={"packets_in": 9, "drop_integrity": 0},
)


def found(tunnel: TunnelDiagnosis, machine: Machine = MACHINE) -> dict[str, Finding]:
    return {each.id: each for each in diagnose(machine, [tunnel]) if each.connection == tunnel.name}


def about(**changes: object) -> dict[str, Finding]:
    fields = {name: getattr(OFFICE, name) for name in OFFICE.__struct_fields__}
    return found(TunnelDiagnosis(**{**fields, **changes}))


def test_a_healthy_tunnel_is_told_to_be_healthy() -> None:
    assert {each.severity for each in found(OFFICE).values()} == {"ok"}
    assert found(OFFICE).keys() == {"connection_up", "offloads_in_use", "no_drops"}


def test_an_offload_that_is_not_in_use_is_parted_from_one_that_the_kernel_lacks() -> None:
    told = about(features={"tun_tcp4": False, "tun_udp": False, "urgent_threads": False})
    assert told["offload_off"].params == {"offload": "tun_tcp4"}
    assert told["offload_unsupported"].params == {"offload": "tun_udp"}
    assert "threads_not_urgent" in told
    assert "offloads_in_use" not in told


def test_every_drop_that_counts_is_told_with_its_number() -> None:
    told = about(counters={"drop_integrity": 7, "drop_no_sa": 2, "drop_dummy": 5, "drop_seal": 0})
    assert (told["drop_integrity"].severity, told["drop_integrity"].params) == ("warning", {"count": 7})
    assert told["drop_no_sa"].severity == "note"
    assert not told.keys() & {"drop_dummy", "drop_seal", "no_drops"}


def test_a_drop_that_is_not_known_yet_is_a_warning() -> None:
    assert about(counters={"drop_brand_new": 1})["drop_brand_new"].severity == "warning"


def test_only_what_a_healthy_tunnel_would_carry_counts_as_lost() -> None:
    counters = {"packets_in": 100, "drop_no_sa": 3, "drop_dummy": 2, "drop_integrity": 4, "drop_tun_full": 1}
    assert drops(counters) == 5


@pytest.mark.parametrize(("receive", "send"), [(212_992, 1 << 24), (1 << 24, 212_992)])
def test_a_small_buffer_is_a_warning(receive: int, send: int) -> None:
    buffer = SocketBuffer(socket="udp6", receive_octets=receive, send_octets=send)
    assert about(buffers=(buffer,))["buffer_small"].params == {"socket": "udp6", "octets": 212_992}


def test_a_connection_that_is_not_up_or_in_trouble_says_so() -> None:
    assert about(state="reconnecting")["connection_not_up"].params == {"state": "reconnecting"}
    down = ErrorInfo(code="device_down", params={"device": "ginnel0"})
    told = about(error=down)["connection_error"]
    assert told.severity == "warning"
    assert told.params == {"code": "device_down", "params": {"device": "ginnel0"}}


def test_findings_are_among_the_identifiers_that_are_promised() -> None:
    poor = Machine(
        system="", libcrypto="", cpu={"aes": False}, tun="not_permitted", offloads={"udp_gro": False}
    )
    buffer = SocketBuffer(socket="udp4", receive_octets=1, send_octets=1)
    error = ErrorInfo(code="unreachable")
    ill = [
        TunnelDiagnosis(
            name="a",
            buffers=(buffer,),
            features=dict.fromkeys(("udp_gro", "tun_udp", "urgent_threads"), False),
        ),
        TunnelDiagnosis(name="b", error=error, counters={"drop_seal": 1}),
    ]
    told = diagnose(poor, ill) + diagnose(poor, ()) + diagnose(MACHINE, [OFFICE])
    told += of_secrets("credential", ()) + of_secrets("file", ("office",))
    assert {each.id for each in told} - {"drop_seal"} == FINDING_IDS.keys() - {
        "tun_missing",
        "kernel_has_offloads",
    }
    for each in told:
        assert set(each.params) == set(FINDING_IDS.get(each.id, ("count",)))
        assert each.id in FINDING_IDS or each.id == "drop_seal"


def test_the_kernels_offloads_are_told_only_where_no_tunnel_tells_more() -> None:
    def ids(machine: Machine, *tunnels: TunnelDiagnosis) -> set[str]:
        return {each.id for each in diagnose(machine, tunnels) if not each.connection}

    assert ids(MACHINE, OFFICE) == {"tun_present", "cpu_aes"}
    assert ids(MACHINE, TunnelDiagnosis(name="idle")) == {"tun_present", "cpu_aes", "kernel_lacks_offloads"}
    poor = Machine(system="", libcrypto="", cpu={"aes": False}, tun="missing", offloads={"udp_gro": True})
    assert ids(poor) == {"tun_missing", "cpu_no_aes", "kernel_has_offloads"}
    assert ids(Machine(system="", libcrypto="")) == set()


@pytest.mark.parametrize(
    ("text", "aes", "vaes"),
    [
        ("processor : 0\nflags\t\t: fpu aes avx2 vaes\n", True, True),
        ("flags\t\t: fpu aesni_fake\n", False, False),
        ("Features\t: fp asimd aes pmull\n", True, None),
        ("Features\t: fp asimd\nflags : vaes aes\n", False, None),
    ],
)
def test_features_of_the_processor_are_read(text: str, aes: bool, vaes: bool | None) -> None:
    features = cpu_features(text)
    assert features["aes"] is aes
    assert features.get("vaes") is vaes


@pytest.mark.parametrize("text", ["", "flags", "model name : x\n"])
def test_an_unknown_processor_has_no_features_that_could_be_told(text: str) -> None:
    assert cpu_features(text) == {}


def test_kernel_releases_are_compared_as_numbers() -> None:
    assert kernel_version("6.1.0-18-amd64") < (6, 2) <= kernel_version("6.18.44-x") < kernel_version("10.0")
    assert kernel_version("rolling") == (0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the others tell less")
def test_this_machine_is_looked_at() -> None:
    machine = look()
    assert machine.libcrypto.startswith(("OpenSSL ", "LibreSSL "))
    assert {"udp_segment", "udp_gro"} <= machine.offloads.keys()
    assert machine.system.startswith("Linux ")
