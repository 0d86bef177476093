"""Why an OS refused a step, as a stable identifier: the errnos mean the same on every system."""

from __future__ import annotations

import errno

from .base import NetworkError
from .plan import AddAddress, AddBlock, AddRoute, AddThrow, SetDns, Step


def refusal(step: Step, number: int) -> NetworkError:
    """The OS's errno for `step` as a stable identifier."""
    if isinstance(step, SetDns):
        return NetworkError("dns_refused", str(step), number)
    match number:
        case errno.EPERM | errno.EACCES | errno.EROFS:
            code = "not_permitted"
        case errno.EEXIST:
            code = in_use(step)
        case errno.ENODEV | errno.ENXIO:
            code = "no_such_device"
        case errno.ENOENT | errno.EAFNOSUPPORT | errno.EOPNOTSUPP:  # ENOTSUP is the last's other name
            code = "not_supported"
        case _:
            code = "os_refused"
    return NetworkError(code, str(step), number)


def in_use(step: Step) -> str:
    """The identifier for a step in whose place something else stands."""
    match step:
        case AddAddress():
            return "address_in_use"
        case AddRoute() | AddThrow() | AddBlock():
            return "route_in_use"
        case _:
            return "in_use"
