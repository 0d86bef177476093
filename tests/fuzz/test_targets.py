"""Every target under libFuzzer, as many at once as there are processors; FUZZ_SECONDS each (20).

What a target fails on is kept in build/fuzz and printed in hexadecimal.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from fuzz.harness import HERE, TARGETS, kept

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed"),
]

ROOT = HERE.parents[1]
SECONDS = int(os.environ.get("FUZZ_SECONDS", "20"))
START_S = 120.0  # to import, to feed what is kept, to end
FOUND = ROOT / "build" / "fuzz"
WAVES = -(-len(TARGETS) // (os.cpu_count() or 1))


def fuzz(name: str) -> tuple[int, str]:
    """Status and last words of a run."""
    found = FOUND / name
    found.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fuzz.harness", name, f"-max_total_time={SECONDS}"]
    command += [f"-artifact_prefix={FOUND}/{name}-", "-print_final_stats=1"]
    paths = [str(ROOT / room) for room in ("core", "service", "tests")]
    done = subprocess.run(
        [*command, os.fspath(found), os.fspath(kept(name))],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=SECONDS + START_S,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[tuple[int, str]]]]:
    """All that were asked for begin at once, as far as there are processors."""
    asked = {item.name for item in request.session.items if item.path == request.path}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {
            name: pool.submit(fuzz, name) for name in TARGETS if any(f"[{name}]" in each for each in asked)
        }
        pool.shutdown(cancel_futures=True)


@pytest.mark.timeout(WAVES * (SECONDS + START_S) + 60)
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_the_invariant(name: str, runs: dict[str, Future[tuple[int, str]]]) -> None:
    status, said = runs[name].result()
    assert status == 0, f"{said[-6000:]}\n{broken(said) or 'no input was kept'}"
    assert executed(said) > 0


def executed(said: str) -> int:
    """How many inputs were tried."""
    (line,) = (line for line in said.splitlines() if line.startswith("stat::number_of_executed_units:"))
    return int(line.rpartition(":")[2])


def broken(said: str) -> str:
    """The inputs that libFuzzer kept because of what they did, in hexadecimal."""
    paths = [Path(line.rpartition(" ")[2]) for line in said.splitlines() if "Test unit written to" in line]
    return "\n".join(f"{path}: {path.read_bytes().hex()}" for path in paths)
