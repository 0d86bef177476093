"""Rules: ip-rule(8) by netlink."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from socket import AF_INET, AF_INET6
from typing import Final

from ..plan import (
    EXEMPT_PRIORITY,
    MAIN_TABLE,
    MARK,
    RULE_PRIORITY,
    TABLE,
    AddExemption,
    AddRule,
    Family,
)
from .netlink import CREATE, PROTOCOL, Attributes, Netlink, tolerate_gone, u32
from .routes import HEADER as _HEADER

_RTM_NEWRULE, _RTM_DELRULE, _RTM_GETRULE = 32, 33, 34
_FRA_PRIORITY, _FRA_FWMARK, _FRA_TABLE, _FRA_FWMASK, _FRA_PROTOCOL = 6, 10, 15, 16, 21
_FR_ACT_TO_TBL: Final = 1
_FIB_RULE_INVERT: Final = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """One that stands."""

    family: Family
    priority: int
    protocol: int
    table: int  # 0 when it does something else than look one up
    mark: int
    mask: int
    inverted: bool  # is for what does not bear the mark


def rules(netlink: Netlink, family: int) -> Iterator[Rule]:
    """Raises OSError."""
    for message in netlink.dump(_RTM_GETRULE, _HEADER.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)):
        got, _, _, _, short, _, _, action, flags = _HEADER.unpack(message.body)
        if got == family:
            table = message.number(_FRA_TABLE) or short
            yield Rule(
                family=4 if family == AF_INET else 6,
                priority=message.number(_FRA_PRIORITY) or 0,
                protocol=int.from_bytes(message.attributes.get(_FRA_PROTOCOL, b"")),
                table=table if action == _FR_ACT_TO_TBL else 0,
                mark=message.number(_FRA_FWMARK) or 0,
                mask=message.number(_FRA_FWMASK) or 0,
                inverted=bool(flags & _FIB_RULE_INVERT),
            )


def add_rule(netlink: Netlink, step: AddRule | AddExemption) -> None:
    """A rule of ours that nobody remembers is taken over."""
    try:
        netlink.change(_RTM_NEWRULE, *_rule(step), CREATE)
    except OSError as error:
        if error.errno != errno.EEXIST or not has_rule(rules(netlink, _family(step)), step):
            raise


def undo_rule(netlink: Netlink, step: AddRule | AddExemption) -> bool:
    with tolerate_gone():
        netlink.change(_RTM_DELRULE, *_rule(step))
        return True
    return False


def has_rule(found: Iterable[Rule], step: AddRule | AddExemption) -> bool:
    """Whether `step` is among them."""
    priority, mark, table, inverted = _terms(step)
    wanted = (step.family, priority, PROTOCOL, mark, table, inverted)
    return any(
        (rule.family, rule.priority, rule.protocol, rule.mark, rule.table, rule.inverted) == wanted
        for rule in found
    )


def _family(step: AddRule | AddExemption) -> int:
    return AF_INET if step.family == 4 else AF_INET6


def _terms(step: AddRule | AddExemption) -> tuple[int, int, int, bool]:
    """Priority, mark, table, and whether the rule is for what does not bear the mark."""
    if isinstance(step, AddExemption):
        return EXEMPT_PRIORITY, step.mark, MAIN_TABLE, False
    return RULE_PRIORITY, MARK, TABLE, True


def _rule(step: AddRule | AddExemption) -> tuple[bytes, Attributes]:
    priority, mark, table, inverted = _terms(step)
    flags = _FIB_RULE_INVERT if inverted else 0
    return _HEADER.pack(_family(step), 0, 0, 0, 0, 0, 0, _FR_ACT_TO_TBL, flags), [
        (_FRA_PRIORITY, u32(priority)),
        (_FRA_TABLE, u32(table)),
        (_FRA_FWMARK, u32(mark)),
        (_FRA_PROTOCOL, bytes([PROTOCOL])),
    ]


def remove_rule(netlink: Netlink, rule: Rule) -> bool:
    """Remove a rule of ours that stands."""
    family = AF_INET if rule.family == 4 else AF_INET6
    flags = _FIB_RULE_INVERT if rule.inverted else 0
    body = _HEADER.pack(family, 0, 0, 0, 0, 0, 0, _FR_ACT_TO_TBL, flags)
    attributes = [
        (_FRA_PRIORITY, u32(rule.priority)),
        (_FRA_TABLE, u32(rule.table)),
        (_FRA_FWMARK, u32(rule.mark)),
        (_FRA_PROTOCOL, bytes([PROTOCOL])),
    ]
    with tolerate_gone():
        netlink.change(_RTM_DELRULE, body, attributes)
        return True
    return False
