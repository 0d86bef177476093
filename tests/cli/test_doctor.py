from __future__ import annotations

import importlib
import json
import string
import tarfile
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from ginnel_service.cli import examination, findings
from ginnel_service.cli.exits import Exit
from ginnel_service.cli.main import main
from ginnel_service.ipc.identifiers import EXAMINATION_IDS, FINDING_IDS
from ginnel_service.ipc.schema import CHECKS, Finding, LogEntry, SocketBuffer, TunnelDiagnosis
from ginnel_service.ipc.service import ServiceError

from .conftest import Served

REASONS = [
    name.lower()
    for name in importlib.import_module("ginnel_core.reasons").Reason.__members__
    if name not in ("OK", "REASONS")
]
OFFICE = TunnelDiagnosis(
    name="office",
    state="up",
    device="ginnel0",
    device_up=True,
    mtu=1400,
    esp_suite="aes128gcm16",
    replay_window=4096,
    features={"tun_tcp4": True, "udp_gro": False},
    buffers=(SocketBuffer(socket="udp4", receive_octets=1 << 24, send_octets=1 << 23),),
    counters={"packets_in": 12, "drop_integrity": 7, "drop_seal": 0},
)
ANSWER = {"address": "192.0.2.9", "port": 500, "ms": 3}
FOUND = (
    Finding(id="tun_present", severity="ok"),
    Finding(id="offload_off", severity="note", connection="office", params={"offload": "udp_gro"}),
    Finding(id="drop_integrity", severity="warning", connection="office", params={"count": 7}),
)


def ailing(served: Served) -> Served:
    served.service.tunnels, served.service.findings = (OFFICE,), FOUND
    return served


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_drop_a_packet_has_a_sentence(reason: str) -> None:
    text, remedy = findings.FINDINGS[f"drop_{reason}"]
    assert "{count}" in text
    assert text.endswith(".")
    assert remedy.endswith(".") or reason == "dummy"


@pytest.mark.parametrize("id_", [*FINDING_IDS, *EXAMINATION_IDS])
def test_every_finding_has_words_for_its_parameters_alone(id_: str) -> None:
    if id_ == "connection_error":
        return  # told in the error's own words
    text, remedy = findings.FINDINGS[id_]
    named = {field for _, field, _, _ in string.Formatter().parse(text + remedy) if field}
    assert named <= {*(FINDING_IDS | EXAMINATION_IDS)[id_], "connection"}
    said = findings.describe(Finding(id=id_, severity="note"))
    assert "{" not in said.cause + said.remedy


def test_every_check_has_words() -> None:
    assert examination.CHECKS.keys() == set(CHECKS)


def test_an_error_is_told_in_its_own_words() -> None:
    params = {"code": "device_down", "params": {"device": "ginnel7", "name": "office"}}
    said = findings.describe(Finding(id="connection_error", severity="warning", params=params))
    assert "ginnel7" in said.cause
    assert "ip link set ginnel7 up" in said.remedy
    odd = Finding(id="connection_error", severity="warning", params={"params": 3})
    assert "`?`" in findings.describe(odd).cause


def test_what_a_newer_service_finds_is_named_without_control_characters() -> None:
    said = findings.describe(Finding(id="brand_new", severity="note", params={"a": "\x1b[2J"}))
    assert "`brand_new`" in said.cause
    assert "\x1b" not in said.cause


def test_doctor_shows_offloads_counters_and_findings_with_remedies(served: Served) -> None:
    result = ailing(served).run("doctor")
    assert result.exit_code == 0
    text = result.stdout
    assert "OpenSSL 3.0.15" in text
    assert "not in use" in text
    for offload in OFFICE.features:
        assert findings.OFFLOADS[offload] in text
    assert "7 packets failed authentication" in text
    assert findings.FINDINGS["drop_integrity"][1] in text
    assert "dropped: integrity" in text
    assert "seal" not in text
    assert "receive 16.0 MiB, send 8.0 MiB" in text


def test_json_gives_identifiers_and_numbers(served: Served) -> None:
    told = ailing(served).json("doctor")
    assert [each["id"] for each in told["findings"]] == [each.id for each in FOUND]
    assert msgspec.convert(told["tunnels"], list[TunnelDiagnosis]) == [OFFICE]


