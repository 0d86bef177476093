"""What a person can choose about the app itself. What is chosen counts at once, but for the language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSizePolicy,
    QSystemTrayIcon,
    QVBoxLayout,
    QWidget,
)

from ..autostart import Autostart
from ..language import languages
from ..say import plain
from .asking import tell
from .pages import Context
from .parts import FAR, NEAR, Card, Text


class Preferences(QDialog):
    def __init__(self, context: Context, autostart: Autostart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._settings = context.settings
        self._autostart = autostart
        self.setWindowTitle(self.tr("Preferences"))
        self.language = self._choice([(self.tr("The system's"), ""), *languages()], "language")
        self.theme = self._choice(
            [(self.tr("The system's"), "system"), (self.tr("Light"), "light"), (self.tr("Dark"), "dark")],
            "theme",
        )
        self.units = self._choice(
            [
                (self.tr("Megabytes (MB, powers of ten)"), "decimal"),
                (self.tr("Mebibytes (MiB, powers of two)"), "binary"),
                (self.tr("Megabits (Mbit)"), "bits"),
            ],
            "units",
        )
        self.login = QCheckBox(self.tr("&Start Ginnel when you log in"))
        self.tray = self._flag(self.tr("&Go on in the background when the window is closed"), "close_to_tray")
        self.notifications = self._flag(
            self.tr("T&ell of changes while the window is not in front"), "notifications"
        )
        self.later = Text(
            context.theme, self.tr("The language changes when Ginnel starts the next time."), colour="muted"
        )
        self.later.hide()
        self._arrange(context)
        self._show_login()
        self.login.clicked.connect(self._set_login)
        self.language.activated.connect(lambda _: self.later.show())

    def _choice(self, options: Iterable[tuple[str, str]], setting: str) -> QComboBox:
        box = QComboBox()
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for words, value in options:
            box.addItem(words, value)
        box.setCurrentIndex(max(0, box.findData(getattr(self._settings, setting))))
        box.activated.connect(lambda _: self._set(setting, box.currentData()))
        return box

    def _flag(self, words: str, setting: str) -> QCheckBox:
        box = QCheckBox(words)
        box.setAccessibleName(plain(words))
        box.setChecked(getattr(self._settings, setting))
        box.clicked.connect(lambda on: self._set(setting, on))
        return box

    def _set(self, setting: str, value: Any) -> None:
        setattr(self._settings, setting, value)

    def _arrange(self, context: Context) -> None:
        self.login.setAccessibleName(plain(self.login.text()))
        self.tray.setVisible(QSystemTrayIcon.isSystemTrayAvailable())
        look = Card(context.theme)
        form = QFormLayout()
        form.setHorizontalSpacing(FAR)
        form.setVerticalSpacing(NEAR)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for words, box in (
            (self.tr("&Language:"), self.language),
            (self.tr("&Appearance:"), self.theme),
            (self.tr("&Units:"), self.units),
        ):
            label = QLabel(words)
            label.setBuddy(box)
            box.setAccessibleName(plain(words).rstrip(":"))
            form.addRow(label, box)
        look.inside.addLayout(form)
        look.inside.addWidget(self.later)
        behaviour = Card(context.theme)
        for flag in (self.login, self.tray, self.notifications):
            behaviour.inside.addWidget(flag)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(FAR)
        column.addWidget(look)
        column.addWidget(behaviour)
        column.addStretch(1)
        column.addWidget(buttons)
        column.addStrut(400)

    def _show_login(self) -> None:
        try:
            self.login.setChecked(self._autostart.enabled)
        except OSError:
            self.login.setEnabled(False)

    def _set_login(self, wanted: bool) -> None:
        try:
            self._autostart.enable(wanted)
        except OSError as error:
            tell(self, self.tr("Starting at login was not changed"), error.strerror or str(error))
        self._show_login()
