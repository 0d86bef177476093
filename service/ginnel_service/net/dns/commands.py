"""Programs of the system, run with what they need and nothing else.

A fixed search path and no other variable, "/" as directory, the usual umask for files that everyone reads
(ours is stricter), and an end in bounded time. Text goes in by standard input, never through a shell.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple, Protocol

PATH: Final = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"
#: resolvconf(8) waits for its lock for ten.
TIMEOUT_S: Final = 20.0
_MOST_OCTETS: Final = 1 << 16


class Result(NamedTuple):
    status: int
    output: str


class Runner(Protocol):
    def __call__(self, argv: Sequence[str], text: str = "") -> Result:
        """Run `argv`, found on `PATH`, with `text` on its standard input. OSError if it cannot, or lasts."""


def find(name: str) -> str | None:
    """Where a program is, absolutely."""
    return shutil.which(name, path=PATH)


def run(argv: Sequence[str], text: str = "") -> Result:
    program = find(argv[0])
    if program is None:
        raise FileNotFoundError(errno.ENOENT, "not installed", argv[0])
    with subprocess.Popen(
        [program, *argv[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": PATH, "LC_ALL": "C"},
        cwd="/",
        umask=0o022,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(text.encode(), TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise TimeoutError(errno.ETIMEDOUT, "did not end", argv[0]) from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    return Result(process.returncode, output[:_MOST_OCTETS].decode("utf-8", "replace"))


def must(run: Runner, argv: Sequence[str], text: str = "") -> str:
    """What `argv` printed. OSError, with its last words, when it fails."""
    result = run(argv, text)
    if result.status != 0:
        words = result.output.strip().splitlines()[-1:] or [f"exit status {result.status}"]
        raise OSError(errno.EIO, "".join(c if c.isprintable() else "?" for c in words[0])[:200], argv[0])
    return result.output
