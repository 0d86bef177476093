#!/bin/sh
# Makes the Debian package, in dist/: packaging/deb.sh [FOLDER [OUT]]
#
# FOLDER (build/deb) is where it works; the same commit gives the same bytes in any. GINNEL_LIBCRYPTO=system builds with
# the system's libcrypto, however old: quicker to make, slower to use.
set -eu

cd "$(dirname "$0")/.."
work=${1:-build/deb}
out=${2:-dist}
mkdir -p "$work" build/deb/wheels "$out"
out=$(cd "$out" && pwd)
work=$(cd "$work" && pwd)
exec 9>build/deb/lock
flock 9 # whoever makes another one meanwhile waits
say() { printf '%s\n' "deb: $*"; }

: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
# PEP 440's 1.0rc1 and 1.0.dev2 come before 1.0, which Debian says by a tilde.
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' service/ginnel_service/__init__.py |
    sed -E 's/\.?(a|b|rc|dev)([0-9]+)/~\1\2/g')

say "fetching what is bundled"
PYTHONPATH=packaging
export PYTHONPATH
if [ "${GINNEL_LIBCRYPTO:-}" = system ]; then
    GINNEL_OPENSSL=
else
    GINNEL_OPENSSL=$(/usr/bin/python3 -m ginnel_packaging.openssl build/openssl)
fi
# Wheels are for one version of Python; an environment without pip may be what an interrupted run has left.
python=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
wanted=$({ echo "$python" && cat requirements/app.txt requirements/build.txt; } | cksum)
if [ "$(cat build/deb/wheels/wanted 2>/dev/null)" != "$wanted" ]; then
    /usr/bin/python3 -m venv --clear build/deb/pip
    for list in app build; do
        build/deb/pip/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
            --only-binary=:all: --dest build/deb/wheels -r requirements/$list.txt
    done
    printf '%s\n' "$wanted" >build/deb/wheels/wanted
fi
GINNEL_WHEELS=$PWD/build/deb/wheels
export GINNEL_OPENSSL GINNEL_WHEELS
unset PYTHONPATH GINNEL_DEBUG GINNEL_PLATFORM

say "building $version"
tree=$work/ginnel-$version
rm -rf "$tree"
mkdir "$tree"
# Dated alike: what is older than the last commit would keep its date into the package.
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --mtime="@$SOURCE_DATE_EPOCH" |
    tar --extract --directory="$tree"
cp -r "$tree/packaging/debian" "$tree/debian"
date=$(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
cat >"$tree/debian/changelog" <<END
ginnel ($version-1) unstable; urgency=medium

  * See /usr/share/doc/ginnel/changelog.gz.

 -- Ginnel <maintainers@ginnel.org>  $date
END
log=$work/build.log
if ! (cd "$tree" && umask 022 && dpkg-buildpackage --build=binary --no-sign) >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    say "failed; the whole output is in $log" >&2
    exit 1
fi
mv "$work"/ginnel_"$version"-1_*.deb "$out/"
rm -rf "$tree" "$work"/ginnel_"$version"-1_*
ls "$out"/ginnel_"$version"-1_*.deb
