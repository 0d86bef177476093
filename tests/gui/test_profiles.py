"""The list of profiles: groups, order, search, and what stays as news come."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel
from PySide6.QtTest import QAbstractItemModelTester

from ginnel_gui.application import Application
from ginnel_gui.desk import Desk
from ginnel_gui.link import Link
from ginnel_gui.model.profiles import Group, matches, place
from ginnel_gui.windows.profile_model import IS_HEADING, NAME, ProfileFilter, ProfileModel
from ginnel_service.ipc.schema import ConnectionStatus, ProfileChange, ProfileSummary, Snapshot, State

ME = 1000


def summary(name: str, owner_uid: int = ME) -> ProfileSummary:
    return ProfileSummary(name=name, server=f"{name}.example.org", owner_uid=owner_uid)


@pytest.fixture
def desk(qapp: Application) -> Iterator[Desk]:
    link = Link("/nonexistent/ginneld.sock")
    desk = Desk(link)
    desk.version = "1"
    yield desk
    desk.deleteLater()
    link.deleteLater()


def fill(desk: Desk, *profiles: ProfileSummary) -> ProfileModel:
    desk.mirror.begin(Snapshot(profiles=profiles))
    model = ProfileModel(desk, uid=ME, parent=desk)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def rows(model: ProfileModel | ProfileFilter) -> list[str]:
    indexes = (model.index(row, 0) for row in range(model.rowCount()))
    return [f"[{each.data()}]" if each.data(IS_HEADING) else each.data(NAME) for each in indexes]


def hear(desk: Desk, name: str, state: State) -> None:
    status = ConnectionStatus(name=name, state=state)
    desk.mirror.take(status)
    desk.connection_changed.emit(name)


@pytest.mark.parametrize(
    ("owner", "state", "group"),
    [
        (ME, "down", Group.MINE),
        (ME, "connecting", Group.MINE),
        (ME, "up", Group.CONNECTED),
        (0, "reconnecting", Group.CONNECTED),
        (0, "failed", Group.MACHINE),
        (77, "down", Group.OTHERS),
    ],
)
def test_a_profile_stands_where_people_look_for_it(owner: int, state: State, group: Group) -> None:
    assert place(summary("office", owner), state, ME).group is group


def test_every_word_that_is_looked_for_has_to_be_there() -> None:
    assert matches(summary("Head-Office"), "head example.org")
    assert not matches(summary("Head-Office"), "head lab")


def test_rows_are_in_groups_and_in_order_whatever_the_case(desk: Desk) -> None:
    model = fill(desk, summary("beta"), summary("Alpha"), summary("machine", 0))
    assert rows(ProfileFilter(model, model)) == ["[Mine]", "Alpha", "beta", "[This machine's]", "machine"]


def test_a_connection_moves_up_and_back_and_stays_chosen(desk: Desk) -> None:
    model = fill(desk, summary("alpha"), summary("beta"))
    shown = ProfileFilter(model, model)
    chosen = QPersistentModelIndex(shown.mapFromSource(model.index_of("beta")))
    hear(desk, "beta", "up")
    assert rows(shown) == ["[Connected]", "beta", "[Mine]", "alpha"]
    assert chosen.data(NAME) == "beta"
    hear(desk, "beta", "down")
    assert rows(shown) == ["[Mine]", "alpha", "beta"]
    assert chosen.data(NAME) == "beta"


def test_profiles_come_and_go(desk: Desk) -> None:
    model = fill(desk, summary("alpha"))
    shown = ProfileFilter(model, model)
    for change in (
        ProfileChange(name="aaron", summary=summary("aaron")),
        ProfileChange(name="zoe", summary=summary("zoe", 0)),
        ProfileChange(name="alpha"),
    ):
        desk.mirror.take(change)
        desk.profiles_changed.emit()
    assert rows(shown) == ["[Mine]", "aaron", "[This machine's]", "zoe"]
    assert not model.index_of("alpha").isValid()


def test_search_leaves_what_matches_and_its_heading(desk: Desk) -> None:
    model = fill(desk, summary("alpha"), summary("beta"), summary("alps", 0))
    shown = ProfileFilter(model, model)
    shown.look_for("BETA")
    assert rows(shown) == ["[Mine]", "beta"]
    shown.look_for("nothing")
    assert rows(shown) == []
    shown.look_for("")
    assert len(rows(shown)) == 5


def test_a_new_snapshot_is_taken_as_a_change(desk: Desk) -> None:
    model = fill(desk, summary("alpha"), summary("beta"))
    kept = QPersistentModelIndex(model.index_of("beta"))
    desk.mirror.begin(Snapshot(profiles=(summary("beta"), summary("gamma"))))
    desk.profiles_changed.emit()
    assert model.names() == ["beta", "gamma"]
    assert kept.data(NAME) == "beta"


def test_a_row_tells_a_screen_reader_name_server_and_state(desk: Desk) -> None:
    from PySide6.QtCore import Qt

    model = fill(desk, summary("alpha"))
    said = model.index_of("alpha").data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "alpha, alpha.example.org, Disconnected"


def test_headings_cannot_be_chosen(desk: Desk) -> None:
    model = fill(desk, summary("alpha"))
    assert not model.flags(model.index(0))
    assert isinstance(ProfileFilter(model, model), QSortFilterProxyModel)
    assert model.rowCount(model.index(0)) == 0
    assert model.rowCount(QModelIndex()) == len(Group) + 1


def test_a_profile_that_cannot_be_read_is_in_the_list(desk: Desk) -> None:
    broken = msgspec.structs.replace(summary("broken"), server="")
    assert fill(desk, broken).names() == ["broken"]
