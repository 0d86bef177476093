#!/bin/sh
# Makes a clone ready to run: system packages, .venv with the locked dependencies, the built extensions.
#
#   packaging/bootstrap.sh [run|gui|test|bench|deb]
#
# `run` brings what the program and its demo need; `gui` adds what the app draws with; `test` (the default) adds
# to that the real peers and the tools of the tests; `bench` adds to `run` what measures, and the tunnels to compare
# with where they can be had; `deb` brings what makes the Debian package, which needs no .venv: it is made for the
# system's own Python. Safe
# to repeat: what is there stays, and a run that finds nothing to do takes about a second.
# PYTHON names the interpreter to use; GINNEL_DEBUG=1 builds the checked extensions.
set -eu

LEVEL=${1:-test}
case $LEVEL in
run | gui | test | bench | deb) ;;
*)
    echo "usage: packaging/bootstrap.sh [run|gui|test|bench|deb]" >&2
    exit 64
    ;;
esac

cd "$(dirname "$0")/.."
VENV=.venv
OS=$(uname -s)

say() { printf '%s\n' "bootstrap: $*"; }
fail() {
    printf '%s\n' "bootstrap: $*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# ---- rights ---------------------------------------------------------------------------------------------

can_be_root() { [ "$(id -u)" -eq 0 ] || { have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }; }

# need_root COMMANDS: ends here, with what a person has to do, where root's rights are out of reach.
need_root() {
    can_be_root ||
        fail "this needs root, and sudo cannot be used here. As root, run:
    $1
then repeat the command."
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# ---- Python ---------------------------------------------------------------------------------------------

# Prints the real path of the first interpreter that is new enough (of a pyenv shim or a .venv: what stands behind it).
find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
        have "$candidate" || continue
        "$candidate" -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1); print(sys._base_executable)' \
            2>/dev/null && return 0
    done
    return 1
}

# ---- system packages ------------------------------------------------------------------------------------

# The packages of $* that dpkg does not have installed.
dpkg_missing() {
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) is_provided "$package" || printf '%s ' "$package" ;;
        esac
    done
}

# Whether a package that is installed stands for $1: libglib2.0-0 is libglib2.0-0t64 by now.
is_provided() {
    # shellcheck disable=SC2016  # dpkg-query's own variables
    dpkg-query -W -f '${db:Status-Status} ${Provides}\n' | awk -v name="$1" '
        $1 == "installed" { for (i = 2; i <= NF; i++) { sub(/,$/, "", $i); if ($i == name) found = 1 } }
        END { exit !found }'
}

charon_runs() { pidof charon starter >/dev/null 2>&1; }

install_debian() {
    # What Python itself needs depends on where it came from: pyenv's has its headers and ensurepip.
    wanted="libc6-dev libssl-dev make iproute2 iputils-ping nftables procps util-linux"
    have cc || have gcc || wanted="$wanted gcc"
    if [ -z "$BASE_PYTHON" ]; then
        wanted="$wanted python3 python3-dev python3-venv"
    else
        prefix=$("$BASE_PYTHON" -c 'import sys; print(sys.base_prefix)')
        version=$("$BASE_PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        include=$("$BASE_PYTHON" -c 'import sysconfig; print(sysconfig.get_path("include"))')
        if [ ! -e "$include/Python.h" ]; then
            [ "$prefix" = /usr ] || fail "$BASE_PYTHON has no Python.h; use another one: PYTHON=/usr/bin/python3 make ..."
            wanted="$wanted python$version-dev"
        fi
        if ! "$BASE_PYTHON" -c 'import ensurepip' 2>/dev/null; then
            [ "$prefix" = /usr ] || fail "$BASE_PYTHON has no ensurepip; use another one: PYTHON=/usr/bin/python3 make ..."
            wanted="$wanted python$version-venv"
        fi
    fi
    case $LEVEL in
    test)
        wanted="$wanted tshark tcpdump hostapd iperf3 ethtool shellcheck softhsm2 systemd dbus polkitd dbus-daemon"
        wanted="$wanted busybox mandoc groff-base zsh fish openssl $STRONGSWAN $APP"
        # A display for the app, a window manager, and hands.
        wanted="$wanted xvfb openbox xdotool"
        # What makes packages, looks into them, and installs one in a root of its own.
        wanted="$wanted zstd libarchive-tools bmake dpkg-dev"
        wanted="$wanted $MAKE_DEB mmdebstrap lintian appstream desktop-file-utils shared-mime-info"
        ;;
    gui) wanted="$wanted $APP" ;;
    deb) wanted="$MAKE_DEB" ;;
    bench) wanted="$wanted iperf3 ethtool" ;;
    esac
    # shellcheck disable=SC2086  # a list of words
    missing=$(dpkg_missing $wanted)
    if [ -n "$missing" ]; then
        say "installing system packages: $missing"
        need_root "apt-get update && apt-get install -y --no-install-recommends $missing"
        apt_install "$missing" || fail "apt-get could not install: $missing"
    fi
    if [ "$LEVEL" = bench ]; then install_peers; fi
    if [ "$LEVEL" = test ]; then unpack_services; fi
}