def test_one_connection_can_be_asked_about(with_office: Served) -> None:
    other = msgspec.structs.replace(OFFICE, name="home")
    with_office.service.tunnels = (OFFICE, other)
    assert [each["name"] for each in with_office.json("doctor", "office")["tunnels"]] == ["office"]
    assert with_office.run("doctor", "nowhere").exit_code == Exit.UNKNOWN_PROFILE


def test_without_a_service_the_machine_is_still_looked_at(tmp_path: Path) -> None:
    arguments = ["--socket", str(tmp_path / "none"), "doctor"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == Exit.NO_SERVICE
    assert "libcrypto" in result.stdout
    assert "Start it" in result.stderr
    told = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert told["error"]["code"] == "service_not_running"
    assert told["machine"]["libcrypto"]
    assert {each["connection"] for each in told["findings"]} <= {""}


def test_the_status_points_at_the_doctor_when_packets_were_lost(with_office: Served) -> None:
    with_office.run("up", "office")
    assert "ginnel doctor" not in with_office.run("status", "office").stdout
    status = with_office.service.connections["office"]
    with_office.service.connections["office"] = msgspec.structs.replace(status, drops=3)
    assert "3 packets; see `ginnel doctor office`" in with_office.run("status", "office").stdout


def test_the_gateway_of_a_profile_is_asked_and_what_needs_doing_comes_first(with_office: Served) -> None:
    with_office.service.checks = {
        "udp": (Finding(id="udp_answers", severity="ok", connection="office", params=ANSWER),),
        "nat": (Finding(id="nat_unknown", severity="note", connection="office"),),
        "clock": (
            Finding(id="clock_doubtful", severity="warning", connection="office", params={"now": "1"}),
        ),
    }
    text = with_office.run("doctor", "office").stdout
    places = [text.index(findings.FINDINGS[id_][0][:20]) for id_ in ("clock_doubtful", "nat_unknown")]
    assert places == sorted(places)
    assert "192.0.2.9 answers at UDP port 500 within 3 ms" in text
    assert findings.FINDINGS["clock_doubtful"][1] in text
    told = with_office.json("doctor", "office")
    assert [each["id"] for each in told["findings"]] == ["udp_answers", "nat_unknown", "clock_doubtful"]
    assert with_office.json("doctor", "office", "--passive")["findings"] == []


def test_one_examination_at_a_time(with_office: Served) -> None:
    with_office.service.refuse["examine"] = ServiceError("diagnosis_running", name="office")
    result = with_office.run("doctor", "office")
    assert result.exit_code == Exit.FAILED
    assert "half a minute" in result.stderr


def test_a_report_is_written_once_and_privately(with_office: Served, tmp_path: Path) -> None:
    file = tmp_path / "report.tar.gz"
    with_office.service.entries = [
        LogEntry(at=1.0, level="info", logger="x", message="for alice", connection="office"),
        LogEntry(at=2.0, level="info", logger="x", message="elsewhere", connection="home"),
    ]
    result = with_office.run("doctor", "office", "--report", str(file))
    assert f"Wrote {file}" in result.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        log = archive.extractfile("ginnel-report/log.txt")
        assert log is not None
        assert log.read().decode().endswith("x [office]: for [user]\n")
    before = file.read_bytes()
    assert with_office.run("doctor", "office", "--report", str(file)).exit_code == Exit.FAILED
    assert file.read_bytes() == before
    assert with_office.run("doctor", "--full").exit_code == Exit.USAGE


def test_a_report_without_a_service_tells_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["--socket", str(tmp_path / "none"), "doctor", "--report"])
    assert result.exit_code == Exit.NO_SERVICE
    (file,) = tmp_path.glob("ginnel-report-*.tar.gz")
    with tarfile.open(file) as archive:
        assert "ginnel-report/network/addresses.txt" in archive.getnames()
        assert "ginnel-report/log.txt" not in archive.getnames()


def test_nothing_to_repair_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--repair", "--state-dir", str(tmp_path / "none")])
    assert (result.exit_code, result.stdout) == (0, "Nothing was left behind.\n")
