"""What is in the Debian package: who owns it, what it links to, whose licences, and what lintian says."""

from __future__ import annotations

import ctypes
import gzip
import re
import subprocess
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

import pytest

from ginnel_core.algorithms import ENCRYPTION, INTEGRITY
from ginnel_packaging import openssl
from ginnel_packaging.qt import needed
from ginnel_service import __version__
from helpers.debian import BOUND_S, run
from project.tree import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(BOUND_S)]

BASE = "usr/lib/ginnel"
DOC = "usr/share/doc/ginnel"


@pytest.fixture(scope="session")
def site(unpacked: Path) -> Path:
    return next((unpacked / BASE / "lib").glob("python3.*/site-packages"))


def elf(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def test_everything_is_roots_and_nobody_else_may_write_it(deb: Path) -> None:
    for line in run("dpkg-deb", "--contents", deb).splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root", line
        assert mode[0] in "-dl", line
        assert mode[0] == "l" or (mode[5], mode[8]) == ("-", "-"), line
        assert "s" not in mode.lower(), line


def test_it_has_what_a_person_a_desktop_and_systemd_look_for(unpacked: Path) -> None:
    wanted = [
        *("usr/bin/ginnel", "usr/bin/ginneld", "usr/bin/ginnel-gui"),
        *(
            f"lib/systemd/system/{unit}.service"
            for unit in ("ginneld", "ginnel-kill-switch", "ginnel-gateway")
        ),
        *("usr/lib/sysusers.d/ginnel.conf", "usr/share/polkit-1/rules.d/50-ginnel.rules"),
        *("usr/share/man/man1/ginnel.1.gz", "usr/share/man/man1/ginnel-gui.1.gz"),
        *("usr/share/man/man8/ginneld.8.gz", "usr/share/man/man5/ginnel-profile.5.gz"),
        "usr/share/bash-completion/completions/ginnel",
        "usr/share/zsh/vendor-completions/_ginnel",
        "usr/share/fish/vendor_completions.d/ginnel.fish",
        *("usr/share/applications/ginnel-gui.desktop", "usr/share/mime/packages/ginnel.xml"),
        "usr/share/metainfo/org.ginnel.gui.metainfo.xml",
        "usr/share/icons/hicolor/scalable/apps/ginnel-gui.svg",
        "usr/share/icons/hicolor/256x256/apps/ginnel-gui.png",
        *(f"{DOC}/copyright", f"{DOC}/changelog.gz", f"{DOC}/changelog.Debian.gz"),
    ]
    assert [path for path in wanted if not (unpacked / path).is_file()] == []
    for unit in (unpacked / "lib/systemd/system").iterdir():
        assert unit.read_text() == (ROOT / "packaging/systemd" / unit.name).read_text()
    for program in (unpacked / "usr/bin").iterdir():
        assert program.read_text().startswith(f"#!/{BASE}/bin/ginnel-python3 -I\n"), program


def test_what_tests_compilers_and_pip_leave_is_not_in_it(site: Path) -> None:
    tops = {path.name for path in site.iterdir()}
    assert {"ginnel_core", "ginnel_service", "ginnel_gui", "PySide6", "keyring"} <= tops
    assert not tops & {"bin", "docs", "example", "tests", "pip", "setuptools", "Cython", "ginnel_packaging"}
    left = [path for path in site.rglob("*") if path.name in ("RECORD", "direct_url.json", "__pycache__")]
    left += [
        path for kind in ("*.pyx", "*.pxd", "*.pyi", "*.c", "*.h", "probe_*.so") for path in site.rglob(kind)
    ]
    assert left == []


def test_it_calls_itself_the_version_of_the_tree(deb: Path) -> None:
    assert run("dpkg-deb", "--field", deb, "Version").strip() == f"{__version__}-1"


def test_the_packet_path_alone_has_the_libcrypto_that_is_shipped(
    unpacked: Path, site: Path, deb: Path
) -> None:
    users = {path.name.partition(".")[0] for path in elf(site) if openssl.LIBRARY in needed(path)}
    shipped = unpacked / BASE / "lib" / openssl.LIBRARY
    using = run("dpkg-deb", "--field", deb, "Built-Using").strip()
    if not shipped.exists():
        assert users == set()
        assert using == ""
        assert "libssl3" in run("dpkg-deb", "--field", deb, "Depends")
        return
    assert users == {"about", "hmac", "sa", "transform"}
    assert re.fullmatch(r"openssl \(= 3\.5\..*\)", using)
    assert not re.search(r"libssl3\b", run("dpkg-deb", "--field", deb, "Depends"))
    for module in sorted((site / "ginnel_core").glob("*.so")):
        assert "libcrypto.so.3" not in needed(module)
        if openssl.LIBRARY in needed(module):
            told = run("readelf", "-d", module)
            assert re.findall(r"\(RUNPATH\).*\[(.*)\]", told) == ["$ORIGIN/../../.."]
    exported = run("nm", "--dynamic", "--defined-only", shipped)
    assert "@@OPENSSL_GINNEL_3" in exported
    assert "@@OPENSSL_3" not in exported


def test_the_libcrypto_that_is_shipped_does_all_that_the_packet_path_asks_for(unpacked: Path) -> None:
    shipped = unpacked / BASE / "lib" / openssl.LIBRARY
    crypto = ctypes.CDLL(str(shipped) if shipped.exists() else "libcrypto.so.3")
    for name in ("EVP_CIPHER_fetch", "EVP_MD_fetch"):
        getattr(crypto, name).restype = ctypes.c_void_p
    for each in ENCRYPTION.values():
        for octets in each.keys if each.cipher else ():
            assert crypto.EVP_CIPHER_fetch(None, each.cipher.format(8 * octets).encode(), None), each
    for integrity in INTEGRITY.values():
        assert crypto.EVP_MD_fetch(None, integrity.digest.encode(), None), integrity


def test_it_and_the_systems_live_in_one_process(unpacked: Path, site: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import ssl\n"
        "from ginnel_core import about, sa\n"
        "print(about.libcrypto())\n"
        "print(ssl.OPENSSL_VERSION)\n"
    )
    ours, systems = run("/usr/bin/python3", "-I", "-B", "-c", code).splitlines()
    if (unpacked / BASE / "lib" / openssl.LIBRARY).exists():
        assert ours.startswith("OpenSSL 3.5.")
        assert ours != systems
    else:
        assert ours == systems


def test_every_library_is_in_the_package_or_in_what_it_depends_on(unpacked: Path, debian: Path) -> None:
    """As the loader of a fresh Debian sees it, which has those packages and no others."""
    look = (
        'mount --bind "$2" /mnt && mount -t overlay overlay -o lowerdir="$1/usr:$2/usr" /mnt/usr && '
        "exec chroot /mnt find /usr/lib/ginnel -name '*.so*' -type f -exec ldd {} +"
    )
    told = run("unshare", "--mount", "sh", "-c", look, "sh", unpacked, debian)
    assert told.count("libc.so.6 => ") > 40
    assert [line for line in told.splitlines() if "not found" in line] == []


def test_every_bundled_work_has_its_licence(unpacked: Path, site: Path) -> None:
    told = (unpacked / DOC / "copyright").read_text()
    bundled = [
        HeaderParser().parsestr((info / "METADATA").read_text()) for info in sorted(site.glob("*.dist-info"))
    ]
    names = {re.sub(r"[-_.]+", "-", about["Name"]).lower() for about in bundled} - {"ginnel"}
    if (unpacked / BASE / "lib" / openssl.LIBRARY).exists():
        names.add("openssl")
    folders = {path.name for path in (unpacked / DOC / "licences").iterdir()}
    assert folders == names
    assert len(names) > 25
    for name in names:
        texts = [path for path in (unpacked / DOC / "licences" / name).iterdir() if path.stat().st_size > 100]
        assert texts, name
        assert f"Comment: {name} " in told
    stanzas = [HeaderParser().parsestr(each) for each in told.split("\n\n")]
    licences = [(each["Files"], each["License"].splitlines()[0]) for each in stanzas if each["License"]]
    said = {part for works, licence in licences if works for part in re.split(" or | and ", licence)}
    explained = {licence for works, licence in licences if not works}
    assert said <= explained
    for common in re.findall(r"/usr/share/common-licenses/(\S+)", told):
        assert Path("/usr/share/common-licenses", common).exists()
    # every file of site-packages is somebody's
    globs = [glob for each in stanzas if each["Files"] for glob in each["Files"].split() if glob != "*"]
    below = f"{site.relative_to(unpacked)}/"
    tops = {path.name for path in site.iterdir() if not path.name.startswith("ginnel")}
    claimed = {glob.removeprefix(below).removesuffix("/*") for glob in globs}
    assert tops <= claimed


def test_the_manual_and_the_changes_can_be_read(unpacked: Path) -> None:
    assert gzip.decompress((unpacked / DOC / "changelog.gz").read_bytes()).startswith(b"# Changes")
    assert b"GINNELD" in gzip.decompress((unpacked / "usr/share/man/man8/ginneld.8.gz").read_bytes())


def test_lintian_has_no_error_beside_those_that_are_explained(deb: Path) -> None:
    argv = ["lintian", "--allow-root", "--tag-display-limit", "0", "--fail-on", "error,warning", str(deb)]
    told = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")
    comment = False
    for line in (ROOT / "packaging/debian/ginnel.lintian-overrides").read_text().splitlines():
        assert line == "" or line.startswith("#") or comment, line
        comment = line.startswith("#") or (comment and line != "")
