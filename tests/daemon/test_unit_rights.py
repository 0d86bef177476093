"""What the unit's directives and polkit's rules let the service do: probes in its place, as its user."""

from __future__ import annotations

from pathlib import Path

import pytest

from ginnel_service.demo.lab import Lab
from helpers.booted import ENVIRONMENT, PYTHON, Booted

pytestmark = [pytest.mark.netns, pytest.mark.booted]

PACKAGING = Path(__file__).parents[2] / "packaging"
#: The service's unit, but that a program which ends takes the service's place.
UNIT = (PACKAGING / "systemd" / "ginneld.service").read_text().replace("Type=notify", "Type=oneshot")
ONCE = "Restart=no\nWatchdogSec=0\n" + "".join(f"Environment={n}={v}\n" for n, v in ENVIRONMENT.items())
SYSUSERS = (PACKAGING / "systemd" / "ginnel.sysusers").read_text()
FILES = (PACKAGING / "systemd" / "dns-files.conf").read_text()


def probe(code: str) -> str:
    """A drop-in that runs `code`, one line of Python without double quotes."""
    return f'[Service]\n{ONCE}ExecStart=\nExecStart={PYTHON} -c "{code}"\n'


TLS = "from OpenSSL import SSL; SSL.Context(SSL.TLS_METHOD).set_verify(SSL.VERIFY_PEER, lambda *_: True)"
RESOLV_CONF = (
    "import os; open('/etc/.resolv.conf.ginnel', 'w').write('#'); "
    "os.rename('/etc/.resolv.conf.ginnel', '/etc/resolv.conf')"
)
SHADOW = "open('/etc/shadow')"
HOME = "import os; os.listdir('/root')"
NAMESPACE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x40000000) != 0)"
SYSCTL = "open('/proc/sys/net/ipv4/conf/lo/rp_filter', 'w').write('2')"
KERNEL = "open('/proc/sys/kernel/domainname', 'w').write('x')"
FIREWALL = "from ginnel_service.net.firewall import libnftables; libnftables.run('add table inet probe')"
RAW = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"


def test_the_unit_lets_the_service_do_what_it_needs_and_little_else(lab: Lab) -> None:
    able = {"tls": TLS, "sysctl": SYSCTL, "firewall": FIREWALL}
    unable = {
        "shadow": SHADOW, "home": HOME, "namespace": NAMESPACE, "kernel": KERNEL, "raw": RAW,
        "resolv": RESOLV_CONF,
    }  # fmt: skip
    units = {"ginnel.sysusers": SYSUSERS}
    for name, code in {**able, **unable}.items():
        units[f"{name}.service"] = UNIT
        units[f"{name}.service.d/lab.conf"] = probe(code)
    units["files.service"] = UNIT
    units["files.service.d/lab.conf"] = probe(RESOLV_CONF)
    units["files.service.d/dns-files.conf"] = FILES
    with Booted(lab.host("client"), units) as machine:
        machine.run(["systemd-sysusers", "/etc/systemd/system/ginnel.sysusers"])
        worked = {
            name
            for name in (*able, *unable, "files")
            if machine.run(["systemctl", "start", f"{name}.service"], check=False).returncode == 0
        }
        assert worked == {*able, "files"}, machine.run(["journalctl", "--no-pager"]).stdout


DNS_ACTIONS = (
    "org.freedesktop.NetworkManager.settings.modify.global-dns",
    "org.freedesktop.resolve1.revert",
    "org.freedesktop.resolve1.set-dns-servers",
    "org.freedesktop.resolve1.set-domains",
)
OTHER_ACTIONS = (
    "org.freedesktop.NetworkManager.settings.modify.system",
    "org.freedesktop.resolve1.register-service",
    "org.freedesktop.systemd1.manage-units",
)
POLICY = (
    "<policyconfig>{}</policyconfig>",
    '<action id="{}"><description>x</description><message>x</message>'
    "<defaults><allow_any>auth_admin</allow_any></defaults></action>",
)
BUS = "unix:path=/run/dbus/system_bus_socket"
POLKIT_UNITS = {
    "bus.service": f"[Service]\nType=notify\nRuntimeDirectory=dbus\n"
    f"ExecStart=/usr/bin/dbus-daemon --system --nofork --nopidfile --address={BUS}\n",
    "polkit.service": "[Unit]\nAfter=bus.service\n[Service]\nType=dbus\nBusName=org.freedesktop.PolicyKit1\n"
    "ExecStart=/usr/lib/polkit-1/polkitd --no-debug\n",
    "ours.service": "[Service]\nUser=ginnel\nExecStart=/bin/sleep 600\n",
    "theirs.service": "[Service]\nUser=nobody\nExecStart=/bin/sleep 600\n",
}


def test_polkit_lets_the_services_user_set_dns_and_nothing_else(lab: Lab) -> None:
    actions = "".join(POLICY[1].format(action) for action in (*DNS_ACTIONS, *OTHER_ACTIONS[:2]))
    units = {
        **POLKIT_UNITS,
        "ginnel.sysusers": SYSUSERS,
        "ginnel.rules": (PACKAGING / "polkit" / "50-ginnel.rules").read_text(),
        "lab.policy": POLICY[0].format(actions),
    }
    with Booted(lab.host("client"), units) as machine:
        machine.run(["systemd-sysusers", "/etc/systemd/system/ginnel.sysusers"])
        machine.run(
            [
                "sh",
                "-euc",
                "cd /etc/systemd/system; cp lab.policy /usr/share/polkit-1/actions/; "
                "rm -f /usr/share/polkit-1/rules.d/* /etc/polkit-1/rules.d/*; "
                "cp ginnel.rules /usr/share/polkit-1/rules.d/50-ginnel.rules",
            ]
        )
        for unit in ("bus", "polkit", "ours", "theirs"):
            machine.run(["systemctl", "start", unit])
        allowed = {
            (who, action)
            for who in ("ours", "theirs")
            for action in (*DNS_ACTIONS, *OTHER_ACTIONS)
            if machine.run(
                ["pkcheck", "--action-id", action, "--process", machine.show(who, "MainPID")], check=False
            ).returncode
            == 0
        }
    assert allowed == {("ours", action) for action in DNS_ACTIONS}
