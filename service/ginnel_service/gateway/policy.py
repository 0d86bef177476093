"""What the responder asks about its peers, answered from the configuration and the pools."""

from __future__ import annotations

from ipaddress import ip_interface

from ..ike.config import Greeting, PskAuth, SessionConfig
from ..ike.events import Configuration
from ..ike.payloads.identity import Identity
from ..ike.payloads.selector import TrafficSelector
from .config import GatewayConfig
from .pools import Pools


class Policy:
    """An `ike.config.GatewayPolicy`."""

    def __init__(self, config: GatewayConfig, pools: Pools) -> None:
        self._config = config
        self._pools = pools
        self._offered = tuple(TrafficSelector.from_network(subnet) for subnet in config.subnets)

    def greeting(self) -> Greeting:
        return Greeting(ike_proposals=self._config.ike_proposals)

    def find(self, id_i: Identity, id_r: Identity | None, *, eap: bool) -> SessionConfig | None:
        psk = self._config.users.get(id_i)
        if psk is None or eap or (id_r is not None and id_r != self._config.identity):
            return None
        return SessionConfig(
            local_id=self._config.identity,
            remote_id=id_i,
            local_auth=(PskAuth(psk),),
            remote_auth=(PskAuth(psk),),
            ike_proposals=self._config.ike_proposals,
            esp_proposals=self._config.esp_proposals,
            local_ts=self._offered,
            # A peer is what we lease to it: without a lease it may speak for no address at all.
            remote_ts=(),
            timing=self._config.timing,
        )

    def lease(self, id_i: Identity, *, ipv4: bool, ipv6: bool) -> Configuration | None:
        leased = self._pools.lease(ipv4=ipv4, ipv6=ipv6)
        if leased is None:
            return None
        addresses = tuple(ip_interface(address) for address in leased)
        return Configuration(addresses, self._config.dns)

    def release(self, configuration: Configuration) -> None:
        self._pools.release(address.ip for address in configuration.addresses)
