"""How long it takes until a tunnel carries traffic: Ginnel and charon at the same gateway, in turn.

One link. At the server a charon gateway with a connection for each way in: a pre-shared key, certificates
(ECDSA with P-256), and EAP-MSCHAPv2 at a gateway with a certificate. At the client charon and `ginneld`, both
up beforehand and never connected at the same time, and `stopwatch` that commands them.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ginnel_service.clock import utc_s
from ginnel_service.demo.rig import GATEWAY_ID, Service, write_private
from helpers.authority import CLIENT, SERVER, Authority, dns, mail
from helpers.strongswan import LOAD, Charon, CharonConfig

from . import topology
from .measure import FAILURES, MeasureError
from .peers.ginnel import CORE, ESP, IKE
from .peers.strongswan import POOL, missing
from .results import Problem, Quantity, Results
from .topology import INSIDE, INSIDE_NETWORK, Setting, link

TIMES = 15  # connections of each client and each kind in a round
KINDS = {"psk": "pre-shared key", "certificate": "certificates", "eap": "EAP-MSCHAPv2"}
CLIENTS = {"ginnel": "Ginnel", "strongswan": "charon"}
USERS = {kind: f"{kind}@example.org" for kind in KINDS}
EAP_PLUGINS = "hmac eap-mschapv2"
HOUR_S = 3600.0
#: For one connection and its end, on a machine that is busy with others.
PATIENCE_S = 2.0
FOUND = {
    "echo_ms": Quantity.CONNECT_ECHO,
    "told_ms": Quantity.CONNECT_TOLD,
    "ike_ms": Quantity.CONNECT_IKE,
    "cpu_ms": Quantity.CONNECT_CPU,
}

CONNECTION = """
  {name} {{
    version = 2
    proposals = {ike}
    local_addrs = {local_address}
    remote_addrs = {remote_address}
    encap = yes
    mobike = no
    dpd_delay = 0s
    rekey_time = 0s
    {addressing}
    local {{
      {local}
    }}
    remote {{
      {remote}
    }}
    children {{
      {name} {{
        esp_proposals = {esp}
        {selectors}
        rekey_time = 0s
      }}
    }}
  }}
