"""The clone that the tests stand in: its files, without what builds and tools leave there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MADE = {"build", "dist", "__pycache__", "bench-results", "corpus"}
_TEXT = {".py", ".pyi", ".pyx", ".pxd", ".h", ".c", ".md", ".toml", ".sh", ".yml", ".json", ".svg", ""}


def sources(*roots: str) -> Iterator[Path]:
    """Every text file that people write, below `roots` (all of the tree when none is named)."""
    for root in roots or (".",):
        start = ROOT / root
        for path in sorted([start] if start.is_file() else start.rglob("*")):
            parts = path.relative_to(ROOT).parts
            if _MADE.intersection(parts) or any(p.startswith(".") and p != ".ci" for p in parts):
                continue
            if path.is_file() and path.suffix in _TEXT and not _is_generated(path):
                yield path


def _is_generated(path: Path) -> bool:
    """Cython's C stands beside its source."""
    return path.suffix == ".c" and path.with_suffix(".pyx").exists()


def pages() -> list[Path]:
    """The documentation."""
    return [path for path in sources() if path.suffix == ".md"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
