"""The machine at home of `world`, on either system, with a tunnel's device open."""

from __future__ import annotations

from pathlib import Path

import pytest

from ginnel_service.net.bsd.layout import DARWIN, FREEBSD
from ginnel_service.net.bsd.network import BsdNetwork
from helpers.bsd_kernel import FakeKernel
from net.bsd.world import home, network, open_tun


@pytest.fixture(params=[DARWIN, FREEBSD], ids=["darwin", "freebsd"])
def kernel(request: pytest.FixtureRequest) -> FakeKernel:
    made = home(request.param)
    open_tun(made)
    return made


@pytest.fixture
def ours(kernel: FakeKernel, tmp_path: Path) -> BsdNetwork:
    return network(kernel, tmp_path)
