"""The service's own validator, asked as one types: what is wrong with a form, by field."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from ginnel_service.ipc.schema import ErrorInfo, ProfileValidateParams, ProfileValidateResult

from ..alive import while_alive
from ..desk import Desk
from ..model.problems import Told, all_told
from .form import Form

#: After the last key, in milliseconds.
WAIT_MS: Final = 250


class Checking(QObject):
    """`changed` when there is news; without contact nothing is known, and nothing is wrong."""

    changed = Signal()

    def __init__(self, desk: Desk, form: Form, parent: QObject, *, keep_secrets: bool) -> None:
        """`keep_secrets`: what the service has of them counts where none is given."""
        super().__init__(parent)
        self._desk = desk
        self._form = form
        self._keep_secrets = keep_secrets
        self._asked = 0
        self.problems: tuple[Told, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self.ask)
        form.changed.connect(self._wait)
        desk.contact.connect(self._ask_again)

    def _wait(self, _: str) -> None:
        self._timer.start()

    def _ask_again(self, _: bool) -> None:
        self.ask()

    def ask(self) -> None:
        """Now; an answer to an older question is passed over."""
        self._timer.stop()
        self._asked += 1
        asked = self._asked

        def answered(result: ProfileValidateResult | None, _: ErrorInfo | None) -> None:
            if asked == self._asked:
                self.problems = all_told(result.problems) if result is not None else ()
                self.changed.emit()

        params = ProfileValidateParams(
            profile=self._form.table,
            secrets=self._form.secrets,
            keep_secrets=self._keep_secrets,
            forget_secrets=self._form.forgotten,
        )
        self._desk.call("profile.validate", params, while_alive(self, answered))

    def refused(self, problems: tuple[Told, ...]) -> None:
        """The service would not store it: that is the newest that is known."""
        self._timer.stop()
        self._asked += 1
        self.problems = problems
        self.changed.emit()
