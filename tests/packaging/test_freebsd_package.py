"""The package for FreeBSD, as its pkg(8) would read it: no FreeBSD ran here."""

from __future__ import annotations

import gzip
import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from ginnel_packaging import freebsd
from ginnel_packaging.cross import TARGETS, python_names
from ginnel_packaging.freebsd import FLAVOUR, PYTHON, SCRIPTS
from ginnel_packaging.payload import Item, Parts
from ginnel_packaging.tree import ROOT, VERSION
from ginnel_service.config import parse_arguments
from helpers import elf
from helpers.cross import shipped
from helpers.pkg_reader import Package

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BSD = next(target for target in TARGETS if (target.platform, target.machine) == ("freebsd", "x86_64"))
SITE = f"/usr/local/lib/python{PYTHON}/site-packages"


def test_pkg_would_take_it(freebsd_package: Package) -> None:
    freebsd_package.check()
    about = freebsd_package.manifest
    assert (about["name"], about["version"]) == ("ginnel", VERSION)
    assert about["abi"] in ("FreeBSD:14:amd64", "FreeBSD:14:aarch64")
    assert about["arch"] in ("freebsd:14:x86:64", "freebsd:14:aarch64:64")
    assert about["prefix"] == "/usr/local"
    assert "files" not in freebsd_package.compact
    assert "scripts" not in freebsd_package.compact
    for key in ("comment", "desc", "maintainer", "www", "origin", "categories", "licenses", "licenselogic"):
        assert about[key], key
    assert "%" not in about["comment"]


def test_everything_is_roots_and_nobody_else_writes_it(freebsd_package: Package) -> None:
    for name, member in freebsd_package.members.items():
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "root", "wheel"), name
        assert member.isreg(), name
        assert not member.mode & 0o022, name
        if not name.startswith("+"):
            assert name.startswith("/usr/local/"), name


def test_it_depends_on_what_is_imported_and_ports_have(freebsd_package: Package) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["gui"]]
    names = {text.partition(">")[0] for text in wanted}
    assert names == (freebsd.PORTS.keys() | freebsd.APP_PORTS.keys() | set(freebsd.BUNDLED)) - {"netaddr"}
    deps = freebsd_package.manifest["deps"]
    assert deps[f"python{PYTHON.replace('.', '')}"]["origin"] == f"lang/python{PYTHON.replace('.', '')}"
    assert deps[f"{FLAVOUR}-cryptography"] == {"origin": "security/py-cryptography", "version": "47"}
    assert deps[f"{FLAVOUR}-pyside6"]["origin"] == "devel/pyside6"
    assert all(name.startswith((FLAVOUR, "python")) for name in deps)
    assert f"{SITE}/pyrad/client.py" in freebsd_package.contents


def test_modules_are_of_freebsd_and_need_nothing_else(freebsd_package: Package) -> None:
    modules = {name: content for name, content in freebsd_package.contents.items() if name.endswith(".so")}
    assert {Path(name).name.partition(".")[0] for name in modules} >= {"transform", "tun_freebsd", "udp_bsd"}
    library = freebsd_package.contents[f"{SITE}/ginnel_core/libcrypto.so.3"]
    crypto = elf.read(library)
    machine = {"amd64": elf.X86_64, "aarch64": elf.AARCH64}[freebsd_package.manifest["abi"].split(":")[2]]
    assert crypto.machine == machine
    assert f"{ROOT}/".encode() not in library
    used, python = set(), set(python_names())
    for name, content in modules.items():
        module = elf.read(content)
        assert module.machine == machine, name
        assert name.endswith(f".cpython-{PYTHON.replace('.', '')}.so")
        assert set(module.needed) <= {"libc.so.7", "libthr.so.3", "libcrypto.so.3", "libm.so.5"}, name
        assert module.runpath == "$ORIGIN", name
        assert f"{ROOT}/".encode() not in content, name
        if "libcrypto.so.3" in module.needed:
            used.add(Path(name).name.partition(".")[0])
        rest = module.undefined - python - crypto.defined
        assert not [each for each in rest if each.startswith(("Py", "_Py", "EVP_", "OSSL_", "OPENSSL_"))], (
            name
        )
    assert used == {"about", "hmac", "sa", "transform"}


def test_programs_run_isolated_by_the_python_it_depends_on(freebsd_package: Package) -> None:
    for name in ("ginnel", "ginneld", "ginnel-gui"):
        content = freebsd_package.contents[f"/usr/local/bin/{name}"].decode()
        assert content.startswith(f"#!/usr/local/bin/python{PYTHON} -I\n")
        assert freebsd_package.members[f"/usr/local/bin/{name}"].mode == 0o755
        module = content.partition("from ")[2].partition(" import")[0].replace(".", "/")
        assert f"{SITE}/{module}.py" in freebsd_package.contents


