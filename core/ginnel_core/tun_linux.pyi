class Tun:
    """A TUN device. Exists until closed; `name` may hold %d. Raises OSError (EPERM, EBUSY, ENOENT).

    Without `offload` it carries single packets with whole checksums alone.
    """

    name: str
    offloads: int
    def __init__(self, name: str = "ginnel%d", *, offload: bool = True) -> None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
