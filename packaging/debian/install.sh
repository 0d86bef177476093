#!/bin/sh
# Fills the package's folder: packaging/debian/install.sh debian/ginnel
#
#   /usr/lib/ginnel/bin             a link to the system's Python; pyvenv.cfg makes it find the folder below
#   /usr/lib/ginnel/lib/...         Ginnel and the locked wheels, and libcrypto where the system's is older
#   /usr/bin                        launchers
#
# Such a place (venv, PEP 405) is nobody else's: no module in /usr/lib/python3 or a home gets in, nor do ours get out.
set -eu

root=$1
python=$(/usr/bin/python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
base=usr/lib/ginnel
site=$root/$base/lib/$python/site-packages

# ---- build ----------------------------------------------------------------------------------------------

/usr/bin/python3 -m venv build/venv
build/venv/bin/python -m pip install --quiet --no-index --find-links "$GINNEL_WHEELS" --require-hashes \
    -r requirements/build.txt
flags=$(dpkg-buildflags --get LDFLAGS)
if [ -n "${GINNEL_OPENSSL:-}" ]; then
    # From lib/python3.N/site-packages/ginnel_core to lib.
    flags="$flags -Wl,-rpath,\$ORIGIN/../../.."
fi
LDFLAGS="$flags -Wl,--as-needed" CFLAGS="$(dpkg-buildflags --get CFLAGS) -g0" CPPFLAGS="$(dpkg-buildflags --get CPPFLAGS)" \
    build/venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir build/wheel .

# ---- site-packages --------------------------------------------------------------------------------------

mkdir -p "$site"
build/venv/bin/python -m pip install --quiet --no-index --no-deps --no-compile --find-links "$GINNEL_WHEELS" \
    --require-hashes --target "$site" -r requirements/app.txt
build/venv/bin/python -m pip install --quiet --no-index --no-deps --no-compile --upgrade --target "$site" build/wheel/*.whl
# Programs of others, what pyrad's wheel drops beside it, and what tests, benchmarks, compilers and type checkers want.
rm -rf "${site:?}/bin" "$site/docs" "$site/example" "$site/ginnel_core"/probe_*
find "$site" \( -name '*.[ach]' -o -name '*.py[ix]' -o -name '*.pxd' -o -name __pycache__ \) -exec rm -rf {} +
find "$site" -name '*.py' -perm /0111 -exec chmod a-x {} +
strip --strip-unneeded --remove-section=.comment "$site"/ginnel_core/*.so
export PYTHONPATH="$PWD/packaging:$PWD/service"
/usr/bin/python3 -m ginnel_packaging.qt "$site"

if [ -n "${GINNEL_OPENSSL:-}" ]; then
    install -D -m 0644 -t "$root/$base/lib" "$GINNEL_OPENSSL"/lib/libcrypto-ginnel.so.3
    strip --strip-unneeded --remove-section=.comment "$root/$base"/lib/libcrypto-ginnel.so.3
fi

mkdir -p "$root/$base/bin" "$root/usr/bin"
ln -s /usr/bin/python3 "$root/$base/bin/ginnel-python3"
cat >"$root/$base/pyvenv.cfg" <<END
home = /usr/bin
include-system-site-packages = false
END
launcher() { # PROGRAM MODULE
    printf '#!/%s/bin/ginnel-python3 -I\nfrom %s import main\n\nmain()\n' "$base" "$2" >"$root/usr/bin/$1"
    chmod 0755 "$root/usr/bin/$1"
}
launcher ginnel ginnel_service.cli.main
launcher ginneld ginnel_service.process.launch
launcher ginnel-gui ginnel_gui.main

# ---- beside them ----------------------------------------------------------------------------------------

assets=build/assets
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$PYTHONPATH:$PWD/gui:$site" /usr/bin/python3 -m ginnel_packaging.assets $assets
put() { install -D -m 0644 "$1" "$root/$2"; }
for page in "$assets"/man/man?/*; do
    put "$page" "usr/share/man/${page#"$assets"/man/}"
done
put $assets/completions/ginnel.bash usr/share/bash-completion/completions/ginnel
put $assets/completions/_ginnel usr/share/zsh/vendor-completions/_ginnel
put $assets/completions/ginnel.fish usr/share/fish/vendor_completions.d/ginnel.fish
put $assets/applications/ginnel-gui.desktop usr/share/applications/ginnel-gui.desktop
put $assets/mime/ginnel.xml usr/share/mime/packages/ginnel.xml
put $assets/metainfo/org.ginnel.gui.metainfo.xml usr/share/metainfo/org.ginnel.gui.metainfo.xml
mkdir -p "$root/usr/share/icons"
cp -r $assets/icons/hicolor "$root/usr/share/icons/"

for unit in ginneld ginnel-kill-switch ginnel-gateway; do
    put packaging/systemd/$unit.service lib/systemd/system/$unit.service
done
put packaging/systemd/dns-files.conf usr/share/doc/ginnel/examples/dns-files.conf
put packaging/polkit/50-ginnel.rules usr/share/polkit-1/rules.d/50-ginnel.rules
cp packaging/systemd/ginnel.sysusers debian/ginnel.sysusers

# ---- licences -------------------------------------------------------------------------------------------

/usr/bin/python3 -m ginnel_packaging.debian "$site" "${GINNEL_OPENSSL:-}" debian "$root/usr/share/doc/ginnel/licences"
