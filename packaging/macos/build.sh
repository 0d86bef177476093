#!/bin/sh
# Makes Ginnel's package for macOS, on a Mac with Apple's processor, Xcode's command line tools and Rust.
#
#   packaging/macos/build.sh            every step, in order
#   packaging/macos/build.sh sign ...   the named steps alone
#
# Steps, each of which takes what those before left in build/macos:
#
#   runtime       python.org's Python, which the package has for itself: checked, pared down, moved
#   environment   what builds and describes the package, on that Python
#   openssl       libcrypto of OpenSSL's LTS, for both processors
#   modules       the packet path, for both processors
#   wheels        those that PyPI has for one processor only, built for both
#   launcher      the app's program
#   stage         everything where it goes, by the list of packaging/ginnel_packaging
#   sign          code signatures with the hardened runtime
#   component     the package: payload, scripts, bill of materials
#   product       the package with its pages and rules, signed
#   notarise      Apple's blessing, stapled to it
#   check         what a Mac thinks of it
#
# GINNEL_SIGN_APPLICATION and GINNEL_SIGN_INSTALLER name the identities ("Developer ID Application: ..."); without them
# programs are signed for this Mac alone and the package is not. GINNEL_NOTARY_PROFILE names a profile of
# `notarytool store-credentials`; without it nothing is sent to Apple.
set -eu

cd "$(dirname "$0")/../.."
HERE=packaging/macos
WORK=${GINNEL_MAC_WORK:-build/macos}
ROOT=$WORK/root
STEPS="runtime environment openssl modules wheels launcher stage sign component product notarise check"

PYTHON_VERSION=3.14.7
PYTHON_SIGNER="Developer ID Installer: Python Software Foundation (BMM5U3QVKW)"
OPENSSL_VERSION=3.5.9
OPENSSL_SHA256=603f5602e2eef00d77fbd429d34dcd5822bb301757a1bc9cdb24c670f1eb859a
PYTHON=${PYTHON_VERSION%.*}

IDENTIFIER=org.ginnel.pkg
BASE=/Library/Ginnel
FRAMEWORK=$BASE/Python.framework/Versions/$PYTHON
ORIGINAL=/Library/Frameworks/Python.framework
MACOSX_DEPLOYMENT_TARGET=15.0
ARCHFLAGS="-arch arm64 -arch x86_64"
export MACOSX_DEPLOYMENT_TARGET ARCHFLAGS
unset GINNEL_DEBUG GINNEL_PLATFORM # a package has the release's modules

say() { printf '%s\n' "macos: $*"; }
fail() {
    printf '%s\n' "macos: $*" >&2
    exit 1
}

version() { sed -n 's/^__version__ = "\(.*\)"$/\1/p' service/ginnel_service/__init__.py; }
# The environment's Python, with the project's rooms.
python() { PYTHONPATH=core:service:gui:packaging "$WORK/venv/bin/python" "$@"; }
# download FILE ADDRESS: once, and whole or not at all.
download() {
    [ ! -e "$1" ] || return 0
    curl -fsSL -o "$1.part" "$2"
    mv "$1.part" "$1"
}
# Every program and library below $1, the deepest first: what is inside is signed before what holds it.
programs() {
    find "$1" -type f -print | while IFS= read -r file; do
        case $(file -b "$file") in Mach-O*) printf '%s\n' "$file" ;; esac
    done | awk '{ print gsub("/", "/"), $0 }' | sort -rn | cut -d' ' -f2-
}

