"""The port: its Makefile installs what its plist names, and it depends on what is imported."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path

import pytest

from ginnel_packaging import port
from ginnel_packaging.freebsd import APP_PORTS, PORTS
from ginnel_packaging.tree import ROOT, VERSION

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
#: As the Porter's Handbook orders the variables (15), as far as there are any.
ORDER = (
    *("PORTNAME", "DISTVERSION", "CATEGORIES", "MASTER_SITES", "MAINTAINER", "COMMENT", "WWW", "LICENSE"),
    *(
        "LICENSE_FILE",
        "BUILD_DEPENDS",
        "RUN_DEPENDS",
        "USES",
        "USE_PYTHON",
        "USE_RC_SUBR",
        "GROUPS",
        "CFLAGS",
    ),
    *("LDFLAGS", "SUB_FILES", "OPTIONS_DEFINE", "OPTIONS_DEFAULT", "OPTIONS_SUB", "GUI_DESC"),
    "GUI_RUN_DEPENDS",
)


@pytest.fixture(scope="module")
def tree(made_assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The port, and its tarball beside it."""
    folder = tmp_path_factory.mktemp("ports")
    archive = folder / f"ginnel-{VERSION}.tar.gz"
    archive.write_bytes(port.tarball(made_assets))
    port.write(port.ginnel_port(made_assets, archive), folder / "ginnel")
    return folder


@pytest.fixture(params=["on", "off"])
def staged(tree: Path, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Whether the app is wanted, and where `make patch install` laid out what the recipes install."""
    gui: str = request.param
    subprocess.run(["tar", "-xf", tree / f"ginnel-{VERSION}.tar.gz", "-C", tmp_path], check=True)
    (tmp_path / f"ginnel-{VERSION}").rename(tmp_path / "source")
    shutil.copy(tree / "ginnel/files/pf.conf.sample.in", tmp_path / "pf.conf.sample")
    shutil.copy(HERE / "ports.mk", tmp_path / "bsd.port.mk")
    command: list[str | Path] = [
        "bmake",
        "-I",
        tmp_path,
        "-f",
        tree / "ginnel/Makefile",
        f"WORK={tmp_path}",
        f"GUI={gui}",
    ]
    for target in ("patch", "install"):
        subprocess.run([*command, target], cwd=tmp_path, check=True, capture_output=True, text=True)
    return gui, tmp_path


def test_the_plist_names_exactly_what_is_installed(tree: Path, staged: tuple[str, Path]) -> None:
    gui, work = staged
    named = set()
    for line in (tree / "ginnel/pkg-plist").read_text().splitlines():
        if line.startswith("%%GUI%%") and gui == "off":
            continue
        named.add(line.removeprefix("%%GUI%%").removeprefix("@sample "))
    prefix = work / "stage/usr/local"
    installed = {
        # the ports compress manual pages (USES, MANCOMPRESSED)
        re.sub(r"(share/man/man\d/.*\.\d)$", r"\1.gz", str(path.relative_to(prefix)))
        for path in prefix.rglob("*")
        if path.is_file()
    }
    assert installed == named


def test_patching_brings_folders_and_programs_of_freebsd(staged: tuple[str, Path]) -> None:
    gui, work = staged
    page = (work / "stage/usr/local/share/man/man8/ginneld.8").read_text()
    assert "/var/db/ginnel" in page
    assert "/var/lib/ginnel" not in page
    scripts = tomllib.loads((work / "source/pyproject.toml").read_text())["project"]
    assert ("ginnel-gui" in scripts["gui-scripts"]) is (gui == "on")


def test_distinfo_is_the_tarballs(tree: Path) -> None:
    archive = tree / f"ginnel-{VERSION}.tar.gz"
    told = dict(
        re.findall(r"^(\w+)(?: \(.*\))? = (\w+)$", (tree / "ginnel/distinfo").read_text(), re.MULTILINE)
    )
    assert told["SHA256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert int(told["SIZE"]) == archive.stat().st_size
    assert int(told["TIMESTAMP"]) > 1_600_000_000


def test_the_tarball_is_the_same_bytes_twice_and_has_what_the_build_wants(made_assets: Path) -> None:
    first = port.tarball(made_assets)
    assert first == port.tarball(made_assets)
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        names = set(tar.getnames())
    for name in ("setup.py", "pyproject.toml", "LICENSE", "assets/man/man1/ginnel.1"):
        assert f"ginnel-{VERSION}/{name}" in names


def test_variables_stand_as_portlint_wants_them(tree: Path) -> None:
    text = (tree / "ginnel/Makefile").read_text()
    assert "%%" not in text
    found = re.findall(r"^([A-Z_]+)\+?=(\t+)(?! )", text, re.MULTILINE)
    assert [name for name, _ in found] == list(ORDER)
    assert text.endswith(".include <bsd.port.mk>\n")
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    comment = re.search(r"^COMMENT=\t(.*)$", text, re.MULTILINE)
    assert comment is not None
    assert len(comment[1]) <= 70
    assert comment[1][0].isupper()
    assert not comment[1].endswith(".")
    described = (tree / "ginnel/pkg-descr").read_text().splitlines()
    assert all(len(line) <= 80 for line in described)
    assert len(described) <= 24
    for file in (tree / "ginnel/files").iterdir():
        assert file.name.endswith(".in")


def test_it_depends_on_what_is_imported(tree: Path) -> None:
    text = (tree / "ginnel/Makefile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    depends = re.findall(r"\$\{PYTHON_PKGNAMEPREFIX\}([\w-]+)>=?([\d.]+):(\S+)@", text)
    origins = {origin: least for _, least, origin in depends}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["gui"]]
    for each in wanted:
        name, _, rest = each.partition(">=")
        ports = PORTS | APP_PORTS | {"pyrad": port.PYRAD}
        assert origins[ports[name]] == rest.partition(",")[0]


@pytest.mark.parametrize("name", ["pkg-deinstall.in", "ginneld.in"])
def test_its_scripts_are_clean(tree: Path, shellcheck: str, name: str) -> None:
    text = (tree / "ginnel/files" / name).read_text().replace("%%PREFIX%%", "/usr/local")
    assert "%%" not in text.partition("\n#\n")[2].replace("%%PREFIX%%", "")
    done = subprocess.run([shellcheck, "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_message_is_one_that_pkg_reads(tree: Path) -> None:
    text = (tree / "ginnel/files/pkg-message.in").read_text()
    assert text.startswith("[\n{ type: install\n  message: <<EOM\n")
    assert "EOM\n}\n{ type: upgrade\n  message: <<EOM\n" in text
    assert text.endswith("\nEOM\n}\n]\n")
    assert text.count("EOM") == 4


def test_pyrads_port_is_for_the_locked_version(tmp_path: Path) -> None:
    archive = tmp_path / "pyrad-1.2.3.tar.gz"
    archive.write_bytes(b"x")
    port.write(port.pyrad_port(archive), tmp_path / "py-pyrad")
    makefile = (tmp_path / "py-pyrad/Makefile").read_text()
    assert "DISTVERSION=\t1.2.3\n" in makefile
    assert "%%" not in makefile
    assert "SIZE (pyrad-1.2.3.tar.gz) = 1\n" in (tmp_path / "py-pyrad/distinfo").read_text()
