"""What packages are made of, where a package as a whole would not show what goes wrong."""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

from ginnel_packaging import archives, bom, mac_wheels, openssl, payload, universal, wheels
from ginnel_packaging.payload import Item
from ginnel_service.paths import defaults
from helpers import mac_reader, macho


def thin(processor: int, content: bytes = b"x") -> bytes:
    return b"\xcf\xfa\xed\xfe" + struct.pack("<iiIIII", processor, 0, 8, 0, 0, 0) + bytes(4) + content


def test_a_universal_file_has_its_parts_whole_and_in_place() -> None:
    arm, intel = thin(universal.ARM64, b"a" * 5), thin(universal.X86_64, b"b" * 50_000)
    made = universal.merge([arm, intel])
    assert macho.read(made).keys() == {"arm64", "x86_64"}
    for part in (arm, intel):
        assert made.find(part) % (1 << 14) == 0


@pytest.mark.parametrize("parts", [[thin(1), thin(1)], [b"#!/bin/sh\n"], [b""]])
def test_what_is_no_two_processors_does_not_become_universal(parts: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"."):
        universal.merge(parts)


def test_halves_that_differ_in_text_are_not_merged(tmp_path: Path) -> None:
    for half in "ab":
        (tmp_path / half).mkdir()
        (tmp_path / half / "module.py").write_text(half)
        (tmp_path / half / "WHEEL").write_text(half)
    with pytest.raises(ValueError, match=r"module\.py"):
        mac_wheels.merged([tmp_path / "a", tmp_path / "b"], tmp_path / "both")


def test_a_wheel_may_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x-1-py3-none-any.whl", "w") as archive:
        archive.writestr("../evil", "")
    with pytest.raises(wheels.WheelError, match="evil"):
        wheels.unpacked([tmp_path / "x-1-py3-none-any.whl"], tmp_path / "out")


def test_a_wheel_that_says_nothing_of_its_licence_is_not_shipped(tmp_path: Path) -> None:
    (tmp_path / "x-1.dist-info").mkdir()
    (tmp_path / "x-1.dist-info/METADATA").write_text("Name: x\nVersion: 1\n")
    with pytest.raises(wheels.WheelError, match="licence"):
        wheels.licences(tmp_path)


def test_what_a_wheel_does_not_tell_of_what_it_has_inside_stands_with_its_licence(tmp_path: Path) -> None:
    info = tmp_path / "PySide6_Essentials-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: PySide6_Essentials\nVersion: 1\nLicense: LGPL-3.0-only\n")
    (info / "LICENSE").write_text("its own")
    text = wheels.licences(tmp_path)["pyside6-essentials-1"]
    for words in ("LGPL-3.0-only", "its own", "UNICODE LICENSE V3", "Qt for Python"):
        assert words in text


@pytest.mark.parametrize("app", [True, False])
def test_every_dependency_on_macos_is_bundled(app: bool) -> None:
    """By the metadata of what is installed here, as pip there would read it."""
    from importlib.metadata import distribution

    there = {**default_environment(), "sys_platform": "darwin", "platform_system": "Darwin", "extra": ""}
    bundled = set(wheels.everything(app))
    for name in bundled:
        for text in distribution(name).requires or ():
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate(
                {key: str(value) for key, value in there.items()}
            ):
                assert wheels.canonical(wanted.name) in bundled, f"{name} wants {wanted}"


def test_two_items_with_one_path_are_refused() -> None:
    with pytest.raises(ValueError, match="/a"):
        payload.unique([Item(PurePosixPath("/a")), Item(PurePosixPath("/a"))])


def test_folders_that_the_system_has_are_not_the_packages() -> None:
    found = payload.with_folders([Item(PurePosixPath("/Library/Ours/a"))], {PurePosixPath("/Library")})
    assert [(str(item.path), item.kind) for item in found] == [
        ("/Library/Ours", "folder"),
        ("/Library/Ours/a", "file"),
    ]


