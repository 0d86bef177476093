from collections.abc import Iterable, Sequence

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
    def repeat(self, inner: bytes, times: int) -> None: ...

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

def flow(packet: bytes) -> tuple[int, int | None, int | None, int | None, int] | None: ...
def choose(
    sas: Iterable[tuple[int, Sequence[Selector], Sequence[Selector]]], packet: bytes
) -> int | None: ...
def checksum(*parts: bytes) -> bytes: ...
def transport_checksum(packet: bytes, protocol: int, header: int) -> bytes: ...
def repeat_sum(data: bytes, times: int) -> int: ...
