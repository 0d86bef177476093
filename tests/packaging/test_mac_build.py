"""packaging/macos/build.sh step by step, with stand-ins for a Mac's tools: what it asks and makes."""

from __future__ import annotations

import os
import plistlib
import subprocess
from pathlib import Path

import pytest

from ginnel_packaging.macos import IDENTIFIER, MINIMUM
from ginnel_packaging.tree import ROOT, VERSION

PSF = "Developer ID Installer: Python Software Foundation (BMM5U3QVKW)"
PAYLOAD = '"$3/Python_Framework.pkg/Payload/Versions/3.14"'
LAST = 'for last; do :; done; printf x >"$last"'
#: What each stand-in does beside noting its call.
BODIES = {
    "uname": "echo Darwin",
    "file": """case $2 in
*.so | *.dylib) echo "Mach-O universal binary" ;;
*/Ginnel | */bin/python* | */Python) echo "Mach-O 64-bit executable" ;;
*) echo "ASCII text" ;;
esac""",
    "curl": ': >"$3"; exit ${CURL:-0}',
    "shasum": "cat >/dev/null; exit ${SHASUM:-0}",
    "pkgutil": f"""case $1 in
--check-signature) printf '   1. %s\\n' "${{SIGNER:-{PSF}}}" ;;
--expand-full)
    mkdir -p {PAYLOAD}/lib/python3.14/test {PAYLOAD}/lib/python3.14/json {PAYLOAD}/Headers
    : >{PAYLOAD}/Python
    : >{PAYLOAD}/lib/libssl.dylib
    ;;
--payload-files) printf './%s\\n' Library/Ginnel/bin/ginneld Applications/Ginnel.app/Contents/MacOS/Ginnel ;;
esac""",
    "otool": """framework=/Library/Frameworks/Python.framework/Versions/3.14
case $1 in
-L) printf '%s:\\n\\t%s/lib/libcrypto.dylib (x)\\n\\t/usr/lib/libSystem.B.dylib (x)\\n' "$2" $framework ;;
-D) printf '%s:\\n%s/Python\\n' "$2" $framework ;;
esac""",
    "tar": 'mkdir -p "$4/include/openssl"; : >"$4/LICENSE.txt"',
    "make": """case "$*" in
*libcrypto*) : >libcrypto.3.dylib ;;
*install_dev*) mkdir -p ../lib && : >../lib/libcrypto.a ;;
esac""",
    "lipo": 'case $1 in -create) : >"$3" ;; esac',
    "cc": 'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then : >"$2"; fi; shift; done',
    "pkgbuild": LAST,
    "productbuild": LAST,
    "plutil": 'case $1 in -replace) [ "${2%%.*}" -lt 2 ] ;; esac',
}
TOOLS = (*BODIES, "perl", "codesign", "install_name_tool", "xcrun", "spctl", "rustup", "sudo", "installer")


class Build:
    """build.sh in a clone of its own, and what it called."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.calls = folder / "calls"
        self.programs = folder / "programs"
        self.programs.mkdir(parents=True)
        self.clone.mkdir()
        for name in ("packaging", "service", "requirements"):
            (self.clone / name).symlink_to(ROOT / name)
        for name in TOOLS:
            self.stand_in(self.programs / name, BODIES.get(name, ":"))
        self.work = self.clone / "build/macos"
        self.root = self.work / "root"
        # The environment's Python notes its calls, and what those would make is made by the test.
        self.stand_in(
            self.work / "venv/bin/python",
            'case "$*" in *libcrypto*) echo no-apps ;; *wheels) echo "a==1 --hash=x"; echo "b==2" ;; esac',
        )

    def stand_in(self, path: Path, body: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        noted = (
            f'printf "%s" "${{0##*/}}" >>{self.calls}\nprintf " %s" "$@" >>{self.calls}\necho >>{self.calls}'
        )
        path.write_text(f"#!/bin/sh\n{noted}\n{body}\n")
        path.chmod(0o755)

    def run(self, *steps: str, status: int = 0, **environment: str) -> str:
        """The steps; their words. What they called is in `called`, from now on."""
        self.calls.unlink(missing_ok=True)
        done = subprocess.run(
            # through the link, so that the script is in the clone
            [self.clone / "packaging/macos/build.sh", *steps],
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.clone), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def called(self, name: str) -> list[str]:
        """The calls of one tool, without its name."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == name]

    def touch(self, *paths: str) -> None:
        for path in paths:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).touch()


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


