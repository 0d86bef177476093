"""One step: look at what it will change, do it, undo it."""

from __future__ import annotations

from typing import assert_never

from ..journal import Before, Entry
from ..plan import (
    AddAddress,
    AddBlock,
    AddExemption,
    AddGuard,
    AddRoute,
    AddRule,
    AddThrow,
    LastingStep,
    LinkUp,
    MachineStep,
    SetLink,
    SetSysctl,
    Step,
    Translate,
)
from . import guard, links, nat, routes, rules
from .netlink import PROTOCOL, Netlink, need_link
from .sight import Sight


def look(netlink: Netlink, step: MachineStep) -> Before:
    """What undoing will need. Raises OSError."""
    match step:
        case SetSysctl():
            return links.look_at_sysctl(netlink, step)
        case SetLink() | LinkUp():
            return links.look_at_link(netlink, step.device)
        case AddAddress() | AddRoute():
            return Before(ifindex=need_link(netlink, step.device).index)
        case AddThrow() | AddBlock() | AddRule() | AddExemption() | AddGuard() | Translate():
            return Before()
        case _:
            assert_never(step)


def standing(netlink: Netlink, sight: Sight, index: int) -> set[tuple[str, ...]]:
    """The keys of the addresses and routes of ours that stand on a device. Raises OSError."""
    found = {AddAddress("-", address).key[2:] for address in links.addresses_of(netlink, index)}
    return found | {
        (str(route.table), route.network)
        for route in sight.routes
        if route.protocol == PROTOCOL and index in route.devices
    }


def has_gone(step: Step, stands: set[tuple[str, ...]]) -> bool:
    """Whether an address or a route is not among what `standing` found."""
    match step:
        case AddAddress():
            return step.key[2:] not in stands
        case AddRoute():
            return step.key[1:] not in stands
        case _:
            return False


def is_there(sight: Sight, step: LastingStep) -> bool:
    """Whether it still stands. Raises OSError."""
    match step:
        case AddThrow() | AddBlock():
            return routes.has_route(sight.routes, step)
        case AddRule() | AddExemption():
            return rules.has_rule(sight.rules, step)
        case AddGuard():
            return guard.stands(sight, step)
        case Translate():
            return nat.stands(sight)
        case _:
            assert_never(step)


def do(netlink: Netlink, step: MachineStep, before: Before, instead_of: Entry | None = None) -> None:
    """Do `step`, in place of one with the same key where there is one. Raises OSError."""
    match step:
        case SetSysctl():
            links.set_sysctl(netlink, step, before)
        case SetLink():
            links.set_link(netlink, step)
        case LinkUp():
            links.bring_up(netlink, step)
        case AddAddress():
            if instead_of is not None:
                assert isinstance(instead_of.step, AddAddress)
                links.undo_address(netlink, instead_of.step, instead_of.before)
            links.add_address(netlink, step, before)
        case AddRoute() | AddThrow() | AddBlock():
            routes.add_route(netlink, step, before, replace=instead_of is not None)
        case AddRule() | AddExemption():
            rules.add_rule(netlink, step)
        case AddGuard():
            guard.put_up(step, replace=instead_of is not None)
        case Translate():
            nat.put_up(step)
        case _:
            assert_never(step)


def undo(netlink: Netlink, step: MachineStep, before: Before) -> bool:
    """Whether there was anything to undo. Raises OSError for what is there and will not go."""
    match step:
        case SetSysctl():
            return links.undo_sysctl(netlink, step, before)
        case SetLink():
            return links.undo_link(netlink, step, before)
        case LinkUp():
            return links.undo_up(netlink, step, before)
        case AddAddress():
            return links.undo_address(netlink, step, before)
        case AddRoute() | AddThrow() | AddBlock():
            return routes.undo_route(netlink, step, before)
        case AddRule() | AddExemption():
            return rules.undo_rule(netlink, step)
        case AddGuard():
            return guard.take_down(Sight(netlink), step)
        case Translate():
            return nat.take_down(Sight(netlink))
        case _:
            assert_never(step)
