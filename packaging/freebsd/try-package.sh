#!/bin/sh
# Installs a package of Ginnel on this FreeBSD, looks whether it runs, takes it out again and looks whether anything is
# left. As root: packaging/freebsd/try-package.sh ginnel-VERSION.FreeBSD-14-amd64.pkg
#
# Ends with 0 when all is well. An installed Ginnel would go: there must be none.
set -eu
package=$1

say() { printf '%s\n' "try: $*"; }
fail() {
    printf '%s\n' "try: $*" >&2
    exit 1
}

[ "$(id -u)" -eq 0 ] || fail "run it as root"
! pkg info -e ginnel || fail "Ginnel is installed here; this would remove it"
[ ! -e /var/db/ginnel ] || fail "there are profiles in /var/db/ginnel"

pkg install -y "$package"
pkg check -s ginnel
service ginneld onestart
waited=0
until ginnel status >/dev/null 2>&1; do
    waited=$((waited + 1))
    [ "$waited" -le 20 ] || fail "the service does not answer: $(tail -n 20 /var/log/messages)"
    sleep 1
done
ginnel --version
ginnel doctor || true
say "the service answers"
ginnel demo --megabytes 10
QT_QPA_PLATFORM=offscreen ginnel-gui --version

pkg delete -y ginnel
for path in /usr/local/bin/ginnel /usr/local/etc/rc.d/ginneld /usr/local/etc/ginnel /var/db/ginnel /var/run/ginnel; do
    [ ! -e "$path" ] || fail "$path is left"
done
! find /usr/local -name '*ginnel*' | grep . || fail "files are left"
! pgrep -f ginneld >/dev/null || fail "the service runs still"
! ifconfig -l | grep -q ginnel || fail "a device is left"
[ -z "$(pfctl -q -a ginnel/killswitch -s rules 2>/dev/null)" ] || fail "rules of the kill switch are left"
pw groupdel ginnel
say "installed, ran, and left nothing but the group, as ports do"