FRAMEWORK = "Library/Ginnel/Python.framework/Versions/3.14"


def test_pythons_runtime_is_checked_pared_down_and_moved(build: Build) -> None:
    build.run("runtime")
    assert build.called("curl")[0].endswith("/3.14.7/python-3.14.7-macos11.pkg")
    assert (build.root / FRAMEWORK / "lib/python3.14/json").is_dir()
    assert not (build.root / FRAMEWORK / "lib/python3.14/test").exists()
    assert not (build.root / FRAMEWORK / "Headers").exists()
    assert (build.root / "Library/Ginnel/Python.framework/Python").readlink() == Path(
        "Versions/Current/Python"
    )
    moved = [call for call in build.called("install_name_tool") if call.startswith("-change")]
    was = "/Library/Frameworks/Python.framework/Versions/3.14/lib/libcrypto.dylib"
    assert f"-change {was} /{FRAMEWORK}/lib/libcrypto.dylib" in moved[0]
    assert not any("/usr/lib" in call for call in moved)
    named = [call for call in build.called("install_name_tool") if call.startswith("-id")]
    assert any(call.startswith(f"-id /{FRAMEWORK}/Python ") for call in named)
    assert len(build.called("codesign")) == len({call.split()[-1] for call in moved})


def test_a_runtime_that_another_signed_is_refused(build: Build) -> None:
    words = build.run("runtime", status=1, SIGNER="Developer ID Installer: Somebody (XXXXXXXXXX)")
    assert "not signed by the Python Software Foundation" in words
    assert not build.root.exists()


def test_libcrypto_is_built_for_both_processors_as_for_other_systems(build: Build) -> None:
    build.run("openssl")
    assert build.called("curl")[0].endswith("openssl-3.5.9.tar.gz")
    configured = build.called("perl")
    assert [call.split()[1] for call in configured] == ["darwin64-arm64-cc", "darwin64-x86_64-cc"]
    for call in configured:
        assert call.endswith(f"shared no-apps -mmacosx-version-min={MINIMUM}")
    assert sum("libdir=@loader_path libcrypto.3.dylib" in call for call in build.called("make")) == 2
    merged = build.called("lipo")[0].split()
    assert merged[:2] == ["-create", "-output"]
    assert len(merged) == 5
    assert (build.work / "openssl/lib/libcrypto.dylib").readlink() == Path("libcrypto.3.dylib")
    assert (build.work / "openssl/LICENSE.txt").exists()


def test_another_tarball_is_refused(build: Build) -> None:
    assert "is not what it should be" in build.run("openssl", status=1, SHASUM="1")
    assert build.called("perl") == []


@pytest.mark.parametrize("step", ["runtime", "openssl"])
def test_a_download_that_was_interrupted_is_begun_anew(build: Build, step: str) -> None:
    build.run(step, status=18, CURL="18")
    build.run(step)
    assert len(build.called("curl")) == 1


