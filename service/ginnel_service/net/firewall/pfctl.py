"""pf on FreeBSD and macOS by pfctl(8): our anchors loaded and emptied, and pf enabled while one is needed.

macOS counts who needs pf by tokens and calls what is below com.apple/ from its main rules. On FreeBSD
/etc/pf.conf has to call our anchors, ahead of what lets packets through for good (`quick`). What was enabled
for us is noted in a file, so that whoever lets go last leaves pf as it was, even after a crash.
"""

from __future__ import annotations

import errno
import re
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

from ..base import Address, KillSwitch, Network
from .pf import guard_anchor, kill_switch_anchor, nat_anchor, passing

System = Literal["freebsd", "darwin"]
Concern = Literal["killswitch", "guard", "gateway"]

FILE_NAME: Final = "pf.enabled"  # in the state directory: the token, or "enabled"
_PFCTL: Final = "/sbin/pfctl"
_TIMEOUT_S: Final = 10
_TOKEN: Final = re.compile(r"^Token : ([0-9]{1,20})$", re.MULTILINE)
#: What stands before the names of our anchors, which are called in the order of their names.
_ROOT: Final[Mapping[System, str]] = {"freebsd": "ginnel/", "darwin": "com.apple/ginnel."}
_CALL: Final[Mapping[System, str]] = {"freebsd": "ginnel/*", "darwin": "com.apple/*"}


class Outcome(NamedTuple):
    status: int
    output: str  # of both streams


#: Runs an argument vector with a text for its standard input. Raises OSError.
Runner = Callable[[Sequence[str], str], Outcome]


class PfError(OSError):
    """`errno` is EPERM for whoever may not, EOPNOTSUPP where pf is not there or does not hear us."""


def run_pfctl(arguments: Sequence[str], text: str) -> Outcome:
    """Without a shell, in an empty environment. Labels of others' rules may be of any octets."""
    done = subprocess.run(
        arguments,
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=_TIMEOUT_S,
        env={},
    )
    return Outcome(done.returncode, done.stdout + done.stderr)


