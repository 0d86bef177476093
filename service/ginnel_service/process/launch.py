"""The command `ginneld`: starts the service isolated, so that nothing of the caller's environment steers it.

A variable such as OPENSSL_CONF has libcrypto load code from wherever it points (CVE-2022-0517), LD_PRELOAD
the linker, PYTHONPATH the interpreter. libcrypto reads its own when it is first imported, so this module
imports nothing that does, and replaces the process by `python -I` with an environment of known variables.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Mapping
from typing import Final

PROGRAM: Final = "ginnel_service.daemon"
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: What a manager tells its services (systemd.exec(5)), and how words are written.
KEPT: Final = frozenset(
    {
        "CREDENTIALS_DIRECTORY",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "NOTIFY_SOCKET",
        "NO_COLOR",
        "TERM",
        "WATCHDOG_PID",
        "WATCHDOG_USEC",
    }
)


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """What the service starts with."""
    return {name: value for name, value in environment.items() if name in KEPT} | {"PATH": PATH}


def main() -> None:
    environment = clean(os.environ)
    if sys.flags.isolated and environment == dict(os.environ):
        runpy.run_module(PROGRAM, run_name="__main__", alter_sys=True)
        return
    arguments = [sys.executable, "-I", "-m", PROGRAM, *sys.argv[1:]]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 - the very interpreter that runs


if __name__ == "__main__":
    main()