def test_modules_are_built_by_setup_py_for_both_processors(build: Build) -> None:
    (build.work / "modules").mkdir(parents=True)
    body = "mkdir -p build/macos/modules/ginnel_core\n: >build/macos/modules/ginnel_core/transform.so\n"
    body += 'echo "$GINNEL_OPENSSL $ARCHFLAGS $MACOSX_DEPLOYMENT_TARGET${GINNEL_DEBUG:-}" >build/said'
    build.stand_in(build.work / "venv/bin/python", body)
    build.run("modules", GINNEL_DEBUG="1")
    assert build.called("python")[0].startswith(
        "setup.py --quiet build_ext --force --build-lib build/macos/modules"
    )
    said = (build.clone / "build/said").read_text().split()
    assert Path(said[0]) == build.work / "openssl"
    assert said[1:] == ["-arch", "arm64", "-arch", "x86_64", MINIMUM]
    assert build.called("lipo") == ["build/macos/modules/ginnel_core/transform.so -verify_arch arm64 x86_64"]


def test_wheels_for_one_processor_are_built_for_each(build: Build) -> None:
    build.run("wheels")
    assert build.called("rustup") == ["target add aarch64-apple-darwin", "target add x86_64-apple-darwin"]
    built = [call for call in build.called("python") if "pip wheel" in call]
    assert [call.partition("--wheel-dir ")[2].split()[0] for call in built] == [
        "build/macos/own-wheels/arm64",
        "build/macos/own-wheels/x86_64",
    ]
    assert all("--require-hashes" in call and "--no-binary a,b" in call for call in built)
    assert all("no-shared" in call for call in build.called("perl"))


def test_the_launcher_is_compiled_for_both_with_its_python_in_it(build: Build) -> None:
    build.run("launcher")
    (call,) = build.called("cc")
    assert "-arch arm64 -arch x86_64" in call
    assert f'-DGINNEL_FRAMEWORK="/{FRAMEWORK}/Python"' in call
    assert f'-DGINNEL_PYTHON="/{FRAMEWORK}/bin/python3.14"' in call
    assert (build.work / "Ginnel").exists()


def test_staging_takes_what_was_built_and_compiles_the_runtime(build: Build) -> None:
    build.run("stage")
    staged, compiled = build.called("python")
    assert staged == (
        "-m ginnel_packaging.macos stage --modules build/macos/modules/ginnel_core "
        "--openssl build/macos/openssl --launcher build/macos/Ginnel --own-wheels build/macos/own-wheels "
        "build/macos/root"
    )
    assert "--invalidation-mode unchecked-hash" in compiled


def test_everything_is_signed_from_the_inside_with_the_hardened_runtime(build: Build) -> None:
    library = "Library/Ginnel/site/ginnel_core/transform.so"
    program = "Applications/Ginnel.app/Contents/MacOS/Ginnel"
    build.touch(library, program, f"{FRAMEWORK}/bin/python3.14", "Library/Ginnel/bin/ginneld")
    build.run("sign", GINNEL_SIGN_APPLICATION="Developer ID Application: Us (1234567890)")
    calls = [call for call in build.called("codesign") if not call.startswith("--verify")]
    signed = [next(word for word in reversed(call.split()) if "/" in word) for call in calls]
    for call in calls:
        assert call.startswith(
            "--force --options runtime --timestamp --sign Developer ID Application: Us (1234567890)"
        )
    assert not any(file.endswith("ginneld") for file in signed)  # a script
    app = signed.index("build/macos/root/Applications/Ginnel.app")
    assert signed.index(f"build/macos/root/{program}") < app
    assert signed.index(f"build/macos/root/{library}") < app
    entitled = {file for call, file in zip(calls, signed, strict=True) if "--entitlements" in call}
    assert f"build/macos/root/{program}" in entitled
    assert f"build/macos/root/{library}" not in entitled


def test_without_an_identity_it_is_signed_for_this_mac_and_said(build: Build) -> None:
    build.touch("Library/Ginnel/site/ginnel_core/transform.so")
    assert "signed for this Mac alone" in build.run("sign")
    calls = [call for call in build.called("codesign") if not call.startswith("--verify")]
    assert all("--sign -" in call and "--timestamp" not in call for call in calls)


