"""The package for macOS, unpacked by others' programs and looked at: no Mac was there."""

from __future__ import annotations

import os
import plistlib
import re
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from ginnel_packaging import mac_twin, macos
from ginnel_packaging import wheels as wheels_of
from ginnel_packaging.cross import python_names
from ginnel_packaging.macos import IDENTIFIER, MINIMUM, PYTHON
from ginnel_packaging.payload import Item
from ginnel_packaging.tree import ROOT, VERSION, epoch
from ginnel_service.config import parse_arguments
from helpers import macho
from helpers.mac_reader import MacPackage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SITE = "./Library/Ginnel/site"
BOTH = {"arm64", "x86_64"}
PLIST = "./Library/LaunchDaemons/org.ginnel.ginneld.plist"


def minimum(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


@pytest.fixture(scope="session")
def images(mac_package: MacPackage) -> dict[str, dict[str, macho.Image]]:
    """Every program and library of the package, by its path."""
    return {
        name: macho.read(member.content)
        for name, member in mac_package.payload.items()
        if macho.is_macho(member.content)
    }


def test_everything_is_roots_and_nobody_else_writes_it(mac_package: MacPackage) -> None:
    for name, member in {**mac_package.payload, **mac_package.scripts}.items():
        assert (member.uid, member.gid) == (0, 0), name
        assert not member.mode & 0o022 or stat.S_ISLNK(member.mode), name
        assert name == "." or name.startswith("./"), name
    assert stat.S_IMODE(mac_package.payload[PLIST].mode) == 0o644


def test_the_bill_names_what_the_payload_has(mac_package: MacPackage) -> None:
    assert set(mac_package.bill.paths) == set(mac_package.payload)
    for name, billed in mac_package.bill.paths.items():
        member = mac_package.payload[name]
        assert (billed.mode, billed.uid, billed.gid) == (member.mode, 0, 0), name
        assert billed.size == len(member.content), name
    for name in (PLIST, f"{SITE}/ginnel_core/libcrypto.3.dylib"):
        told = subprocess.run(
            ["cksum"], input=mac_package.payload[name].content, capture_output=True, check=True
        )
        assert mac_package.bill.paths[name].checksum == int(told.stdout.split()[0])
    assert set(mac_package.bill.names) == {"BomInfo", "Paths", "HLIndex", "VIndex", "Size64"}


def test_the_package_says_what_installer_asks(mac_package: MacPackage) -> None:
    info = mac_package.info
    assert info.attrib["identifier"] == IDENTIFIER
    assert (info.attrib["version"], info.attrib["auth"]) == (VERSION, "root")
    assert info.attrib["relocatable"] == "false"
    relocate = info.find("relocate")
    assert relocate is not None
    assert not len(relocate), "the app is looked for where a person dragged it"
    payload = info.find("payload")
    assert payload is not None
    assert int(payload.attrib["numberOfFiles"]) >= len(mac_package.payload) - len(macos.STANDING)
    assert {child.attrib["file"] for child in info.find("scripts") or ()} == {
        f"./{name}" for name in mac_twin.SCRIPTS
    }


def test_the_distribution_has_pages_a_least_system_and_no_way_back(mac_package: MacPackage) -> None:
    root = mac_package.distribution
    least = root.find("allowed-os-versions/os-version")
    assert least is not None
    assert least.attrib == {"min": MINIMUM}
    options = root.find("options")
    assert options is not None
    assert options.attrib["hostArchitectures"] == "arm64,x86_64"
    assert root.find("volume-check") is not None
    script = root.find("script")
    assert script is not None
    assert script.text is not None
    assert f'compareVersions(receipt.version, "{VERSION}") > 0' in script.text
    for language in macos.LANGUAGES:
        folder = mac_package.folder / "Resources" / f"{language}.lproj"
        for page in ("welcome", "license", "conclusion"):
            element = root.find(page)
            assert element is not None
            assert (folder / element.attrib["file"]).read_text().strip()
        assert '"NEWER"' in (folder / "Localizable.strings").read_text()
    assert "@" not in (mac_package.folder / "Distribution").read_text().replace("%@", "")


def test_the_service_is_one_that_launchd_and_the_program_understand(mac_package: MacPackage) -> None:
    plist = plistlib.loads(mac_package.payload[PLIST].content)
    program, *arguments = plist["ProgramArguments"]
    assert f".{program}" in mac_package.payload
    assert stat.S_IMODE(mac_package.payload[f".{program}"].mode) == 0o755
    assert str(parse_arguments(arguments).state.root) == "/Library/Application Support/Ginnel"
    # No folder above what root runs is another tool's (Homebrew owns /usr/local on Intel's Macs).
    assert program.startswith("/Library/Ginnel/")


def test_the_app_is_a_bundle_that_opens_profiles(mac_package: MacPackage) -> None:
    contents = "./Applications/Ginnel.app/Contents"
    plist = plistlib.loads(mac_package.payload[f"{contents}/Info.plist"].content)
    assert plist["CFBundleShortVersionString"] == VERSION
    assert plist["LSMinimumSystemVersion"] == MINIMUM
    program = mac_package.payload[f"{contents}/MacOS/{plist['CFBundleExecutable']}"]
    assert macho.read(program.content).keys() == BOTH
    icon = mac_package.payload[f"{contents}/Resources/{plist['CFBundleIconFile']}.icns"].content
    assert icon[:4] == b"icns"
    assert int.from_bytes(icon[4:8], "big") == len(icon)
    opened = {kind for each in plist["CFBundleDocumentTypes"] for kind in each["LSItemContentTypes"]}
    known = {
        each["UTTypeIdentifier"]: each["UTTypeTagSpecification"]["public.filename-extension"]
        for each in plist["UTImportedTypeDeclarations"]
    }
    assert {extension for kind in opened for extension in known[kind]} == {"mobileconfig", "sswan"}


def test_modules_are_for_both_processors_and_need_python_libcrypto_and_the_system(
    images: dict[str, dict[str, macho.Image]],
) -> None:
    ours = {name: image for name, image in images.items() if name.startswith(f"{SITE}/ginnel_core/")}
    assert {Path(name).name.partition(".")[0] for name in ours} >= {"transform", "tun_darwin", "udp_bsd"}
    library = ours.pop(f"{SITE}/ginnel_core/libcrypto.3.dylib")
    python = {f"_{name}" for name in python_names()}
    used = set()
    for name, parts in ours.items():
        assert parts.keys() == BOTH, name
        assert name.endswith(f".cpython-{PYTHON.replace('.', '')}-darwin.so")
        for machine, image in parts.items():
            assert image.minimum <= minimum(MINIMUM), name
            needed = set(image.needed)
            assert needed <= {"/usr/lib/libSystem.B.dylib", "@loader_path/libcrypto.3.dylib"}, name
            assert library[machine].name == "@loader_path/libcrypto.3.dylib"
            theirs = image.undefined & library[machine].defined
            assert bool(theirs) == ("@loader_path/libcrypto.3.dylib" in needed), name
            rest = image.undefined - python - theirs
            assert not [each for each in rest if each.startswith(("_Py", "__Py", "_EVP_", "_OPENSSL_"))], name
            assert image.signed or machine != "arm64", name  # unsigned, Apple's processors run nothing
        if any("libcrypto" in each for each in parts["arm64"].needed):
            used.add(Path(name).name.partition(".")[0])
    assert used == {"about", "hmac", "sa", "transform"}


def test_libcrypto_needs_the_system_alone(images: dict[str, dict[str, macho.Image]]) -> None:
    parts = images[f"{SITE}/ginnel_core/libcrypto.3.dylib"]
    assert parts.keys() == BOTH
    for image in parts.values():
        assert set(image.needed) <= {"/usr/lib/libSystem.B.dylib"}
        assert image.kind == macho.DYLIB
        assert image.minimum <= minimum(MINIMUM)


def test_nothing_of_ours_names_the_folder_where_it_was_built(mac_package: MacPackage) -> None:
    """Two builds would differ."""
    for name, member in mac_package.payload.items():
        if macho.is_macho(member.content) and ("/ginnel_core/" in name or "Ginnel.app" in name):
            for folder in (ROOT, Path(tempfile.gettempdir())):
                assert f"{folder}/".encode() not in member.content, name


def test_what_is_bundled_runs_on_the_least_system_and_finds_its_libraries(
    mac_package: MacPackage, images: dict[str, dict[str, macho.Image]]
) -> None:
    for name, parts in images.items():
        one_sided = any(f"/{each}/" in name for each in wheels_of.ONE_SIDED)
        assert parts.keys() == ({"arm64"} if one_sided else BOTH), name
        for image in parts.values():
            assert image.minimum <= minimum(MINIMUM), name
            for library in image.needed:
                if library.startswith(("/usr/lib/", "/System/Library/")):
                    continue
                places = [library.replace("@loader_path", os.path.dirname(name))]
                if library.startswith("@rpath/"):
                    places = [
                        library.replace("@rpath", rpath.replace("@loader_path", os.path.dirname(name)))
                        for rpath in image.rpaths
                    ]
                assert {f"./{os.path.normpath(place)}" for place in places} & mac_package.payload.keys(), (
                    name,
                    library,
                )


def test_the_launcher_is_python_in_the_apps_own_process(mac_package: MacPackage) -> None:
    content = mac_package.payload["./Applications/Ginnel.app/Contents/MacOS/Ginnel"].content
    framework = f"/Library/Ginnel/Python.framework/Versions/{PYTHON}"
    for text in (f"{framework}/Python", f"{framework}/bin/python{PYTHON}", "Py_BytesMain", "ginnel_gui"):
        assert content.count(text.encode() + b"\0") >= 2, text
    for image in macho.read(content).values():
        assert image.kind == macho.EXECUTE
        assert {"_dlopen", "_dlsym"} <= image.undefined


def test_licences_of_all_that_is_bundled_are_there(mac_package: MacPackage) -> None:
    wheels = {
        Path(name).parts[-2].partition("-")[0].lower().replace("_", "-").replace(".", "-")
        for name in mac_package.payload
        if name.endswith(".dist-info/METADATA")
    }
    assert {"cryptography", "rich", "pyrad"} <= wheels
    texts = {
        Path(name).name: member.content.decode()
        for name, member in mac_package.payload.items()
        if "/share/licences/" in name
    }
    for wheel in wheels:
        assert any(text.startswith(wheel) for text in texts), wheel
    assert {"LICENSE", "openssl"} <= texts.keys()
    assert any(name.startswith("cffi-") and "libffi" in text for name, text in texts.items())
    for name, title in (("lgpl-3.0.txt", "GNU LESSER GENERAL"), ("gpl-3.0.txt", "GNU GENERAL")):
        assert f"{title} PUBLIC LICENSE\n                       Version 3" in texts[name]


def test_two_packages_are_the_same_bytes(mac_items: list[Item], mac_package: MacPackage) -> None:
    assert mac_twin.package(mac_items, epoch()) == mac_package.file.read_bytes()


# ---- scripts, on a scratch root ------------------------------------------------------------------------


#: What a script names of a Mac's folders, wherever a word can begin.
PLACES = re.compile(r"""(^|[\s'"=]|\$volume(?=/))(/(?:Library|Applications|usr/local|private|var)/)""", re.M)

#: Whose service takes a while to end: bootout does not wait for that, and bootstrap refuses meanwhile.
LAUNCHCTL = """
case $1 in
bootout) echo 2 >"$0.left"; exit 36 ;;
bootstrap) [ "$(cat "$0.left" 2>/dev/null || echo 0)" = 0 ] || exit 5 ;;
print)
    left=$(cat "$0.left" 2>/dev/null || echo 9)
    [ "$left" -gt 0 ] || exit 113
    [ ! -e "$0.left" ] || echo $((left - 1)) >"$0.left"
    ;;
esac
exit 0"""


class Mac:
    """A root with the package in it, and stand-ins for macOS' programs that note how they are called."""

    def __init__(self, package: MacPackage, folder: Path) -> None:
        self.package = package
        self.root = folder / "root"
        self.calls = folder / "calls"
        self.programs = folder / "programs"
        self.programs.mkdir(parents=True)
        package.install(self.root)
        for name in ("pfctl", "pkgutil", "pkill", "chown", "security", "sleep"):
            self.stand_in(name)
        self.stand_in("launchctl", LAUNCHCTL)
        self.stand_in("id", "echo 0")

    def stand_in(self, name: str, body: str = "exit 0") -> None:
        path = self.programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.calls}\n{body}\n')
        path.chmod(0o755)

    def run(self, text: str, *arguments: str, status: int = 0) -> str:
        """A script of the package with the root's paths for the Mac's; its words."""
        text, places = PLACES.subn(rf"\1{self.root}\2", text)
        assert places
        done = subprocess.run(
            ["sh", "-c", text, "script", *arguments],
            env={"PATH": f"{self.programs}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    def script(self, name: str, volume: str = "/") -> str:
        """As Installer runs it: the package, where it goes, the volume, the system's volume."""
        text = self.package.scripts[f"./{name}"].content.decode()
        return self.run(text, str(self.package.file), "/", volume, "/")

    @property
    def called(self) -> list[str]:
        text = self.calls.read_text() if self.calls.exists() else ""
        return text.replace(str(self.root), "").splitlines()

    def left(self) -> set[str]:
        return {
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_symlink() or not path.is_dir()
        }


@pytest.fixture
def mac(mac_package: MacPackage, tmp_path: Path) -> Mac:
    return Mac(mac_package, tmp_path)


@pytest.mark.parametrize("name", ["preinstall", "postinstall", "ginnel-uninstall"])
def test_scripts_are_clean_and_may_be_run(mac_package: MacPackage, shellcheck: str, name: str) -> None:
    member = mac_package.scripts.get(f"./{name}") or mac_package.payload[f"./Library/Ginnel/bin/{name}"]
    assert stat.S_IMODE(member.mode) == 0o755
    done = subprocess.run([shellcheck, "-"], input=member.content, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_installing_starts_the_service_and_links_the_command(mac: Mac) -> None:
    mac.script("postinstall")
    link = mac.root / "usr/local/bin/ginnel"
    assert str(link.readlink()).endswith("/Library/Ginnel/bin/ginnel")
    plist = "/Library/LaunchDaemons/org.ginnel.ginneld.plist"
    assert f"chown root:wheel {plist}" in mac.called
    assert mac.called[-1] == f"launchctl bootstrap system {plist}"


def test_a_service_that_an_administrator_disabled_stays_so(mac: Mac) -> None:
    """launchd refuses to start it, which would make the whole installation fail."""
    said = '"org.ginnel.ginneld" => disabled'
    mac.stand_in("launchctl", f"case $1 in print-disabled) echo '\t{said}' ;; bootstrap) exit 119 ;; esac")
    assert "launchctl enable system/org.ginnel.ginneld" in mac.script("postinstall")
    mac.stand_in(
        "launchctl", f"case $1 in print-disabled) echo '{said.replace('disabled', 'enabled')}' ;; esac"
    )
    assert mac.script("postinstall") == ""
    assert "launchctl bootstrap" in mac.called[-1]


def test_somebody_elses_command_stays(mac: Mac) -> None:
    other = mac.root / "usr/local/bin/ginnel"
    other.parent.mkdir(parents=True)
    other.write_text("another's")
    mac.script("postinstall")
    assert other.read_text() == "another's"


def test_somebody_elses_link_stays_too(mac: Mac) -> None:
    """Homebrew's commands are links."""
    there = mac.root / "usr/local/Cellar/ginnel"
    there.parent.mkdir(parents=True)
    there.write_text("another's")
    link = mac.root / "usr/local/bin/ginnel"
    link.parent.mkdir(parents=True)
    link.symlink_to("../Cellar/ginnel")
    mac.script("postinstall")
    assert link.read_text() == "another's"


def test_a_link_that_leads_nowhere_gives_way(mac: Mac) -> None:
    link = mac.root / "usr/local/bin/ginnel"
    link.parent.mkdir(parents=True)
    link.symlink_to("../Cellar/ginnel")
    mac.script("postinstall")
    assert str(link.readlink()).endswith("/Library/Ginnel/bin/ginnel")


def test_an_upgrade_ends_the_former_service_and_removes_its_files(mac: Mac) -> None:
    former = mac.root / "Library/Ginnel/site/gone.py"
    former.write_text("")
    state = mac.root / "Library/Application Support/Ginnel/profiles"
    state.mkdir(parents=True)
    mac.script("preinstall")
    assert mac.called[1] == "launchctl bootout system/org.ginnel.ginneld"
    assert not former.exists()
    assert state.exists()


def test_an_upgrade_waits_for_the_former_service_to_end(mac: Mac) -> None:
    """It has the network to put back, for which it may read modules still; launchd takes no second one."""
    mac.script("preinstall")
    assert "launchctl print" in mac.called[-1]
    mac.script("postinstall")
    assert "launchctl bootstrap" in mac.called[-1]


def test_a_service_that_does_not_end_is_not_waited_for_without_end(mac: Mac) -> None:
    mac.stand_in("launchctl")
    mac.script("preinstall")
    assert 15 < mac.called.count("sleep 1") < 60


def test_a_first_installation_ends_nothing(mac: Mac) -> None:
    mac.stand_in("launchctl", "exit 113")
    mac.script("preinstall")
    assert mac.called == ["launchctl print system/org.ginnel.ginneld"]


def test_another_volume_runs_nothing(mac: Mac) -> None:
    mac.script("preinstall", str(mac.root / "Volumes/Other"))
    assert mac.called == []


def uninstall(mac: Mac, *arguments: str, status: int = 0) -> str:
    text = mac.package.payload["./Library/Ginnel/bin/ginnel-uninstall"].content.decode()
    ginnel = mac.root / "Library/Ginnel/bin/ginnel"
    ginnel.write_text(f'#!/bin/sh\necho "ginnel $*" >>"{mac.calls}"\n')
    return mac.run(text, *arguments, status=status)


def test_uninstalling_leaves_no_file_launch_item_anchor_or_receipt(mac: Mac) -> None:
    before = mac.left()
    mac.script("postinstall")
    state = mac.root / "Library/Application Support/Ginnel/profiles"
    state.mkdir(parents=True)
    (state / "office.toml").touch()
    assert before
    uninstall(mac)
    assert mac.left() == set()
    assert not state.exists()
    called = mac.called
    assert "launchctl bootout system/org.ginnel.ginneld" in called
    assert "ginnel doctor --repair --state-dir /Library/Application Support/Ginnel" in called
    for anchor in ("com.apple/ginnel.killswitch", "com.apple/ginnel.guard"):
        assert f"pfctl -q -a {anchor} -F all" in called
    key = "security delete-generic-password -s org.ginnel.ginneld -a master-key"
    assert any(each.startswith(key) for each in called)
    assert called.index("pkill -x Ginnel") < called.index("launchctl bootout system/org.ginnel.ginneld")
    assert called[-1] == f"pkgutil --forget {IDENTIFIER}"


def test_uninstalling_repairs_when_the_service_has_ended(mac: Mac) -> None:
    """While that runs the repair is refused, and its modules are still wanted."""
    (mac.root / "Library/Application Support/Ginnel").mkdir(parents=True)
    uninstall(mac)
    called = mac.called
    at = called.index("ginnel doctor --repair --state-dir /Library/Application Support/Ginnel")
    assert [call for call in called[:at] if call.startswith("launchctl")][-1].startswith("launchctl print")


def test_profiles_are_kept_where_a_person_says_so(mac: Mac) -> None:
    state = mac.root / "Library/Application Support/Ginnel"
    state.mkdir(parents=True)
    (state / "profile").touch()
    assert "stay in" in uninstall(mac, "--keep-profiles")
    assert mac.left() == {"Library/Application Support/Ginnel/profile"}
    assert not any(each.startswith("security") for each in mac.called)


def test_without_roots_rights_nothing_is_removed(mac: Mac) -> None:
    mac.stand_in("id", "echo 501")
    assert "sudo" in uninstall(mac, status=6)
    assert "Library/Ginnel/bin/ginnel" in mac.left()


def test_a_word_that_it_does_not_know_removes_nothing(mac: Mac) -> None:
    assert "usage" in uninstall(mac, "--everything", status=2)
    assert "Library/Ginnel/bin/ginnel" in mac.left()
