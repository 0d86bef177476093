"""The few fields that most people need, as they suit how one signs in."""

from __future__ import annotations

from typing import Final

from ..model.field_pages import FIELDS
from .fields_view import FieldsView
from .form import Form
from .page import Context

_PATHS: Final = (
    "server",
    "name",
    "authentication.method",
    "authentication.username",
    "secrets.password",
    "secrets.psk",
    "local.id",
    "authentication.certificate",
    "remote.ca",
)


class SimpleView(FieldsView):
    def __init__(self, context: Context, form: Form, *, kept: bool) -> None:
        super().__init__(context, form, (FIELDS[path] for path in _PATHS), kept=kept)
        self._form = form
        form.changed.connect(self._suit)
        self._suit("authentication")

    def _suit(self, path: str) -> None:
        """Show what matters to the way of signing in."""
        if not path.startswith(("authentication", "remote")):
            return
        authentication = self._form.authentication
        rounds = authentication.rounds
        by_name = "eap" in rounds
        shown = {
            "authentication.username": by_name or not authentication.method,
            "secrets.password": by_name and not authentication.one_time,
            "secrets.psk": "psk" in rounds or self._form.value("remote.method") == "psk",
            "local.id": "psk" in rounds,
            "authentication.certificate": "certificate" in rounds
            or not authentication.method
            or "tls" in authentication.eap_methods,
            "remote.ca": "psk" not in rounds,
        }
        for name, is_shown in shown.items():
            self.rows[name].set_shown(is_shown)
