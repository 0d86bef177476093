"""How connections stand, asked at the service's socket: a process for each look would cost half a second."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import msgspec

from ginnel_service.ipc.client import Client, Response
from ginnel_service.ipc.knock import connect
from ginnel_service.ipc.mirror import Mirror
from ginnel_service.ipc.schema import Snapshot

TIMEOUT_S: Final = 30.0


class Looking:
    """A connection to the service, until `close`. Everything raises OSError where the service is gone."""

    def __init__(self, path: Path) -> None:
        self._client = Client()
        self._socket = connect(os.fspath(path), TIMEOUT_S)

    def close(self) -> None:
        self._socket.close()

    def status(self, name: str) -> dict[str, Any] | None:
        """What `ginnel --json status NAME` prints; None where there is no such profile."""
        _, octets = self._client.request("snapshot")
        self._socket.sendall(octets)
        while data := self._socket.recv(1 << 16):
            for answer in self._client.feed(data):
                if not isinstance(answer, Response):
                    continue
                if answer.error is not None:
                    raise ConnectionRefusedError(answer.error.code)
                if isinstance(answer.result, Snapshot):
                    found = Mirror(answer.result).status(name)
                    return None if found is None else json.loads(msgspec.json.encode(found, enc_hook=str))
        raise ConnectionResetError("the service hung up")
