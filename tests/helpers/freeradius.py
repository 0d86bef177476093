"""FreeRADIUS with a configuration folder of its own, on ports of the loopback or of a lab's host.

Its users log in with MSCHAPv2, PEAP, TTLS and TLS; what else a user gets stands in `users` (see `users(5)` of
FreeRADIUS). Nothing of /etc is read.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from helpers.authority import Authority, Issued, chain_pem

SECRET = "a secret of the lab, testing"
#: Where `make setup` unpacks it: an installed one would serve RADIUS on this machine.
ROOT = Path(__file__).parents[2] / "build" / "peers" / "freeradius"


def why_missing() -> str | None:
    """What is not installed, or None."""
    return None if ROOT.is_dir() else "freeradius missing below build/peers; `make setup` unpacks it"


def environment() -> dict[str, str]:
    """For the libraries that came with it."""
    libraries = {str(path.parent) for path in ROOT.glob("**/lib*.so*")}
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(sorted(libraries))}


def skip_without(missing: str | None) -> None:
    """Skip, or in CI fail, when something is `missing`."""
    if missing is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"must not skip in CI: {missing}", pytrace=False)
        pytest.skip(missing)


def configure(
    folder: Path,
    users: str,
    root: Authority,
    server: Issued,
    *,
    address: str = "127.0.0.1",
    port: int = 1812,
    clients: Sequence[str] = ("127.0.0.1",),
    tls: str = "1.2",
) -> list[str]:
    """Write the folder; the arguments that start the server in the foreground."""
    folder.mkdir(exist_ok=True)
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "server.pem").write_bytes(chain_pem(server.chain) + server.key_pem())
    (folder / "users").write_text(users)
    listed = "".join(
        f'client c{number} {{\n ipaddr = {client}\n secret = "{SECRET}"\n'
        " require_message_authenticator = yes\n}\n"
        for number, client in enumerate(clients)
    )
    (folder / "radiusd.conf").write_text(
        _CONFIG.format(
            root=ROOT, folder=folder, address=address, port=port, accounting=port + 1, clients=listed, tls=tls
        )
    )
    dictionaries = ROOT / "usr" / "share" / "freeradius"
    program = str(ROOT / "usr" / "sbin" / "freeradius")
    return [program, "-f", "-l", "stdout", "-d", str(folder), "-D", str(dictionaries)]


_CONFIG = """\
prefix = /usr
libdir = {root}/usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
db_dir = {folder}
pidfile = {folder}/pid
name = radiusd
max_request_time = 10
cleanup_delay = 1
log {{
 destination = stdout
 auth = yes
}}
security {{
 allow_core_dumps = no
 reject_delay = 0
 status_server = no
}}
thread pool {{
 start_servers = 1
 max_servers = 2
 min_spare_servers = 1
 max_spare_servers = 2
}}
{clients}
modules {{
 pap {{
 }}
 mschap {{
  use_mppe = yes
  require_encryption = yes
  require_strong = yes
 }}
 files {{
  usersfile = {folder}/users
 }}
 detail {{
  filename = {folder}/accounts
  permissions = 0600
 }}
 eap {{
  default_eap_type = mschapv2
  timer_expire = 60
  tls-config common {{
   private_key_file = {folder}/server.pem
   certificate_file = {folder}/server.pem
   ca_file = {folder}/root.pem
   tls_min_version = "1.2"
   tls_max_version = "{tls}"
   fragment_size = 900
   cache {{
    enable = no
   }}
  }}
  tls {{
   tls = common
  }}
  ttls {{
   tls = common
   default_eap_type = mschapv2
   virtual_server = inner
   use_tunneled_reply = yes
  }}
  peap {{
   tls = common
   default_eap_type = mschapv2
   virtual_server = inner
   use_tunneled_reply = yes
  }}
  gtc {{
   auth_type = PAP
  }}
  mschapv2 {{
   send_error = yes
  }}
 }}
}}
server outer {{
 listen {{
  type = auth
  ipaddr = {address}
  port = {port}
 }}
 listen {{
  type = acct
  ipaddr = {address}
  port = {accounting}
 }}
 authorize {{
  files
  eap {{
   ok = return
  }}
  mschap
  pap
 }}
 authenticate {{
  Auth-Type MS-CHAP {{
   mschap
  }}
  Auth-Type PAP {{
   pap
  }}
  eap
 }}
 accounting {{
  detail
 }}
}}
server inner {{
 authorize {{
  files
  mschap
  eap {{
   ok = return
  }}
  pap
 }}
 authenticate {{
  Auth-Type MS-CHAP {{
   mschap
  }}
  Auth-Type PAP {{
   pap
  }}
  eap
 }}
}}
"""