def test_byte_code_is_taken_whatever_date_its_source_has(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("VALUE = 1\n")
    made = payload.compiled(PurePosixPath("/there/module.py"), source)
    assert made.path == PurePosixPath(f"/there/__pycache__/module.{sys.implementation.cache_tag}.pyc")
    cached = tmp_path / "__pycache__" / made.path.name
    cached.parent.mkdir()
    cached.write_bytes(made.read())
    source.write_text("VALUE = 2\n")
    command = [sys.executable, "-c", "import module; print(module.VALUE)"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_a_bill_of_many_files_is_found_by_its_branch() -> None:
    folder = PurePosixPath("folder")
    files = [bom.Entry(folder / f"{number:04}", bom.FILE, 0o644, 3, number) for number in range(1000)]
    link = bom.Entry(PurePosixPath("link"), bom.LINK, 0o755, 6, 7, "folder")
    bill = mac_reader.Bill(bom.bill([*files, link, bom.Entry(folder, bom.FOLDER, 0o700)], 5))
    assert len(bill.paths) == 1003
    assert bill.paths["./folder"].mode == 0o040700
    assert bill.paths["./link"].mode == 0o120755
    assert bill.paths["./folder/0999"].checksum == 999


def test_a_bill_without_a_folder_is_refused() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        bom.bill([bom.Entry(PurePosixPath("nowhere/a"), bom.FILE, 0o644)], 0)


@pytest.mark.parametrize("content", [b"", b"abc", bytes(range(256)) * 300])
def test_checksums_are_cksums(content: bytes) -> None:
    told = subprocess.run(["cksum"], input=content, capture_output=True, check=True)
    assert bom.cksum(content) == int(told.stdout.split()[0])


def test_an_archive_of_files_folders_and_links_is_what_cpio_reads(tmp_path: Path) -> None:
    items = [
        Item(PurePosixPath("/"), mode=0o755, kind="folder"),
        Item(PurePosixPath("/a"), b"content", 0o640),
        Item(PurePosixPath("/b"), mode=0o777, kind="link", target="a"),
    ]
    (tmp_path / "x.cpio.gz").write_bytes(archives.cpio(items, 1_700_000_000))
    done = subprocess.run(
        ["bsdtar", "--numeric-owner", "-tvf", tmp_path / "x.cpio.gz"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["drwxr-xr-x", "-rw-r-----", "lrwxrwxrwx"]
    assert all(line.split()[2:4] == ["0", "0"] for line in lines)
    assert lines[2].endswith("./b -> a")


def test_each_system_keeps_what_lasts_and_what_does_not_where_it_is_used_to() -> None:
    assert [str(path) for path in defaults("freebsd14")] == ["/var/run/ginnel", "/var/db/ginnel"]
    assert str(defaults("darwin")[1]) == "/Library/Application Support/Ginnel"
    assert [str(path) for path in defaults("linux")] == ["/run/ginnel", "/var/lib/ginnel"]


def source_package(folder: Path, version: str, tarball: int = 5) -> None:
    """As apt-get leaves it; `tarball` is how many octets of five have come."""
    sums = f"Checksums-Sha256:\n {'0' * 64} 5 openssl_{version}.orig.tar.gz\nFiles:\n {'0' * 32} 5 x\n"
    (folder / f"openssl_{version}-1.dsc").write_text(f"Source: openssl\n{sums}")
    (folder / f"openssl_{version}.orig.tar.gz").write_bytes(bytes(tarball))


def test_a_source_that_came_in_part_is_not_taken_for_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mirror may list what it has not."""
    monkeypatch.delenv("GINNEL_OPENSSL_VERSION", raising=False)
    source_package(tmp_path, "3.5.1")
    source_package(tmp_path, "3.5.2", tarball=3)
    assert openssl.source(tmp_path).name == "openssl_3.5.1-1.dsc"


def test_a_source_that_came_in_part_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GINNEL_OPENSSL_VERSION", "3.5.2-1")
    source_package(tmp_path, "3.5.2", tarball=3)
    programs = tmp_path / "programs"
    programs.mkdir()
    apt = programs / "apt-get"
    apt.write_text("#!/bin/sh\nprintf 12345 >openssl_3.5.2.orig.tar.gz\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    assert openssl.source(tmp_path).name == "openssl_3.5.2-1.dsc"
    assert (tmp_path / "openssl_3.5.2.orig.tar.gz").stat().st_size == 5
