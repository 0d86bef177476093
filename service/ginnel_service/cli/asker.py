"""Who answers what a connection asks while `ginnel up` waits."""

from __future__ import annotations

import time
from typing import BinaryIO

import click

from ginnel_service.ipc.schema import PromptStatus

from . import secret
from .common import plain
from .keychain import Keychain
from .prompt import KINDS, answer
from .wire import CliError, Wire


class Asker:
    """Answers what the gateway asks: from a file or a keychain, by the person, or else says how to."""

    def __init__(self, file: BinaryIO | None, *, remember: bool, keychain: Keychain | None) -> None:
        self._ready = None if file is None else secret.text_of(file, "--password-file")
        self._scripted = file is not None
        self._remember = remember
        self._keychain = keychain
        self._looked = False
        self._typed: tuple[PromptStatus, str] | None = None  # for the keychain, if it proves right
        self._seen: set[int] = set()

    @property
    def attended(self) -> bool:
        """Whether there is a person who can decide."""
        return secret.can_ask() and not self._scripted

    def succeeded(self) -> None:
        """What was answered led to a connection."""
        if self._keychain is not None and self._typed is not None:
            self._keychain.keep(*self._typed)

    def handle(self, wire: Wire, asked: PromptStatus) -> None:
        if not asked.open:
            self._seen.discard(asked.id)
        if not asked.open or not asked.ask or asked.id in self._seen:
            return
        self._seen.add(asked.id)
        began = time.monotonic()
        said: str | None
        if self._ready is not None and asked.kind != "certificate":
            said, self._ready = self._ready, None
        elif (found := self._in_keychain(asked)) is not None:
            said = found
        elif secret.can_ask():
            said = secret.answer_of(asked)
            if said is not None and asked.kind in ("password", "new_password"):
                self._typed = (asked, said)
        elif self._scripted:
            said = None  # the file's answer was wrong, and there is no other
        else:
            name = plain(asked.name)
            what = KINDS[asked.kind]
            click.echo(f"{name} asks for a {what}: give it with `ginnel prompt {name}`", err=True)
            return
        try:
            answer(wire, asked, said, remember=self._remember)
        except CliError as error:
            if error.code != "unknown_prompt":  # answered elsewhere, or too late: the status will say
                raise
        wire.wait_longer(time.monotonic() - began)  # the person's time does not count

    def _in_keychain(self, asked: PromptStatus) -> str | None:
        """Only once: what is asked for again was wrong."""
        if self._keychain is None or self._looked or asked.kind != "password":
            return None
        self._looked = True
        return self._keychain.find(asked)
