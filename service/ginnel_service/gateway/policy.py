"""What the responder asks about its peers, answered from the configuration and the pools."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from ipaddress import ip_interface

from .. import __version__
from ..ike.auth.certificates import certreq_data
from ..ike.config import Greeting, LocalAuth, Ppk, PskAuth, RemoteAuth, SessionConfig, SignatureAuth
from ..ike.eap.config import EapMethod, EapRelayConfig
from ..ike.eap.outcome import Terms
from ..ike.events import Configuration, Interface
from ..ike.payloads.identity import Identity
from ..ike.payloads.selector import TrafficSelector
from .config import GatewayConfig
from .pools import Pools


class Policy:
    """An `ike.config.GatewayPolicy`."""

    def __init__(self, config: GatewayConfig, pools: Pools) -> None:
        self._config = config
        self._pools = pools
        self.redirect_to = config.redirect_to
        self._offered = tuple(TrafficSelector.from_network(subnet) for subnet in config.subnets)
        self._changed: dict[bytes | Identity, float] = {}  # when a way to log in became another, or none
        self._trust_changed = -math.inf  # when authorities or what they took back did

    def greeting(self) -> Greeting:
        who = self._config.proofs
        return Greeting(
            ike_proposals=self._config.ike_proposals,
            ppk=bool(who.ppks),
            authorities=b"" if who.clients is None else certreq_data(who.clients.roots),
            redirect_to=self.redirect_to,
            lookup=who.clients is not None and who.lookup,
        )

    def find(self, id_i: Identity, id_r: Identity | None, *, eap: bool) -> SessionConfig | None:
        """A pre-shared key belongs to its identity alone; whoever has none here may show a certificate."""
        who = self._config.proofs
        if id_r is not None and id_r != self._config.identity:
            return None
        ours = () if who.credential is None else (SignatureAuth(who.credential, who.urls),)
        psk = who.psks.get(id_i)
        if eap:
            # RFC 7296 section 2.16: IDi may be anything; who it is, EAP tells.
            judge = who.eap if self._config.radius is None else EapRelayConfig()
            return None if judge is None else self._session(None, id_i, ours, judge)
        if psk is not None:
            return self._session(id_i, id_i, (PskAuth(psk),), PskAuth(psk))
        if who.clients is not None:
            return self._session(id_i, id_i, ours, who.clients)
        return None

    def ppk_of(self, who: Identity) -> Ppk | None:
        """Windows may have put its domain before the name."""
        found = {identity.data: ppk for identity, ppk in self._config.proofs.ppks.items()}
        return found.get(who.data) or found.get(who.data.rpartition(b"\\")[2])

    def take(self, config: GatewayConfig, now: float) -> None:
        """Go by `config` from now on, the pools aside; `outdated` tells whom that shuts out."""
        before, after = self._config.proofs.logins, config.proofs.logins
        for name in before.keys() | after.keys():
            if before.get(name) != after.get(name):
                self._changed[name] = now
        if self._config.proofs.clients != config.proofs.clients:
            self._trust_changed = now
        self._config = config
        self.redirect_to = config.redirect_to
        self._offered = tuple(TrafficSelector.from_network(subnet) for subnet in config.subnets)

    def outdated(self, names: Iterable[Identity], since: float) -> bool:
        """Whether a user that has proven any of `names` at `since` would have to do it otherwise now."""
        return any(since <= self._changed.get(name, -math.inf) for who in names for name in _spellings(who))

    def readmit(
        self, id_i: Identity, id_r: Identity, who: Identity, *, eap: bool, since: float
    ) -> SessionConfig | None:
        """Whoever logged in by EAP has to be a user still, or to have had a certificate inside it.

        A certificate is shown anew after a change of whom we trust.
        """
        if self.outdated((who,), since) or (eap and self._config.radius is not None):
            return None
        server = self._config.proofs.eap
        if eap and (server is None or not (EapMethod.TLS in server.methods or server.lookup(who.data))):
            return None
        secret = server is not None and server.lookup(who.data) if eap else self._config.proofs.psks.get(id_i)
        if not secret and since <= self._trust_changed:
            return None
        return self.find(id_i, id_r, eap=eap)

    def _session(
        self, remote_id: Identity | None, id_i: Identity, ours: tuple[LocalAuth, ...], theirs: RemoteAuth
    ) -> SessionConfig:
        return SessionConfig(
            local_id=self._config.identity,
            remote_id=remote_id,
            local_auth=ours,
            remote_auth=(theirs,),
            ppk=self._config.proofs.ppks.get(id_i),
            certificate_lookup=self._config.proofs.lookup,
            ike_proposals=self._config.ike_proposals,
            esp_proposals=self._config.esp_proposals,
            local_ts=self._offered,
            pairing=self._config.pairing,
            # A peer is what we lease to it: without a lease it may speak for no address at all.
            remote_ts=(),
            additional_addresses=self._config.listen,
            timing=self._config.timing,
            product=f"Ginnel {__version__}",
        )

    def lease(
        self, id_i: Identity, *, ipv4: bool, ipv6: bool, wished: tuple[Interface, ...], terms: Terms
    ) -> Configuration | None:
        leased = self._pools.lease(
            ipv4=ipv4,
            ipv6=ipv6,
            wished=[each.ip for each in wished],
            fixed=terms.addresses,
            pool=terms.pool,
        )
        if leased is None:
            return None
        addresses = tuple(ip_interface(address) for address in leased)
        told = self._config
        return Configuration(addresses, told.dns, told.announced, told.domains)

    def release(self, configuration: Configuration) -> None:
        self._pools.release(address.ip for address in configuration.addresses)


def _spellings(who: Identity) -> Iterator[bytes | Identity]:
    """A user's name as it was proven: as such, as text, as octets, and without the domain that Windows puts
    before."""
    yield who
    yield str(who).encode()
    yield who.data
    yield who.data.rpartition(b"\\")[2]
