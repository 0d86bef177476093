"""Pages that show a part of the chosen profile, and change it through the service."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.windows.kill_switch_page import KillSwitchPage
from ginnel_gui.windows.on_demand_page import OnDemandPage
from ginnel_gui.windows.split_page import SplitPage
from ginnel_service.ipc.schema import ErrorInfo, KillSwitchHold, KillSwitchStatus, OnDemandStatus
from ginnel_service.ipc.service import ServiceError
from ginnel_service.profiles.model import OnDemand, OnDemandRule, Profile
from ginnel_service.profiles.secrets import Secrets
from helpers.fake_server import FakeServer

Start = Callable[..., App]

HELD = KillSwitchStatus(blocking=True, profiles=(KillSwitchHold(name="office", mode="connecting"),))


@pytest.fixture
def app(server: FakeServer, start: Start) -> App:
    server.add(["office"])
    server.service.secrets["office"] = Secrets(psk=b"kept")
    return start(server.path)


def office(server: FakeServer) -> Profile:
    return server.service.profiles["office"]


@pytest.fixture
def split(app: App, qtbot: QtBot) -> SplitPage:
    app.window.show_page("split")
    page = app.window.page("split")
    assert isinstance(page, SplitPage)
    qtbot.waitUntil(lambda: page.edit.profile is not None)
    return page


@pytest.fixture
def kill_switch(app: App, qtbot: QtBot) -> KillSwitchPage:
    app.window.show_page("kill_switch")
    page = app.window.page("kill_switch")
    assert isinstance(page, KillSwitchPage)
    qtbot.waitUntil(lambda: page.edit.profile is not None)
    return page


@pytest.fixture
def on_demand(app: App, qtbot: QtBot) -> OnDemandPage:
    app.window.show_page("on_demand")
    page = app.window.page("on_demand")
    assert isinstance(page, OnDemandPage)
    qtbot.waitUntil(lambda: page.edit.profile is not None)
    return page


def choose_home(app: App, server: FakeServer, qtbot: QtBot) -> None:
    """Another profile, there and chosen."""

    def appear() -> None:
        server.add(["home"])
        server.service._tell_of("home")

    server.do(appear)
    qtbot.waitUntil(lambda: "home" in app.desk.mirror.profiles)
    app.window.sidebar.choose("home")


def all_answered(app: App, qtbot: QtBot) -> None:
    """Whatever was asked of the service before."""
    answered: list[object] = []
    app.desk.call("profile.list", answered=lambda *answer: answered.append(answer))
    qtbot.waitUntil(lambda: bool(answered))


# Split tunnel


def test_networks_are_typed_checked_and_stored(split: SplitPage, server: FakeServer, qtbot: QtBot) -> None:
    assert split.everything.isChecked()
    split.only.click()
    QTest.keyClicks(split.subnets, "10.0.0.0/8, fd00::/8")
    qtbot.waitUntil(split.save.isEnabled)
    split.lan.click()
    qtbot.waitUntil(split.save.isEnabled)
    split.save.click()
    qtbot.waitUntil(lambda: office(server).network.subnets == ("10.0.0.0/8", "fd00::/8"))
    assert office(server).network.lan
    assert server.service.secrets["office"].psk == b"kept"
    qtbot.waitUntil(lambda: not split.revert.isEnabled())


def test_the_picture_follows_what_is_typed(split: SplitPage, qtbot: QtBot) -> None:
    assert "Internet: through the tunnel" in split.picture.accessibleDescription()
    split.only.click()
    QTest.keyClicks(split.subnets, "10.0.0.0/8")
    described = split.picture.accessibleDescription()
    assert "Networks behind the gateway: through the tunnel (10.0.0.0/8)" in described
    assert "Internet: past the tunnel" in described


def test_what_is_wrong_is_told_and_not_stored(split: SplitPage, qtbot: QtBot) -> None:
    split.only.click()
    QTest.keyClicks(split.subnets, "10.0.0.0/99")
    qtbot.waitUntil(split.problems.isVisible)
    assert split.problems.text() == (
        "“10.0.0.0/99” is no network. Enter one such as 10.0.0.0/8 or 2001:db8::/32."
    )
    assert not split.save.isEnabled()
    split.revert.click()
    assert split.everything.isChecked()
    assert not split.problems.isVisible()


def test_a_change_from_elsewhere_is_shown(split: SplitPage, server: FakeServer, qtbot: QtBot) -> None:
    def change() -> None:
        profile = office(server)
        network = msgspec.structs.replace(profile.network, bypass=("10.9.0.0/16",))
        server.service.profiles["office"] = msgspec.structs.replace(profile, network=network)
        server.service._tell_of("office")

    server.do(change)
    qtbot.waitUntil(lambda: split.bypass.values == ("10.9.0.0/16",))


# Kill switch


def test_a_profile_that_can_be_read_again_is_no_trouble(
    kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    def break_it() -> None:
        server.service.broken["office"] = ErrorInfo(code="profile_corrupt", params={"name": "office"})
        server.service._tell_of("office")

    def mend_it() -> None:
        del server.service.broken["office"]
        server.service._tell_of("office")

    server.do(break_it)
    qtbot.waitUntil(kill_switch.trouble.isVisible)
    server.do(mend_it)
    qtbot.waitUntil(lambda: kill_switch.edit.profile is not None)
    assert not kill_switch.trouble.isVisible()


def test_a_mode_is_stored_at_once_and_drawn(
    kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    kill_switch.modes["always"][0].click()
    qtbot.waitUntil(lambda: office(server).kill_switch.mode == "always")
    qtbot.waitUntil(lambda: "Internet: stopped" in kill_switch.pictures["off"].accessibleDescription())


def test_a_second_change_at_once_keeps_the_first(
    kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    kill_switch.modes["always"][0].click()
    kill_switch.lan.click()
    qtbot.waitUntil(lambda: office(server).network.lan)
    assert office(server).kill_switch.mode == "always"


def test_a_change_that_is_refused_is_told_and_taken_back(
    kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    server.service.refuse["create_profile"] = ServiceError(
        "not_permitted", action="change_profile", name="office"
    )
    kill_switch.modes["always"][0].click()
    qtbot.waitUntil(kill_switch.trouble.isVisible)
    assert kill_switch.modes["off"][0].isChecked()


def test_a_refusal_is_not_told_of_the_profile_that_was_chosen_meanwhile(
    app: App, kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    choose_home(app, server, qtbot)
    app.window.sidebar.choose("office")
    qtbot.waitUntil(lambda: kill_switch.edit.profile == office(server))
    refused = ServiceError("not_permitted", action="change_profile", name="office")
    server.service.refuse["create_profile"] = refused
    kill_switch.modes["always"][0].click()
    app.window.sidebar.choose("home")
    all_answered(app, qtbot)
    assert kill_switch.edit.name == "home"
    assert not kill_switch.trouble.isVisible()


def test_a_draft_is_not_lost_to_the_answer_of_another_profile(
    app: App, split: SplitPage, server: FakeServer, qtbot: QtBot
) -> None:
    choose_home(app, server, qtbot)
    app.window.sidebar.choose("office")
    qtbot.waitUntil(lambda: split.edit.profile == office(server))
    changed: list[str] = []
    split.edit.change("network", lan=True)
    app.window.sidebar.choose("home")
    split.edit.changed.connect(lambda: changed.append(split.edit.name))
    all_answered(app, qtbot)
    assert office(server).network.lan
    assert changed == ["home"]  # when it was read


def test_a_login_page_can_be_let_through(
    kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    assert not kill_switch.portal.isEnabled()
    server.do(lambda: setattr(server.service, "kill_switch", HELD))
    server.publish(HELD)
    qtbot.waitUntil(kill_switch.portal.isEnabled)
    assert "office" in kill_switch.more.text()
    kill_switch.portal.click()
    qtbot.waitUntil(lambda: server.service.kill_switch.portal_until is not None)
    server.publish(msgspec.structs.replace(HELD, portal_until=time.time() + 200))
    qtbot.waitUntil(lambda: "Open for a login page" in kill_switch.now.text())
    assert not kill_switch.portal.isEnabled()


def test_what_is_wrong_with_the_kill_switch_is_told_once_and_taken_back(
    kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    wrong = ErrorInfo(code="network_failed", params={"detail": "nft"})
    server.publish(msgspec.structs.replace(HELD, error=wrong, portal_until=time.time() + 60))
    qtbot.waitUntil(kill_switch.trouble.isVisible)
    kill_switch.follow("office")
    assert kill_switch.trouble.isVisible()
    kill_switch.trouble.hide()
    kill_switch._clock.timeout.emit()  # a second has passed
    assert not kill_switch.trouble.isVisible()
    kill_switch.trouble.show()
    server.publish(HELD)
    qtbot.waitUntil(lambda: not kill_switch.trouble.isVisible())


def test_it_is_turned_off_everywhere_after_a_question(
    kill_switch: KillSwitchPage, server: FakeServer, qtbot: QtBot
) -> None:
    server.do(lambda: setattr(server.service, "kill_switch", HELD))
    server.publish(HELD)
    qtbot.waitUntil(kill_switch.off.isEnabled)
    kill_switch.off.click()
    (box,) = kill_switch.findChildren(QMessageBox)
    accept = next(each for each in box.buttons() if box.buttonRole(each) == QMessageBox.ButtonRole.AcceptRole)
    QTest.mouseClick(accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not server.service.kill_switch.blocking)
    qtbot.waitUntil(lambda: not kill_switch.off.isEnabled())


# On demand


def test_the_first_rule_can_be_made_here(on_demand: OnDemandPage, server: FakeServer, qtbot: QtBot) -> None:
    assert on_demand.none.isVisible()
    on_demand.everywhere.click()
    qtbot.waitUntil(lambda: office(server).on_demand.enabled)
    assert office(server).on_demand.rules == (OnDemandRule(action="connect"),)
    qtbot.waitUntil(lambda: len(on_demand._rows) == 1)


def test_rules_are_told_in_words_and_the_fitting_one_is_marked(
    on_demand: OnDemandPage, server: FakeServer, qtbot: QtBot
) -> None:
    rules = (
        OnDemandRule(action="disconnect", interface="wifi", ssids=("Office",)),
        OnDemandRule(action="connect"),
    )

    def change() -> None:
        profile = msgspec.structs.replace(office(server), on_demand=OnDemand(enabled=True, rules=rules))
        server.service.profiles["office"] = profile
        server.service.on_demand["office"] = OnDemandStatus(state="on", action="connect", rule=2)
        server.service._tell_of("office")

    server.do(change)
    qtbot.waitUntil(lambda: len(on_demand._rows) == 2)
    assert on_demand.more.text() == "In this network rule 2 connects."
    assert [row.words for row in on_demand._rows] == [
        "1. Disconnect: in the Wi-Fi network Office",
        "2. Connect: in every network, fits this network",
    ]


def test_rules_are_paused_and_resumed(on_demand: OnDemandPage, server: FakeServer, qtbot: QtBot) -> None:
    on_demand.everywhere.click()
    qtbot.waitUntil(lambda: len(on_demand._rows) == 1)
    server.do(lambda: server.service.on_demand.update(office=OnDemandStatus(state="on")))
    server.do(lambda: server.service._tell_of("office"))
    qtbot.waitUntil(on_demand.pause.isVisible)
    on_demand.pause.click()
    qtbot.waitUntil(on_demand.resume.isVisible)
    assert server.service.on_demand["office"].state == "paused"
    on_demand.resume.click()
    qtbot.waitUntil(on_demand.pause.isVisible)


def test_a_refusal_of_rules_is_not_told_of_the_profile_that_was_chosen_meanwhile(
    app: App, on_demand: OnDemandPage, server: FakeServer, qtbot: QtBot
) -> None:
    choose_home(app, server, qtbot)
    app.window.sidebar.choose("office")
    qtbot.waitUntil(lambda: on_demand.edit.profile == office(server))
    server.do(lambda: server.service.profiles.__delitem__("office"))  # of which nobody heard yet
    on_demand._ask("on")
    app.window.sidebar.choose("home")
    all_answered(app, qtbot)
    assert on_demand.edit.name == "home"
    assert not on_demand.trouble.isVisible()


def test_changing_rules_opens_the_editor(on_demand: OnDemandPage, app: App, qtbot: QtBot) -> None:
    with qtbot.waitSignal(app.window.edit_requested) as asked:
        on_demand.change.click()
    assert asked.args == ["office"]
