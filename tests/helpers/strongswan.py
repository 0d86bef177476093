"""strongSwan's charon as a peer in a lab's host: userland ESP, driven through swanctl.

One charon a host: its vici socket and pid file live in the /run that the host has for itself. See
swanctl.conf(5) and strongswan.conf(5).
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ginnel_service.demo.lab import Host, LabError
from ginnel_service.demo.rig import write_private

CHARON = Path("/usr/lib/ipsec/charon")
PLUGINS = Path("/usr/lib/ipsec/plugins")
LOAD = (
    "random nonce x509 openssl curve25519 kdf ccm ctr xcbc cmac pubkey pem pkcs1 pkcs8 "
    "kernel-libipsec kernel-netlink socket-default vici"
)
URI = "unix:///run/charon.vici"
MARK = "0x42"  # on charon's own packets, so that a route for everything spares them

SETTINGS = """
charon {{
  load = {load}
  start-scripts {{ }}
  retransmit_tries = {tries}
  retransmit_timeout = {timeout_s}
  retransmit_base = 1.4
  port = 500
  port_nat_t = 4500
  keep_alive = 10s
  delete_rekeyed_delay = 2
  make_before_break = yes
  filelog {{
    stderr {{
      default = 1
      ike = 2
      cfg = 2
      flush_line = yes
      time_format = %H:%M:%S
    }}
  }}
  plugins {{
    kernel-libipsec {{ allow_peer_ts = yes }}
    kernel-netlink {{ fwmark = !{mark} }}
    socket-default {{ fwmark = {mark} }}
  }}
}}
"""

#: A section of strongSwan's files: words, numbers, lists of words, and sections.
Section = Mapping[str, Any]
_NEEDS_QUOTES = re.compile(r'[#{}"\\\\]')


def written(section: Section, indent: str = "") -> str:
    """`section` as strongSwan's files have it."""
    lines = []
    for key, value in section.items():
        if isinstance(value, Mapping):
            lines.append(f"{indent}{key} {{\n{written(value, indent + '  ')}{indent}}}\n")
            continue
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        if _NEEDS_QUOTES.search(text):
            text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        lines.append(f"{indent}{key} = {text}\n")
    return "".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CharonConfig:
    """One connection called `net` with one child called `net`; proposals in strongSwan's keywords."""

    names: ClassVar[tuple[str, ...]] = ("net",)  # of its connections

    local_id: str
    remote_id: str
    psk: str = field(default="", repr=False)
    local: tuple[Section, ...] = ()  # what it proves, a section a round; none: the pre-shared key
    remote: tuple[Section, ...] = ()  # what its peer has to prove
    local_address: str = "%any"
    remote_address: str = "%any"
    ike: str = "aes128gcm16-prfsha256-x25519"
    esp: str = "aes128gcm16"
    local_ts: tuple[str, ...] = ("0.0.0.0/0", "::/0")
    remote_ts: tuple[str, ...] = ("dynamic",)
    pools: tuple[str, ...] = ()  # responder: where virtual addresses come from, one range a family
    dns: tuple[str, ...] = ()  # responder: what to hand out
    virtual: tuple[str, ...] = ()  # initiator: "0.0.0.0" and "::" ask for an address
    mobike: bool = False
    dpd_s: int = 0
    ike_rekey_s: int = 0  # 0: never by itself
    child_rekey_s: int = 0
    reauth_s: int = 0  # 0: never
    tries: int = 3
    timeout_s: float = 1.0
    plugins: str = ""  # to load beside those of every test
    tuning: Section = field(default_factory=dict)  # more of strongswan.conf's charon section
    more: Section = field(default_factory=dict)  # of the connection
    secrets: Section = field(default_factory=dict, repr=False)  # beside the pre-shared key
    authorities: Section = field(default_factory=dict)

    def settings(self) -> str:
        """strongswan.conf; of a section that comes twice the later holds."""
        load = f"{LOAD} {self.plugins}".strip()
        first = SETTINGS.format(load=load, tries=self.tries, timeout_s=self.timeout_s, mark=MARK)
        return first + written({"charon": self.tuning})

    def connection(self) -> str:
        """swanctl.conf."""
        pools: dict[str, dict[str, object]] = {
            f"pool{number}": {"addrs": addresses} for number, addresses in enumerate(self.pools)
        }
        if self.dns and pools:
            pools["pool0"]["dns"] = self.dns
        connection = {
            "version": 2,
            "proposals": self.ike,
            "local_addrs": self.local_address,
            "remote_addrs": self.remote_address,
            "encap": "yes",
            "mobike": "yes" if self.mobike else "no",
            "dpd_delay": f"{self.dpd_s}s",
            "rekey_time": f"{self.ike_rekey_s}s",
            "reauth_time": f"{self.reauth_s}s",
            **({"pools": tuple(pools)} if pools else {}),
            **({"vips": self.virtual} if self.virtual else {}),
            **_rounds("local", self.local or ({"auth": "psk", "id": self.local_id},)),
            **_rounds("remote", self.remote or ({"auth": "psk", "id": self.remote_id},)),
            "children": {
                "net": {
                    "esp_proposals": self.esp,
                    "local_ts": self.local_ts,
                    "remote_ts": self.remote_ts,
                    "rekey_time": f"{self.child_rekey_s}s",
                    "dpd_action": "clear",
                }
            },
            **self.more,
        }
        shared = {"id-1": self.local_id, "id-2": self.remote_id, "secret": self.psk}
        secrets = {**({"ike-net": shared} if self.psk else {}), **self.secrets}
        return written(
            {
                "connections": {"net": connection},
                "pools": pools,
                "secrets": secrets,
                "authorities": self.authorities,
            }
        )


