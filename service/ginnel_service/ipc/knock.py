"""A client's way in: where more wait at the socket than the service has room for, in the queue with them."""

from __future__ import annotations

import socket
import struct


def connect(path: str, timeout_s: float) -> socket.socket:
    """A socket to the service that waits `timeout_s` for each thing. Raises OSError.

    The kernel lets in who waits in connect(2) in turn, for as long as SO_SNDTIMEO says (socket(7)). Who asks
    now and then instead finds the queue full again as long as somebody else never stops asking.
    """
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        whole_s, part_s = divmod(timeout_s, 1)
        made.setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(whole_s), int(part_s * 1e6))
        )
        made.connect(path)
        made.settimeout(timeout_s)
    except BaseException:
        made.close()
        raise
    return made
