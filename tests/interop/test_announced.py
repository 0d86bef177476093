"""Networks that charon announces beside its selectors (RFC 7296 section 3.15.2), by its plugin attr."""

from __future__ import annotations

import pytest

from ginnel_service.demo.rig import CLIENT_ID
from helpers.offices import ToCharon, new_secret

pytestmark = [pytest.mark.interop, pytest.mark.netns]

PSK = new_secret()


@pytest.mark.parametrize("only", [False, True])
def test_charons_word_becomes_routes_where_the_profile_lets_it(to_charon: ToCharon, only: bool) -> None:
    announced = ["10.77.0.0/24", "fd77:7::/64"]
    attributes = {"subnet": tuple(announced)}
    to_charon.configure(psk=PSK, tuning={"plugins": {"attr": attributes}})
    to_charon.profile("--psk-stdin", stdin=PSK, local={"id": CLIENT_ID}, network={"announced_only": only})
    status = to_charon.connects()
    assert status["subnets"] == announced
    assert status["routes"] == (announced if only else ["0.0.0.0/0", "::/0"])
