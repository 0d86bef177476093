from ginnel_core.tun_framed import FramedTun

class Tun(FramedTun):
    """A TUN device. Exists until closed; in `name` %d stands for its unit. Raises OSError (EPERM, EACCES, EEXIST).

    It has no offloads that `offload` could ask for.
    """

    def __init__(self, name: str = "ginnel%d", *, offload: bool = True) -> None: ...
