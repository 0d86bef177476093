from __future__ import annotations

import pytest

from ginnel_service.masking import Masker


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to 9.9.9.9:4500 and 9.9.9.9", "to [public-1]:4500 and [public-1]"),
        ("[2620:fe::fe]:4500", "[[public-1]]:4500"),
        ("2620:fe::fe/128 2620:00fe::00fe", "[public-1]/128 [public-1]"),
        ("2620:fe::fe: no answer, 2620:fe:1:2:3:4:5:6:", "[public-1]: no answer, [public-2]:"),
        ("10.0.0.1, 192.168.1.2, fe80::1, ::1, fd00::1", "10.0.0.1, 192.168.1.2, fe80::1, ::1, fd00::1"),
        ("link/ether 52:54:00:12:34:56", "link/ether [hardware-1]"),
        ("00:00:00:00:00:00", "00:00:00:00:00:00"),
        ("12:30:45 1.2.3.4.5 v1.2.3", "12:30:45 1.2.3.4.5 v1.2.3"),
        ("alice@example.org, ALICE, malice", "[user], [user], malice"),
    ],
)
def test_people_and_public_addresses_get_stand_ins(text: str, masked: str) -> None:
    assert Masker(["alice@example.org", ""]).mask(text) == masked


def test_the_same_address_keeps_its_stand_in_from_text_to_text() -> None:
    masker = Masker()
    assert masker.mask("8.8.8.8") == "[public-1]"
    assert masker.mask("9.9.9.9 8.8.8.8") == "[public-2] [public-1]"


def test_names_of_one_or_two_letters_are_left_alone() -> None:
    assert Masker(["al"]).mask("al also") == "al also"
