"""The gateway's file as `ginnel gateway init` writes it: commented, and running as it is."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from ..ike.errors import LocalError
from ..ike.payloads.identity import Identity
from .errors import GatewayError

#: Octets of randomness in a pre-shared key.
PSK_OCTETS: Final = 32


def named(name: str) -> Identity:
    """Who is called so. Raises GatewayError `name_unusable` for what nobody can be called."""
    try:
        return Identity.parse_text(name)
    except LocalError:
        raise GatewayError("name_unusable", name=name) from None


def example(identity: str, user: str) -> str:
    """One user with a fresh random key, and no certificates. Raises GatewayError `name_unusable`."""
    for name in (identity, user):
        named(name)
    psk = secrets.token_urlsafe(PSK_OCTETS)
    said = {"identity": _quoted(identity), "users": _quoted(user), "psk": psk}
    return _COMMON.format(certificates=_NO_CERTIFICATES, **said)


def example_with_authority(identity: str) -> str:
    """With the certificates beside it, and no user yet: those are kept by `ginnel gateway user`."""
    head, _, _ = _COMMON.partition("[[users]]")
    return head.format(identity=_quoted(identity), certificates=_CERTIFICATES).rstrip() + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's quoting is a part of it."""
    return msgspec.json.encode(text).decode()


_NO_CERTIFICATES: Final = """\
# The gateway's certificate and its key, and the authority of users who have certificates of their own.
# `ginnel gateway init --output FOLDER` makes all of them.
#[certificates]
#certificate = "gateway.pem"
#key = "gateway.key"
#ca = ["users-ca.pem"]

# Users with a password, or with certificates inside EAP; needs the gateway's certificate.
#[eap]
#methods = ["mschapv2", "tls"]

"""

_CERTIFICATES: Final = """\
# What proves the gateway, and the authority of the users that have certificates. The authority's key is for
# `ginnel gateway user` alone: where that runs elsewhere, keep ca.key there and only the others here.
[certificates]
certificate = "gateway.pem"
key = "gateway.key"
ca = ["ca.pem"]
ca_key = "ca.key"
crl = ["crl.pem"]

# Nobody has to be asked about certificates whose CRL is at hand.
[revocation]
crl = false
ocsp = false

# Users with a password, or with certificates inside EAP.
[eap]
methods = ["mschapv2", "tls"]
"""

_COMMON: Final = """\
# A Ginnel gateway. Start it with: ginnel gateway run --config THIS-FILE
# This file may hold keys: keep its mode 0600.

# Who the gateway is to its peers: a host name, an address, or user@host.
identity = {identity}

# One address of each family to listen on; none listens on all.
listen = []
ike_port = 500
natt_port = 4500

# For peers whose network lets no UDP through: IKE and ESP over TCP, with tls also inside TLS (443 gets
# through most). TLS needs no certificate of its own: IKE inside it proves the gateway.
tcp_ports = [4500]
tls = false

# Each peer gets one address of each pool; the first of a pool is the gateway's own.
pool_ipv4 = "10.77.0.0/24"
pool_ipv6 = "fd77:6769:6e6e::/112"

# What peers send beyond the gateway bears the gateway's own address (nftables), so that no other network
# needs a route to the pools, and nobody outside can begin a connection to a peer. IPv6 networks rarely want
# that: give the pool a prefix that is routed to this machine, or set nat_ipv6 too.
nat = true
nat_ipv6 = false

# What peers may reach through the gateway.
subnets = ["0.0.0.0/0", "::/0"]
# What of it is behind the gateway, as peers are told: who wants may send the rest past it. None: all of it.
announced = []

# The name servers that peers are told: addresses, or "auto" for the ones that this machine asks.
dns = []
# Domains that clients resolve by those servers alone; none means all of them.
domains = []

# Another gateway, by address or host name, where clients are sent that can be (RFC 5685): newcomers at once,
# those who are connected when the gateway gets SIGHUP, which reads this file again. None: they may stay.
redirect_to = ""

# Whether one CHILD SA holds all of them ("any"), the first, with a word that there are more ("narrow"), or
# only one pair of the peer's choice ("single").
pairing = "any"

# Proposals in strongSwan's words; none accepts the built-in list.
ike_proposals = []
esp_proposals = []

# Tickets let peers come back from sleep without a new login; crash tokens tell them at once when the gateway
# was restarted. Turn the tokens off where several gateways share one address and one state directory.
resumption = true
crash_tokens = true

# Users that `ginnel gateway user` keeps are in this file, beside those in tables here.
users_file = "users.toml"

{certificates}[[users]]
id = {users}
psk = "{psk}"
"""
