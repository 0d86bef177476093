"""On-demand rules as a picture: which places there are, where each leads, and where the machine is."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from ginnel_gui.application import Application
from ginnel_gui.draw.rules_picture import RulesPicture, in_words
from ginnel_gui.draw.theme import Theme
from ginnel_gui.model.decisions import decisions
from ginnel_service.ipc.schema import OnDemandStatus
from ginnel_service.profiles.model import OnDemandRule

OFFICE = OnDemandRule(action="disconnect", interface="wifi", ssids=("Office", "Guests"))
NAMES = OnDemandRule(action="evaluate", domains=("corp.example.org",), probe="https://corp.example.org/")
ALWAYS = OnDemandRule(action="connect")


def on(rule: int) -> OnDemandStatus:
    return OnDemandStatus(state="on", rule=rule)


def test_each_rule_is_a_place_that_leads_somewhere() -> None:
    assert in_words(decisions((OFFICE, NAMES, ALWAYS), on(3))).splitlines() == [
        "Wi-Fi network Office / Guests: Disconnected",
        "A name below corp.example.org (and https://corp.example.org/ does not answer): Connected",
        "Every other network: Connected - You are here",
    ]


def test_where_no_rule_fits_it_is_left_as_it_is() -> None:
    found = decisions((OFFICE,), on(0))
    assert [(each.end, each.is_here) for each in found] == [("disconnect", False), ("ignore", True)]


def test_rules_that_are_never_asked_are_left_out() -> None:
    assert [each.end for each in decisions((ALWAYS, OFFICE), on(1))] == ["connect"]


def test_a_place_that_has_to_answer_is_not_sure_and_not_the_last() -> None:
    probed = OnDemandRule(action="connect", probe="https://portal.example.org/")
    found = decisions((probed, OFFICE), on(1))
    assert [each.is_sure for each in found] == [False, True, True]
    assert found[0].more


@pytest.mark.parametrize("state", ["off", "paused"])
def test_rules_that_do_not_decide_are_nowhere(state: str) -> None:
    status = OnDemandStatus(state=state, rule=1)  # type: ignore[arg-type]
    assert not any(each.is_here for each in decisions((OFFICE, ALWAYS), status))


def test_no_rules_are_no_picture() -> None:
    assert decisions((), on(0)) == ()


@pytest.mark.parametrize("direction", ["left to right", "right to left"])
def test_the_picture_is_drawn_and_mirrored(qapp: Application, direction: str) -> None:
    picture = RulesPicture(Theme(qapp))
    picture.setLayoutDirection(
        qapp.layoutDirection().RightToLeft if direction == "right to left" else qapp.layoutDirection()
    )
    picture.show_decisions(decisions((OFFICE, NAMES, ALWAYS), on(3)))
    picture.resize(picture.sizeHint())
    image = picture.grab().toImage()
    left, right = ink(image, 0, 60), ink(image, image.width() - 60, image.width())
    # Places have their discs at the very beginning, and ends some way from the edge.
    assert (left > right) == (direction == "left to right")


def ink(image: QImage, first: int, last: int) -> int:
    """How much is drawn in these columns."""
    ground = image.pixel(0, 0)
    return sum(
        image.pixel(x, y) != ground for x in range(first, last, 2) for y in range(0, image.height(), 2)
    )