# What the app's wheels link to on X11 and Wayland, and letters to draw.
APP="libgl1 libegl1 libxkbcommon0 libfontconfig1 libglib2.0-0 libdbus-1-3 libgssapi-krb5-2 fonts-dejavu-core
    libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
    libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0
    libwayland-client0 libwayland-cursor0 libwayland-egl1"

# What makes the package, with what its libraries link to: dpkg-shlibdeps looks for it.
MAKE_DEB="debhelper dh-python git gcc make perl libc6-dev libssl-dev python3 python3-dev python3-venv $APP"

# What looks after a machine's DNS, and RADIUS, for the tests to run in namespaces: unpacked below build/peers and
# never installed, for an installed one would take over this machine's /etc/resolv.conf, or serve strangers.
unpack_services() {
    for package in systemd-resolved resolvconf openresolv network-manager unbound freeradius; do
        [ ! -e "build/peers/$package" ] || continue
        say "unpacking for the tests: $package"
        rm -rf build/peers/new && mkdir -p build/peers/new/root
        apt-cache show "$package" >/dev/null 2>&1 || as_root apt-get update -qq || true
        # With the libraries that this machine has not.
        libraries=$(apt-cache depends --important "$package" | sed -n 's/^ *|\{0,1\}Depends: \(lib[^ ]*\)$/\1/p')
        data=
        # Its dictionaries, which belong beside it even where another one is installed.
        [ "$package" != freeradius ] || { libraries="$libraries libpcre3" && data=freeradius-common; }
        # shellcheck disable=SC2046,SC2086  # lists of words
        (cd build/peers/new && apt-get download -qq "$package" $data $(dpkg_missing $libraries) >/dev/null 2>&1) || {
            say "apt-get could not download $package; tests that need it will say so"
            continue
        }
        for archive in build/peers/new/*.deb; do
            dpkg-deb -x "$archive" build/peers/new/root
        done
        mv build/peers/new/root "build/peers/$package"
    done
    rm -rf build/peers/new
}

STRONGSWAN="strongswan-charon strongswan-swanctl strongswan-pki libcharon-extra-plugins libcharon-extauth-plugins
    libstrongswan-standard-plugins libstrongswan-extra-plugins"

# What `make bench` compares with. It goes on without those that cannot be had, and says so itself.
install_peers() {
    for peer in "$STRONGSWAN" wireguard-go openvpn; do
        # shellcheck disable=SC2086  # a list of words
        missing=$(dpkg_missing $peer)
        [ -n "$missing" ] || continue
        if ! can_be_root; then
            say "not installed, as that needs root: $missing"
        else
            say "installing to compare with: $missing"
            apt_install "$missing" || say "apt-get could not install: $missing"
        fi
    done
}

# apt_install PACKAGES, one word. strongSwan's package starts its daemon, which would hold the IKE ports, where
# the project's programs start their own: it is stopped and disabled unless it ran before.
apt_install() {
    charon_before=no
    if charon_runs; then charon_before=yes; fi
    as_root apt-get update -qq || say "the package lists could not be refreshed; trying with the old ones"
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 $1 </dev/null || return 1
    case " $1 " in
    *" strongswan-charon "*)
        if [ "$charon_before" = no ]; then
            if [ -d /run/systemd/system ]; then
                as_root systemctl disable --quiet --now strongswan-starter.service || true
            else
                as_root update-rc.d ipsec disable >/dev/null 2>&1 || true
            fi
            if charon_runs; then as_root ipsec stop || true; fi
        fi
        ;;
    esac
}

install_macos() {
    say "macOS: everything is built here, and nobody has tried it; see docs/porting-checklist.md"
    have cc || fail "no C compiler; run: xcode-select --install"
    have brew || fail "Homebrew is missing (https://brew.sh); it brings openssl@3 and python@3.12"
    missing=
    for formula in openssl@3 ${BASE_PYTHON:-python@3.12}; do
        case $formula in /*) continue ;; esac
        brew list --formula "$formula" >/dev/null 2>&1 || missing="$missing $formula"
    done
    # shellcheck disable=SC2086
    [ -z "$missing" ] || { say "installing with brew:$missing" && brew install --quiet $missing; }
    GINNEL_OPENSSL=$(brew --prefix openssl@3)
    export GINNEL_OPENSSL
}

install_freebsd() {
    say "FreeBSD: everything is built here, and nobody has tried it; see docs/porting-checklist.md"
    # No wheels exist for FreeBSD: cryptography and msgspec are built here, which takes a Rust compiler.
    wanted="gmake pkgconf rust"
    [ -n "$BASE_PYTHON" ] || wanted="$wanted python311"
    missing=
    for package in $wanted; do
        pkg info -e "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "installing with pkg:$missing"
    need_root "pkg install $missing"
    # shellcheck disable=SC2086
    as_root pkg install -y $missing
}

# ---- the environment ------------------------------------------------------------------------------------

# A checksum of what decides the environment's content; a moved clone needs a new one too.
environment_key() {
    { pwd && "$BASE_PYTHON" -c 'import sys; print(sys.version)' && cat requirements/run.txt requirements/dev.txt; } | cksum
}

# What runs the tests of FreeBSD's own network, out of the lock. Of Qt there are no wheels for it, and the linters
# take an hour to build.
TESTING="cython execnet hypothesis iniconfig packaging pluggy pygments pytest pytest-timeout pytest-xdist setuptools
    sortedcontainers"
locked_for_freebsd() {
    # shellcheck disable=SC2086  # a list of words
    awk -v wanted="$(printf ' %s ' $TESTING)" '
        /^[^ #]/ { name = $0; sub(/[=;].*/, "", name); gsub(/ /, "", name); keep = index(wanted, " " name " ") }
        keep' requirements/dev.txt
}

