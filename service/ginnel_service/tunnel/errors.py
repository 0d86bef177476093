"""Why a connection did not come up or ended: stable identifiers, with parameters for a person's words."""

from __future__ import annotations

import errno
from typing import Final

from ginnel_core import DeviceLost

from ..ike.errors import SessionError
from ..net.base import NetworkError


class TunnelError(Exception):
    """`code` is a stable identifier, `params` what its explanation needs; neither holds a secret.

    `certificate`: see SessionError.
    """

    certificate = b""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(": ".join([code, *(f"{key} {value}" for key, value in params.items())]))
        self.code = code
        self.params = params


_TUN: Final = {errno.EPERM: "tun_not_permitted", errno.EACCES: "tun_not_permitted"}


def tun_error(error: OSError) -> TunnelError:
    """What refused the TUN device (open(2), and TUNSETIFF in the kernel's tuntap document)."""
    return TunnelError(_TUN.get(error.errno or 0, "tun_unavailable"), errno=error.errno or 0)


def device_error(lost: DeviceLost) -> TunnelError:
    """What the packet path lost for good: its device, which somebody removed, or a socket."""
    return TunnelError("device_lost" if lost.what == "tun" else "socket_lost", errno=lost.errno)


def socket_error(error: OSError, port: int) -> TunnelError:
    """What refused a UDP socket (bind(2), socket(7))."""
    if error.errno == errno.EADDRINUSE:
        return TunnelError("port_busy", port=port)
    return TunnelError("network_refused", step="open a UDP socket", errno=error.errno or 0)


def as_tunnel_error(error: Exception) -> TunnelError:
    """Any error of the rooms below as one of ours; what nobody foresaw is `internal_error`, by type only."""
    if isinstance(error, TunnelError):
        return error
    if isinstance(error, SessionError):
        found = TunnelError(error.code, detail=error.detail)
        found.certificate = error.certificate
        return found
    if isinstance(error, NetworkError) and error.code == "dns_refused":
        return TunnelError("dns_refused", step=error.step, errno=error.errno)
    if isinstance(error, NetworkError):
        return TunnelError("network_refused", step=error.step, errno=error.errno)
    # The type alone: a message made elsewhere might quote what it choked on.
    return TunnelError("internal_error", detail=type(error).__name__)
