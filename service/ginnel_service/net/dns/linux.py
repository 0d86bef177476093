"""Who looks after the DNS of a Linux machine."""

from __future__ import annotations

import os
from typing import Final

from ..plan import SetDns
from . import commands, networkmanager, resolved
from .bus import running
from .file import RESOLV_CONF, read_resolv_conf
from .keepers import Keeper
from .nss import asks_resolved, nsswitch
from .resolvconf import HEADER as OPENRESOLV_HEADER
from .resolvconf import ResolvconfDns

#: Where the link of each keeper leads.
_RESOLVCONF_LINKS: Final = ("/run/resolvconf/", "/etc/resolvconf/run/")
_NETWORKMANAGER_LINKS: Final = ("/run/NetworkManager/",)


def find(step: SetDns, resolvconf: ResolvconfDns) -> Keeper:
    """resolved, where programs come to it; then whoever wrote /etc/resolv.conf; else the file itself.

    NetworkManager and Debian's resolvconf cannot part names, or not keep others out: the one that can do
    what `step` wants does it, else the file, which can for all names.
    """
    conf = read_resolv_conf()
    target = os.path.realpath(RESOLV_CONF)
    services = running([resolved.SERVICE, networkmanager.SERVICE])
    if resolved.SERVICE in services and (asks_resolved(nsswitch()) or resolved.STUBS & set(conf.servers)):
        return "resolved"
    if conf.header == networkmanager.HEADER or target.startswith(_NETWORKMANAGER_LINKS):
        asked = networkmanager.SERVICE in services
        # A service that is not root may ask, where it may not write.
        may_write = os.access(RESOLV_CONF.parent, os.W_OK, effective_ids=True)
        return "networkmanager" if asked and (step.everything or not may_write) else "file"
    if conf.header == OPENRESOLV_HEADER or target.startswith(_RESOLVCONF_LINKS):
        program = commands.find("resolvconf")
        # systemd has a program of that name, which speaks to resolved alone.
        if program is not None and not os.path.realpath(program).endswith("resolvectl"):
            return "resolvconf" if not step.everything or resolvconf.is_open() else "file"
    return "file"