def _rounds(side: str, sections: tuple[Section, ...]) -> dict[str, Section]:
    return {f"{side}-{number}": {"round": number, **each} for number, each in enumerate(sections, 1)}


class Charon:
    """A running charon with its connection loaded. It ends with the lab, or with `stop`."""

    def __init__(self, host: Host, config: CharonConfig, files: Mapping[str, bytes] | None = None) -> None:
        """`files` are certificates and keys by their paths below swanctl's folder, such as `x509/me.pem`."""
        self.host = host
        folder = host.lab.directory / f"{host.name}-strongswan"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self.put(files or {})
        self._write(config)
        self._environment = {"STRONGSWAN_CONF": str(folder / "strongswan.conf"), "SWANCTL_DIR": str(folder)}
        self.start()
        self._load(config)

    def start(self) -> None:
        """Start the process; the connection comes with `reload`."""
        self.host.run(["rm", "-f", "/run/charon.vici", "/run/charon.pid"])
        self.process = self.host.popen([str(CHARON)], label="charon", env=self._environment)
        deadline = time.monotonic() + 10
        while self.host.run(["test", "-S", "/run/charon.vici"], check=False).returncode != 0:
            if not self.process.running() or time.monotonic() > deadline:
                raise LabError(f"charon did not start:\n{self.process.tail(40)}")
            time.sleep(0.02)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Add certificates and keys, which the next `reload` reads."""
        for name, data in files.items():
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_private(self._folder / name, data)

    def forget(self) -> None:
        """Take all certificates and keys away again."""
        for folder in self._folder.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)

    def reload(self, config: CharonConfig) -> None:
        """Take the settings and the connection of `config` in place of those before; SAs stay."""
        if self._write(config):
            self.swanctl("--reload-settings")
        self._load(config)

    def _write(self, config: CharonConfig) -> bool:
        """Whether the settings differ from those before."""
        (self._folder / "swanctl.conf").write_text(config.connection())
        file, settings = self._folder / "strongswan.conf", config.settings()
        changed = not file.exists() or file.read_text() != settings
        file.write_text(settings)
        return changed

    def _load(self, config: CharonConfig) -> None:
        loaded = self.swanctl("--load-all", "--clear")
        if any(f"loaded connection '{name}'" not in loaded for name in config.names):
            raise LabError(f"charon did not load its connections:\n{loaded}")

    def swanctl(self, *args: str, check: bool = True, timeout_s: float = 30.0) -> str:
        """Run a swanctl command against this charon; returns what it says."""
        done = self.host.run(
            ["swanctl", *args, "--uri", URI], env=self._environment, check=check, timeout_s=timeout_s
        )
        return done.stdout

    def initiate(self) -> None:
        """Bring the child up, and the IKE SA with it. Raises LabError when it fails."""
        self.swanctl("--initiate", "--child", "net", "--timeout", "15")

    def terminate(self) -> None:
        self.swanctl("--terminate", "--ike", "net", "--timeout", "10")

    def rekey_ike(self) -> None:
        self.swanctl("--rekey", "--ike", "net")

    def rekey_child(self) -> None:
        self.swanctl("--rekey", "--child", "net")

    def sas(self) -> str:
        """`swanctl --list-sas` in raw form: one line per IKE SA."""
        return self.swanctl("--list-sas", "--raw")

    def log(self) -> str:
        return self.process.log.read_text(errors="replace")


def why_missing() -> str | None:
    """What of strongSwan is not installed, or None."""
    plugins = ("kernel-libipsec", "openssl", "ccm", "ctr", "xcbc", "cmac", "curl", "eap-ttls", "eap-gtc")
    needed = (CHARON, *(PLUGINS / f"libstrongswan-{plugin}.so" for plugin in plugins))
    missing = [str(path) for path in needed if not path.exists()]
    if shutil.which("swanctl", path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
        missing.append("swanctl")
    if not missing:
        return None
    return (
        f"{', '.join(missing)} missing; apt-get install strongswan-charon strongswan-swanctl "
        "libcharon-extra-plugins libcharon-extauth-plugins libstrongswan-standard-plugins "
        "libstrongswan-extra-plugins"
    )
