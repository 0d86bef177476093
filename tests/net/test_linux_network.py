"""LinuxNetwork on a real kernel: each scenario in a network namespace of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: A hundred deaths and as many recoveries, on a machine that has other things to do.
LONG_S = 300

pytestmark = pytest.mark.netns


@cache
def namespace_command() -> tuple[str, ...] | None:
    """How to start a program in a new network (and mount) namespace here, or None."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return None
    for command in (("unshare", "--mount", "--net"), ("unshare", "--map-root-user", "--mount", "--net")):
        attempt = [*command, "ip", "tuntap", "add", "probe0", "mode", "tun"]
        if subprocess.run(attempt, check=False, capture_output=True).returncode == 0:
            return command
    return None


def play(program: str, scenario: str, state_dir: Path, *, timeout_s: float = 110) -> None:
    command = namespace_command()
    if command is None:
        pytest.skip("needs root or unprivileged user namespaces, iproute2 and /dev/net/tun")
    result = subprocess.run(
        [*command, sys.executable, "-W", "error", "-X", "dev", str(HERE / program), scenario, str(state_dir)],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "scenario",
    [
        "applied_and_withdrawn_leaves_nothing",
        "what_a_device_lost_when_set_down_comes_back",
        "gateway_restores_forwarding_exactly",
        "traffic_takes_the_tunnel_unless_marked_or_bypassed",
        "longest_prefix_decides_within_the_tunnels",
        "strict_filter_lets_the_gateway_answer",
        "changed_wish_changes_only_the_difference",
        "owners_share_what_is_equal",
        "refusal_rolls_back",
        "foreign_rule_and_setting_are_left_alone",
        "device_that_came_back_is_set_up_anew",
        "ipv6_switched_off_is_on_for_the_device_alone",
        "refused_undo_is_tried_again",
        "second_process_is_refused",
        "works_from_executor_threads",
        "many_routes_are_one_write",
    ],
)
def test_scenario(scenario: str, tmp_path: Path) -> None:
    play("scenarios.py", scenario, tmp_path / "state")


@pytest.mark.parametrize(
    "scenario",
    [
        "lan_stays_out_only_when_asked",
        "lan_follows_the_machine",
        "a_tunnel_network_within_the_lan_is_the_tunnels",
        "split_tunnel_keeps_out_only_what_it_would_take",
        "dhcp_routes_pull_nothing_out",
        "a_new_default_route_changes_nothing_inside",
        "what_it_lacks_is_blocked",
        "guests_of_the_machine_stay_reachable",
        "a_bridge_that_is_an_uplink_is_none_of_these",
        "networks_of_other_tunnels_stay_with_them",
        "a_full_tunnel_by_rules_carries_ours",
        "the_same_wish_again_is_cheap",
        "a_machine_without_nftables_gets_its_tunnel",
        "a_guard_refused_once_is_tried_again",
        "a_guard_without_its_journal_is_replaced",
    ],
)
def test_surroundings(scenario: str, tmp_path: Path) -> None:
    play("surroundings_scenarios.py", scenario, tmp_path / "state")


@pytest.mark.parametrize(
    "scenario",
    [
        "recover_says_what_it_undid",
        "first_apply_recovers_by_itself",
        "lost_journal_does_not_stop_the_next_tunnel",
        "lost_rule_and_routes_are_found_again",
        "repair_needs_no_journal",
        "repair_uses_the_journal_too",
        "repair_is_refused_while_the_service_runs",
        "kill_switch_outlives_a_crash_and_recovery",
        "kill_switch_is_kept",
    ],
)
def test_crash(scenario: str, tmp_path: Path) -> None:
    play("crash_scenarios.py", scenario, tmp_path / "state")


@pytest.mark.slow
@pytest.mark.timeout(LONG_S + 10)
@pytest.mark.parametrize(
    "scenario",
    ["kill_at_every_step_device_dies", "kill_at_every_step_device_survives", "kill_while_recovering"],
)
def test_killed_service_leaves_nothing_after_recovery(scenario: str, tmp_path: Path) -> None:
    play("crash_scenarios.py", scenario, tmp_path / "state", timeout_s=LONG_S)


@pytest.mark.slow
@pytest.mark.timeout(LONG_S + 10)
@pytest.mark.parametrize(
    "scenario",
    [
        "a_file",
        "a_file_of_another_boot",
        "a_link",
        "a_dangling_link",
        "no_file",
        "a_mount_of_its_own",
    ],
)
def test_killed_service_leaves_the_resolvers_file_as_it_was(scenario: str, tmp_path: Path) -> None:
    play("dns_crash_scenarios.py", scenario, tmp_path / "state", timeout_s=LONG_S)


@pytest.mark.parametrize("scenario", ["torn_while_written_in_place", "what_somebody_else_wrote_stays"])
def test_resolvers_file_after_a_crash(scenario: str, tmp_path: Path) -> None:
    play("dns_crash_scenarios.py", scenario, tmp_path / "state")
