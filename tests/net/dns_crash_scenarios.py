"""A service that is killed at whatever it does to files, and its successor; see `crash_scenarios`.

Run as a program with the name of a scenario and an empty state directory, in a mount namespace of its own.
/etc is a copy.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from ginnel_service.net.base import Dns, Wanted
from ginnel_service.net.linux.network import LinuxNetwork
from net.world import assert_same, child, killed_at_call, open_tun, play, recover, snapshot

FILE = Path("/etc/resolv.conf")
LONG = b"# by hand\nnameserver 192.0.2.53\n" + b"# of a length that ours does not have\n" * 20
NAMES = Wanted(
    device="tun0", mtu=1400, dns=Dns(servers=(ip_address("10.77.0.53"),), search=("office.example",))
)
MORE = Wanted(device="tun1", mtu=1400, dns=Dns(servers=(ip_address("10.78.0.53"),), everything=False))
MOVED = Wanted(device="tun0", mtu=1400, dns=Dns(servers=(ip_address("10.77.0.54"),)))


def own_etc() -> None:
    """A copy of /etc in its place."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=True)
    shutil.copytree("/etc", "/mnt/etc", symlinks=True)
    subprocess.run(["mount", "--bind", "/mnt/etc", "/etc"], check=True)
    FILE.unlink()


def seen() -> tuple[object, ...]:
    """All that can be seen of the file, and that nothing else lies about."""
    about = FILE.lstat() if os.path.lexists(FILE) else None
    return (
        (about.st_mode, about.st_uid, about.st_gid) if about else None,
        os.readlink(FILE) if FILE.is_symlink() else None,
        FILE.read_bytes() if FILE.exists() else None,
        sorted(str(path) for path in FILE.parent.iterdir() if "resolv" in path.name),
    )


def live(state: Path, count: int) -> None:
    """Everything a service does to DNS from its start to its end."""
    open_tun("tun0")
    open_tun("tun1")
    network = LinuxNetwork(state, dns="file", checkpoint=killed_at_call(count, state))
    network.recover()
    network.apply("a", NAMES)
    network.apply("b", MORE)
    network.apply("a", MOVED)
    network.withdraw("a")
    network.withdraw("b")
    network.close()


def kill_everywhere(state: Path, *, reboot: bool = False) -> None:
    before, files = snapshot(), seen()
    deaths = 0
    while not child(partial(live, state, deaths + 1)):
        deaths += 1
        if reboot:
            for journal in state.glob("network.journal*"):
                journal.unlink()
        recover(state)
        assert seen() == files, (deaths, files, seen())
        assert not list(state.iterdir())
        if not reboot:
            assert_same(before)
    assert deaths > 60, deaths
    assert seen() == files


def a_file(state: Path) -> None:
    FILE.write_bytes(LONG)
    FILE.chmod(0o640)
    os.chown(FILE, 12, 34)
    kill_everywhere(state)


def a_file_of_another_boot(state: Path) -> None:
    FILE.write_bytes(LONG)
    kill_everywhere(state, reboot=True)


def a_link(state: Path) -> None:
    Path("/etc/resolv.conf.target").write_bytes(LONG)
    FILE.symlink_to("resolv.conf.target")
    kill_everywhere(state)


def a_dangling_link(state: Path) -> None:
    FILE.symlink_to("../run/nobody/resolv.conf")
    kill_everywhere(state)


def no_file(state: Path) -> None:
    kill_everywhere(state)


def a_mount_of_its_own(state: Path) -> None:
    """As containers have it: it cannot be renamed over."""
    Path("/mnt/resolv").write_bytes(LONG)
    FILE.touch()
    subprocess.run(["mount", "--bind", "/mnt/resolv", str(FILE)], check=True)
    kill_everywhere(state)


def torn_while_written_in_place(state: Path) -> None:
    """The one place that no call marks: between the writing and the cutting of a longer file."""
    Path("/mnt/resolv").write_bytes(LONG)
    FILE.touch()
    subprocess.run(["mount", "--bind", "/mnt/resolv", str(FILE)], check=True)
    before = seen()

    def up_and_torn() -> None:
        open_tun("tun0")
        LinuxNetwork(state, dns="file").apply("a", NAMES)
        ours = FILE.read_bytes()
        FILE.write_bytes(ours + LONG[len(ours) :])
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_torn)
    recover(state)
    assert seen() == before
    assert not list(state.iterdir())


def what_somebody_else_wrote_stays(state: Path) -> None:
    FILE.write_bytes(LONG)

    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state, dns="file").apply("a", NAMES)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    FILE.write_bytes(b"nameserver 203.0.113.53\n")
    recover(state)
    assert FILE.read_bytes() == b"nameserver 203.0.113.53\n"
    assert not list(state.iterdir())


if __name__ == "__main__":
    own_etc()
    play(globals())
