"""What the pages about a part of a profile have in common: a heading, a few words, and what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QRadioButton, QStyle, QVBoxLayout, QWidget

from ginnel_service.ipc.schema import ErrorInfo

from ..draw.theme import Theme
from ..say import plain
from .error_card import ErrorCard
from .pages import Context, Page
from .parts import FAR, Text
from .profile_edit import ProfileEdit
from .speech import announce
from .tall_area import TallArea, centred
from .type_scale import TITLE


class ScrollPage(Page):
    """`column` holds its parts, below a heading and what it is about."""

    def __init__(self, context: Context, title: str, about: str) -> None:
        super().__init__()
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(FAR, FAR, FAR, FAR)
        self.column.setSpacing(FAR)
        heading = QVBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(Text(context.theme, title, size=TITLE, bold=True))
        heading.addWidget(Text(context.theme, about, colour="muted"))
        self.column.addLayout(heading)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(TallArea(centred(body)))


class ProfilePage(ScrollPage):
    """`edit` holds the chosen profile; `_show` shows it, and has to be there."""

    def __init__(self, context: Context, title: str, about: str) -> None:
        super().__init__(context, title, about)
        self._desk = context.desk
        self.edit = ProfileEdit(context.desk, self)
        self.trouble = ErrorCard(context.theme)
        self.trouble.copy_wanted.connect(self._copy)
        self.trouble.hide()
        self.column.addWidget(self.trouble)
        self.edit.changed.connect(self._show)
        self.edit.failed.connect(self.complain)

    def follow(self, name: str) -> None:
        self.trouble.show_error(None)
        self.edit.follow(name)

    def complain(self, error: ErrorInfo | None) -> None:
        """With None all is well."""
        self.trouble.show_error(error)
        if error is not None:
            announce(self, f"{self.trouble.cause.text()} {self.trouble.remedy.text()}", urgent=True)

    def _show(self) -> None:
        raise NotImplementedError

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._desk.report(self.edit.name))


def explained(theme: Theme, button: QAbstractButton, words: str, told: str) -> QVBoxLayout:
    """`button`, a choice, with `words` on it and below it what choosing it means."""
    button.setText(words)
    button.setAccessibleName(plain(words))
    button.setAccessibleDescription(told)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
    below = Text(theme, told, colour="muted")
    button.ensurePolished()
    style, metrics = button.style(), QStyle.PixelMetric
    size, gap = metrics.PM_IndicatorWidth, metrics.PM_CheckBoxLabelSpacing
    if isinstance(button, QRadioButton):
        size, gap = metrics.PM_ExclusiveIndicatorWidth, metrics.PM_RadioButtonLabelSpacing
    # In line with the words of the button.
    below.setIndent(style.pixelMetric(size, None, button) + style.pixelMetric(gap, None, button))
    column.addWidget(below)
    return column
