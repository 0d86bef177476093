"""What every test shares: labs of namespaces, and why a test that needs one does not run here.

In CI (`CI=true`) nothing that needs namespaces or strongSwan may skip: what is missing is a failure there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from ginnel_service.demo.lab import Lab, why_unavailable
from helpers import booted, pki, softhsm, strongswan, wireshark

LOG_LINES = 60

# Programs that a test starts find `helpers` as the test does.
_HERE = os.path.dirname(os.path.abspath(__file__))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_HERE, os.environ.get("PYTHONPATH"))))

# A busy machine is no fault of the code; in CI a failure has to come from the change and repeat.
settings.register_profile("ginnel", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("ginnel")


def why_not(item: pytest.Item) -> str | None:
    """What of this machine `item` lacks, or None."""
    systems = {name for name in ("darwin", "freebsd") if item.get_closest_marker(name) is not None}
    if systems:
        if not sys.platform.startswith(tuple(systems)):
            return f"needs {' or '.join(sorted(systems))}; see docs/porting-checklist.md"
        return None if os.geteuid() == 0 else "needs root: make system"
    if item.get_closest_marker("netns") is not None and (reason := why_unavailable()) is not None:
        return reason
    if item.get_closest_marker("booted") is not None and (reason := booted.why_unavailable()) is not None:
        return reason
    if item.get_closest_marker("token") is not None:
        return softhsm.why_missing()
    if item.get_closest_marker("interop") is not None:
        if os.geteuid() != 0:
            return "charon insists on root's own capabilities; run the interop tests as root"
        return strongswan.why_missing() or pki.why_missing() or wireshark.why_missing()
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = why_not(item)
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"must not skip in CI: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the last words of every process of a failed test's lab."""
    report = yield
    if report.failed and call.when != "teardown":
        for value in getattr(item, "funcargs", {}).values():
            lab = getattr(value, "lab", value)
            if isinstance(lab, Lab):
                report.sections.append(("lab", lab.report(LOG_LINES)))
    return report


@pytest.fixture
def lab() -> Iterator[Lab]:
    """An empty lab, gone with the test."""
    with Lab() as made:
        yield made
