from ginnel_core.values import Endpoint

class UdpSocket:
    """A bound UDP socket for IKE and ESP. `mark` is Linux's SO_MARK, 0 for none. Raises OSError (EADDRINUSE, EACCES).

    Without `offload` every datagram crosses the kernel by itself.
    """

    local: Endpoint
    family: int
    features: dict[str, bool]
    def __init__(self, host: str, port: int, *, mark: int = 0, offload: bool = True) -> None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
