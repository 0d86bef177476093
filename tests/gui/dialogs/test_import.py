"""Importing: what a file becomes is shown, what is missing is asked in place, and nothing is kept before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ginnel_gui.model.importing import free_name
from ginnel_gui.windows.candidate_view import CandidateView
from ginnel_gui.windows.certificate_card import CertificateView
from ginnel_gui.windows.import_dialog import ImportDialog
from ginnel_gui.windows.import_tree import ImportTree
from ginnel_gui.windows.page import Context
from ginnel_service.ipc.fake import FakeService
from ginnel_service.profiles.importers import Unused, carried, complete, preview
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets
from helpers.fake_server import FakeServer
from helpers.import_files import CASES, FOLDER, PASSWORD

Open = Callable[[str], ImportDialog]


@pytest.fixture
def take(qtbot: QtBot, context: Context) -> Open:
    """`take(file)` is the dialog with that file of the examples in it."""

    def take(name: str) -> ImportDialog:
        dialog = ImportDialog(context)
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.take(str(FOLDER / name))
        return dialog

    return take


def _has_views(dialog: ImportDialog) -> bool:
    return bool(dialog.views)


def agree(dialog: ImportDialog, *, trust: bool = True) -> None:
    if dialog.head._agree is not None:
        dialog.head._agree.setChecked(True)
    for view in dialog.views:
        if view._roots:
            (view.trust if trust else view.distrust).setChecked(True)


def tree_of(view: CandidateView) -> dict[str, dict[str, str]]:
    """What the tree shows: group -> what -> value."""
    tree = view.tree
    groups = [tree.topLevelItem(number) for number in range(tree.topLevelItemCount())]
    found = {}
    for group in groups:
        assert group is not None
        rows = [group.child(number) for number in range(group.childCount())]
        found[group.text(0)] = {row.text(0): row.text(1) for row in rows if row is not None}
    return found


def test_a_file_is_shown_agreed_to_and_kept(qtbot: QtBot, take: Open, service: FakeService) -> None:
    dialog = take("eap.mobileconfig")
    used = next(rows for title, rows in tree_of(dialog.views[0]).items() if title.startswith("Will be used"))
    assert used["Server"] == "vpn.example.org"
    assert not dialog.import_button.isEnabled()
    agree(dialog)
    assert dialog.import_button.isEnabled(), dialog.told.text()
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.keep()
    (name,) = imported.args[0]
    assert service.profiles[name].remote.ca
    assert not dialog.isVisible()


def test_a_root_that_is_not_trusted_is_left_out(qtbot: QtBot, take: Open, service: FakeService) -> None:
    dialog = take("eap.mobileconfig")
    agree(dialog, trust=False)
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.keep()
    made = service.profiles[imported.args[0][0]]
    assert made.remote.ca == ()
    assert made.certificates == {}


def test_what_a_root_is_can_be_read(take: Open) -> None:
    dialog = take("eap.mobileconfig")
    (card,) = dialog.views[0].findChildren(CertificateView)
    (root,) = dialog.views[0]._candidate.roots
    assert card.fingerprint.text().replace(":", "").replace("\n", "").lower() == root.sha256


def test_what_a_file_says_is_no_html_in_a_tool_tip(qtbot: QtBot) -> None:
    tree = ImportTree([], [Unused(id="always_so", source="<img src='/dev/zero'>")])
    qtbot.addWidget(tree)
    group = tree.topLevelItem(1)
    assert group is not None
    row = group.child(0)
    assert row is not None
    assert row.text(0) == "<img src='/dev/zero'>"
    assert "<img" not in row.toolTip(0)


def test_what_has_no_effect_is_said_with_the_reason(take: Open) -> None:
    views = take("binary.mobileconfig").views
    groups = [group for view in views for group in tree_of(view).items()]
    without = [rows for title, rows in groups if title.startswith("Has no effect")]
    assert without
    assert all(reason for rows in without for reason in rows.values())


def test_the_same_file_again_is_an_update(qtbot: QtBot, take: Open, service: FakeService) -> None:
    for _ in range(2):
        dialog = take("eap.mobileconfig")
        qtbot.waitUntil(partial(_has_views, dialog))
        agree(dialog)
        with qtbot.waitSignal(dialog.imported):
            dialog.keep()
        for name in service.profiles:
            service.secrets[name] = Secrets(password="typed before")
    assert len(service.profiles) == 1
    assert dialog.views[0].is_update
    assert not dialog.views[0]._roots  # trusted already: asked once
    assert not dialog.views[0].warning.isVisible()
    assert next(iter(service.secrets.values())).password == "typed before"


def test_an_update_for_another_gateway_has_none_of_the_secrets(
    qtbot: QtBot, take: Open, service: FakeService
) -> None:
    dialog = take("eap.sswan")
    agree(dialog)
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.keep()
    (name,) = imported.args[0]
    before = msgspec.structs.replace(service.profiles[name], server="before.example.org")
    service.profiles[name] = before
    of_the_file = service.secrets[name]
    service.secrets[name] = Secrets(password="typed before", psk=b"typed before")
    again = take("eap.sswan")
    qtbot.waitUntil(partial(_has_views, again))
    view = again.views[0]
    assert view.warning.isVisible()
    assert f"(before.example.org → {view.result().profile.server}): stored secrets" in view.warning.text()
    assert "secrets stay" not in view.state.text()
    disowned: list[Profile] = []
    again.disowned.connect(disowned.append)
    agree(again)
    with qtbot.waitSignal(again.imported):
        again.keep()
    assert service.secrets[name] == of_the_file
    assert disowned == [service.profiles[name], before]


def test_a_taken_name_is_not_replaced_unasked(qtbot: QtBot, take: Open, service: FakeService) -> None:
    dialog = take("eap.mobileconfig")
    agree(dialog)
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.keep()
    (name,) = imported.args[0]
    service.profiles[name] = msgspec.structs.replace(service.profiles[name], origin="")
    again = take("eap.mobileconfig")
    qtbot.waitUntil(lambda: bool(again.views))
    agree(again)
    view = again.views[0]
    assert view.name.text() == f"{name}-2"
    view.name.setText(name)
    assert view.replace.isVisible()
    assert not again.import_button.isEnabled()
    view.replace.setChecked(True)
    disowned: list[Profile] = []
    again.disowned.connect(disowned.append)
    with qtbot.waitSignal(again.imported):
        again.keep()
    assert set(service.profiles) == {name}
    assert disowned == [service.profiles[name]]  # the keychain has what was for another one


def test_several_connections_are_chosen_from(qtbot: QtBot, take: Open, service: FakeService) -> None:
    dialog = take("swanctl.conf")
    for name in ("ca.pem", "alice.p12", "alice.pem", "alice.key"):
        dialog.take_beside(str(FOLDER / name))
    assert len(dialog.views) > 1
    assert dialog.list.isVisible()
    for row in range(1, dialog.list.count()):
        dialog.list.item(row).setCheckState(Qt.CheckState.Unchecked)
    agree(dialog)
    assert dialog.import_button.isEnabled(), dialog.told.text()
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.keep()
    assert list(service.profiles) == imported.args[0]


def test_what_was_stored_before_an_error_is_not_stored_again(
    qtbot: QtBot, take: Open, service: FakeService
) -> None:
    dialog = take("binary.mobileconfig")
    dialog.take_beside(str(FOLDER / "alice.p12"))
    agree(dialog)
    first, second, third = (view.name.text() for view in dialog.views)
    service.profiles[second] = Profile(name=second, server="another.example.org")  # made elsewhere meanwhile
    dialog.keep()
    qtbot.waitUntil(lambda: dialog.told.text().startswith(f"{second}: "))
    dialog.views[1].name.setText("third-office")
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.keep()
    assert imported.args[0] == [first, "third-office", third]


def test_the_file_that_was_taken_last_is_shown(
    qtbot: QtBot, take: Open, server: FakeServer, service: FakeService
) -> None:
    def appear() -> None:
        server.add(["home"])
        service._tell_of("home")

    dialog = take("swanctl.conf")
    server.do(appear)
    qtbot.waitUntil(lambda: "home" in dialog.context.desk.mirror.profiles)
    dialog.take(str(FOLDER / "eap.mobileconfig"))  # which has to be looked up first
    dialog.take(str(FOLDER / "swanctl.conf"))
    answered: list[object] = []
    dialog.context.desk.call("profile.list", answered=lambda *answer: answered.append(answer))
    qtbot.waitUntil(lambda: bool(answered))
    assert [view.name.text() for view in dialog.views] == ["office", "key"]


def test_a_locked_certificate_is_opened_in_place(take: Open) -> None:
    dialog = take("algo.mobileconfig")
    view = dialog.views[0]
    view.asked["pkcs12_password"].setText("wrong")
    view.unlock_wanted.emit("wrong")
    assert "does not open" in dialog.told.text()
    dialog.views[0].unlock_wanted.emit(PASSWORD)
    assert not dialog.views[0].asked
    agree(dialog)
    assert dialog.import_button.isEnabled(), dialog.told.text()
    assert dialog.views[0].result().secrets.private_key


def test_what_is_missing_is_asked_in_place(take: Open) -> None:
    dialog = take("alice.p12")
    dialog.views[0].unlock_wanted.emit(PASSWORD)
    view = dialog.views[0]
    assert "server" in view.asked
    assert "Server" in dialog.told.text()
    view.asked["server"].setText("vpn.example.org")
    assert view.result().profile.server == "vpn.example.org"


def test_a_broken_signature_needs_a_word_more(
    take: Open, qtbot: QtBot, tmp_path: Path, context: Context
) -> None:
    data = bytearray((FOLDER / "signed.mobileconfig").read_bytes())
    data[data.index(b"vpn.example.org")] ^= 0x01
    (tmp_path / "changed.mobileconfig").write_bytes(data)
    dialog = ImportDialog(context)
    qtbot.addWidget(dialog)
    dialog.take(str(tmp_path / "changed.mobileconfig"))
    agree(dialog)
    assert not dialog.import_button.isEnabled()
    assert dialog.head._nevertheless is not None
    dialog.head._nevertheless.setChecked(True)
    assert dialog.import_button.isEnabled(), dialog.told.text()


def test_a_file_of_another_kind_is_refused_in_words(qtbot: QtBot, take: Open, tmp_path: Path) -> None:
    (tmp_path / "x.ovpn").write_text("client\ndev tun\nremote vpn.example.org 1194\n")
    dialog = take("eap.sswan")
    dialog.take(str(tmp_path / "x.ovpn"))
    assert "OpenVPN" in dialog.refusal.text()
    assert dialog.refusal.isVisible()
    assert not dialog.import_button.isVisible()
    dialog.take(str(tmp_path / "none"))
    assert "none" in dialog.refusal.text()
    dialog.take("/dev/zero")
    assert "zero" in dialog.refusal.text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_format_is_shown(take: Open, case: object) -> None:
    dialog = take(case.name)  # type: ignore[attr-defined]
    assert dialog.views
    assert dialog.stack.currentIndex() == 1


def test_a_dropped_file_is_taken(qtbot: QtBot, take: Open) -> None:
    dialog = take("eap.sswan")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(FOLDER / "eap.mobileconfig"))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    dialog.dropEvent(event)
    assert dialog.head.findChildren(type(dialog.told))[1].text().startswith("Apple")


def test_the_keyboard_alone_imports(qtbot: QtBot, take: Open, service: FakeService) -> None:
    dialog = take("eap.sswan")
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    view = dialog.views[0]
    for _ in range(30):
        if QApplication.focusWidget() is view.trust:
            break
        QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
    QTest.keyClick(view.trust, Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.imported):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert service.profiles


def test_an_update_has_what_the_person_once_added() -> None:
    found = preview((FOLDER / "certificate.sswan").read_bytes(), password=PASSWORD).candidates[0]
    old = complete(found, name="mine").profile
    bare = preview((FOLDER / "certificate.sswan").read_bytes()).candidates[0]
    done = carried(bare, old)
    assert done.profile.name == "mine"
    asking = msgspec.structs.replace(bare, asks=("certificate", "psk"))
    assert carried(asking, old).asks == ()
    for before in (
        msgspec.structs.replace(old, server="before.example.org"),
        msgspec.structs.replace(old, remote=msgspec.structs.replace(old.remote, id="before.example.org")),
    ):
        assert carried(asking, before).asks == ("certificate", "psk")  # their keys are forgotten
    assert free_name("a", {"a", "a-2"}) == "a-3"
