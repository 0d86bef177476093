"""The monitor of addresses, routes and links, in namespaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from net.test_linux_network import play

pytestmark = pytest.mark.netns


@pytest.mark.parametrize(
    "scenario",
    [
        "a_way_names_address_device_and_next_hop",
        "a_mark_chooses_the_way",
        "a_link_without_a_carrier_is_no_way",
        "every_change_is_heard",
    ],
)
def test_scenario(scenario: str, tmp_path: Path) -> None:
    play("monitor_scenarios.py", scenario, tmp_path)
