"""strongSwan's charon as a peer in a lab's host: userland ESP, pre-shared keys, driven through swanctl.

One charon a host: its vici socket and pid file live in the /run that the host has for itself. See
swanctl.conf(5) and strongswan.conf(5).
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from ginnel_service.demo.lab import Host, LabError

CHARON = Path("/usr/lib/ipsec/charon")
PLUGINS = Path("/usr/lib/ipsec/plugins")
LOAD = (
    "random nonce openssl curve25519 kdf ccm ctr xcbc cmac x509 pubkey pem pkcs1 pkcs8 "
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

CONNECTION = """
connections {{
  net {{
    version = 2
    proposals = {ike}
    local_addrs = {local_address}
    remote_addrs = {remote_address}
    encap = yes
    mobike = {mobike}
    dpd_delay = {dpd_s}s
    rekey_time = {ike_rekey_s}s
    reauth_time = {reauth_s}s
    {addressing}
    local {{
      auth = psk
      id = {local_id}
    }}
    remote {{
      auth = psk
      id = {remote_id}
    }}
    children {{
      net {{
        esp_proposals = {esp}
        local_ts = {local_ts}
        remote_ts = {remote_ts}
        rekey_time = {child_rekey_s}s
        dpd_action = clear
      }}
    }}
  }}
}}
{pools}
secrets {{
  ike-net {{
    id-1 = {local_id}
    id-2 = {remote_id}
    secret = {psk}
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharonConfig:
    """One connection called `net` with one child called `net`; proposals in strongSwan's keywords."""

    names: ClassVar[tuple[str, ...]] = ("net",)  # of its connections

    psk: str = field(repr=False)
    local_id: str
    remote_id: str
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

    def settings(self) -> str:
        """strongswan.conf."""
        return SETTINGS.format(load=LOAD, tries=self.tries, timeout_s=self.timeout_s, mark=MARK)

    def connection(self) -> str:
        """swanctl.conf."""
        names = [f"pool{number}" for number in range(len(self.pools))]
        dns = f"dns = {', '.join(self.dns)}" if self.dns else ""
        pools = "\n".join(
            f"  {name} {{\n addrs = {addresses}\n {dns if number == 0 else ''}\n }}"
            for number, (name, addresses) in enumerate(zip(names, self.pools, strict=True))
        )
        addressing = [f"pools = {', '.join(names)}"] if names else []
        if self.virtual:
            addressing.append(f"vips = {', '.join(self.virtual)}")
        return CONNECTION.format(
            ike=self.ike,
            esp=self.esp,
            local_address=self.local_address,
            remote_address=self.remote_address,
            local_id=self.local_id,
            remote_id=self.remote_id,
            local_ts=", ".join(self.local_ts),
            remote_ts=", ".join(self.remote_ts),
            mobike="yes" if self.mobike else "no",
            dpd_s=self.dpd_s,
            ike_rekey_s=self.ike_rekey_s,
            reauth_s=self.reauth_s,
            child_rekey_s=self.child_rekey_s,
            addressing="\n    ".join(addressing),
            pools=f"pools {{\n{pools}\n}}" if pools else "",
            psk=self.psk,
        )


class Charon:
    """A running charon with its connection loaded. It ends with the lab, or with `stop`."""

    def __init__(self, host: Host, config: CharonConfig) -> None:
        self.host = host
        folder = host.lab.directory / f"{host.name}-strongswan"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        (folder / "strongswan.conf").write_text(config.settings())
        (folder / "swanctl.conf").write_text(config.connection())
        self._environment = {"STRONGSWAN_CONF": str(folder / "strongswan.conf"), "SWANCTL_DIR": str(folder)}
        self.process = host.popen([str(CHARON)], label="charon", env=self._environment)
        deadline = time.monotonic() + 10
        while self.host.run(["test", "-S", "/run/charon.vici"], check=False).returncode != 0:
            if not self.process.running() or time.monotonic() > deadline:
                raise LabError(f"charon did not start:\n{self.process.tail(40)}")
            time.sleep(0.02)
        self._load(config)

    def reload(self, config: CharonConfig) -> None:
        """Take the connection of `config` in place of the one before; SAs stay."""
        (self._folder / "swanctl.conf").write_text(config.connection())
        self._load(config)

    def _load(self, config: CharonConfig) -> None:
        loaded = self.swanctl("--load-all")
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
    plugins = ("kernel-libipsec", "openssl", "ccm", "ctr", "xcbc", "cmac")
    needed = (CHARON, *(PLUGINS / f"libstrongswan-{plugin}.so" for plugin in plugins))
    missing = [str(path) for path in needed if not path.exists()]
    if shutil.which("swanctl", path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
        missing.append("swanctl")
    if not missing:
        return None
    return (
        f"{', '.join(missing)} missing; apt-get install strongswan-charon strongswan-swanctl "
        "libcharon-extra-plugins libstrongswan-standard-plugins libstrongswan-extra-plugins"
    )
