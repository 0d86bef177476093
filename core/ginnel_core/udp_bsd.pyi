from ginnel_core.values import Endpoint

class UdpSocket:
    """A bound UDP socket for IKE and ESP. `mark` is FreeBSD's FIB (setfib(2)), 0 for the process's own; macOS has none.

    Without `offload` every datagram crosses the kernel by itself. Raises OSError (EADDRINUSE, EACCES), ValueError (mark).
    """

    local: Endpoint
    family: int
    features: dict[str, bool]
    def __init__(self, host: str, port: int, *, mark: int = 0, offload: bool = True) -> None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
