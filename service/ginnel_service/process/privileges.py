"""The service's own rights: it keeps what a tunnel needs and gives the rest up before it meets anybody.

Linux: capabilities(7), prctl(2), mlock(2). A tunnel takes CAP_NET_ADMIN alone: for the device, addresses,
routes, rules, SO_MARK, SO_RCVBUFFORCE and /proc/sys/net, which the kernel opens to it whatever the uid
(net_ctl_permissions()). What would take more is had by limits where they are high enough or can be raised:
SCHED_RR by RLIMIT_RTPRIO, else CAP_SYS_NICE; locked memory by RLIMIT_MEMLOCK, else CAP_IPC_LOCK.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

CAP_DAC_READ_SEARCH: Final = 2
CAP_SETPCAP: Final = 8
CAP_NET_ADMIN: Final = 12
CAP_IPC_LOCK: Final = 14
CAP_SYS_NICE: Final = 23

_PR_SET_DUMPABLE: Final = 4
_PR_SET_KEEPCAPS: Final = 8
_PR_CAPBSET_READ: Final = 23
_PR_CAPBSET_DROP: Final = 24
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_RAISE: Final = 2
_MCL_CURRENT: Final = 1
_MCL_FUTURE: Final = 2
_MCL_ONFAULT: Final = 4
_CAPABILITY_VERSION_3: Final = 0x20080522
_PT_DENY_ATTACH: Final = 31  # macOS's sys/ptrace.h
_P_PID: Final = 0  # FreeBSD's sys/wait.h and sys/procctl.h
_PROC_TRACE_CTL: Final = 7
_TRACE_DISABLE: Final = 2
_PROC_NO_NEW_PRIVS_CTL: Final = 19
_NO_NEW_PRIVS: Final = 1
_REAL_TIME_PRIORITY: Final = 1  # what ginnel_core's loops ask for


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    """One 32-bit half of the three sets."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def may_change_the_network() -> bool:
    """Whether CAP_NET_ADMIN is in force; elsewhere than on Linux, whether we are root."""
    if sys.platform != "linux":
        return os.geteuid() == 0
    return bool(_capabilities("CapEff") >> CAP_NET_ADMIN & 1)


def confine() -> tuple[str, ...]:
    """Give up every right that no tunnel needs, in this thread and all that it starts; call it before any.

    No core dumps, no debugger of the same user, no more rights by execve(2), and no page of this process is
    ever written to a swap device. Returns, in words for the log, what the system would not do.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform != "linux":
        return confine_root(libc, sys.platform)
    refused = []
    keep = {CAP_NET_ADMIN}
    if not _raise_limit(resource.RLIMIT_MEMLOCK, resource.RLIM_INFINITY):
        keep.add(CAP_IPC_LOCK)
    # Where a limit binds, this fails as a whole: what is mapped already is above it.
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) != 0:
        refused.append(f"memory is not locked, so keys may reach the swap: {_reason()} (LimitMEMLOCK=)")
    if not _raise_limit(resource.RLIMIT_RTPRIO, _REAL_TIME_PRIORITY):
        keep.add(CAP_SYS_NICE)
    _drop(libc, keep)
    for option, value in ((_PR_SET_NO_NEW_PRIVS, 1), (_PR_SET_DUMPABLE, 0)):
        if libc.prctl(option, value, 0, 0, 0) != 0:
            refused.append(f"prctl({option}): {_reason()}")
    return tuple(refused)


def confine_root(libc: ctypes.CDLL, system: str) -> tuple[str, ...]:
    """The same on macOS and FreeBSD, where rights come with root whole; it stays, as tunnels need them.

    FreeBSD: procctl(2), mlockall(2). macOS: ptrace(2); it has no mlockall, and encrypts its swap.
    """
    if system == "darwin":
        denied = libc.ptrace(_PT_DENY_ATTACH, 0, None, 0) == 0
        return () if denied else (f"debuggers may attach: {_reason()}",)
    refused = []
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) != 0:
        refused.append(f"memory is not locked, so keys may reach the swap: {_reason()}")
    for command, wanted in ((_PROC_TRACE_CTL, _TRACE_DISABLE), (_PROC_NO_NEW_PRIVS_CTL, _NO_NEW_PRIVS)):
        argument = ctypes.byref(ctypes.c_int(wanted))
        if libc.procctl(_P_PID, ctypes.c_int64(0), command, argument) != 0:
            refused.append(f"procctl({command}): {_reason()}")
    return tuple(refused)


def become(uid: int, gid: int) -> None:
    """Be that user for good, who is not root, and keep CAP_NET_ADMIN. Raises OSError.

    What root may read stays readable: root's Python may lie where nobody else finds its modules.
    """
    if sys.platform != "linux":
        raise OSError(errno.EPERM, "nobody but root may change the network here")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl: {_reason()}")
    os.setgroups(())
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    _drop(libc, {CAP_NET_ADMIN, CAP_DAC_READ_SEARCH})


def _raise_limit(kind: int, least: int) -> bool:
    """Whether the limit is `least` or more now. Only CAP_SYS_RESOURCE may raise it."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY and (least == resource.RLIM_INFINITY or hard < least):
        hard = least
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (hard, hard))
        return True
    return False


def _drop(libc: ctypes.CDLL, keep: set[int]) -> None:
    """Keep what of `keep` there is, of all sets.

    What we start inherits as much: as root by the bounding set, else by the ambient set.
    """
    if _capabilities("CapEff") >> CAP_SETPCAP & 1:
        capability = 0
        while (known := libc.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0)) >= 0:
            if known and capability not in keep:
                libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
            capability += 1
    kept = _capabilities("CapPrm") & sum(1 << capability for capability in keep)
    sets = (_Sets * 2)(_Sets(kept, kept, kept), _Sets(0, 0, 0))
    if libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets) != 0:
        raise OSError(ctypes.get_errno(), f"capset: {_reason()}", "/proc/self")
    if os.geteuid() != 0 and kept >> CAP_NET_ADMIN & 1:
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0)


def _capabilities(which: str) -> int:
    """One of the sets in /proc/self/status (proc(5)); 0 when it does not say."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_bytes().decode().splitlines():
            if line.startswith(which + ":"):
                return int(line.split()[1], 16)
    return 0


def _reason() -> str:
    return os.strerror(ctypes.get_errno())
