"""What the pages about a part of a profile have in common: a heading, a few words, and what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QFrame, QRadioButton, QScrollArea, QStyle, QVBoxLayout, QWidget

from ginnel_service.ipc.schema import ErrorInfo

from ..draw.theme import Theme
from ..say import plain
from .error_card import ErrorCard
from .pages import Context, Page
from .parts import FAR, Text, centred
from .profile_edit import ProfileEdit
from .type_scale import TITLE


class ScrollPage(Page):
    """`column` holds its parts, below a heading and what it is about."""

    def __init__(self, context: Context, title: str, about: str) -> None:
        super().__init__()
        self._body = QWidget()
        self.column = QVBoxLayout(self._body)
        self.column.setContentsMargins(FAR, FAR, FAR, FAR)
        self.column.setSpacing(FAR)
        heading = QVBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(Text(context.theme, title, size=TITLE, bold=True))
        heading.addWidget(Text(context.theme, about, colour="muted"))
        self.column.addLayout(heading)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(centred(self._body))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        self._body.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A scroll area keeps to itself that what is inside needs more or less room."""
        if watched is self._body and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """As wide as its parts need: it scrolls up and down alone."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        needed = self._body.minimumSizeHint().width() + bar
        return super().minimumSizeHint().expandedTo(QSize(needed, 0))


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
