from ginnel_core.tun_framed import FramedTun

class Tun(FramedTun):
    """A TUN device. Exists until closed; `name` is utun and a number, or %d. Raises OSError (EPERM, EBUSY).

    It has no offloads that `offload` could ask for.
    """

    def __init__(self, name: str = "utun%d", *, offload: bool = True) -> None: ...