def test_each_module_has_byte_code_that_is_never_written_anew(freebsd_package: Package) -> None:
    sources = [name for name in freebsd_package.contents if name.startswith(SITE) and name.endswith(".py")]
    assert len(sources) > 300
    for source in sources:
        folder, _, name = source.rpartition("/")
        tag = f"cpython-{PYTHON.replace('.', '')}"
        code = freebsd_package.contents[f"{folder}/__pycache__/{name.removesuffix('.py')}.{tag}.pyc"]
        assert code[4:8] == b"\x01\0\0\0", source  # by hash, unchecked (PEP 552)


def test_no_module_for_tests_is_shipped(freebsd_package: Package) -> None:
    assert not [name for name in freebsd_package.contents if "/probe_" in name or "/tests/" in name]


def test_manual_pages_name_folders_of_freebsd(freebsd_package: Package) -> None:
    pages = {
        name: gzip.decompress(text) for name, text in freebsd_package.contents.items() if name.endswith(".gz")
    }
    assert {Path(name).name for name in pages} == {
        "ginnel.1.gz",
        "ginnel-gui.1.gz",
        "ginnel-profile.5.gz",
        "ginneld.8.gz",
    }
    daemon = pages["/usr/local/share/man/man8/ginneld.8.gz"].decode()
    assert "/var/db/ginnel" in daemon
    assert "/var/lib/ginnel" not in daemon
    assert "/var/run/ginnel" in daemon


def test_licences_of_all_that_is_bundled_are_there(freebsd_package: Package) -> None:
    folder = f"/usr/local/share/licenses/ginnel-{VERSION}/"
    found = {name.removeprefix(folder) for name in freebsd_package.contents if name.startswith(folder)}
    assert {"LICENSE", "openssl"} <= found
    assert any(name.startswith("pyrad-") for name in found)
    assert all(freebsd_package.contents[folder + name].strip() for name in found)


def test_rc_starts_what_is_installed(freebsd_package: Package) -> None:
    script = freebsd_package.contents["/usr/local/etc/rc.d/ginneld"].decode()
    assert freebsd_package.members["/usr/local/etc/rc.d/ginneld"].mode == 0o555
    assert "%%" not in script
    words = script.partition("/usr/local/bin/ginneld ")[2].partition(" $")[0].split()
    assert str(parse_arguments(words).state.root) == "/var/db/ginnel"


