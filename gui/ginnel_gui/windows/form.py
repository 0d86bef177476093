"""A profile while it is edited: its fields by their paths, and every change to be undone and done again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final, cast, get_args

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from ginnel_service.profiles.model import Authentication, Profile, ProfileError, profile_of
from ginnel_service.profiles.secrets import SecretName, Secrets

from ..model.fields import FORGET, SECRET

_TYPED: Final = 1


class Form(QObject):
    """`put` is the only way to change it. Values are as in TOML; those below `secrets.` are of Secrets, and
    those below `forget.` say whether a stored one goes."""

    changed = Signal(str)  # a field, by its path

    def __init__(
        self, profile: Profile, secrets: Secrets | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._begun = _table_of(profile)
        self._table = _table_of(profile)
        self._secrets = {name: getattr(secrets or Secrets(), name) for name in Secrets.__struct_fields__}
        self._forgets: dict[SecretName, bool] = dict.fromkeys(get_args(SecretName), False)
        self.stack = QUndoStack(self)

    @property
    def table(self) -> dict[str, Any]:
        """The profile as the service takes it for validation; a copy."""
        return deepcopy(self._table)

    @property
    def secrets(self) -> Secrets:
        """Those that were given here."""
        return Secrets(**self._secrets)

    @property
    def forgotten(self) -> tuple[SecretName, ...]:
        """Those that the service shall keep no longer; a private key goes with its certificate."""
        forgets = self._forgets | {"private_key": not self.authentication.certificate}
        return tuple(name for name, goes in forgets.items() if goes)

    @property
    def is_changed(self) -> bool:
        return not self.stack.isClean()

    @property
    def authentication(self) -> Authentication:
        """As it is now. Controls give nothing of a wrong type, so that it always is one."""
        return msgspec.convert(self._table["authentication"], Authentication)

    def profile(self) -> Profile | None:
        """None where a field is of no use to any profile, which the validator says in words."""
        try:
            return profile_of(self.table)
        except ProfileError:
            return None

    def value(self, path: str) -> Any:
        """Raises KeyError for a field that there is not."""
        inner, name = self._at(path)
        return inner[name]

    def put(self, path: str, value: Any, *, typed: bool = False) -> None:
        """Set one field. What is `typed` in one go is undone in one go."""
        if self.value(path) != value:
            self.stack.push(_Change(self, {path: value}, typed=typed))

    def put_all(self, values: Mapping[str, Any]) -> None:
        """Set several fields as one change."""
        new = {path: value for path, value in values.items() if self.value(path) != value}
        if new:
            self.stack.push(_Change(self, new, typed=False))

    def take_up(self, profile: Profile) -> None:
        """The profile was changed elsewhere: that counts for fields that were not changed here."""
        before, self._begun = dict(_fields(self._begun)), _table_of(profile)
        news = {path: value for path, value in _fields(_table_of(profile)) if value != before.get(path)}
        self.set_now({path: value for path, value in news.items() if self.value(path) == before.get(path)})

    def set_now(self, values: Mapping[str, Any]) -> None:
        """What a change does to the fields. Without one it is not to be undone."""
        for path, value in values.items():
            inner, name = self._at(path)
            inner[name] = value
        for path in values:
            self.changed.emit(path)

    def _at(self, path: str) -> tuple[dict[str, Any], str]:
        if path.startswith(SECRET):
            return self._secrets, path.removeprefix(SECRET)
        if path.startswith(FORGET):
            return cast("dict[str, Any]", self._forgets), path.removeprefix(FORGET)
        *tables, name = path.split(".")
        inner = self._table
        for table in tables:
            inner = inner[table]
        return inner, name


def _table_of(profile: Profile) -> dict[str, Any]:
    """As in TOML."""
    table: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(profile))
    return table


def _fields(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every field's path and value."""
    for key, value in table.items():
        if isinstance(value, dict) and key != "certificates":
            yield from _fields(value, f"{above}{key}.")
        else:
            yield above + key, value


class _Change(QUndoCommand):
    def __init__(self, form: Form, values: Mapping[str, Any], *, typed: bool) -> None:
        super().__init__()
        self._form = form
        self._typed = typed
        self._old = {path: deepcopy(form.value(path)) for path in values}
        self._new = dict(values)

    def redo(self) -> None:
        self._form.set_now(self._new)

    def undo(self) -> None:
        self._form.set_now(self._old)

    def id(self) -> int:
        return _TYPED if self._typed else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other._new.keys() != self._new.keys():
            return False
        self._new = other._new
        return True
