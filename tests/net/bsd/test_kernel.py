"""What stands by itself of the seam to the kernel: FreeBSD's word of a boot."""

from __future__ import annotations

from pathlib import Path

import pytest

from ginnel_service.net.bsd.kernel import boot_token


def test_a_word_lasts_until_the_boot_clears_it_away(tmp_path: Path) -> None:
    path = tmp_path / "ginnel.boot"
    first = boot_token(path)
    assert boot_token(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    path.unlink()
    assert boot_token(path) != first


@pytest.mark.parametrize("content", ["", "x", "g" * 64, "../" * 10 + "ab"])
def test_what_is_no_word_of_ours_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ginnel.boot"
    path.write_text(content)
    with pytest.raises(PermissionError):
        boot_token(path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("0" * 32)
    (tmp_path / "ginnel.boot").symlink_to("other")
    with pytest.raises(OSError, match="ymbolic"):
        boot_token(tmp_path / "ginnel.boot")
