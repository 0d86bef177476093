"""Runs a module as a program that is told to end, by SIGTERM, when its standard input ends:
`python -m ginnel_service.demo.leash MODULE ARGUMENTS`.

The other end of that pipe is with whoever started it, and goes with them, however they end. Not every system
has a signal for a parent's death, as prctl(2) has it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    threading.Thread(target=_hold, name="leash", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _hold() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
