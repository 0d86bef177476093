"""Hosts made of network namespaces: the ground for the demo, the network tests and the benchmarks.

A `Host` is a network and a mount namespace held open by a `cat` that waits on a pipe of ours: when this
process ends, however it ends, the pipe closes, the `cat` ends and the kernel takes the host apart. Programs
started in a host carry PR_SET_PDEATHSIG for the same reason. Nothing gets a name in the file system, so two
labs never collide and nothing is left to clean up.

As root the hosts are made directly. Anyone else gets one user namespace per lab in which they are root
(user_namespaces(7)); processes of the same user outside it are seen as root from inside.

`Internet` is the usual arrangement; `nat=True` hides the client behind the router's addresses:

     client             router               gateway            server
    [ .10 ]--------[ .1      .1 ]--------[ .2      .1 ]--------[ .2 ]
        192.0.2.0/24        198.51.100.0/24        10.77.0.0/24
       2001:db8:1::/64      2001:db8:2::/64       fd77:7::/64

Needs unshare, nsenter, setpriv, mount (util-linux), ip (iproute2), tee, mkdir (coreutils) and, for NAT, nft.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import IO, Self

TOOLS = ("unshare", "nsenter", "setpriv", "mount", "ip", "nft", "tee")
STOP_S = 5.0  # between SIGTERM and SIGKILL
ADDRESS_S = 10.0  # until an IPv6 address is ours
RTF_LOCAL = 0x80000000  # <linux/ipv6_route.h>
#: Where the administrators' tools are; a person's PATH often leaves these out.
SYSTEM_PATH = "/usr/sbin:/sbin"


class LabUnavailableError(RuntimeError):
    """This machine or this user cannot make namespaces; the text says why and what to do."""


class LabError(RuntimeError):
    """A command in a host failed; the text holds its last words."""


@dataclass(slots=True)
class Process:
    """A program that runs in a host, with its output in a log file."""

    label: str
    popen: subprocess.Popen[bytes]
    log: Path
    begins: int = 0  # where in the log, which others of the same label had before

    @property
    def pid(self) -> int:
        return self.popen.pid

    def running(self) -> bool:
        return self.popen.poll() is None

    def said(self) -> str:
        """All that it has written by now."""
        return self.log.read_bytes()[self.begins :].decode(errors="replace")

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, timeout_s: float = STOP_S) -> int:
        """Ask it to end, insist after `timeout_s`; returns its exit status."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        return self.popen.wait()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.popen.kill()
        self.popen.wait()


