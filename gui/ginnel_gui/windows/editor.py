"""The editor of a connection: a few fields for most people, every field of the profile for the rest."""

from __future__ import annotations

from html import escape
from string import ascii_letters, digits
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QMessageBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ginnel_service.ipc.schema import ErrorInfo, NameParams, ProfileCreateParams
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets

from ..alive import while_alive
from ..draw.theme import Theme
from ..model.errors import explain
from ..model.field_pages import FIELDS, PAGES, field_of, page_of
from ..model.fields import Field
from ..model.problems import Told, all_told
from ..model.refusals import problems_of
from ..say import fill, plain, say
from .checking import Checking
from .fields_view import FieldsView, caption
from .focus import lead_through
from .form import Form
from .page import Context
from .parts import FAR, NEAR, Button, Text
from .simple_view import SimpleView
from .speech import announce
from .type_scale import HEADING

#: More problems than these are counted, not listed.
_LISTED: Final = 4
_ICON: Final = 18
_OF_NAMES: Final = frozenset(ascii_letters + digits + "-_")


class Editor(QDialog):
    """`saved` says under which name. It asks before it drops what was changed."""

    saved = Signal(str)

    def __init__(
        self,
        context: Context,
        profile: Profile,
        parent: QWidget | None = None,
        *,
        is_new: bool = False,
        secrets: Secrets | None = None,
        title: str = "",
    ) -> None:
        """`is_new`: the service does not have it yet, so its name can be chosen."""
        super().__init__(parent)
        self.context = context
        self._is_new = is_new
        self._stores = False
        self._told_all = not is_new
        self._touched: set[str] = set()
        self._names_itself = is_new and not profile.name
        self.form = Form(profile, secrets, self)
        self.checking = Checking(context.desk, self.form, self, keep_secrets=not is_new)
        self.setWindowTitle(
            title or (self.tr("New connection") if is_new else fill(self.tr("Edit %1"), profile.name))
        )
        self.simple = SimpleView(context, self.form, kept=not is_new)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.simple)
        self._pages: dict[int, FieldsView] = {}
        self.list = QListWidget()
        self.advanced = QCheckBox(self.tr("&Advanced"))
        self.summary = Text(context.theme, size=0.94, colour="bad")
        self.error = Text(context.theme, colour="bad")
        self._lay_out(profile)
        self.form.changed.connect(self._hear)
        self.checking.changed.connect(self._complain)
        self.form.stack.cleanChanged.connect(self._allow_again)
        context.desk.contact.connect(self._allow_again)
        context.desk.renamed.connect(self._renamed)
        context.desk.profiles_changed.connect(self._look_again)
        context.theme.changed.connect(self._recolour)
        self._allow()
        self.checking.ask()

    def show_advanced(self, shown: bool) -> None:
        if shown and not self.list.count():
            self.list.addItems([say(page.title) for page in PAGES])
            self.list.currentRowChanged.connect(self._show_page)
            self.list.setCurrentRow(0)
            self._recolour()
        self.list.setVisible(shown)
        self.stack.setCurrentWidget(self.page(self.list.currentRow()) if shown else self.simple)
        if shown and self.width() < 820:
            self.resize(860, max(self.height(), 600))

    def page(self, number: int) -> FieldsView:
        """The page `number` of PAGES, made when it is first wanted: all at once would take a moment."""
        if number not in self._pages:
            page = PAGES[number]
            view = FieldsView(
                self.context, self.form, page.fields, kept=not self._is_new, about=say(page.about)
            )
            if not self._is_new and "name" in view.rows:
                view.rows["name"].control.setEnabled(False)
            self._pages[number] = view
            self.stack.addWidget(view)
            lead_through(self.list, view, self.advanced, self.save_button, self.cancel_button)
            self._complain()
        return self._pages[number]

    def go_to(self, path: str) -> None:
        """The field `path`, where it is."""
        if path in self.simple.rows and not self.advanced.isChecked():
            self.simple.go_to(path)
            return
        self.advanced.setChecked(True)
        number = PAGES.index(page_of(FIELDS[path]))
        self.list.setCurrentRow(number)
        self.page(number).go_to(path)

    def save(self) -> None:
        """Have the service store it, or show what is wrong."""
        self._told_all = True
        profile = self.form.profile()
        if profile is None:
            self.checking.ask()
            return
        self.error.hide()
        focus = self.focusWidget()
        self._set_storing(True)
        params = ProfileCreateParams(
            profile=profile,
            secrets=self.form.secrets,
            replace=not self._is_new,
            keep_secrets=not self._is_new,
            forget_secrets=self.form.forgotten,
        )

        def answered(result: object, error: ErrorInfo | None) -> None:
            self._set_storing(False)
            if error is None:
                self.form.stack.setClean()
                self.accept()
                self.saved.emit(profile.name)
            else:
                if focus is not None and isValid(focus):
                    focus.setFocus()
                self._refused(error)

        self.context.desk.call("profile.create", params, while_alive(self, answered))

    def _set_storing(self, stores: bool) -> None:
        """Until the service answers nothing can be changed: that would be lost with the form."""
        self._stores = stores
        self.stack.setEnabled(not stores)
        self._allow()

    def reject(self) -> None:
        if not self.form.is_changed:
            super().reject()
            return
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Leave the editor"))
        box.setText(self.tr("What you changed is not saved yet."))
        box.setStandardButtons(
            QMessageBox.StandardButton.Save
            | QMessageBox.StandardButton.Discard
            | QMessageBox.StandardButton.Cancel
        )
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.buttonClicked.connect(lambda button: self._leave(box.standardButton(button)))
        box.finished.connect(box.deleteLater)
        box.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.form.is_changed and self.isVisible():
            event.ignore()
            self.reject()
        else:
            event.accept()

    def _leave(self, chosen: QMessageBox.StandardButton) -> None:
        if chosen == QMessageBox.StandardButton.Save:
            self.save()
        elif chosen == QMessageBox.StandardButton.Discard:
            super().reject()

    def _lay_out(self, profile: Profile) -> None:
        theme = self.context.theme
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        head = QHBoxLayout()
        title = profile.name if not self._is_new else self.windowTitle()
        self.heading = Text(theme, title, size=HEADING, bold=True)
        head.addWidget(self.heading, 1)
        self.undo = self._history(self.tr("Undo"), QKeySequence.StandardKey.Undo)
        self.redo = self._history(self.tr("Redo"), QKeySequence.StandardKey.Redo)
        head.addWidget(self.undo)
        head.addWidget(self.redo)
        column.addLayout(head)
        middle = QHBoxLayout()
        middle.setSpacing(FAR)
        self.list.setAccessibleName(self.tr("Pages of fields"))
        self.list.setMaximumWidth(220)
        self.list.setIconSize(QSize(_ICON, _ICON))
        self.list.setSpacing(3)
        self.list.hide()
        middle.addWidget(self.list)
        middle.addWidget(self.stack, 1)
        column.addLayout(middle, 1)
        self.summary.setTextFormat(Qt.TextFormat.RichText)
        self.summary.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.summary.setAccessibleDescription(self.tr("What is wrong"))
        self.summary.linkActivated.connect(self.go_to)
        self.error.setAccessibleDescription(self.tr("Why it was not saved"))
        for words in (self.summary, self.error):
            words.hide()
            column.addWidget(words)
        column.addLayout(self._make_bottom())
        self.save_button.setDefault(True)
        if not self._is_new:
            self.simple.rows["name"].control.setEnabled(False)
        self.resize(640, 620)

    def _make_bottom(self) -> QHBoxLayout:
        theme = self.context.theme
        bottom = QHBoxLayout()
        bottom.setSpacing(NEAR)
        self.advanced.setAccessibleDescription(self.tr("Shows every field, page by page"))
        self.advanced.toggled.connect(self.show_advanced)
        bottom.addWidget(self.advanced)
        bottom.addStretch(1)
        buttons = QDialogButtonBox()
        self.save_button = Button(theme, primary=True)
        self.save_button.setText(self.tr("&Create") if self._is_new else self.tr("&Save changes"))
        cancel = self.cancel_button = Button(theme)
        cancel.setText(self.tr("Cance&l"))
        cancel.setAutoDefault(False)
        for button, role in (
            (self.save_button, QDialogButtonBox.ButtonRole.AcceptRole),
            (cancel, QDialogButtonBox.ButtonRole.RejectRole),
        ):
            button.setAccessibleName(plain(button.text()))
            buttons.addButton(button, role)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        bottom.addWidget(buttons)
        return bottom

    def _history(self, words: str, keys: QKeySequence.StandardKey) -> QToolButton:
        stack = self.form.stack
        made = (
            stack.createUndoAction(self)
            if keys == QKeySequence.StandardKey.Undo
            else stack.createRedoAction(self)
        )
        made.setText(words)
        made.setShortcuts(keys)
        self.addAction(made)
        button = QToolButton()
        button.setText(words)
        button.setAccessibleName(words)
        button.setEnabled(made.isEnabled())
        button.clicked.connect(made.trigger)
        made.enabledChanged.connect(button.setEnabled)
        return button

    def _show_page(self, row: int) -> None:
        self.stack.setCurrentWidget(self.page(row))

    def _recolour(self) -> None:
        for row in range(self.list.count()):
            self.list.item(row).setIcon(_icon(self.context.theme, PAGES[row].icon))
        self._complain()

    def _hear(self, path: str) -> None:
        self._touched.add(path)
        if path == "name":
            self._names_itself = False
        elif path == "server" and self._names_itself:
            self.form.set_now({"name": _name_for(self.form.value("server"))})
            self._names_itself = True
        self._allow()

    def _renamed(self, name: str, new: str) -> None:
        """Elsewhere, meanwhile: under its old name it would be stored as another one."""
        if not self._is_new and name == self.form.value("name"):
            self.form.set_now({"name": new})
            self.heading.setText(new)
            self.setWindowTitle(fill(self.tr("Edit %1"), new))

    def _look_again(self) -> None:
        """It may have been changed elsewhere, which saving this would take back."""
        name = self.form.value("name")
        if self._is_new or name not in self.context.desk.mirror.profiles:
            return

        def answered(profile: Profile | None, _: ErrorInfo | None) -> None:
            if profile is not None and profile.name == self.form.value("name"):
                self.form.take_up(profile)

        self.context.desk.call("profile.show", NameParams(name=name), while_alive(self, answered))

    def _complain(self) -> None:
        by_field: dict[str, list[Told]] = {}
        for told in self.checking.problems:
            field = field_of(told.path)
            path = field.path if field is not None else told.path
            if self._told_all or path in self._touched:
                by_field.setdefault(path, []).append(told)
        for view in (self.simple, *self._pages.values()):
            view.complain(by_field)
        lines = [self._line(path, told[0]) for path, told in list(by_field.items())[:_LISTED]]
        if len(by_field) > _LISTED:
            lines.append(escape(fill(self.tr("… and %1 more"), str(len(by_field) - _LISTED))))
        self.summary.setText("<br>".join(lines))
        self.summary.setVisible(bool(lines))

    def _line(self, path: str, told: Told) -> str:
        field = FIELDS.get(path)
        words = escape(say(told.words))
        if field is None:
            return f"⚠ {words}"
        colour = self.context.theme.palette.bad
        return f'⚠ <a href="{escape(path)}" style="color:{colour}">{escape(caption(field))}</a>: {words}'

    def _refused(self, error: ErrorInfo) -> None:
        if problems := problems_of(error):
            self.checking.refused(all_told(problems))
            self._to_first()
            return
        said = explain(error)
        self.error.setText(f"{say(said.cause)} {say(said.remedy)}")
        self.error.show()
        announce(self, self.error.text(), urgent=True)

    def _to_first(self) -> None:
        fields: list[Field | None] = [field_of(told.path) for told in self.checking.problems]
        first = next((field for field in fields if field is not None), None)
        if first is not None:
            self.go_to(first.path)

    def _allow_again(self, _: bool) -> None:
        self._allow()

    def _allow(self) -> None:
        can = self.context.desk.has_contact and not self._stores
        self.save_button.setEnabled(can and (self._is_new or self.form.is_changed))


def _icon(theme: Theme, name: str) -> QIcon:
    """In the colour of what is chosen where it is."""
    made = QIcon(theme.icon(name))
    chosen = theme.icon(name, theme.palette.on_accent).pixmap(_ICON, _ICON)
    made.addPixmap(chosen, QIcon.Mode.Selected)
    return made


def _name_for(server: str) -> str:
    """A name after a server's: what tells `vpn.example.org` from others is mostly `example`."""
    labels = [label for label in server.strip().split(".") if label]
    if len(labels) > 2 and labels[0].lower() in {"vpn", "gw", "gateway", "remote", "ike", "ipsec", "www"}:
        labels = labels[1:]
    if all(label.isdigit() for label in labels):
        return "vpn" if labels else ""
    return "".join(each for each in labels[0] if each in _OF_NAMES).strip("-_")[:64]
