"""Questions of connections, one dialog at a time; the person's keychain answers what it can by itself."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ginnel_service.ipc.schema import ConnectionStatus, ErrorInfo, NameParams, PromptStatus
from ginnel_service.profiles.model import Profile

from ..alive import while_alive
from ..keychain_access import KeychainAccess, Place
from ..model.attempts import Attempts, Key, key_of, keys_of
from .page import Context
from .prompt_dialog import PromptDialog


class Prompts(QObject):
    """Over `window`. A question that was put off waits for `ask_now`."""

    def __init__(self, context: Context, window: QWidget, keychain: KeychainAccess | None = None) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._keychain = keychain or KeychainAccess(self)
        self._has_keychain = True
        self._forgotten: set[Key] = set()  # not to be used, whatever the keychain makes of it
        self._attempts = Attempts()
        self._waiting: list[PromptStatus] = []
        self._current: PromptStatus | None = None
        self._seen: set[int] = set()
        self.dialog: PromptDialog | None = None
        desk = context.desk
        desk.prompt_opened.connect(self._opened)
        desk.prompt_closed.connect(self._closed)
        desk.connection_changed.connect(self._changed)
        desk.contact.connect(self._met)
        desk.renamed.connect(self._renamed)
        for prompt in desk.mirror.prompts.values():
            self._opened(prompt)

    def ask_now(self, prompt: PromptStatus) -> None:
        """Put it to the person, also when that was put off before."""
        if self._current is not None and self._current.id == prompt.id:
            if self.dialog is not None:
                self.dialog.raise_()
                self.dialog.activateWindow()
            return
        if all(each.id != prompt.id for each in self._waiting):
            self._waiting.insert(0, prompt)
        self._go_on()

    def forget(self, profile: Profile) -> None:
        """What the keychain has for `profile` is not for whatever takes its place."""
        for key in keys_of(profile):
            self._forget(key)

    def close(self) -> None:
        self._keychain.close()

    def _opened(self, prompt: PromptStatus) -> None:
        if prompt.ask and prompt.id not in self._seen:
            self._seen.add(prompt.id)
            self._waiting.append(prompt)
            self._go_on()

    def _closed(self, number: int) -> None:
        """Answered, here or elsewhere, or nobody wants to know any more."""
        self._seen.discard(number)
        self._waiting = [each for each in self._waiting if each.id != number]
        if self._current is not None and self._current.id == number:
            self._drop()

    def _met(self, has_contact: bool) -> None:
        """What became of attempts while there was no contact nobody knows: no password was wrong."""
        if has_contact:
            self._attempts = Attempts()

    def _changed(self, name: str) -> None:
        status = self._context.desk.status(name) or ConnectionStatus(name=name)
        kept, forgotten = self._attempts.heard(status)
        for key, password in kept.items():
            self._keep(key, password)
        for key in forgotten:
            self._keychain.forget(Place(*key))

    def _renamed(self, before: str, now: str) -> None:
        """The keychain's entries go along with the profile's name."""

        def answered(profile: Profile | None, _: ErrorInfo | None) -> None:
            if profile is not None:
                old = msgspec.structs.replace(profile, name=before)
                for key, new in zip(keys_of(old), keys_of(profile), strict=True):
                    self._move(key, new)

        self._context.desk.call("profile.show", NameParams(name=now), while_alive(self, answered))

    def _move(self, key: Key, new: Key) -> None:
        def found(password: str | None, _: bool) -> None:
            if password:
                self._keep(new, password)
                self._forget(key)

        if key not in self._forgotten:
            self._forgotten.add(key)
            self._keychain.get(Place(*key), found)

    def _keep(self, key: Key, password: str) -> None:
        def kept(_: str | None, there: bool) -> None:
            self._learn(None, there)
            if there:
                self._forgotten.discard(key)

        self._keychain.put(Place(*key), password, kept)

    def _forget(self, key: Key) -> None:
        self._forgotten.add(key)
        self._keychain.forget(Place(*key))

    def _go_on(self) -> None:
        if self._current is not None or not self._waiting:
            return
        prompt = self._current = self._waiting.pop(0)
        key = key_of(prompt)
        if key is None or key in self._forgotten:
            self._show(prompt, was_wrong=False)
        elif self._attempts.was_used(prompt):
            self._attempts.wrong(prompt)
            self._keychain.forget(Place(*key))
            self._show(prompt, was_wrong=True)
        else:
            self._keychain.get(Place(*key), lambda found, there: self._looked(prompt, found, there))

    def _looked(self, prompt: PromptStatus, found: str | None, there: bool) -> None:
        self._learn(None, there)
        if self._current is not prompt:
            return  # closed meanwhile
        if found:
            self._attempts.use(prompt)
            self._context.desk.answer_prompt(prompt, found, remember=False)
        else:
            self._show(prompt, was_wrong=False)

    def _learn(self, _: str | None, there: bool) -> None:
        self._has_keychain = there

    def _show(self, prompt: PromptStatus, *, was_wrong: bool) -> None:
        parent = self._window if self._window.isVisible() else None
        dialog = PromptDialog(
            self._context, prompt, parent, has_keychain=self._has_keychain, was_wrong=was_wrong
        )
        self.dialog = dialog
        dialog.answered.connect(self._answered)
        dialog.rejected.connect(self._drop)
        dialog.open()
        dialog.raise_()
        dialog.activateWindow()

    def _answered(self, answer: str | None, keep: str) -> None:
        prompt = self._current
        if prompt is None:
            return
        if keep == "keychain" and answer:
            self._attempts.keep(prompt, answer)
        self._drop()
        self._context.desk.answer_prompt(prompt, answer, remember=keep == "service")

    def _drop(self) -> None:
        """Done with the current one, answered or not."""
        dialog, self.dialog, self._current = self.dialog, None, None
        if dialog is not None:
            dialog.blockSignals(True)
            dialog.hide()
            dialog.deleteLater()
        self._go_on()
