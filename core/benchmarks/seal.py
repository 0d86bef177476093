"""How long sealing one packet takes: `PYTHONPATH=core python core/benchmarks/seal.py [octets]`."""

from __future__ import annotations

import struct
import sys
import time

from ginnel_core import Selector
from ginnel_core.probe import Sealer

ANY = [Selector(0, 0, 65535, bytes(4), b"\xff" * 4)]
SUITES = {
    "AES-GCM-128": (20, bytes(20), 0, b""),
    "AES-GCM-256": (20, bytes(36), 0, b""),
    "ChaCha20-Poly1305": (28, bytes(36), 0, b""),
    "AES-CBC-128 HMAC-SHA2-256": (12, bytes(16), 12, bytes(32)),
    "AES-CBC-256 HMAC-SHA2-256": (12, bytes(32), 12, bytes(32)),
}


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1400
    inner = struct.pack(">BBHHHBBH8x", 0x45, 0, size, 0, 0, 64, 17, 0).ljust(size, b"\0")
    times = 100_000
    for name, (encr, key, integ, integ_key) in SUITES.items():
        sealer = Sealer(
            spi=256, encr=encr, encr_key=key, integ=integ, integ_key=integ_key, local=ANY, remote=ANY
        )
        best = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            sealer.repeat(inner, times)
            best = min(best, time.perf_counter() - start)
        each = best / times
        print(f"{name:28} {each * 1e9:7.0f} ns  {size * 8 / each / 1e9:6.2f} Gbit/s")


if __name__ == "__main__":
    main()
