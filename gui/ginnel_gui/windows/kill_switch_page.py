"""The kill switch of a profile, what it stops, and a way out to the login page of a hotel's network."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QMessageBox, QRadioButton

from ginnel_service.ipc.schema import ErrorInfo, KillSwitchOffParams, KillSwitchStatus, PortalParams

from ..draw.picture import TrafficPicture
from ..model.format import duration
from ..model.traffic import SITUATIONS, Situation, traffic
from ..say import fill, say
from .page import Context
from .parts import Button, Card, Mark, Text, beside
from .profile_page import ProfilePage, explained
from .type_scale import HEADING

PORTAL_S: Final = 300.0

#: Those in which it matters.
_SITUATIONS: Final[tuple[Situation, ...]] = ("interrupted", "off")


class KillSwitchPage(ProfilePage):
    def __init__(self, context: Context) -> None:
        super().__init__(
            context,
            self.tr("Kill switch"),
            self.tr(
                "When a connection breaks, programs go on without it, and everyone on the way can see what "
                "they send. A kill switch stops them instead."
            ),
        )
        theme = context.theme
        self.mark = Mark(theme, 44, disc=True)
        self.now = Text(theme, bold=True)
        self.more = Text(theme, colour="muted")
        self.portal = Button(theme)
        self.portal.setText(self.tr("Open for a login page"))
        self.portal.setAccessibleName(self.portal.text())
        self.portal.setAccessibleDescription(
            self.tr(
                "Lets websites and names through for five minutes, to log in to a hotel's or train's network"
            )
        )
        self.portal.setToolTip(self.portal.accessibleDescription())
        self.off = Button(theme)
        self.off.setText(self.tr("Turn off everywhere…"))
        self.off.setAccessibleName(self.off.text())
        self.off.setAccessibleDescription(self.tr("Turns the kill switch of every connection off"))
        self.modes = {
            "off": (
                QRadioButton(),
                self.tr("O&ff"),
                self.tr("Traffic goes past the tunnel when it is down."),
            ),
            "connecting": (
                QRadioButton(),
                self.tr("From &connecting to disconnecting"),
                self.tr("Nothing goes past the tunnel from the moment you connect until you disconnect."),
            ),
            "always": (
                QRadioButton(),
                self.tr("&Always"),
                self.tr(
                    "Without this tunnel there is no network at all, also when you disconnect, and after a "
                    "restart of the machine."
                ),
            ),
        }
        self.lan = QCheckBox()
        self.pictures = {each: TrafficPicture(theme) for each in _SITUATIONS}
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_now)
        self._told_of: ErrorInfo | None = None  # what is wrong with the kill switch itself
        self._arrange(context)
        self._wire()
        self._show_now()
        self._show()

    def follow(self, name: str) -> None:
        super().follow(name)
        self._told_of = None
        self._show_now()

    def _arrange(self, context: Context) -> None:
        theme = context.theme
        now = Card(theme)
        row = beside(self.mark, self.now, self.more)
        now.inside.addLayout(row)
        buttons = QHBoxLayout()
        buttons.addWidget(self.portal)
        buttons.addWidget(self.off)
        buttons.addStretch(1)
        now.inside.addLayout(buttons)
        choice = Card(theme)
        self.chosen = QButtonGroup(self)
        for mode, (radio, label, told) in self.modes.items():
            radio.setProperty("mode", mode)
            self.chosen.addButton(radio)
            choice.inside.addLayout(explained(theme, radio, label, told))
        choice.inside.addSpacing(8)
        choice.inside.addLayout(
            explained(
                theme,
                self.lan,
                self.tr("Let the &local network through"),
                self.tr("Printers, screens and other machines at hand stay reachable, past the tunnel."),
            )
        )
        self.column.addWidget(now)
        self.column.addWidget(choice)
        for situation, picture in self.pictures.items():
            card = Card(theme)
            card.inside.addWidget(Text(theme, say(SITUATIONS[situation]), size=HEADING, bold=True))
            card.inside.addWidget(picture)
            self.column.addWidget(card)
        self.column.addStretch(1)

    def _wire(self) -> None:
        self.chosen.buttonClicked.connect(
            lambda radio: self.edit.change("kill_switch", mode=radio.property("mode"))
        )
        self.lan.clicked.connect(lambda on: self.edit.change("network", lan=on))
        self.portal.clicked.connect(self._open_portal)
        self.off.clicked.connect(self._ask_off)
        self._desk.kill_switch_changed.connect(self._show_now)
        self._desk.contact.connect(self._show_now)

    def _show(self) -> None:
        profile = self.edit.profile
        for mode, (radio, _, _) in self.modes.items():
            radio.setEnabled(profile is not None)
            if profile is not None and profile.kill_switch.mode == mode:
                radio.setChecked(True)
        self.lan.setEnabled(profile is not None)
        self.lan.setChecked(profile is not None and profile.network.lan)
        for situation, picture in self.pictures.items():
            picture.show_traffic(None if profile is None else traffic(profile, situation))

    def _show_now(self) -> None:
        status = self._desk.mirror.kill_switch
        left_s = 0.0 if status.portal_until is None else status.portal_until - time.time()
        if not status.blocking:
            self.mark.show_icon("shield", "idle")
            self.now.setText(self.tr("Nothing is stopped on this machine now"))
            self.more.setText(self.tr("No kill switch is at work."))
        else:
            names = ", ".join(each.name for each in status.profiles)
            self.mark.show_icon("shield", "good")
            self.now.setText(self.tr("Nothing gets past the tunnels now"))
            self.more.setText(fill(self.tr("The kill switch is at work for: %1"), names))
        if left_s > 0:
            self.mark.show_icon("shield", "busy")
            self.now.setText(fill(self.tr("Open for a login page, %1 more"), duration(left_s)))
            self.more.setText(
                self.tr("Open a website in the browser; the login page shows instead. Then connect.")
            )
            self._clock.start()
        else:
            self._clock.stop()
        if status.error != self._told_of:
            self._told_of = status.error
            self.complain(status.error)
        self.portal.setEnabled(status.blocking and left_s <= 0)
        self.off.setEnabled(status.blocking)

    def _open_portal(self) -> None:
        self._desk.call("killswitch.portal", PortalParams(seconds=PORTAL_S), self._told)

    def _ask_off(self) -> None:
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Turn the kill switch off everywhere?"),
            self.tr("Turn the kill switch of every connection off?"),
            QMessageBox.StandardButton.Cancel,
            self,
        )
        box.setInformativeText(self.tr("Programs can then send past the tunnels again, in the clear."))
        box.addButton(self.tr("&Turn off"), QMessageBox.ButtonRole.AcceptRole)
        box.accepted.connect(self._turn_off)
        box.finished.connect(box.deleteLater)
        box.open()

    def _turn_off(self) -> None:
        params = KillSwitchOffParams(force=self._desk.role == "admin")
        self._desk.call("killswitch.off", params, self._told)

    def _told(self, status: KillSwitchStatus | None, error: ErrorInfo | None) -> None:
        if status is not None:
            self._desk.mirror.take(status)
            self._show_now()
        self.complain(error)
