"""A lab's host that systemd has booted, so that a unit file runs as it will on a desktop.

    with Booted(host, {"ginneld.service": text}) as machine:
        machine.run(["systemctl", "start", "ginneld"])

The host gets a file system of its own over this machine's (overlayfs on a tmpfs), and systemd as its first
process, in namespaces of processes, mounts, names and control groups. It starts nothing by itself but the
journal: what comes with a distribution's boot, such as udev and sysctl.d, would reach the kernel that all
share. So /sys is read-only there, /proc/sys too but for the network's part, and modules, clock and reboot are
out of reach. The interpreter and the project are at /opt, where `ProtectHome=` does not hide them; a host
with another root than this machine's has neither.

Needs root, systemd, overlayfs, and a hierarchy of cgroup2 to make a group in.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import ginnel_core
import ginnel_service
from ginnel_service.demo.lab import Host, environment
from ginnel_service.demo.rig import eventually

SYSTEMD = Path("/lib/systemd/systemd")
TARGET = "lab.target"
PYTHON = f"/opt/base/bin/python{sys.version_info.major}.{sys.version_info.minor}"
#: What runs the project inside; an installed one needs none of it.
ENVIRONMENT = {
    "LD_LIBRARY_PATH": "/opt/base/lib",  # pyenv's interpreter looks for its library in somebody's home
    "PYTHONHOME": "/opt/base",
    "PYTHONPATH": "/opt/core:/opt/service:/opt/packages",
}
_OUT_OF_REACH = ("sys_module", "sys_time", "sys_boot", "sys_rawio", "syslog", "wake_alarm", "mac_admin")

_BOOT = """
set -eu
mount --make-rprivate /
mkdir -p /run/lab && mount -t tmpfs tmpfs /run/lab
mkdir /run/lab/upper /run/lab/work /run/lab/root
mount -t overlay overlay -o lowerdir="$LAB_ROOT",upperdir=/run/lab/upper,workdir=/run/lab/work /run/lab/root
cd /run/lab/root
for place in run dev tmp; do mount -t tmpfs -o mode=0755 tmpfs $place; done
chmod 1777 tmp
mount -t proc proc proc
mount --bind proc/sys proc/sys && mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for device in null zero full random urandom; do touch dev/$device; mount --bind /dev/$device dev/$device; done
mkdir dev/net dev/shm && touch dev/net/tun && mount --bind /dev/net/tun dev/net/tun
ln -s /proc/self/fd dev/fd
rm -rf lib/systemd/system-generators lib/systemd/system/*.wants etc/systemd/system etc/fstab
mkdir -p etc/systemd/system
cp -a "$LAB_UNITS"/. etc/systemd/system/
if [ "$LAB_ROOT" = / ]; then
    mkdir -p opt/base opt/core opt/service opt/packages
    mount --bind "$LAB_BASE" opt/base
    mount --bind "$LAB_CORE" opt/core
    mount --bind "$LAB_SERVICE" opt/service
    mount --bind "$LAB_PACKAGES" opt/packages
fi
mkdir old && pivot_root . old && umount -l /old && cd /
mount --make-rshared / # credentials reach a unit by a mount that spreads
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin systemd_path --system --show-status=no \
    --log-target=journal --unit=lab.target
""".replace("systemd_path", str(SYSTEMD))


def why_unavailable() -> str | None:
    """Why no host can be booted here, with the remedy, or None when it can."""
    if os.geteuid() != 0:
        return "booting a host takes root"
    if not SYSTEMD.exists() or shutil.which("systemctl") is None:
        return "systemd is not installed; `apt-get install systemd`"
    if "overlay" not in Path("/proc/filesystems").read_text():
        return "the kernel has no overlayfs"
    if _hierarchy() is None:
        return "no cgroup2 file system is mounted that this process may make groups in"
    return None


def _hierarchy() -> Path | None:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup2" and "rw" in options.split(","):
            return Path(place)
    return None


class Booted:
    """The host while systemd runs in it; it ends with the `with` block, whatever happens."""

    def __init__(self, host: Host, units: Mapping[str, str], root: Path = Path("/")) -> None:
        """`units`: file name below /etc/systemd/system -> content. `root` stays as it is."""
        self.host = host
        self._root = root
        self._units = units
        self._folder = host.lab.directory / f"{host.name}-units"
        self._group = (_hierarchy() or Path()) / f"ginnel-lab-{secrets.token_hex(4)}"
        self._outer: subprocess.Popen[bytes] | None = None
        self.pid = 0

    def __enter__(self) -> Self:
        for name, text in {TARGET: "[Unit]\nWants=systemd-journald.service\n", **self._units}.items():
            file = self._folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self._group.mkdir()
        try:
            self._boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(
        self, argv: Sequence[str], *, stdin: str = "", check: bool = True, timeout_s: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run `argv` inside. Raises AssertionError when `check` is set and it fails, TimeoutExpired."""
        done = self._inside(argv, stdin, timeout_s)
        if check and done.returncode != 0:
            last = self._inside(["journalctl", "--no-pager", "--lines=20"]).stdout
            raise AssertionError(f"{argv}: exit status {done.returncode}\n{done.stdout}{done.stderr}{last}")
        return done

    def _inside(
        self, argv: Sequence[str], stdin: str = "", timeout_s: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["nsenter", "--target", str(self.pid), "--all", "--wd=/", "--", *argv],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            env={"PATH": environment()["PATH"], **(ENVIRONMENT if self._root == Path("/") else {})},
        )

    def show(self, unit: str, what: str) -> str:
        """A property of a unit, as `systemctl show` has it."""
        return self.run(["systemctl", "show", "--value", "--property", what, unit]).stdout.strip()

    def journal(self, unit: str) -> str:
        return self.run(["journalctl", "--no-pager", "--output=cat", "--unit", unit]).stdout

    def outer_pid(self, inner: int) -> int:
        """What this machine calls a process of the host (proc_pid_status(5), NSpid)."""
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                lines = status.read_text().splitlines()
            except OSError:
                continue
            for line in lines:
                if line.startswith("NSpid:") and line.split()[-1] == str(inner) and len(line.split()) > 2:
                    pid = int(status.parent.name)
                    if os.readlink(f"/proc/{pid}/ns/pid") == os.readlink(f"/proc/{self.pid}/ns/pid"):
                        return pid
        raise AssertionError(f"no process {inner} inside")

    def close(self) -> None:
        """End systemd, which ends everything in its namespace, and remove its control groups."""
        if self._outer is not None:
            if self.pid and self._outer.poll() is None:
                os.kill(self.pid, signal.SIGKILL)
            self._outer.kill()
            self._outer.wait()
        eventually(self._groups_gone, "the end of the host's processes")

    def _boot(self) -> None:
        packages = sysconfig.get_path("purelib")
        places = {
            "LAB_ROOT": self._root,
            "LAB_UNITS": self._folder,
            "LAB_BASE": sys.base_prefix,
            "LAB_CORE": Path(ginnel_core.__file__).parents[1],
            "LAB_SERVICE": Path(ginnel_service.__file__).parents[1],
            "LAB_PACKAGES": packages,
        }
        join = f'echo $$ >{self._group}/cgroup.procs; exec "$@"'
        inside = ["unshare", "--mount", "--pid", "--cgroup", "--uts", "--ipc", "--fork", "--kill-child"]
        rights = ["setpriv", "--bounding-set", ",".join(f"-{name}" for name in _OUT_OF_REACH), "--"]
        log = self.host.lab.directory / f"{self.host.name}-boot.log"
        with log.open("wb") as output:
            self._outer = subprocess.Popen(
                ["sh", "-c", join, "sh", *self.host.command([*inside, *rights, "sh", "-c", _BOOT])],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment({name: str(place) for name, place in places.items()}),
                start_new_session=True,
            )
        eventually(lambda: self._is_up(log), f"systemd: {log}")

    def _is_up(self, log: Path) -> bool:
        assert self._outer is not None
        if self._outer.poll() is not None:
            raise AssertionError(f"the host did not boot:\n{log.read_text()}")
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text().split()
        if not children or Path(f"/proc/{children[0]}/comm").read_text() != "systemd\n":
            return False
        self.pid = int(children[0])
        found = self.run(["systemctl", "is-active", TARGET], check=False, timeout_s=10)
        return found.stdout.strip() == "active"

    def _groups_gone(self) -> bool:
        try:
            for directory, _, _ in os.walk(self._group, topdown=False):
                os.rmdir(directory)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return not self._group.exists()
