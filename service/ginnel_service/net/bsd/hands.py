"""One step on macOS or FreeBSD: look at what it will change, do it, undo it."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from ipaddress import ip_interface, ip_network

from ..base import Network, Wanted
from ..journal import Before, Entry, Stood
from ..plan import (
    AddAddress,
    AddBlock,
    AddGuard,
    AddRoute,
    AddThrow,
    LinkUp,
    MachineStep,
    Plan,
    SetLink,
    SetSysctl,
    Step,
    Translate,
    difference,
)
from . import facts, links, routes
from .guards import Guards
from .kernel import Kernel
from .layout import RTF_GATEWAY
from .messages import RouteMessage
from .nat import Nat
from .plan import steps_for
from .sight import Device, Route, Sight
from .sockaddr import Link
from .talk import RouteTalk


class BsdHands:
    """`Hands` of `net.keeper`: one call's route socket, and one look at everything. Raises OSError."""

    def __init__(self, kernel: Kernel, talk: RouteTalk, guards: Guards, nat: Nat) -> None:
        self._kernel = kernel
        self._talk = talk
        self._guards = guards
        self._nat = nat
        self._sight = Sight(kernel)

    def plan(self, held: Iterable[Step], present: tuple[Step, ...], wanted: Wanted, *, guards: bool) -> Plan:
        host_routes = self._kernel.layout.system == "freebsd"  # macOS binds sockets (IP_BOUND_IF)
        known = facts.learn(self._sight, held, host_routes=host_routes, guards=guards)
        return difference(present, steps_for(wanted, known))

    def index(self, device: str) -> int:
        found = self._kernel.index(device)
        if not found:
            raise OSError(errno.ENODEV, "no such interface")
        return found

    def stands(self, step: MachineStep, before: Before) -> bool:
        match step:
            case SetLink() | LinkUp():
                return self._has(step.device, before) is not None
            case AddAddress():
                device = self._has(step.device, before)
                return device is not None and ip_interface(step.address) in device.addresses
            case AddRoute():
                there = self._ours(ip_network(step.network))
                same = self._has(step.device, before) is not None
                return same and there is not None and there.index == before.ifindex
            case AddThrow():
                return self._keeps_out(ip_network(step.network))
            case AddBlock():
                there = self._ours(ip_network(step.network))
                return there is not None and there.leads_nowhere
            case AddGuard():
                return self._guards.stands(step)
            case Translate():
                return self._nat.stands(step, facts.uplinks(self._sight, step.device))
            case SetSysctl():
                return True  # of the machine, and nobody's who changed it since
            case _:
                raise _not_of_these_systems(step)

    def look(self, step: MachineStep) -> Before:
        match step:
            case SetLink() | LinkUp():
                mtu, up = links.get_mtu(self._kernel, step.device), links.is_up(self._kernel, step.device)
                return Before(ifindex=self.index(step.device), up=up, mtu=mtu)
            case AddAddress():
                return Before(ifindex=self.index(step.device))
            case AddRoute():
                return Before(ifindex=self.index(step.device), stood=self._stood(step))
            case AddBlock():
                return Before(stood=self._stood(step))
            case AddThrow() | AddGuard() | Translate():
                return Before()
            case SetSysctl():
                return Before(value=str(self._kernel.setting(step.path)))
            case _:
                raise _not_of_these_systems(step)

    def do(self, step: MachineStep, before: Before, instead_of: Entry | None = None) -> None:
        match step:
            case SetLink():
                links.set_mtu(self._kernel, step.device, step.mtu)
            case LinkUp():
                links.set_up(self._kernel, step.device, up=True)
            case AddAddress():
                if instead_of is not None and isinstance(instead_of.step, AddAddress):
                    self._undo_address(instead_of.step, instead_of.before)  # a prefix cannot be changed
                links.add_address(self._kernel, step.device, ip_interface(step.address))
            case AddRoute():
                network, device = ip_network(step.network), Link(before.ifindex, step.device)
                source = step.source or self._address_outside(network)
                routes.put(self._talk, routes.into(network, device, source), before.stood)
            case AddThrow():
                self._keep_out(ip_network(step.network))
            case AddBlock():
                routes.put(self._talk, routes.nowhere(ip_network(step.network)), before.stood)
            case AddGuard():
                self._guards.put_up(step)
            case Translate():
                self._nat.put_up(step, facts.uplinks(self._sight, step.device))
            case SetSysctl():
                self._kernel.set_setting(step.path, int(step.value))
            case _:
                raise _not_of_these_systems(step)

    def undo(self, step: MachineStep, before: Before) -> bool:
        match step:
            case SetLink():
                return self._undo_mtu(step, before)
            case LinkUp():
                return self._undo_up(step, before)
            case AddAddress():
                return self._undo_address(step, before)
            case AddRoute() | AddBlock():
                return self._undo_route(step, before)
            case AddThrow():
                return routes.take_away(self._talk, ip_network(step.network), None)
            case AddGuard():
                return self._guards.take_down(step)
            case Translate():
                return self._nat.take_down()
            case SetSysctl():
                return self._undo_setting(step, before)
            case _:
                raise _not_of_these_systems(step)

    def _is(self, device: str, before: Before) -> bool:
        """Whether the device of that name is the one that it was."""
        return self._kernel.index(device) == before.ifindex != 0

    def _has(self, name: str, before: Before) -> Device | None:
        device = self._sight.device(name)
        return device if device is not None and device.index == before.ifindex else None

    def _undo_mtu(self, step: SetLink, before: Before) -> bool:
        if not self._is(step.device, before) or before.mtu == step.mtu:
            return False
        with links.tolerate_gone():
            if links.get_mtu(self._kernel, step.device) == step.mtu:
                links.set_mtu(self._kernel, step.device, before.mtu)
                return True
        return False

    def _undo_up(self, step: LinkUp, before: Before) -> bool:
        if before.up or not self._is(step.device, before):
            return False
        with links.tolerate_gone():
            if links.is_up(self._kernel, step.device):
                links.set_up(self._kernel, step.device, up=False)
                return True
        return False

    def _undo_address(self, step: AddAddress, before: Before) -> bool:
        return self._is(step.device, before) and links.remove_address(self._kernel, step.device, step.address)

    def _address_outside(self, network: Network) -> str | None:
        """For a device without an address of its own, which FreeBSD gives a route no other way."""
        found = self._sight.way_outside(str(network.network_address))
        return str(found[1]) if found is not None else None

    def _undo_setting(self, step: SetSysctl, before: Before) -> bool:
        """Unless somebody else has set another value since."""
        if before.value in (None, step.value) or self._kernel.setting(step.path) != int(step.value):
            return False
        assert before.value is not None
        self._kernel.set_setting(step.path, int(before.value))
        return True

    def _ours(self, network: Network) -> Route | None:
        there = self._sight.at(network)
        return there if there is not None and there.is_ours else None

    def _stood(self, step: AddRoute | AddBlock) -> Stood | None:
        there = self._sight.at(ip_network(step.network))
        return routes.remember(there) if there is not None and not there.is_ours else None

    def _way(self, network: Network) -> RouteMessage | None:
        """The route that keeps `network` out of the tunnels, None where it needs none or has no way out."""
        if any(route.network == network for route in self._sight.foreign):
            return None
        way = self._sight.outside(network)
        device = self._sight.devices.get(way.index) if way is not None else None
        if way is None or device is None or way.leads_nowhere:
            return None
        return routes.around(self._kernel.layout.system, network, way, device.name)

    def _keeps_out(self, network: Network) -> bool:
        """Whether the route follows the way out, as it is now."""
        there, wanted = self._ours(network), self._way(network)
        if there is None or wanted is None:
            return there is None and wanted is None
        router = wanted.gateway if wanted.flags & RTF_GATEWAY else None
        return not there.leads_nowhere and (there.index, there.router) == (wanted.index, router)

    def _keep_out(self, network: Network) -> None:
        there, wanted = self._ours(network), self._way(network)
        if wanted is None:
            if there is not None:
                routes.take_away(self._talk, network, None)
        elif there is None:
            routes.put(self._talk, wanted)
        else:
            routes.move(self._talk, there, wanted)

    def _undo_route(self, step: AddRoute | AddBlock, before: Before) -> bool:
        network = ip_network(step.network)
        if isinstance(step, AddRoute):
            gone = routes.take_away(self._talk, network, before.ifindex)
        else:
            gone = routes.take_away(self._talk, network, None, nowhere=True)
        if before.stood is not None:
            device = self._sight.devices.get(before.stood.ifindex)
            if device is not None and routes.put_back(self._talk, network, before.stood, device.name):
                self._sight = Sight(self._kernel)  # it may be planned for in this very call
                return True
        return gone


def _not_of_these_systems(step: MachineStep) -> OSError:
    """A step that a plan of ours never has; an undo log of another system may."""
    return OSError(errno.EOPNOTSUPP, str(step))
