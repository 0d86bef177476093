"""Runs one fuzz target under libFuzzer: `python -m fuzz.harness TARGET [libFuzzer's options] [corpus ...]`.

A target is a module of `fuzz.targets` whose docstring is its invariant: `feed(octets)` returns when it holds
and raises when it does not. Targets know nothing of the fuzzer, so that `test_corpus` replays them anywhere.
Only this module needs atheris, whose wheels are for Linux on x86-64 alone.
"""

from __future__ import annotations

import importlib
import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
#: Every target, the slowest to explore first.
TARGETS = (
    "inner",
    "unauthenticated",
    "fragments",
    "eap",
    "certificates",
    "payloads",
    "imports",
    "message",
    "local",
    "radius",
)
#: Processor time that one input may take, with the fuzzer's own counting in it.
INPUT_CPU_S = 5.0
#: Wall time and memory after which libFuzzer gives an input up.
LIMITS = ("-timeout=60", "-rss_limit_mb=1024")


def load(name: str) -> Callable[[bytes], None]:
    """The target of that name."""
    feed: Callable[[bytes], None] = importlib.import_module(f"fuzz.targets.{name}").feed
    return feed


def kept(name: str) -> Path:
    """The folder of inputs that are worth feeding to the target each time."""
    return HERE / "corpus" / name


def bounded(feed: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """`feed`, failing when it computes for too long; unlike a timeout it holds on a busy machine."""

    def measured(octets: bytes) -> None:
        began = time.process_time()
        feed(octets)
        took = time.process_time() - began
        assert took < INPUT_CPU_S, f"{len(octets)} octets took {took:.1f} s"

    return measured


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    if sys.argv[1:2] not in [[name] for name in TARGETS]:
        raise SystemExit(f"which target? one of: {', '.join(TARGETS)}")
    import atheris

    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["ginnel_service"]):
        feed = load(name)
    folders = [option for option in options if not option.startswith("-")]
    if not folders:
        # What libFuzzer finds goes into the first folder: never into the one that is kept
        found = HERE.parents[1] / "build" / "fuzz" / name
        found.mkdir(parents=True, exist_ok=True)
        options += [os.fspath(found), os.fspath(kept(name))]
    # libFuzzer starts itself anew through a shell, to merge and to minimise
    again = f"{shlex.quote(sys.executable)} -m fuzz.harness {name}"
    atheris.Setup([again, *LIMITS, *options], bounded(feed))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