runtime() {
    package=$WORK/python-$PYTHON_VERSION-macos11.pkg
    mkdir -p "$WORK"
    download "$package" "https://www.python.org/ftp/python/$PYTHON_VERSION/${package##*/}"
    signature=$(pkgutil --check-signature "$package") || fail "$package is not signed"
    case $signature in
    *"1. $PYTHON_SIGNER"*) ;;
    *) fail "$package is not signed by the Python Software Foundation" ;;
    esac
    rm -rf "$WORK/expanded" "$ROOT"
    pkgutil --expand-full "$package" "$WORK/expanded"
    mkdir -p "$ROOT$BASE/Python.framework/Versions"
    cp -R "$WORK/expanded/Python_Framework.pkg/Payload/Versions/$PYTHON" "$ROOT$FRAMEWORK"
    ln -s "$PYTHON" "$ROOT$BASE/Python.framework/Versions/Current"
    for name in Python Resources; do ln -s "Versions/Current/$name" "$ROOT$BASE/Python.framework/$name"; done
    # What no program of ours imports, and what only builds.
    library=$ROOT$FRAMEWORK/lib/python$PYTHON
    for name in test idlelib tkinter turtledemo ensurepip lib2to3 pydoc_data turtle.py; do rm -rf "${library:?}/$name"; done
    rm -rf "$library"/lib-dynload/_tkinter.* "$library"/lib-dynload/_test* "$library"/config-*-darwin
    for name in Frameworks Headers include share _CodeSignature; do rm -rf "${ROOT:?}$FRAMEWORK/$name"; done
    rm -rf "$ROOT$FRAMEWORK"/lib/libtcl* "$ROOT$FRAMEWORK"/lib/libtk* "$ROOT$FRAMEWORK"/lib/tcl* "$ROOT$FRAMEWORK"/lib/tk*
    rm -rf "$ROOT$FRAMEWORK/lib/pkgconfig" "$library"/site-packages/*
    move_names
}

# Programs and libraries know each other by whole paths: theirs become ours.
move_names() {
    programs "$ROOT$BASE/Python.framework" | while IFS= read -r file; do
        install_name_tool -id "$(otool -D "$file" | sed -n "2s#^$ORIGINAL#$BASE/Python.framework#p")" "$file" 2>/dev/null || true
        otool -L "$file" | sed -n "s#^[[:space:]]*\($ORIGINAL/[^ ]*\).*#\1#p" | sort -u | while IFS= read -r name; do
            install_name_tool -change "$name" "$BASE/Python.framework${name#"$ORIGINAL"}" "$file"
        done
        # A changed file needs a signature anew before it runs, even here.
        codesign --force --sign - "$file"
    done
}

environment() {
    # The framework of the package is not where it says it is until it is installed: the build has python.org's own.
    [ -x "$ORIGINAL/Versions/$PYTHON/bin/python$PYTHON" ] ||
        sudo installer -pkg "$WORK/python-$PYTHON_VERSION-macos11.pkg" -target /
    rm -rf "$WORK/venv"
    "$ORIGINAL/Versions/$PYTHON/bin/python$PYTHON" -m venv "$WORK/venv"
    "$WORK/venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements/run.txt -r requirements/dev.txt
}

openssl() {
    archive=$WORK/openssl-$OPENSSL_VERSION.tar.gz
    download "$archive" \
        "https://github.com/openssl/openssl/releases/download/openssl-$OPENSSL_VERSION/${archive##*/}"
    printf '%s  %s\n' "$OPENSSL_SHA256" "$archive" | shasum -a 256 -c - >/dev/null || fail "$archive is not what it should be"
    options=$(python -m ginnel_packaging.libcrypto)
    rm -rf "$WORK/openssl"
    for machine in arm64 x86_64; do
        tree=$WORK/openssl/$machine
        mkdir -p "$tree"
        tar -xzf "$archive" -C "$tree" --strip-components 1
        # shellcheck disable=SC2086  # a list of words
        (cd "$tree" && perl Configure "darwin64-$machine-cc" shared $options "-mmacosx-version-min=$MACOSX_DEPLOYMENT_TARGET" &&
            make -s build_generated && make -s -j4 libdir=@loader_path libcrypto.3.dylib)
    done
    mkdir -p "$WORK/openssl/lib"
    lipo -create -output "$WORK/openssl/lib/libcrypto.3.dylib" "$WORK"/openssl/*/libcrypto.3.dylib
    ln -sf libcrypto.3.dylib "$WORK/openssl/lib/libcrypto.dylib"
    cp -R "$WORK/openssl/arm64/include" "$WORK/openssl/include"
    cp "$WORK/openssl/arm64/LICENSE.txt" "$WORK/openssl/LICENSE.txt"
}

modules() {
    rm -rf "$WORK/modules"
    GINNEL_OPENSSL=$PWD/$WORK/openssl python setup.py --quiet build_ext --force \
        --build-lib "$WORK/modules" --build-temp "$WORK/objects"
    for module in "$WORK"/modules/ginnel_core/*.so; do
        lipo "$module" -verify_arch arm64 x86_64 || fail "$module is not for both processors"
    done
}

wheels() {
    rm -rf "$WORK/own-wheels" "$WORK/sources"
    # cryptography links its OpenSSL in, for one processor at a time: it is built twice, and stage merges the two.
    python -m ginnel_packaging.wheels >"$WORK/one-sided.txt"
    # Those alone: what builds them comes as it comes.
    names=$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/\1/p' "$WORK/one-sided.txt" | paste -sd, -)
    for machine in arm64 x86_64; do
        target=aarch64-apple-darwin
        [ "$machine" = arm64 ] || target=x86_64-apple-darwin
        rustup target add "$target"
        full_openssl "$machine"
        ARCHFLAGS="-arch $machine" CARGO_BUILD_TARGET=$target OPENSSL_STATIC=1 \
            OPENSSL_DIR=$PWD/$WORK/full-openssl/$machine _PYTHON_HOST_PLATFORM=macosx-$MACOSX_DEPLOYMENT_TARGET-$machine \
            python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-binary "$names" --require-hashes \
            --wheel-dir "$WORK/own-wheels/$machine" -r "$WORK/one-sided.txt"
    done
}

# A whole static OpenSSL for $1, as cryptography wants it.
full_openssl() {
    tree=$WORK/full-openssl/$1
    [ ! -e "$tree/lib/libcrypto.a" ] || return 0
    mkdir -p "$tree/source"
    tar -xzf "$WORK/openssl-$OPENSSL_VERSION.tar.gz" -C "$tree/source" --strip-components 1
    prefix=$PWD/$tree
    (cd "$tree/source" && perl Configure "darwin64-$1-cc" no-shared no-module no-apps no-tests no-docs no-autoload-config \
        "--prefix=$prefix" --libdir=lib "--openssldir=/var/empty/ginnel" "-mmacosx-version-min=$MACOSX_DEPLOYMENT_TARGET" &&
        make -s -j4 && make -s install_dev)
}

launcher() {
    # shellcheck disable=SC2086  # a list of words
    cc -Wall -Wextra -Werror -O2 $ARCHFLAGS "-DGINNEL_FRAMEWORK=\"$FRAMEWORK/Python\"" \
        "-DGINNEL_PYTHON=\"$FRAMEWORK/bin/python$PYTHON\"" -o "$WORK/Ginnel" $HERE/launcher.c
}

stage() {
    python -m ginnel_packaging.macos stage --modules "$WORK/modules/ginnel_core" --openssl "$WORK/openssl" \
        --launcher "$WORK/Ginnel" --own-wheels "$WORK/own-wheels" "$ROOT"
    # Nothing writes byte code beside modules later (PEP 552).
    "$WORK/venv/bin/python" -m compileall -q --invalidation-mode unchecked-hash \
        -s "$ROOT" -p / "$ROOT$FRAMEWORK/lib/python$PYTHON"
}

# sign_one FILE [MORE]: by the identity, with the hardened runtime and Apple's time; else for this Mac.
sign_one() {
    file=$1
    shift
    if [ -n "${GINNEL_SIGN_APPLICATION:-}" ]; then
        codesign --force --options runtime --timestamp --sign "$GINNEL_SIGN_APPLICATION" "$@" "$file"
    else
        codesign --force --options runtime --sign - "$@" "$file"
    fi
}

sign() {
    [ -n "${GINNEL_SIGN_APPLICATION:-}" ] || say "no GINNEL_SIGN_APPLICATION: signed for this Mac alone"
    programs "$ROOT" | while IFS= read -r file; do
        case $(file -b "$file") in
        *executable*) sign_one "$file" --entitlements $HERE/entitlements.plist ;;
        *) sign_one "$file" ;;
        esac
    done
    sign_one "$ROOT$FRAMEWORK/Resources/Python.app" --entitlements $HERE/entitlements.plist
    sign_one "$ROOT$FRAMEWORK"
    sign_one "$ROOT/Applications/Ginnel.app" --entitlements $HERE/entitlements.plist
    codesign --verify --deep --strict "$ROOT/Applications/Ginnel.app"
}

component() {
    pkgbuild --analyze --root "$ROOT" "$WORK/components.plist"
    # The app stays where it is put: an update that follows a dragged app would part it from its service.
    count=0
    while plutil -replace "$count.BundleIsRelocatable" -bool NO "$WORK/components.plist" >/dev/null 2>&1; do
        count=$((count + 1))
    done
    [ "$count" -gt 0 ] || fail "pkgbuild found no bundle below $ROOT"
    mkdir -p "$WORK/packages"
    pkgbuild --root "$ROOT" --component-plist "$WORK/components.plist" --scripts $HERE/scripts --identifier $IDENTIFIER \
        --version "$(version)" --ownership recommended --install-location / --min-os-version $MACOSX_DEPLOYMENT_TARGET \
        "$WORK/packages/ginnel.pkg"
}

product() {
    python -m ginnel_packaging.macos pages "$WORK/resources" "$ROOT"
    mkdir -p dist
    set -- --distribution "$WORK/resources/distribution.xml" --resources "$WORK/resources" --package-path "$WORK/packages"
    if [ -n "${GINNEL_SIGN_INSTALLER:-}" ]; then
        set -- "$@" --sign "$GINNEL_SIGN_INSTALLER" --timestamp
    else
        say "no GINNEL_SIGN_INSTALLER: the package is not signed"
    fi
    productbuild "$@" "dist/Ginnel-$(version).pkg"
}

notarise() {
    if [ -z "${GINNEL_NOTARY_PROFILE:-}" ]; then
        say "no GINNEL_NOTARY_PROFILE: Macs will warn of the package"
        return 0
    fi
    xcrun notarytool submit "dist/Ginnel-$(version).pkg" --keychain-profile "$GINNEL_NOTARY_PROFILE" --wait
    xcrun stapler staple "dist/Ginnel-$(version).pkg"
}

check() {
    package=dist/Ginnel-$(version).pkg
    pkgutil --payload-files "$package" >"$WORK/payload.txt"
    for file in ./Library/Ginnel/bin/ginneld ./Applications/Ginnel.app/Contents/MacOS/Ginnel; do
        grep -qxF "$file" "$WORK/payload.txt" || fail "$package has no $file"
    done
    plutil -lint -s packaging/launchd/*.plist $HERE/entitlements.plist "$ROOT/Applications/Ginnel.app/Contents/Info.plist"
    [ -z "${GINNEL_NOTARY_PROFILE:-}" ] || spctl --assess --type install "$package"
    say "made $package"
}

[ "$(uname -s)" = Darwin ] || fail "this needs a Mac; make macos-pkg makes what can be made elsewhere"
# shellcheck disable=SC2086  # a list of words
[ $# -gt 0 ] || set -- $STEPS
for step in "$@"; do
    case " $STEPS " in
    *" $step "*) ;;
    *) fail "no such step: $step (there are: $STEPS)" ;;
    esac
    say "== $step"
    "$step"
done