class Host:
    """One machine of a lab."""

    def __init__(self, lab: Lab, name: str, holder: subprocess.Popen[bytes]) -> None:
        self.lab = lab
        self.name = name
        self.pid = holder.pid
        self.stdin = subprocess.DEVNULL
        self._holder = holder

    def command(self, argv: Sequence[str], *, cwd: Path | None = None) -> list[str]:
        """The argument vector that runs `argv` in this host; the process keeps the pid it starts with."""
        return [
            *self.lab.enter(self.pid, "--net", "--mount", f"--wdns={cwd or Path.cwd()}"),
            *("setpriv", "--pdeathsig", "KILL", "--"),
            *argv,
        ]

    def run(
        self, argv: Sequence[str], *, stdin: str | None = None, check: bool = True, timeout_s: float = 30.0,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """Run `argv` here and wait. Raises LabError when `check` is set and it fails, TimeoutExpired."""
        done = subprocess.run(
            self.command(argv), input="" if stdin is None else stdin, capture_output=True, text=True,
            timeout=timeout_s, check=False, env=environment(env),
        )  # fmt: skip
        if check and done.returncode != 0:
            words = (done.stderr.strip() or done.stdout.strip())[-2000:]
            raise LabError(f"{self.name}: {' '.join(argv)}: exit status {done.returncode}\n{words}")
        return done

    def popen(
        self, argv: Sequence[str], *, label: str | None = None, env: Mapping[str, str] | None = None,
    ) -> Process:  # fmt: skip
        """Start `argv` here. Its output goes to `label`.log in the lab's directory; it ends with the lab.

        It also ends with the thread that calls this (prctl(2), PR_SET_PDEATHSIG).
        """
        label = f"{self.name}-{label or Path(argv[0]).name}"
        log = self.lab.directory / f"{label}.log"
        with log.open("ab") as output:
            begins = output.tell()
            popen = subprocess.Popen(
                self.command(argv),
                stdin=self.stdin,
                stdout=output,
                stderr=output,
                env=environment(env),
                start_new_session=True,  # a terminal's Ctrl-C is for us alone
            )
        # Until setpriv has made way for the program, the process would outlive us.
        while popen.poll() is None and not _runs(popen.pid, argv):
            time.sleep(0.001)
        process = Process(label, popen, log, begins)
        self.lab.processes.append(process)
        return process

    def python(self, *args: str, label: str | None = None, env: Mapping[str, str] | None = None) -> Process:
        """Start this very Python here with `args`, such as "-m", "ginnel_service.daemon"."""
        return self.popen([sys.executable, *args], label=label or "python", env=env)

    def ip(self, *lines: str) -> None:
        """Run lines of ip(8) commands as one batch."""
        self.run(["ip", "-batch", "-"], stdin="\n".join(lines) + "\n")

    def wait_for(self, *addresses: str) -> None:
        """Wait until IPv6 addresses of this host are its own. Raises LabError.

        One without duplicate address detection can be bound to at once, but what comes for it is lost until
        a worker of the kernel has made its route.
        """
        wanted = {ip_address(address).packed for address in addresses}
        table, deadline = Path(f"/proc/{self.pid}/net/ipv6_route"), time.monotonic() + ADDRESS_S
        while not wanted <= local_addresses(table.read_text()):
            if time.monotonic() > deadline:
                raise LabError(f"{self.name}: {', '.join(addresses)}: no local route within {ADDRESS_S:g} s")
            time.sleep(0.001)

    def sysctl(self, settings: Mapping[str, str]) -> None:
        """Write sysctls of this host's own network namespace, by their path below /proc/sys/net."""
        for key, value in settings.items():
            self.run(["tee", f"/proc/sys/net/{key}"], stdin=value)

    def forward(self) -> None:
        """Make this host a router."""
        self.sysctl({"ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"})

    def masquerade(self, device: str) -> None:
        """Hide what leaves through `device` behind this host's address there, for both families."""
        self.run(
            ["nft", "-f", "-"],
            stdin="table inet lab {\n chain out {\n  type nat hook postrouting priority srcnat\n"
            f'  oifname "{device}" masquerade\n }}\n}}\n',
        )

    def release(self) -> None:
        """Let go of the namespaces; the kernel removes them with their last process."""
        assert self._holder.stdin is not None
        self._holder.stdin.close()
        if self._holder.stdout is not None:
            self._holder.stdout.close()
        self._holder.wait()


class Lab:
    """A set of hosts and what runs in them, gone when the `with` block ends for whatever reason."""

    def __init__(self) -> None:
        self.hosts: list[Host] = []
        self.processes: list[Process] = []
        self.directory = Path()
        self._base: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        reason = why_unavailable()
        if reason is not None:
            raise LabUnavailableError(reason)
        self.directory = Path(tempfile.mkdtemp(prefix="ginnel-lab-"))
        try:
            if os.geteuid() != 0:
                self._base = hold(["unshare", "--user", "--map-root-user", "cat"])
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process, then every host, newest first. Idempotent."""
        for process in reversed(self.processes):
            if process.running():
                process.popen.terminate()
        while self.processes:
            self.processes.pop().stop()
        while self.hosts:
            self.hosts.pop().release()
        if self._base is not None:
            Host(self, "base", self._base).release()
            self._base = None
        if self.directory != Path():
            shutil.rmtree(self.directory, ignore_errors=True)

    def enter(self, pid: int, *namespaces: str) -> list[str]:
        """The argument vector's head that enters the namespaces of a holder."""
        user = ["--user", "--preserve-credentials"] if self._base is not None else []
        return ["nsenter", "--target", str(pid), *user, *namespaces, "--"]

    def host(self, name: str) -> Host:
        """A new host with its loopback up, a /run and a resolv.conf of its own, and no duplicate address
        detection. What a tunnel there does to DNS stays there."""
        head = self.enter(self._base.pid) if self._base is not None else []
        made = Host(self, name, hold([*head, "unshare", "--net", "--mount", "cat"]))
        self.hosts.append(made)
        made.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"])
        self._part_dns(made)
        made.sysctl({"ipv6/conf/default/accept_dad": "0", "ipv6/conf/all/accept_dad": "0"})
        made.ip("link set lo up")
        return made

    def _part_dns(self, host: Host) -> None:
        """A copy of resolv.conf where the C library looks, and root's hands off the rest of /etc."""
        if self._base is None:
            host.run(["mount", "--bind", "/etc", "/etc"])
            host.run(["mount", "-o", "remount,bind,ro", "/etc"])
        file = Path(os.path.realpath("/etc/resolv.conf"))
        text = file.read_text(errors="replace") if file.exists() else ""
        if file.is_relative_to("/run"):
            host.run(["mkdir", "-p", str(file.parent)])
            host.run(["tee", str(file)], stdin=text)
        elif file.exists():
            host.run(["tee", "/run/resolv.conf"], stdin=text)
            host.run(["mount", "--bind", "/run/resolv.conf", str(file)])

    def link(
        self, left: Host, right: Host, left_addresses: Iterable[str], right_addresses: Iterable[str],
        *, mtu: int = 1500,
    ) -> tuple[str, str]:  # fmt: skip
        """Join two hosts by a veth pair; each end is named after the other host. Addresses are CIDR texts."""
        left_name, right_name = right.name[:15], left.name[:15]
        ends = ((left, left_name, tuple(left_addresses)), (right, right_name, tuple(right_addresses)))
        peer = f"peer name {right_name} mtu {mtu} netns {right.pid}"
        left.ip(f"link add {left_name} mtu {mtu} type veth {peer}")
        for host, device, addresses in ends:
            host.ip(
                f"link set {device} up",
                *(f"addr add {a} dev {device}" + (" nodad" if ":" in a else "") for a in addresses),
            )
        for host, _, addresses in ends:
            host.wait_for(*(a.partition("/")[0] for a in addresses if ":" in a))
        return left_name, right_name

    def report(self, lines: int = 15) -> str:
        """The last lines of every process's log, for a failure's message."""
        return "\n".join(f"--- {p.label}\n{p.tail(lines)}" for p in self.processes if p.log.exists())


class Internet:
    """The arrangement drawn at the top of this module."""

    CLIENT = ("192.0.2.10", "2001:db8:1::10")
    GATEWAY = ("198.51.100.2", "2001:db8:2::2")
    ROUTER = ("198.51.100.1", "2001:db8:2::1")  # what the gateway sees of a client behind the NAT
    SERVER = ("10.77.0.2", "fd77:7::2")
    INSIDE = ("10.77.0.0/24", "fd77:7::/64")

    def __init__(self, lab: Lab, *, nat: bool = False) -> None:
        self.lab = lab
        self.client, self.router = lab.host("client"), lab.host("router")
        self.gateway, self.server = lab.host("gateway"), lab.host("server")
        lab.link(
            self.client, self.router,
            ("192.0.2.10/24", "2001:db8:1::10/64"), ("192.0.2.1/24", "2001:db8:1::1/64"),
        )  # fmt: skip
        lab.link(
            self.router, self.gateway,
            ("198.51.100.1/24", "2001:db8:2::1/64"), ("198.51.100.2/24", "2001:db8:2::2/64"),
        )  # fmt: skip
        lab.link(
            self.gateway, self.server, ("10.77.0.1/24", "fd77:7::1/64"), ("10.77.0.2/24", "fd77:7::2/64")
        )
        default(self.client, "192.0.2.1", "2001:db8:1::1")
        default(self.gateway, "198.51.100.1", "2001:db8:2::1")
        default(self.server, "10.77.0.1", "fd77:7::1")
        self.router.forward()
        self.gateway.forward()
        if nat:
            self.router.masquerade("gateway")


def default(host: Host, *gateways: str) -> None:
    """Default routes, the family read from the address."""
    host.ip(*(f"route add {'::/0' if ':' in g else '0.0.0.0/0'} via {g}" for g in gateways))


def local_addresses(routes: str) -> set[bytes]:
    """The IPv6 addresses that are a host's own, packed, by the text of /proc/net/ipv6_route."""
    words = map(str.split, routes.splitlines())
    return {bytes.fromhex(each[0]) for each in words if int(each[8], 16) & RTF_LOCAL}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment with the administrators' tools in reach, unbuffered Python and `extra`."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    return {**os.environ, "PATH": f"{path}:{SYSTEM_PATH}", "PYTHONUNBUFFERED": "1", **(extra or {})}


def hold(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a holder that ends in `cat`, and wait until it has its namespaces."""
    holder = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    stdin, stdout, stderr = _pipes(holder)
    try:
        with contextlib.suppress(BrokenPipeError):
            stdin.write(b"\n")
            stdin.flush()
        if stdout.read(1) == b"\n":  # the echo proves that cat runs, so the namespaces exist
            return holder
        words = stderr.read().decode(errors="replace").strip()
    except BaseException:
        holder.kill()
        holder.wait()
        raise
    finally:
        stderr.close()
    with contextlib.suppress(BrokenPipeError):
        stdin.close()
    stdout.close()
    holder.wait()
    raise LabUnavailableError(f"cannot make a namespace: {words}")


def _runs(pid: int, argv: Sequence[str]) -> bool:
    """Whether the process runs `argv` itself, not what leads to it (proc_pid_cmdline(5))."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True
    wanted = b"".join(os.fsencode(argument) + b"\0" for argument in argv[1:])
    return not line.startswith((b"nsenter\0", b"setpriv\0")) and line.endswith(wanted)


def _pipes(popen: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    assert popen.stdin is not None
    assert popen.stdout is not None
    assert popen.stderr is not None
    return popen.stdin, popen.stdout, popen.stderr


def why_unavailable() -> str | None:
    """Why no lab can be made here, with the remedy, or None when it can."""
    if not sys.platform.startswith("linux"):
        return "network namespaces exist on Linux only"
    path = environment()["PATH"]
    missing = [tool for tool in TOOLS if shutil.which(tool, path=path) is None]
    if missing:
        return f"{', '.join(missing)} missing; install util-linux, iproute2 and nftables"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "/dev/net/tun is missing or closed to this user; `modprobe tun` makes it"
    head = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    probe = subprocess.run(
        ["unshare", *head, "--net", "--mount", "true"], capture_output=True, text=True, check=False,
        env=environment(),
    )  # fmt: skip
    if probe.returncode == 0:
        return None
    words = probe.stderr.strip()
    if os.geteuid() == 0:
        return (
            f"root may not make network namespaces here ({words}); a container needs CAP_SYS_ADMIN. "
            "`ginnel demo --here` goes without them"
        )
    return (
        f"unprivileged user namespaces are closed here ({words}); run as root, or let the administrator "
        "open them by the sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone and "
        "kernel.apparmor_restrict_unprivileged_userns"
    )
