#!/bin/sh
# Installs a package of Ginnel on this Mac, looks whether it runs, takes it out again and looks whether anything is
# left: sudo packaging/macos/try-package.sh Ginnel-VERSION.pkg
#
# Ends with 0 when all is well. Connections and profiles of an installed Ginnel would go: there must be none.
set -eu
package=$1
LABEL=org.ginnel.ginneld
STATE='/Library/Application Support/Ginnel'

say() { printf '%s\n' "try: $*"; }
fail() {
    printf '%s\n' "try: $*" >&2
    exit 1
}

[ "$(id -u)" -eq 0 ] || fail "run it with sudo"
for path in /Library/Ginnel "$STATE"; do
    [ ! -e "$path" ] || fail "$path is there: this would remove an installed Ginnel and its profiles"
done

routes=$(netstat -rn | awk '{ print $1, $2, $NF }' | sort)
groups=$(dscl . -list /Groups)

installer -pkg "$package" -target /
waited=0
until /usr/local/bin/ginnel status >/dev/null 2>&1; do
    waited=$((waited + 1))
    [ "$waited" -le 20 ] || fail "the service does not answer: $(launchctl print "system/$LABEL" | head -n 20)"
    sleep 1
done
/usr/local/bin/ginnel --version
/usr/local/bin/ginnel doctor || true
say "the service answers"
/usr/local/bin/ginnel demo --megabytes 10
QT_QPA_PLATFORM=offscreen /Library/Ginnel/bin/ginnel-gui --version
codesign --verify --deep --strict /Applications/Ginnel.app
find /Library/Ginnel /Applications/Ginnel.app ! -user root -print | grep -q . && fail "not everything is root's"

/Library/Ginnel/bin/ginnel-uninstall
for path in /Library/Ginnel /Applications/Ginnel.app "/Library/LaunchDaemons/$LABEL.plist" "$STATE" /var/run/ginnel \
    /usr/local/bin/ginnel /usr/local/bin/ginnel-gui /private/etc/manpaths.d/ginnel; do
    if [ -e "$path" ] || [ -L "$path" ]; then fail "$path is left"; fi
done
launchctl print "system/$LABEL" >/dev/null 2>&1 && fail "the launch item is left"
pkgutil --pkg-info org.ginnel.pkg >/dev/null 2>&1 && fail "the receipt is left"
for anchor in com.apple/ginnel.killswitch com.apple/ginnel.guard com.apple/ginnel.gateway; do
    [ -z "$(pfctl -q -a "$anchor" -s rules 2>/dev/null)" ] || fail "rules of $anchor are left"
done
[ "$groups" = "$(dscl . -list /Groups)" ] || fail "a group is left"
[ "$routes" = "$(netstat -rn | awk '{ print $1, $2, $NF }' | sort)" ] || say "routes differ, which a change of the network does, too"
say "installed, ran, and left nothing"
