"""A machine whose DNS a test may do anything to: its /etc, /run and /var/lib are its own.

        192.0.2.0/24                    10.77.0.0/24
    outside (.53) ---- client (.10) ---- office (.53)

`office` plays the tunnel's device on the client, and what is behind it. Each side has a name server with an
answer of its own, so that an answer tells who gave it; neither could be asked the way to the other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

import pytest

from ginnel_service.demo.lab import Host, Lab, environment
from ginnel_service.demo.rig import eventually
from ginnel_service.net.dns.commands import Result, Runner

from . import nameserver

PEERS = Path(__file__).parents[2] / "build" / "peers"
OUTSIDE, OFFICE = "192.0.2.53", "10.77.0.53"
FROM_OUTSIDE, FROM_OFFICE = "198.51.100.1", "198.51.100.2"
#: What a tunnel says that takes all traffic, and one that takes its own.
FULL: dict[str, Any] = {"servers": [OFFICE], "routes": ["0.0.0.0/0"], "search": ["office.example"]}
SPLIT: dict[str, Any] = FULL | {"routes": ["10.77.0.0/24"], "match": ["corp.example"], "everything": False}

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
"""
_UNBOUND = f"""server:
  interface: 127.0.0.1
  do-daemonize: no
  username: ""
  chroot: ""
  directory: ""
  pidfile: ""
  module-config: "iterator"
  use-syslog: no
  do-not-query-localhost: no
remote-control:
  control-enable: yes
  control-interface: /run/unbound.ctl
forward-zone:
  name: "."
  forward-addr: {OUTSIDE}
"""
_NETWORKMANAGER = """[main]
plugins=keyfile
auth-polkit=root-only
rc-manager=file
no-auto-default=*
[keyfile]
unmanaged-devices=interface-name:office
"""
_CONNECTION = f"""[connection]
id=outside
type=ethernet
interface-name=outside
[ipv4]
method=manual
address1=192.0.2.10/24,192.0.2.1
dns={OUTSIDE}
dns-search=home.example
[ipv6]
method=disabled
"""


def need(peer: str) -> Path:
    """Where `peer` was unpacked. Without it the test skips, and fails in CI."""
    if not (PEERS / peer).is_dir():
        reason = f"{peer} is missing below build/peers; packaging/bootstrap.sh unpacks it"
        if os.environ.get("CI") == "true":
            pytest.fail(f"must not skip in CI: {reason}", pytrace=False)
        pytest.skip(reason)
    return PEERS / peer