def test_the_component_has_scripts_owners_and_a_bundle_that_stays(build: Build) -> None:
    build.run("component")
    analysed, made = build.called("pkgbuild")
    assert analysed == "--analyze --root build/macos/root build/macos/components.plist"
    for words in (
        "--scripts packaging/macos/scripts",
        f"--identifier {IDENTIFIER}",
        f"--version {VERSION}",
        "--ownership recommended",
        "--install-location /",
        "--component-plist build/macos/components.plist",
        f"--min-os-version {MINIMUM}",
    ):
        assert words in made
    assert [call.split()[1:4] for call in build.called("plutil")][:2] == [
        ["0.BundleIsRelocatable", "-bool", "NO"],
        ["1.BundleIsRelocatable", "-bool", "NO"],
    ]


@pytest.mark.parametrize("identity", ["", "Developer ID Installer: Us (1234567890)"])
def test_the_product_has_pages_and_rules_and_is_signed_where_it_can_be(build: Build, identity: str) -> None:
    words = build.run("product", GINNEL_SIGN_INSTALLER=identity)
    (call,) = build.called("productbuild")
    assert call.startswith(
        "--distribution build/macos/resources/distribution.xml --resources build/macos/resources"
    )
    assert ("--sign" in call) is bool(identity)
    assert ("not signed" in words) is not bool(identity)
    assert (build.clone / f"dist/Ginnel-{VERSION}.pkg").exists()


def test_apple_is_asked_only_where_there_is_a_profile(build: Build) -> None:
    assert "Macs will warn" in build.run("notarise")
    assert build.called("xcrun") == []
    build.run("notarise", GINNEL_NOTARY_PROFILE="ginnel")
    assert build.called("xcrun") == [
        f"notarytool submit dist/Ginnel-{VERSION}.pkg --keychain-profile ginnel --wait",
        f"stapler staple dist/Ginnel-{VERSION}.pkg",
    ]


def test_a_package_without_the_service_is_refused(build: Build) -> None:
    build.run("check", GINNEL_NOTARY_PROFILE="ginnel")
    assert build.called("spctl") == [f"--assess --type install dist/Ginnel-{VERSION}.pkg"]
    build.stand_in(build.programs / "pkgutil", "echo ./Library")
    assert "has no ./Library/Ginnel/bin/ginneld" in build.run("check", status=1)


def test_a_step_that_there_is_not_and_another_system_are_refused(build: Build) -> None:
    assert "no such step: bake" in build.run("bake", status=1)
    build.stand_in(build.programs / "uname", "echo Linux")
    assert "needs a Mac" in build.run("check", status=1)


def test_what_is_allowed_is_what_cffi_needs_and_no_more() -> None:
    found = plistlib.loads((ROOT / "packaging/macos/entitlements.plist").read_bytes())
    assert found == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


@pytest.mark.parametrize("works", [True, False])
def test_identities_go_into_a_keychain_of_their_own_and_leave_no_file(tmp_path: Path, works: bool) -> None:
    programs, calls = tmp_path / "programs", tmp_path / "calls"
    programs.mkdir()
    modes = f'stat -c %a "$2" >>{calls}' if works else "exit 1"
    bodies = {
        "security": f'[ "$1" != import ] || {modes}',
        "xcrun": f'set -- "$1" "$5"\n{modes}',
        "openssl": "echo 00",
    }
    for name, body in bodies.items():
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{calls}\n{body}\n')
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [ROOT / "packaging/macos/identities.sh", tmp_path],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "MACOS_CERTIFICATES": "aGVsbG8=",
            "NOTARY_KEY": "key",
            "NOTARY_KEY_ID": "id",
            "NOTARY_ISSUER": "issuer",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is works
    assert not list(tmp_path.glob("*.p12"))
    assert not list(tmp_path.glob("*.p8"))
    if works:
        assert done.stdout == "GINNEL_NOTARY_PROFILE=ginnel\n"
        lines = calls.read_text().splitlines()
        assert any("notarytool store-credentials ginnel" in line for line in lines)
        assert lines.count("600") == 2
