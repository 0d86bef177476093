from collections.abc import Sequence

from ginnel_core.values import Selector

class Window:
    top: int
    def __init__(self, size: int, top: int = 0) -> None: ...
    def infer(self, low: int) -> int: ...
    def take(self, sequence: int) -> str: ...

class Sealer:
    def __init__(
        self,
        *,
        spi: int,
        encr: int,
        encr_key: bytes,
        integ: int = 0,
        integ_key: bytes = b"",
        local: Sequence[Selector],
        remote: Sequence[Selector],
        esn: bool = False,
        sequence: int = 0,
    ) -> None: ...
    def seal(self, inner: bytes, in_place: bool = True) -> bytes: ...
    def inner_mtu(self, path_mtu: int, ipv6_outside: bool) -> int: ...
    def repeat(self, inner: bytes, times: int) -> int: ...

class Opener:
    def __init__(
        self,
        *,
        spi: int,
        encr: int,
        encr_key: bytes,
        integ: int = 0,
        integ_key: bytes = b"",
        local: Sequence[Selector],
        remote: Sequence[Selector],
        replay_window: int = 4096,
        esn: bool = False,
        top: int = 0,
    ) -> None: ...
    def open(self, packet: bytes) -> tuple[str, bytes]: ...
    def open_train(self, packets: list[bytes]) -> int: ...

class Raw:
    def __init__(self, encr: int, encr_key: bytes, sealing: bool) -> None: ...
    def repeat(self, size: int, times: int) -> int: ...
    def open_train(self, packets: list[bytes]) -> int: ...

class Keyed:
    def __init__(
        self,
        *,
        encr: int,
        encr_key: bytes,
        integ: int = 0,
        integ_key: bytes = b"",
        esn: bool = False,
        sealing: bool,
    ) -> None: ...
    def seal(self, header: bytes, payload: bytes, sequence: int) -> bytes: ...
    def open(self, packet: bytes, sequence: int) -> tuple[str, bytes]: ...
