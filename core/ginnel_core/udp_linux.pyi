from ginnel_core.values import Endpoint

class UdpSocket:
    """A bound UDP socket for IKE and ESP. `mark` is Linux's SO_MARK, 0 for none. Raises OSError (EADDRINUSE, EACCES)."""

    local: Endpoint
    family: int
    def __init__(self, host: str, port: int, *, mark: int = 0) -> None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