class PacketFilter:
    """Every method raises PfError, and ValueError for a device that pf cannot name; the old stands then.

    Calls may come from any thread; they exclude one another. `state_dir` belongs to the service's user alone.
    """

    def __init__(self, system: System, state_dir: Path, run: Runner = run_pfctl) -> None:
        self._system = system
        self._run = run
        self._note = state_dir / FILE_NAME
        self._lock = threading.Lock()
        self._needed: set[Concern] = set()
        self._passing: frozenset[str] | None = None  # of the kill switch; None when nobody knows
        self._enabled = False  # by this process

    def set_kill_switch(self, wanted: KillSwitch | None, lan: Iterable[Network] = ()) -> None:
        """Where it stops more than before, flows that are open are cut: a state would let them pass."""
        text = "" if wanted is None else kill_switch_anchor(wanted, lan)
        with self._lock:
            if not text:
                self._take_down("killswitch")
                self._passing = None
                return
            self._put_up("killswitch", text)
            before, now = self._passing, passing(text)
            self._passing = None  # until no flow lives that could not begin now
            if before is None or before - now:
                self._pfctl("-q", "-F", "states")
            self._passing = now

    def set_guards(self, guards: Mapping[str, Iterable[Address]]) -> None:
        """All of them; an empty mapping guards nothing."""
        text = guard_anchor(guards)
        with self._lock:
            if guards:
                self._put_up("guard", text)
            else:
                self._take_down("guard")

    def set_nat(self, device: str, uplinks: Iterable[str], networks: Iterable[Network]) -> None:
        text = nat_anchor(device, uplinks, networks)
        with self._lock:
            if self._system == "freebsd":
                self._check_call("nat", "nat-anchor")
            self._put_up("gateway", text)

    def unset_nat(self) -> bool:
        """Whether there was any."""
        with self._lock:
            there = self._has("gateway", "nat")
            if there:
                self._pfctl("-q", "-a", self._anchor("gateway"), "-F", "nat")
            self._take_down("gateway")
        return there

    def stands(self, concern: Concern) -> bool:
        """Whether pf is enabled and has rules of ours for it."""
        with self._lock:
            found = "Status: Enabled" in self._pfctl("-s", "info") and self._has(concern)
            if concern == "killswitch" and not found:
                self._passing = None  # what was opened meanwhile has a state
        return found

    def sweep(self) -> list[str]:
        """Empty what is ours, when no service runs: what there was, in words. A gateway's own stays."""
        found: list[str] = []
        concerns: tuple[tuple[Concern, str], ...] = (
            ("killswitch", "the kill switch"),
            ("guard", "the guards of tunnels' addresses"),
        )
        with self._lock:
            for concern, words in concerns:
                if self._has(concern):
                    self._take_down(concern)
                    found.append(f"removed: {words}")
        return found

    def _has(self, concern: Concern, kind: Literal["rules", "nat"] = "rules") -> bool:
        """Of an anchor that is not there pfctl says so in words."""
        listed = self._pfctl("-a", self._anchor(concern), "-s", kind).splitlines()
        return any(line.startswith(("pass ", "block ", "nat ")) for line in listed)

    def _put_up(self, concern: Concern, text: str) -> None:
        self._enable()
        self._pfctl("-q", "-a", self._anchor(concern), "-f", "-", text=text)
        self._needed.add(concern)

    def _take_down(self, concern: Concern) -> None:
        self._forget_other_boot()
        self._pfctl("-q", "-a", self._anchor(concern), "-F", "rules")
        self._needed.discard(concern)
        if not self._needed:
            self._let_go()

    def _anchor(self, concern: Concern) -> str:
        return _ROOT[self._system] + concern

    def _enable(self) -> None:
        """Have pf enabled for as long as we need it, and our anchors heard."""
        self._check_call("rules", "anchor")
        if self._system == "freebsd":
            self._forget_other_boot()
            if "Status: Enabled" not in self._pfctl("-s", "info"):
                self._write("enabled")
                self._pfctl("-q", "-e")
                self._enabled = True
            return
        token = self._read()
        if token and token in self._pfctl("-s", "References").split():
            return
        given = _TOKEN.search(self._pfctl("-E"))
        if given is None:
            raise PfError(errno.EOPNOTSUPP, "enable pf")
        self._write(given[1])

    def _forget_other_boot(self) -> None:
        """FreeBSD's pf has no tokens: where none of our anchors is left, pf is on by somebody else's wish."""
        ours = self._enabled or self._needed or self._read() != "enabled"
        if not ours and not any(map(self._has, get_args(Concern))):
            with suppress(OSError):
                self._note.unlink(missing_ok=True)

    def _let_go(self) -> None:
        """pf as it was, unless something of ours, be it another process's, still stands."""
        note = self._read()
        if not note or any(map(self._has, get_args(Concern))):
            return
        with suppress(PfError):  # a token of another boot
            self._pfctl(*(("-q", "-X", note) if self._system == "darwin" else ("-q", "-d")))
        with suppress(OSError):
            self._note.unlink(missing_ok=True)
        self._enabled = False

    def _check_call(self, kind: str, word: str) -> None:
        """Our anchors are called, and nothing before that lets a packet through for good."""
        for line in self._pfctl("-s", kind).splitlines():
            if line.startswith(f'{word} "{_CALL[self._system]}"'):
                return
            if line.startswith("pass ") and " quick " in f"{line} " and " on lo0 " not in line:
                raise PfError(errno.EOPNOTSUPP, f"be heard by pf ahead of its rule: {line[:80]}")
        raise PfError(errno.EOPNOTSUPP, f'find {word} "{_CALL[self._system]}" in pf\'s rules')

    def _read(self) -> str:
        with suppress(OSError, UnicodeDecodeError):
            note = self._note.read_text("ascii")[:32].strip()
            return note if note == "enabled" or note.isdigit() else ""
        return ""

    def _write(self, note: str) -> None:
        try:
            self._note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._note.write_text(note + "\n", "ascii")
        except OSError as error:
            raise PfError(error.errno or errno.EIO, f"write {self._note}") from error

    def _pfctl(self, *arguments: str, text: str = "") -> str:
        try:
            outcome = self._run((_PFCTL, *arguments), text)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PfError(errno.EOPNOTSUPP, "run pfctl") from error
        if outcome.status:
            denied = "ermission denied" in outcome.output or "not permitted" in outcome.output
            number = errno.EPERM if denied else errno.EOPNOTSUPP
            raise PfError(number, f"run pfctl {' '.join(arguments)}")
        return outcome.output
