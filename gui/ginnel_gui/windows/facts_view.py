"""Facts of a connection on cards, in two columns where there is room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ..draw.theme import Theme
from ..model.facts import Fact, Section
from ..say import fill, say
from .parts import FAR, Card, Mark, Text

#: A card that is narrower wraps its facts more than is pleasant, in points.
_COMFORTABLE = 300


class FactsView(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sections: tuple[Section, ...] = ()
        self._cards: list[Card] = []
        self._columns = (QVBoxLayout(), QVBoxLayout())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(FAR)
        for column in self._columns:
            column.setSpacing(FAR)
            column.addStretch(1)
            row.addLayout(column, 1)
        self._two = False

    def show_facts(self, sections: tuple[Section, ...]) -> None:
        if sections == self._sections:
            return
        self._sections = sections
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._cards = [self._card(each) for each in sections]
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._two != self._fit_two():
            self._place()

    def minimumSizeHint(self) -> QSize:
        """Of one column: two are made where there is room."""
        widest = max((card.minimumSizeHint().width() for card in self._cards), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def _fit_two(self) -> bool:
        wanted = max((card.sizeHint().width() for card in self._cards), default=0)
        least = self.minimumSizeHint().width()
        return len(self._cards) > 1 and self.width() >= 2 * max(least, min(wanted, _COMFORTABLE)) + FAR

    def _place(self) -> None:
        first, second = self._columns
        two = self._two = self._fit_two()
        for number, card in enumerate(self._cards):
            column = second if two and number % 2 else first
            column.insertWidget(column.count() - 1, card)
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.setStretch(1, 1 if two else 0)
        row.setSpacing(FAR if two else 0)

    def _card(self, section: Section) -> Card:
        card = Card(self._theme)
        mark = Mark(self._theme, 18)
        mark.show_icon(section.icon, "muted")
        head = QHBoxLayout()
        head.addWidget(mark)
        head.addWidget(Text(self._theme, say(section.title), bold=True), 1)
        card.inside.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(FAR)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, fact in enumerate(section.facts):
            self._add(grid, row, fact)
        card.inside.addLayout(grid)
        return card

    def _add(self, grid: QGridLayout, row: int, fact: Fact) -> None:
        label = say(fact.label)
        lines = [each if isinstance(each, str) else say(each) for each in fact.lines]
        value = Text(self._theme, "\n".join(lines))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAccessibleName(fill(self.tr("%1: %2"), label, ", ".join(lines)))
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(Text(self._theme, label, colour="muted", wraps=False), row, 0, top)
        grid.addWidget(value, row, 1, top)
