"""A fake service on a real unix socket, served by a thread, and the command line run against it."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ginnel_service.cli.main import main
from ginnel_service.ipc.access import Policy
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.schema import Event, LogEntry
from ginnel_service.ipc.server import Server
from ginnel_service.ipc.service import Sink
from ginnel_service.profiles.model import Local, Profile

# No test meets the keychain of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

PSK = "correct horse battery staple"


KEYRING = """
entries = {}
class InitError(Exception): pass
def get_password(service, username):
    if entries is None: raise InitError("rosebud rosebud")
    return entries.get((service, username))
def set_password(service, username, password):
    entries[service, username] = password
def delete_password(service, username):
    del entries[service, username]
"""


@dataclass
class Served:
    """`run` is `ginnel ARGS`; `service` may be changed before a run."""

    service: FakeService
    socket: Path
    server: Server
    loop: asyncio.AbstractEventLoop
    closing: asyncio.Task[None] | None = None

    def run(self, *arguments: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(main, ["--socket", str(self.socket), *arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert PSK not in result.output
        return result

    def json(self, *arguments: str, stdin: str | None = None) -> Any:
        result = self.run("--json", *arguments, stdin=stdin)
        return json.loads(result.stdout)

    def say_on_attach(self, events: Sequence[Event], *, after_the_tail: bool = False) -> None:
        """Publish `events` to the first subscriber once it has its snapshot, then hang up.

        With `after_the_tail` they come when it has the log's last lines, too, for which it asks next.
        """
        sinks: list[Sink] = []
        last_lines = self.service.tail_log

        def attach(sink: Sink) -> Callable[[], None]:
            sinks.append(sink)
            if not after_the_tail:
                self.loop.call_later(0.1, speak)
            return lambda: None

        async def tail_log(lines: int) -> tuple[LogEntry, ...]:
            self.loop.call_later(0.1, speak)
            return await last_lines(lines)

        def speak() -> None:
            for event in events:
                sinks[0](event)
            self.closing = self.loop.create_task(self.server.close())

        self.service.attach = attach  # type: ignore[method-assign]
        if after_the_tail:
            self.service.tail_log = tail_log  # type: ignore[method-assign]


def office(**changes: Any) -> Profile:
    return Profile(**{"name": "office", "server": "vpn.example.org", "local": Local(id="alice"), **changes})


@pytest.fixture
def keychain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Stands for the library keyring and the desktop's keychain behind it."""
    (tmp_path / "keyring.py").write_text(KEYRING)
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("keyring", None)
    yield importlib.import_module("keyring")
    del sys.modules["keyring"]


@pytest.fixture
def policy() -> Policy | None:
    return None


@pytest.fixture
def served(tmp_path: Path, policy: Policy | None) -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    service = FakeService()
    path = tmp_path / "run" / "ginneld.sock"
    server = Server(service, path, policy=policy)
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield Served(service, path, server, loop)
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture
def with_office(served: Served) -> Served:
    served.service.profiles["office"] = office()
    return served
