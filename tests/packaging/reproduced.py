"""Two builds of the Debian package give the same bytes, its libcrypto too. Takes minutes: for `make soak`."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from ginnel_packaging import openssl
from helpers.debian import WORK, build
from project.tree import ROOT


@pytest.mark.timeout(3600)
def test_two_builds_of_the_package_give_the_same_bytes(tmp_path: Path) -> None:
    """In folders of other names."""
    first = build(WORK, tmp_path / "first")
    second = build(tmp_path / "elsewhere", tmp_path / "second")
    assert first.name == second.name
    assert _digest(first) == _digest(second)


@pytest.mark.timeout(3600)
def test_two_builds_of_libcrypto_give_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("first", "second in another"):
        cache = tmp_path / name.replace(" ", "-")
        cache.mkdir()
        for file in (ROOT / "build/openssl").glob("openssl_*"):
            shutil.copy(file, cache)
        digests.add(_digest(openssl.build(cache) / "lib" / openssl.LIBRARY))
    assert len(digests) == 1


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