def test_two_packages_are_the_same_bytes(
    freebsd_items: list[Item], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, second = (freebsd.write(freebsd_items, BSD, tmp_path / name) for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert {member.mtime for member in Package(first).members.values()} == {1700000000}


def test_modules_built_elsewhere_are_the_same_bytes(freebsd_parts: Parts, tmp_path: Path) -> None:
    again, _ = shipped(BSD, tmp_path / "elsewhere")
    assert {path.name: path.read_bytes() for path in again} == {
        path.name: path.read_bytes() for path in freebsd_parts.modules
    }


def test_without_the_app_nothing_of_it_is_there(freebsd_parts: Parts) -> None:
    found = freebsd.items(freebsd_parts, app=False)
    assert not [item.path for item in found if "gui" in str(item.path) or "icons" in str(item.path)]
    about = freebsd.manifest(found, BSD, app=False)
    assert about["name"] == "ginnel-nox11"
    assert not any("pyside" in name for name in about["deps"])


def test_what_a_url_would_change_is_written_as_libpkg_reads_it() -> None:
    assert freebsd.encoded("100% größer\n") == "100%25 gr%c3%b6%c3%9fer\n"


# ---- scripts, on a scratch root ------------------------------------------------------------------------


class Root:
    """A root of FreeBSD's with the package in it, and stand-ins for programs, which note their calls."""

    def __init__(self, package: Package, folder: Path) -> None:
        self.package = package
        self.root = folder / "root"
        self.calls = folder / "calls"
        self.programs = folder / "programs"
        self.programs.mkdir(parents=True)
        package.install(self.root)

    def stand_in(self, name: str, body: str = "exit 0") -> None:
        path = self.programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.calls}\n{body}\n')
        path.chmod(0o755)

    def run(self, name: str, **environment: str) -> str:
        """The script `name` as pkg(8) runs it, with the root's paths for the machine's; its words."""
        text = self.package.scripts[name]
        for program in ("/usr/sbin/pw", "/usr/sbin/service"):
            text = text.replace(program, str(self.programs / Path(program).name))
        for path in ("/usr/local", "/var/db", "/var/run"):
            text = text.replace(f"{path}/", f"{self.root}{path}/")
        done = subprocess.run(
            ["sh", "-eu", "-c", text],
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return done.stdout + done.stderr

    @property
    def called(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def root(freebsd_package: Package, tmp_path: Path) -> Root:
    made = Root(freebsd_package, tmp_path)
    for name in ("pw", "service"):
        made.stand_in(name)
    return made


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_clean(freebsd_package: Package, shellcheck: str, name: str) -> None:
    text = freebsd_package.scripts[name]
    assert "%%" not in text
    done = subprocess.run(
        [shellcheck, "-s", "sh", "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_group_is_made_where_it_is_missing(root: Root) -> None:
    root.run("pre-install")
    assert root.called == ["pw groupshow ginnel"]
    root.stand_in("pw", '[ "$1" = groupadd ]')
    root.run("pre-install")
    assert root.called[1:] == ["pw groupshow ginnel", "pw groupadd ginnel"]


def test_another_root_gets_its_own_group(root: Root) -> None:
    root.stand_in("pw", 'case "$*" in *groupadd*) exit 0;; *) exit 1;; esac')
    root.run("pre-install", PKG_ROOTDIR="/jail")
    assert root.called[-1] == "pw -R /jail groupadd ginnel"


def test_samples_become_files_that_survive_only_where_they_were_changed(root: Root) -> None:
    file = root.root / "usr/local/etc/ginnel/pf.conf"
    root.run("post-install")
    assert 'anchor "ginnel/*"' in file.read_text()
    root.run("pre-deinstall")
    assert not file.exists()
    file.write_text("mine")
    root.run("post-install")
    root.run("pre-deinstall")
    assert file.read_text() == "mine"


def deinstall(root: Root, **environment: str) -> str:
    ginnel = root.root / "usr/local/bin/ginnel"
    ginnel.write_text(f'#!/bin/sh\necho "ginnel $*" >>{root.calls}\n')
    words = root.run("pre-deinstall", **environment)
    return words + root.run("post-deinstall", **environment)


def test_deinstallation_stops_the_service_undoes_and_leaves_nothing_of_its_own(root: Root) -> None:
    state = root.root / "var/db/ginnel"
    (state / "journal").mkdir(parents=True)
    (root.root / "var/run/ginnel").mkdir(parents=True)
    deinstall(root)
    assert root.called[:3] == [
        "service ginneld onestatus",
        "service ginneld onestop",
        f"ginnel doctor --repair --state-dir {state}",
    ]
    assert not state.exists()
    assert not (root.root / "var/run/ginnel").exists()


def test_profiles_stay_and_it_is_said_how_to_remove_them(root: Root) -> None:
    state = root.root / "var/db/ginnel"
    for name in ("journal", "wanted", "profiles", "secrets"):
        (state / name).mkdir(parents=True)
    (state / "profiles/office.toml").touch()
    words = deinstall(root)
    assert "rm -r removes them" in words
    assert "pw groupdel ginnel" in words
    assert sorted(path.name for path in state.iterdir()) == ["profiles", "secrets"]


@pytest.mark.parametrize("profiles", [0, 1])
def test_what_could_not_be_undone_stays_noted(root: Root, profiles: int) -> None:
    """Of /etc/resolv.conf as it was there is no other copy; a service that was started by hand runs on."""
    state = root.root / "var/db/ginnel"
    for name in ("journal", "profiles", "wanted"):
        (state / name).mkdir(parents=True)
    (state / "journal/dns.saved").touch()
    for number in range(profiles):
        (state / f"profiles/{number}.toml").touch()
    assert "ginnel doctor --repair" in deinstall(root)
    assert (state / "journal/dns.saved").exists()
    assert len(list((state / "profiles").iterdir())) == profiles


def test_an_upgrade_undoes_nothing_and_keeps_everything(root: Root) -> None:
    state = root.root / "var/db/ginnel"
    (state / "journal").mkdir(parents=True)
    root.run("post-install")
    deinstall(root, PKG_UPGRADE="true")
    assert not any("repair" in call for call in root.called)
    assert (state / "journal").exists()
    assert (root.root / "usr/local/etc/ginnel/pf.conf").exists()


def test_an_upgrade_says_how_the_service_that_it_stops_is_started() -> None:
    told = {each["type"]: each["message"] for each in freebsd.manifest([], BSD)["messages"]}
    assert "service ginneld start" in told["upgrade"]
    assert "sysrc ginneld_enable=YES" in told["install"]


def test_a_service_that_does_not_stop_keeps_nobody_from_deinstalling(root: Root) -> None:
    root.stand_in("service", '[ "$2" = onestatus ]')
    (root.root / "var/db/ginnel").mkdir(parents=True)
    assert "did not stop" in deinstall(root)


def test_the_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        freebsd.main(["--machine", "vax"])
    assert "aarch64" in capsys.readouterr().err