# Whether Qt has wheels for this machine: those for arm64 want the glibc of Debian 13 and Ubuntu 24.04.
qt_is_there() {
    [ "$OS $(uname -m)" = "Linux aarch64" ] || return 0
    getconf GNU_LIBC_VERSION | awk '{ split($2, part, "."); exit !(part[1] > 2 || part[2] >= 39) }'
}

locked_without_qt() {
    awk '
        /^[^ #]/ { name = $0; sub(/[=;].*/, "", name); gsub(/ /, "", name) }
        !index(" pyside6-essentials pytest-qt shiboken6 ", " " name " ")' requirements/dev.txt
}

make_environment() {
    no_qt="for arm64 there is no Qt that runs with a glibc before 2.39"
    [ "$LEVEL" != gui ] || qt_is_there || fail "$no_qt"
    key=$(environment_key)
    if [ "$(cat $VENV/.ginnel-environment 2>/dev/null)" = "$key" ]; then return 0; fi
    say "making $VENV with $BASE_PYTHON"
    "$BASE_PYTHON" -m venv --clear $VENV
    dev=requirements/dev.txt
    if [ "$OS" = FreeBSD ]; then
        dev=$VENV/freebsd.txt
        locked_for_freebsd >$dev
    elif ! qt_is_there; then
        say "without the app and its tests: $no_qt"
        dev=$VENV/without-qt.txt
        locked_without_qt >$dev
    fi
    $VENV/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt -r $dev
    printf '%s\n' "$key" >$VENV/.ginnel-environment
}

# ---- the extensions -------------------------------------------------------------------------------------

built_stamp=$VENV/.ginnel-built

# Whether the extensions are as their sources and the build's options want them.
is_built() {
    [ "$(cat $built_stamp 2>/dev/null)" = "$options" ] || return 1
    [ -z "$(find core/ginnel_core setup.py pyproject.toml -type f \
        \( -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name setup.py -o -name pyproject.toml \) \
        -newer $built_stamp)" ] || return 1
    for source in core/ginnel_core/*.pyx; do
        [ -e "$source" ] || continue
        case $source in # of another system
        *_linux.pyx) [ "$OS" = Linux ] || continue ;;
        *_darwin.pyx) [ "$OS" = Darwin ] || continue ;;
        *_freebsd.pyx) [ "$OS" = FreeBSD ] || continue ;;
        *_bsd.pyx) [ "$OS" != Linux ] || continue ;;
        esac
        set -- "${source%.pyx}".*.so
        [ -e "$1" ] || return 1
    done
}

# Installs the project into .venv when its metadata changed, else compiles what is out of date.
build_command() {
    if [ -e $built_stamp ] && [ -z "$(find pyproject.toml setup.py -newer $built_stamp)" ]; then
        $VENV/bin/python setup.py build_ext --inplace
    else
        $VENV/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --verbose -e .
    fi
}

build_project() {
    if is_built; then return 0; fi
    say "building the extensions"
    # Other options leave the same file names, and Cython looks at dates alone: everything is built anew then.
    if [ "$(cat $built_stamp 2>/dev/null)" != "$options" ]; then
        rm -rf build/lib.* build/temp.* core/ginnel_core/*.so core/ginnel_core/*.c $built_stamp
    fi
    building=$VENV/.ginnel-building # dated before the build: a source that changes meanwhile is newer
    printf '%s\n' "$options" >$building
    log=$VENV/build.log
    if ! build_command >$log 2>&1; then
        tail -n 60 $log >&2
        fail "the build failed; the whole output is in $log"
    fi
    mv $building $built_stamp
}

# ---------------------------------------------------------------------------------------------------------

BASE_PYTHON=$(find_python) || BASE_PYTHON=
case $OS in
Linux)
    if have apt-get && have dpkg-query; then
        install_debian
    else
        say "not Debian or Ubuntu: install these yourself: OpenSSL and Python headers, a C compiler, iproute2, ping, nftables"
        [ "$LEVEL" = run ] || say "and for tests and benchmarks: tshark, tcpdump, hostapd, freeradius, iperf3, ethtool, mandoc, zsh, fish, strongSwan with kernel-libipsec, swanctl and pki"
    fi
    ;;
Darwin) install_macos ;;
FreeBSD) install_freebsd ;;
*) fail "$OS is not supported; see docs/platforms.md" ;;
esac
[ "$LEVEL" != deb ] || exit 0
[ -n "$BASE_PYTHON" ] || BASE_PYTHON=$(find_python) || fail "no Python 3.11 or newer was found; name one: PYTHON=/path/to/python3 make ..."
make_environment
options="debug=${GINNEL_DEBUG:-0} openssl=${GINNEL_OPENSSL:-}"
build_project
