"""A small office as its administrator makes it, with `ginnel gateway` alone.

   client              router              gateway                server
[ ginneld ]---------[          ]---------[ ginnel gateway ]-----[ .2  ]
                                    10.99.0.1                 10.77.0.1

The server knows its own network and no way beyond: only what comes from 10.77.0.1 gets an answer.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import GATEWAY_ID, POOLS, CommandError, Gateway, Service, write_private


class OfficeGateway(Gateway):
    """`ginnel gateway run` on a folder that `ginnel gateway init` has made."""

    def __init__(
        self, host: Host, more: str = "", *, methods: str = '["mschapv2", "tls"]', **values: str
    ) -> None:
        """`more` are tables of the file; `methods` those of EAP; `values` of what the file says already."""
        self.host = host
        self.folder = host.lab.directory / "office"
        self.config = self.folder / "gateway.toml"
        self.state = host.lab.directory / "office-state"
        self.administer("init", "--output", str(self.folder), "--id", GATEWAY_ID)
        text = self.config.read_text()
        for key, value in {"pool_ipv4": f'"{POOLS[0]}"', "pool_ipv6": f'"{POOLS[1]}"', **values}.items():
            text, changed = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
            assert changed == 1, key
        text = text.replace('methods = ["mschapv2", "tls"]', f"methods = {methods}")
        write_private(self.config, (text + more).encode())
        self.start()

    def start(self) -> None:
        log = self.host.lab.directory / f"{self.host.name}-gateway.log"
        self._past = log.stat().st_size if log.exists() else 0
        self.process = self.host.python(
            *("-m", "ginnel_service.cli.main", "--json", "gateway", "run"),
            *("--config", str(self.config), "--state-dir", str(self.state)),
            label="gateway",
        )
        self.wait_for("listening")

    def administer(self, *arguments: str) -> dict[str, Any]:
        """The JSON of `ginnel gateway ...`. Raises CommandError."""
        done = self.host.run(
            [sys.executable, "-m", "ginnel_service.cli.main", "--json", "gateway", *arguments], check=False
        )
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
        if done.returncode:
            error = answer.get("error", {})
            words = f"{' '.join(arguments)}: {error.get('cause', done.stderr[-1500:])}"
            raise CommandError(words, done.returncode, error.get("code", ""))
        return answer

    def user(self, *arguments: str) -> dict[str, Any]:
        return self.administer("user", *arguments, "--config", str(self.config))

    def add(self, name: str, way: str) -> tuple[Path, str]:
        """A user whom the running gateway takes: the stem of their files, and what opens the PKCS#12 one."""
        folder = self.host.lab.directory / f"for-{name}"
        told = self.user(
            "add", name, f"--{way}", "--export", str(folder), "--server", Internet.GATEWAY[0]
        )  # fmt: skip
        self.reload()
        stem = next(folder.glob("*.toml")).with_suffix("")
        return stem, told.get("password", "")

    def reload(self) -> dict[str, Any]:
        """SIGHUP; what the gateway says about it."""
        before = len(self.events("reloaded"))
        self.process.popen.send_signal(signal.SIGHUP)
        return self.wait_for("reloaded", count=before + 1)[-1]

    def status(self) -> dict[str, Any]:
        return self.administer("status", "--state-dir", str(self.state))


class Household:
    """The whole arrangement."""

    def __init__(self, lab: Lab, more: str = "", **options: str) -> None:
        """The options are those of OfficeGateway."""
        self.lab = lab
        self.net = Internet(lab)
        self.net.server.ip("route del default", "route del ::/0")
        self.net.gateway.run(["tee", "/etc/resolv.conf"], stdin=f"nameserver {Internet.SERVER[0]}\n")
        self.gateway = OfficeGateway(self.net.gateway, more, **options)
        self.service: Service | None = None

    def client(self) -> Service:
        self.service = self.service or Service(self.net.client)
        return self.service

    def take(self, file: Path, *arguments: str) -> str:
        """Import a user's file at the client; the profile's name."""
        told = self.client().ginnel("import", str(file), "--yes", "--replace", *arguments)
        names: list[str] = [*told["created"], *told["updated"]]
        return names[0]
