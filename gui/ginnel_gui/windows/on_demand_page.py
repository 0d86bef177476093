"""Rules that connect and disconnect by themselves: whether they are on, and what they say of this network."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from ginnel_service.ipc.schema import ErrorInfo, OnDemandChange, OnDemandParams, OnDemandStatus
from ginnel_service.profiles.model import OnDemandRule

from ..draw.rules_picture import RulesPicture
from ..draw.theme import Theme
from ..model.decisions import decisions
from ..model.rules import ACTIONS, MARKS, condition, said
from ..say import fill, say
from .page import Context
from .parts import Button, Card, Mark, Text, beside
from .profile_page import ProfilePage, explained
from .type_scale import HEADING

_NO_RULES = OnDemandStatus()


class OnDemandPage(ProfilePage):
    def __init__(self, context: Context) -> None:
        super().__init__(
            context,
            self.tr("On demand"),
            self.tr(
                "Connects when you need it and disconnects when you do not, by the network that you are in: "
                "not at the office, say, and everywhere else. The rules are asked again whenever the "
                "network changes."
            ),
        )
        self._theme = context.theme
        self.enabled = QCheckBox()
        self.mark = Mark(context.theme, 44, disc=True)
        self.now = Text(context.theme, bold=True)
        self.more = Text(context.theme, colour="muted")
        self.pause = self._button(self.tr("&Pause"), self.tr("The rules wait until you resume or connect"))
        self.resume = self._button(self.tr("&Resume"), self.tr("The rules decide again"))
        self.change = self._button(self.tr("&Change the rules…"), self.tr("Opens the connection's settings"))
        self.everywhere = self._button(
            self.tr("Connect in &every network"), self.tr("Makes one rule, which always connects")
        )
        self.picture = RulesPicture(context.theme)
        self.seen = Card(context.theme)
        self.rules = Card(context.theme)
        self._rows: list[_RuleRow] = []
        self._arrange(context)
        self.enabled.clicked.connect(lambda on: self._ask("on" if on else "off"))
        self.pause.clicked.connect(lambda: self._ask("pause"))
        self.resume.clicked.connect(lambda: self._ask("resume"))
        self.change.clicked.connect(lambda: self.edit_wanted.emit(self.edit.name))
        self.everywhere.clicked.connect(self._connect_everywhere)
        self._desk.profiles_changed.connect(self._show)
        self._show()

    def _button(self, words: str, told: str) -> Button:
        button = Button(self._theme)
        button.setText(words)
        button.setAccessibleName(words.replace("&", "").rstrip("…"))
        button.setAccessibleDescription(told)
        button.setToolTip(told)
        return button

    def _arrange(self, context: Context) -> None:
        theme = context.theme
        switch = Card(theme)
        switch.inside.addLayout(
            explained(
                theme,
                self.enabled,
                self.tr("Connect and &disconnect by rules"),
                self.tr("The first rule that fits the network decides. What you do yourself goes first."),
            )
        )
        row = beside(self.mark, self.now, self.more)
        row.addWidget(self.pause)
        row.addWidget(self.resume)
        switch.inside.addSpacing(8)
        switch.inside.addLayout(row)
        self.rules.inside.addWidget(Text(theme, self.tr("Rules"), size=HEADING, bold=True))
        self.none = Text(
            theme,
            self.tr("There are no rules yet. A rule says: in such a network, connect or disconnect."),
            colour="muted",
        )
        self.rules.inside.addWidget(self.none)
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.rules.inside.addLayout(self._list)
        buttons = QHBoxLayout()
        buttons.addWidget(self.everywhere)
        buttons.addWidget(self.change)
        buttons.addStretch(1)
        self.rules.inside.addLayout(buttons)
        self.seen.inside.addWidget(Text(theme, self.tr("What happens where"), size=HEADING, bold=True))
        self.seen.inside.addWidget(self.picture)
        self.column.addWidget(switch)
        self.column.addWidget(self.seen)
        self.column.addWidget(self.rules)
        self.column.addStretch(1)

    def _status(self) -> OnDemandStatus:
        summary = self._desk.mirror.profiles.get(self.edit.name)
        return summary.on_demand if summary is not None else _NO_RULES

    def _show(self) -> None:
        profile, status = self.edit.profile, self._status()
        rules = profile.on_demand.rules if profile is not None else ()
        self.enabled.setEnabled(profile is not None and (bool(rules) or status.state != "off"))
        self.enabled.setChecked(status.state != "off")
        self.pause.setVisible(status.state == "on")
        self.resume.setVisible(status.state == "paused")
        match status.state:
            case "on":
                self.mark.show_icon("on_demand", "good")
                self.now.setText(self.tr("The rules decide"))
                self.more.setText(say(said(status)))
            case "paused":
                self.mark.show_icon("waiting", "busy")
                self.now.setText(self.tr("The rules wait"))
                self.more.setText(self.tr("Until you resume, connect yourself, or restart the machine."))
            case _:
                self.mark.show_icon("on_demand", "idle")
                self.now.setText(self.tr("You decide"))
                self.more.setText(self.tr("Nothing connects by itself."))
        self._show_rules(rules, status)

    def _show_rules(self, rules: tuple[OnDemandRule, ...], status: OnDemandStatus) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        here = status.rule if status.state != "off" else 0
        self._rows = [
            _RuleRow(self._theme, number, rule, applies=number == here)
            for number, rule in enumerate(rules, 1)
        ]
        for row in self._rows:
            self._list.addWidget(row)
        self.picture.show_decisions(decisions(rules, status))
        self.seen.setVisible(bool(rules))
        self.none.setVisible(not rules)
        self.everywhere.setVisible(not rules)
        for button in (self.change, self.everywhere):
            button.setEnabled(self.edit.profile is not None)

    def _ask(self, change: OnDemandChange) -> None:
        name = self.edit.name

        def answered(_: object, error: ErrorInfo | None) -> None:
            if name != self.edit.name:
                return  # another was chosen meanwhile, of which this says nothing
            self.complain(error)
            self._show()
            self.edit.load()

        params = OnDemandParams(name=name, change=change)
        self._desk.call("ondemand.set", params, answered)

    def _connect_everywhere(self) -> None:
        self.edit.change("on_demand", enabled=True, rules=(OnDemandRule(action="connect"),))


class _RuleRow(QWidget):
    """One rule in words; the one that fits the network at hand says so."""

    def __init__(self, theme: Theme, number: int, rule: OnDemandRule, *, applies: bool) -> None:
        super().__init__()
        icon, colour = MARKS[rule.action]
        mark = Mark(theme, 26)
        mark.show_icon(icon, colour)
        when = ", ".join(say(each) for each in condition(rule))
        here = self.tr("fits this network")
        title = fill(self.tr("%1. %2"), str(number), say(ACTIONS[rule.action]))
        self.words = f"{title}: {when}" + (f", {here}" if applies else "")
        self.setAccessibleName(self.words)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Text(theme, title, bold=True))
        words.addWidget(Text(theme, when, colour="muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(12)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        if applies:
            row.addWidget(Text(theme, here, colour="good", wraps=False))
