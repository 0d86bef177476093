"""The list at the left as Ginnel draws it: a mark for the state, name, server, and the state's word."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ..draw.theme import Theme
from ..model.present import Face, Presentation
from ..say import say
from .profile_model import IS_HEADING, NAME, PRESENTATION, SERVER, Index
from .type_scale import SMALL, scaled, strong

_MARK: Final = 22  # points, of the state's icon
_PAD: Final = 10
_ROUND: Final = 8.0


class ProfileDelegate(QStyledItemDelegate):
    """Draws what `ProfileModel` holds, in the theme's colours, and mirrored where text runs right to left."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._measured_for: QFont | None = None
        self._heights = (0, 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The same for a thousand rows, which are all asked for when one of them moves."""
        if option.font != self._measured_for:
            self._measured_for = QFont(option.font)
            name, small = self._fonts(option.font)
            line, less = QFontMetrics(name).height(), QFontMetrics(small).height()
            self._heights = (less + 18, line + less + 2 * _PAD)
        heading, row = self._heights
        return QSize(0, heading if index.data(IS_HEADING) else row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Names and servers run as they are written, wherever they stand.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        if index.data(IS_HEADING):
            self._paint_heading(painter, option, str(index.data()))
        else:
            self._paint_profile(painter, option, index)
        painter.restore()

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, words: str) -> None:
        _, small = self._fonts(option.font)
        painter.setFont(strong(small))
        painter.setPen(QColor(self._theme.palette.muted))
        area = option.rect.adjusted(_PAD + 6, 0, -_PAD, -4)
        painter.drawText(area, int(self._leading(option) | Qt.AlignmentFlag.AlignBottom), words)

    def _paint_profile(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = self._theme.palette
        self._paint_ground(painter, option)
        shown: Presentation = index.data(PRESENTATION)
        tone = colours.of(shown.face.tone)
        inside = option.rect.adjusted(_PAD + 6, _PAD, -_PAD - 6, -_PAD)

        def placed(area: QRect) -> QRect:
            return QStyle.visualRect(option.direction, option.rect, area)

        mark = QRect(inside.left(), inside.center().y() - _MARK // 2, _MARK, _MARK)
        self._theme.icon(shown.face.value, tone).paint(painter, placed(mark))
        name, small = self._fonts(option.font)
        words = QRect(inside)
        words.setLeft(mark.right() + 12)
        first = QRect(words.left(), words.top(), words.width(), QFontMetrics(name).height())
        second = QRect(words.left(), first.bottom() + 1, words.width(), QFontMetrics(small).height())
        align = int(self._leading(option) | Qt.AlignmentFlag.AlignVCenter)
        if shown.face is not Face.DISCONNECTED:
            said, metrics = say(shown.title), QFontMetrics(small)
            width = min(metrics.horizontalAdvance(said) + 4, second.width() * 2 // 3)
            last = QRect(second.right() - width + 1, second.top(), width, second.height())
            painter.setFont(small)
            painter.setPen(QColor(tone))
            painter.drawText(
                placed(last), align, metrics.elidedText(said, Qt.TextElideMode.ElideRight, width)
            )
            second.setRight(last.left() - 8)
        for area, font, colour, text in (
            (first, name, colours.text, str(index.data())),
            (second, small, colours.muted, str(index.data(SERVER))),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(placed(area), align, elided)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = self._theme.palette
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = chosen and bool(option.state & QStyle.StateFlag.State_HasFocus)
        if not (chosen or hovered):
            return
        ground = QColor(colours.accent)
        ground.setAlphaF(0.14 if chosen else 0.06)
        painter.setBrush(ground)
        painter.setPen(QPen(QColor(colours.accent), 1.5) if focused else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(option.rect).adjusted(6.5, 1.5, -6.5, -1.5), _ROUND, _ROUND)

    def _fonts(self, font: QFont) -> tuple[QFont, QFont]:
        return strong(font), scaled(font, SMALL)

    def _leading(self, option: QStyleOptionViewItem) -> Qt.AlignmentFlag:
        return (
            Qt.AlignmentFlag.AlignRight
            if option.direction == Qt.LayoutDirection.RightToLeft
            else Qt.AlignmentFlag.AlignLeft
        ) | Qt.AlignmentFlag.AlignAbsolute


class ProfileView(QListView):
    """`chosen` says whose page to show; `acted` that one was double-clicked, or Return pressed on it."""

    chosen = Signal(str)
    acted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(ProfileDelegate(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.setAccessibleName(self.tr("Connections"))
        self.doubleClicked.connect(self._act)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.viewport().update)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit(str(current.data(NAME) or "") if current.isValid() else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._act(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _act(self, index: Index) -> None:
        if name := str(index.data(NAME) or ""):
            self.acted.emit(name)
