"""Split tunnel: what of a person's traffic goes through the tunnel, and what stays outside."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
)

from ginnel_service.ipc.schema import ErrorInfo, ProfileValidateParams, ProfileValidateResult
from ginnel_service.profiles.model import Network, Profile

from ..draw.picture import TrafficPicture
from ..model.problems import all_told
from ..model.traffic import SITUATIONS, traffic
from ..model.words import QT_TRANSLATE_NOOP
from ..say import plain, say
from .lines_field import LinesField
from .page import Context
from .parts import Button, Card, Note, Text
from .profile_page import ProfilePage, explained
from .type_scale import HEADING

#: After the last key, before the service is asked whether that is right, in milliseconds.
TYPED_MS = 250

EVERYTHING = Network().subnets
_OUTSIDE = {
    "auto": QT_TRANSLATE_NOOP("Split", "As fits the tunnel"),
    "allow": QT_TRANSLATE_NOOP("Split", "Let it pass"),
    "block": QT_TRANSLATE_NOOP("Split", "Stop it"),
}


class SplitPage(ProfilePage):
    """What is changed here is a draft until it is stored: networks are typed, and wrong half of the time."""

    def __init__(self, context: Context) -> None:
        super().__init__(
            context,
            self.tr("Split tunnel"),
            self.tr("Send everything through the tunnel, or only what is meant for the other side."),
        )
        theme = context.theme
        self.everything, self.only = QRadioButton(), QRadioButton()
        self.subnets, self.bypass = LinesField(), LinesField(2)
        self.lan = QCheckBox()
        self.outside = {4: QComboBox(), 6: QComboBox()}
        self.problems = Text(theme, colour="bad")
        self.save, self.revert = Button(theme, primary=True), Button(theme)
        self.later = Note(theme, "hint", self.tr("Changes count from the next time you connect."), "accent")
        self.picture = TrafficPicture(theme)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._arrange(context)
        self._wire()
        self._show()

    @property
    def draft(self) -> Network:
        """What is shown, valid or not."""
        profile = self.edit.profile
        return msgspec.structs.replace(
            profile.network if profile is not None else Network(),
            subnets=EVERYTHING if self.everything.isChecked() else self.subnets.values,
            bypass=self.bypass.values,
            lan=self.lan.isChecked(),
            ipv4_outside=self.outside[4].currentData(),
            ipv6_outside=self.outside[6].currentData(),
        )

    def _arrange(self, context: Context) -> None:
        theme = context.theme
        self.chosen = QButtonGroup(self)
        choice = Card(theme)
        for radio, words, told in (
            (
                self.everything,
                self.tr("&Everything through the tunnel"),
                self.tr("The network at hand learns nothing of what you do. The gateway carries all of it."),
            ),
            (
                self.only,
                self.tr("&Only these networks"),
                self.tr("All else goes past the tunnel, as without it. One a line, such as 10.0.0.0/8."),
            ),
        ):
            self.chosen.addButton(radio)
            choice.inside.addLayout(explained(theme, radio, words, told))
        choice.inside.addWidget(self.subnets)
        self.subnets.setAccessibleName(self.tr("Networks that go through the tunnel"))
        rest = Card(theme)
        label = QLabel(self.tr("E&xceptions, which stay outside whatever is chosen above:"))
        label.setWordWrap(True)
        label.setBuddy(self.bypass)
        self.bypass.setAccessibleName(self.tr("Networks that stay outside the tunnel"))
        rest.inside.addWidget(label)
        rest.inside.addWidget(self.bypass)
        rest.inside.addLayout(
            explained(
                theme,
                self.lan,
                self.tr("Keep the &local network outside"),
                self.tr("Printers, screens and other machines at hand stay reachable."),
            )
        )
        form = QFormLayout()
        for version, words in (
            (4, self.tr("IPv&4 that the tunnel does not carry:")),
            (6, self.tr("IPv&6 that the tunnel does not carry:")),
        ):
            box = self.outside[version]
            for policy, named in _OUTSIDE.items():
                box.addItem(say(named), policy)
            box.setAccessibleName(plain(words).rstrip(":"))
            form.addRow(words, box)
        rest.inside.addLayout(form)
        self.save.setText(self.tr("&Save"))
        self.revert.setText(self.tr("&Revert"))
        for button in (self.save, self.revert):
            button.setAccessibleName(plain(button.text()))
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.revert)
        buttons.addStretch(1)
        seen = Card(theme)
        seen.inside.addWidget(Text(theme, say(SITUATIONS["connected"]), size=HEADING, bold=True))
        seen.inside.addWidget(self.picture)
        for part in (seen, choice, rest, self.problems):
            self.column.addWidget(part)
        self.column.addLayout(buttons)
        self.column.addWidget(self.later)
        self.column.addStretch(1)

    def _wire(self) -> None:
        for button in (self.everything, self.only, self.lan):
            button.clicked.connect(self._edited)
        for field in (self.subnets, self.bypass):
            field.edited.connect(self._edited)
        for box in self.outside.values():
            box.activated.connect(self._edited)
        self.only.clicked.connect(self._begin_list)
        self._typed.timeout.connect(self._check)
        self.save.clicked.connect(self._store)
        self.revert.clicked.connect(self._show)
        self._desk.connection_changed.connect(self._draw_for)

    def _show(self) -> None:
        """What the profile says; a draft is forgotten."""
        profile = self.edit.profile
        network = profile.network if profile is not None else Network()
        whole = frozenset(network.subnets) == frozenset(EVERYTHING)
        (self.everything if whole else self.only).setChecked(True)
        self.subnets.values = () if whole else network.subnets
        self.bypass.values = network.bypass
        self.lan.setChecked(network.lan)
        for version, policy in ((4, network.ipv4_outside), (6, network.ipv6_outside)):
            self.outside[version].setCurrentIndex(self.outside[version].findData(policy))
        self._edited()

    def _edited(self) -> None:
        profile = self.edit.profile
        there = profile is not None
        for part in (self.everything, self.only, self.bypass, self.lan, *self.outside.values()):
            part.setEnabled(there)
        self.subnets.setEnabled(there and self.only.isChecked())
        changed = profile is not None and self.draft != profile.network
        self.revert.setEnabled(changed)
        self.save.setEnabled(False)
        self.problems.hide()
        if changed:
            self._typed.start()
        else:
            self._typed.stop()
        self._draw()

    def _begin_list(self) -> None:
        self.subnets.setFocus()

    def _draw_for(self, name: str) -> None:
        if name == self.edit.name:
            self._draw()

    def _drafted(self, profile: Profile) -> dict[str, Any]:
        wanted: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(profile, network=self.draft))
        return wanted

    def _check(self) -> None:
        """Ask the service, which knows best."""
        profile, draft = self.edit.profile, self.draft
        if profile is None:
            return

        def answered(result: ProfileValidateResult | None, error: ErrorInfo | None) -> None:
            if draft != self.draft or self.edit.profile is not profile:
                return
            self.complain(error)
            found = all_told(result.problems) if result is not None else ()
            self.problems.setText("\n".join(say(each.words) for each in found))
            self.problems.setVisible(bool(found))
            self.save.setEnabled(result is not None and not found)

        self._desk.call("profile.validate", ProfileValidateParams(profile=self._drafted(profile)), answered)

    def _store(self) -> None:
        self.edit.change("network", **msgspec.structs.asdict(self.draft))

    def _draw(self) -> None:
        """The draft where there is one, else what is so while it is connected."""
        profile = self.edit.profile
        if profile is None:
            self.picture.show_traffic(None)
            self.later.hide()
            return
        status = self._desk.mirror.connections.get(profile.name)
        up = status is not None and status.state == "up"
        draft = self.draft
        self.later.setVisible(up and draft != profile.network)
        wanted = msgspec.structs.replace(profile, network=draft)
        try:
            drawn = traffic(wanted, "connected", status if up and draft == profile.network else None)
        except ValueError:  # half typed; what is wrong with it the service will say
            return
        self.picture.show_traffic(drawn)
