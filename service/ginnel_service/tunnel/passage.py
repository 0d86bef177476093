"""The way through: the CHILD SAs that an attempt sends with, and the machine's network as they need it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..ike.events import ChildSa, Path
from ..ike.proposals import esp_suite_name
from ..profiles.model import Profile
from .convert import inner_mtu, outer_octets, wanted_network
from .dataplane import UNKNOWN_PATH_MTU, Associations
from .facts import Facts, Watcher
from .machine import Machine
from .states import Step


class Passage:
    """`discover` looks for a path MTU up to so many octets of outer packets."""

    def __init__(
        self,
        profile: Profile,
        sas: Associations,
        machine: Machine,
        facts: Facts,
        watcher: Watcher,
        discover: Callable[[int], None],
        log: logging.LoggerAdapter[logging.Logger],
    ) -> None:
        self._profile = profile
        self._sas = sas
        self._machine = machine
        self._facts = facts
        self._watcher = watcher
        self._discover = discover
        self._log = log
        self._sending: dict[bytes, ChildSa] = {}  # by `spi_in`, the newest last: what the network leads to
        self._gateways: tuple[str, ...] = ()

    @property
    def sends(self) -> bool:
        """Whether there is an SA to send with."""
        return bool(self._sending)

    @property
    def is_configured(self) -> bool:
        """Whether the machine's network led to it already."""
        return self._machine.announced

    def forget(self) -> None:
        """The session was lost with its SAs: another's will come, and the network is as it was until then."""
        self._sending.clear()
        self._machine.announced = False

    def outbound_ready(self, child: ChildSa) -> None:
        """Send with `child`. Raises ValueError as the packet path does."""
        assert self._facts.path is not None
        self._sas.install_outbound(child, self._facts.path)
        self._facts.esp_suite = esp_suite_name(child.suite)
        if not self._sending and not self.is_configured:
            self._watcher.stepped(Step.CONFIGURING)
        self._sending[child.spi_in] = child
        if self.is_configured:
            self.discover_path_mtu()
        self._configure()

    def outbound_retired(self, child: ChildSa) -> None:
        self._sas.retire_outbound(child)
        self._sending.pop(child.spi_in, None)
        self._configure()  # after a rekey nothing changes, for the successor was there first

    def path_changed(self, path: Path) -> None:
        self._facts.path = path
        self._sas.move(path)
        self._log.info("the path is %s to %s", path.local.host, path.remote.host)
        self._configure()

    def found_at(self, gateways: tuple[str, ...]) -> None:
        """Where the gateway can be reached by now: a packet to any of these is the tunnel's own."""
        self._gateways = gateways
        self._configure()

    def path_mtu_changed(self, octets: int) -> None:
        self._sas.set_path_mtu(octets)
        self._facts.path_mtu = octets
        self._log.info("the path carries packets of %d octets", octets)
        self._configure()

    def discover_path_mtu(self) -> None:
        """With the newest CHILD SA's packets."""
        path = self._facts.path
        if not self._sending or path is None:
            return
        suite = next(reversed(self._sending.values())).suite
        self._discover(outer_octets(suite, path, inner_mtu(suite, path, self._profile.network.mtu)))

    def _configure(self) -> None:
        """Bring the machine's network to what the tunnel needs by now."""
        if not self._sending or self._facts.path is None:
            return
        self._machine.want(
            wanted_network(
                self._facts.device,
                self._profile,
                self._facts.configuration,
                tuple(self._sending.values()),
                self._facts.path,
                self._facts.path_mtu or UNKNOWN_PATH_MTU,
                self._gateways,
            )
        )