class Actor:
    """A process with a LinuxNetwork on the machine; see `net.dns_actor`."""

    def __init__(self, host: Host, state: Path, keeper: str = "auto") -> None:
        command = [sys.executable, "-W", "error", "-m", "net.dns_actor", str(state), keeper]
        self._log = (host.lab.directory / "actor.log").open("ab")
        self._process = subprocess.Popen(
            host.command(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment({"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def call(self, *call: object) -> dict[str, Any]:
        """What it answered; nothing when it died of it."""
        stdin, stdout = self._pipes()
        try:
            stdin.write(json.dumps(call) + "\n")
            stdin.flush()
        except BrokenPipeError:
            return {}
        line = stdout.readline()
        return dict(json.loads(line)) if line else {}

    def apply(self, fields: dict[str, Any], owner: str = "a") -> None:
        assert self.call("apply", owner, fields) == {"returned": None}

    def check(self, fields: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """What the leak check finds, by its identifier."""
        return {id_: params for id_, _, params in self.call("check", fields)["returned"]}

    def withdraw(self, owner: str = "a") -> None:
        assert self.call("withdraw", owner) == {"returned": None}

    def kill(self) -> None:
        for pipe in self._pipes():
            try:
                pipe.close()
            except BrokenPipeError:
                continue
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


class NamedMachine:
    """The three hosts, with a name server on either side of the client."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.client, outside, office = (lab.host(name) for name in ("client", "outside", "office"))
        lab.link(self.client, outside, ("192.0.2.10/24",), ("192.0.2.1/24", f"{OUTSIDE}/32"))
        lab.link(self.client, office, (), ("10.77.0.1/24", f"{OFFICE}/32"))
        self.client.ip("route add 0.0.0.0/0 via 192.0.2.1")
        outside.ip("route add 10.77.0.0/24 via 192.0.2.10")
        office.ip("route add 0.0.0.0/0 dev client")
        self.outside = nameserver.start(outside, OUTSIDE, FROM_OUTSIDE)
        self.office = nameserver.start(office, OFFICE, FROM_OFFICE)
        self.state = lab.directory / "state"
        self.sh(
            "mkdir -p /run/own/etc /run/own/lib && cp -a /etc/. /run/own/etc/"
            " && rm -f /run/own/etc/resolv.conf"
            " && mount --bind /run/own/etc /etc && mount --bind /run/own/lib /var/lib"
            " && sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf"
        )

    def sh(self, script: str, *, check: bool = True) -> str:
        return self.client.run(["sh", "-c", script], check=check).stdout

    def write(self, path: str, text: str) -> None:
        self.client.run(["tee", path], stdin=text)

    def resolv_conf(self) -> str:
        """All that can be seen of /etc/resolv.conf: kind, rights, owner, where it points, content."""
        return self.sh("stat -c '%F %a %u %g %N' /etc/resolv.conf; cat /etc/resolv.conf", check=False)

    def actor(self, keeper: str = "auto") -> Actor:
        return Actor(self.client, self.state, keeper)

    def recover(self) -> list[str]:
        with self.actor() as actor:
            return list(actor.call("recover")["returned"])

    def forget_this_boot(self) -> None:
        """As after a crash of the machine: the journal's boot is over."""
        for file in self.state.glob("network.journal*"):
            file.unlink()

    def servers(self) -> list[str]:
        return self.sh("grep ^nameserver /etc/resolv.conf").split()[1::2]

    def lookup(self, name: str) -> str:
        """The first address by getaddrinfo(3), as a program asks; "" for none."""
        found = self.client.run(["getent", "ahostsv4", name], check=False).stdout.split()
        return found[0] if found else ""

    def forget(self) -> None:
        self.outside.forget()
        self.office.forget()

    def run_bus(self) -> None:
        self.sh("mkdir -p /run/dbus")
        self.write("/run/bus.conf", _BUS)
        self.client.popen(["dbus-daemon", "--config-file=/run/bus.conf", "--nofork", "--nopidfile"])
        eventually(lambda: self._has("/run/dbus/system_bus_socket"), "the bus")

    def run_resolved(self, *, link: bool = True, hosts: str = "files dns") -> None:
        """systemd-resolved, which has been told the server outside as a network manager would."""
        need("systemd-resolved")
        self.run_bus()
        self.sh(
            "echo systemd-resolve:x:990:990::/:/usr/sbin/nologin >> /etc/passwd"
            " && echo systemd-resolve:x:990: >> /etc/group && mkdir -p /etc/systemd /run/systemd/resolve"
            " && chown 990:990 /run/systemd/resolve"
            f" && sed -i 's/^hosts:.*/hosts: {hosts}/' /etc/nsswitch.conf"
            + (" && ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf" if link else "")
        )
        self.write("/etc/systemd/resolved.conf", "[Resolve]\nFallbackDNS=\nLLMNR=no\nMulticastDNS=no\n")
        self.start_resolved()
        self.resolvectl("dns", "outside", OUTSIDE)

    def start_resolved(self) -> None:
        binary = PEERS / "systemd-resolved/lib/systemd/systemd-resolved"
        self.resolved = self.client.popen([str(binary)], label="resolved")
        eventually(lambda: self.resolvectl("status", check=False) != "", "resolved", alive=[self.resolved])

    def resolvectl(self, *arguments: str, check: bool = True) -> str:
        tool = str(PEERS / "systemd-resolved/usr/bin/resolvectl")
        return self.client.run([tool, *arguments], check=check).stdout

    def told(self) -> str:
        """All that resolved was told of each link."""
        return "".join(self.resolvectl(about) for about in ("dns", "domain", "default-route"))

    def install_resolvconf(self, peer: str) -> None:
        """`resolvconf` or `openresolv`, with a record of the server outside as a DHCP client makes it."""
        root = need(peer)
        for folder, inside in (("/usr/sbin", "sbin"), ("/usr/lib", "lib")):
            old, new = f"/run/own/old/{inside}", f"/run/own/{inside}"
            self.sh(
                f"mkdir -p {old} {new} && mount --bind {folder} {old} && ln -s {old}/* {new}/"
                f" && cp -a {root}/{inside}/resolvconf {new}/ && mount --bind {new} {folder}"
            )
        self.sh(f"cp -a {root}/etc/. /etc/")
        if peer == "resolvconf":
            self.sh(
                "mkdir -p /run/resolvconf/interface && touch /run/resolvconf/enable-updates"
                " && ln -s ../run/resolvconf/resolv.conf /etc/resolv.conf"
            )
        self.client.run(
            ["resolvconf", "-a", "outside.dhcp"], stdin=f"nameserver {OUTSIDE}\nsearch home.example\n"
        )

    def run_networkmanager(self) -> None:
        """NetworkManager, which keeps /etc/resolv.conf and has the server outside from a profile."""
        need("network-manager")
        self.run_bus()
        self.client.ip("addr flush dev outside", "link set outside down")  # or it would leave it as it is
        self.sh(
            "mount -t sysfs -o ro sysfs /sys"  # no udev is waited for then
            " && mkdir -p /etc/NetworkManager/system-connections /var/lib/NetworkManager"
        )
        self.write("/etc/NetworkManager/NetworkManager.conf", _NETWORKMANAGER)
        profile = "/etc/NetworkManager/system-connections/outside.nmconnection"
        self.write(profile, _CONNECTION)
        self.sh(f"chmod 600 {profile}")
        self.start_networkmanager()

    def start_networkmanager(self, until: str = OUTSIDE) -> None:
        root = PEERS / "network-manager/usr"
        libraries = {"LD_LIBRARY_PATH": str(next((root / "lib").glob("*-linux-gnu")))}
        program = [str(root / "sbin/NetworkManager"), "--debug"]
        self.networkmanager = self.client.popen(program, label="networkmanager", env=libraries)
        eventually(lambda: until in self.resolv_conf(), "NetworkManager", alive=[self.networkmanager])

    def run_unbound(self) -> Runner:
        """A resolver on the machine that asks the server outside, and a way to run its control program."""
        root = need("unbound") / "usr"
        libraries = {"LD_LIBRARY_PATH": str(next((root / "lib").glob("*-linux-gnu"), root))}
        self.write("/run/unbound.conf", _UNBOUND)
        self.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        program = [str(root / "sbin/unbound"), "-d", "-c", "/run/unbound.conf"]
        process = self.client.popen(program, label="unbound", env=libraries)

        def run(argv: Sequence[str], text: str = "") -> Result:
            assert argv[0] == "local-unbound-control"
            control = [str(root / "sbin/unbound-control"), "-c", "/run/unbound.conf", *argv[1:]]
            done = self.client.run(control, stdin=text, env=libraries, check=False)
            return Result(done.returncode, done.stdout + done.stderr)

        status = ["local-unbound-control", "status"]
        eventually(lambda: run(status).status == 0, "unbound", alive=[process])
        return run

    def _has(self, path: str) -> bool:
        return self.client.run(["test", "-e", path], check=False).returncode == 0
