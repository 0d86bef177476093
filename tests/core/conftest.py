from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.spaces import Tunnel, tunnel


@pytest.fixture
def joined() -> Iterator[Tunnel]:
    """A tunnel with one AES-GCM SA pair."""
    with tunnel() as made:
        made.join(0x1000)
        yield made