"""


def subject(client: str, kind: str) -> str:
    """What the results call it."""
    return f"connect-{client}-{kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysIn(CharonConfig):
    """A charon with a connection of each kind, as gateway or as client; the PSK is the password too."""

    names: ClassVar[tuple[str, ...]] = tuple(KINDS)
    is_gateway: bool
    local_id: str = field(default=GATEWAY_ID)
    remote_id: str = field(default=GATEWAY_ID)

    def settings(self) -> str:
        """As strongSwan comes, its log included."""
        text = CharonConfig.settings(self).replace(LOAD, f"{LOAD} {EAP_PLUGINS}")
        for chatty in ("ike = 2", "cfg = 2", "flush_line = yes"):
            text = text.replace(chatty, "")
        return text

    def connection(self) -> str:
        pools = f"pools {{\n pool {{\n addrs = {POOL}\n }}\n}}\n" if self.is_gateway else ""
        said = [f'ike {{\n id-1 = {GATEWAY_ID}\n id-2 = {USERS["psk"]}\n secret = "{self.psk}"\n }}']
        said.append(f'eap {{\n id = {USERS["eap"]}\n secret = "{self.psk}"\n }}')
        connections = "".join(self._one(kind) for kind in KINDS)
        return f"connections {{\n{connections}}}\n{pools}secrets {{\n {' '.join(said)}\n}}\n"

    def _one(self, kind: str) -> str:
        auth = {"psk": "psk", "certificate": "pubkey", "eap": "eap-mschapv2"}[kind]
        user = [f"auth = {auth}", f"id = {USERS[kind]}"]
        if kind == "eap":
            user.append(f"eap_id = {USERS[kind]}")
        gateway = [f"auth = {'psk' if kind == 'psk' else 'pubkey'}", f"id = {GATEWAY_ID}"]
        ours = gateway if self.is_gateway else user
        if "auth = pubkey" in ours:
            ours.append("certs = own.pem")
        words = {
            "local": gateway if self.is_gateway else user,
            "remote": user if self.is_gateway else gateway,
            "addressing": ["pools = pool" if self.is_gateway else "vips = 0.0.0.0"],
            "selectors": [f"{'local' if self.is_gateway else 'remote'}_ts = {INSIDE_NETWORK}"],
        }
        return CONNECTION.format(
            name=kind,
            ike=self.ike,
            esp=self.esp,
            local_address=self.local_address,
            remote_address=self.remote_address,
            **{name: "\n      ".join(lines) for name, lines in words.items()},
        )


def measure(
    results: Results,
    *,
    setting: Setting,
    rounds: int,
    tell: Callable[[str], None],
    times: int = TIMES,
) -> None:
    """What fails is noted."""
    reason = missing()
    if reason is not None:
        results.problems.append(Problem("connect", 0, reason))
        return
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}, connect")
        try:
            for found in one_round(setting, times):
                for name, quantity in FOUND.items():
                    results.add(subject(found["client"], found["kind"]), quantity, found[name])
        except FAILURES as error:
            results.problems.append(Problem("connect", number, str(error)[:500]))


def create_profiles(service: Service, secret: str, credentials: Path) -> None:
    """One for each kind, with everything stored that it needs."""
    password = credentials / "secret"
    write_private(password, secret.encode())
    ca = ("--ca", str(credentials / "x509ca" / "root.pem"))
    user = (
        *("--certificate", str(credentials / "x509" / "own.pem")),
        *("--key", str(credentials / "private" / "own.pem")),
    )
    words = {
        "psk": ("--psk-file", str(password)),
        "certificate": (*user, *ca),
        "eap": ("--username", USERS["eap"], "--password-file", str(password), "--eap", "mschapv2", *ca),
    }
    for kind in KINDS:
        service.ginnel(
            *("create", kind, "--server", topology.SERVER, "--id", USERS[kind], "--remote-id", GATEWAY_ID),
            *("--ike-proposal", IKE, "--esp-proposal", ESP, "--subnet", INSIDE_NETWORK, "--no-ipv6"),
            *words[kind],
        )


def one_round(setting: Setting, times: int) -> list[dict[str, Any]]:
    """Everything anew: a link, the gateway, both clients. Raises one of FAILURES."""
    with link(setting) as ground:
        secret = secrets.token_urlsafe(16)
        now = utc_s()
        root = Authority("Benchmark Root", not_before=now - HOUR_S, not_after=now + 24 * HOUR_S)

        def credentials(folder: Path, name: str, **more: Any) -> None:
            issued = root.issue(name, not_before=now - HOUR_S, not_after=now + 24 * HOUR_S, **more)
            certificate = issued.pem().partition(b"-----BEGIN PRIVATE")[0]
            files = {
                "x509/own.pem": certificate,
                "private/own.pem": issued.key_pem(),
                "x509ca/root.pem": root.pem,
            }
            for path, data in files.items():
                (folder / path).parent.mkdir(parents=True)
                write_private(folder / path, data)

        directory = ground.lab.directory
        theirs, ours = (directory / f"{host.name}-strongswan" for host in (ground.server, ground.client))
        credentials(theirs, "gateway", sans=[dns(GATEWAY_ID)], ekus=[SERVER])
        credentials(ours, "user", sans=[mail(USERS["certificate"])], ekus=[CLIENT])
        Charon(
            ground.server,
            WaysIn(psk=secret, is_gateway=True, local_address=topology.SERVER, ike=IKE, esp=ESP),
        )
        charon = Charon(
            ground.client,
            WaysIn(psk=secret, is_gateway=False, remote_address=topology.SERVER, ike=IKE, esp=ESP),
        )
        service = Service(ground.client)
        create_profiles(service, secret, ours)
        words = [
            *(
                "-m",
                "benchmarks.stopwatch",
                "--vici",
                "/run/charon.vici",
                "--charon",
                str(charon.process.pid),
            ),
            *("--ginnel", str(service.socket), "--ginneld", str(service.process.pid)),
            *("--device", ground.ends[0][1], "--address", INSIDE, "--times", str(times), *KINDS),
        ]
        env = {"PYTHONPATH": os.pathsep.join((str(CORE), os.environ.get("PYTHONPATH", "")))}
        process = ground.client.python(*words, label="stopwatch", env=env)
        process.popen.wait(60 + PATIENCE_S * (times + 1) * len(KINDS) * len(CLIENTS))
        if process.popen.returncode != 0:
            raise MeasureError(f"the stopwatch: {process.tail(3)}\n{charon.process.tail(5)}")
        lines = process.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]
