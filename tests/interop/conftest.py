"""Arrangements that serve many tests, each made once a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ginnel_service.demo.lab import Lab
from helpers.offices import FromCharon, ToCharon
from helpers.pki import Pki


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A module's own: tests of one may come again after those of another."""
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="package")
def to_charon() -> Iterator[ToCharon]:
    with Lab() as lab:
        yield ToCharon(lab)


@pytest.fixture(scope="package")
def from_charon() -> Iterator[FromCharon]:
    with Lab() as lab:
        yield FromCharon(lab)
