"""Sealing and opening one packet, against the bare calls of libcrypto for the same octets."""

from __future__ import annotations

import struct
from collections.abc import Callable

from ginnel_core import Selector
from ginnel_core.probe_esp import Opener, Raw, Sealer

from .results import Quantity, Results

OCTETS = 1400
#: Each round times one and then the other this often, so close together that both meet the same machine.
PACKETS = 256
ROUNDS = 100
#: Name -> IKEv2 encryption transform, octets of key with salt.
CIPHERS = {"AES-GCM-128": (20, 20), "AES-GCM-256": (20, 36), "ChaCha20-Poly1305": (28, 36)}
ESP_AROUND = 32  # header, IV and ICV
SPI = 256
ANY = [Selector(0, 0, 65535, bytes(4), b"\xff" * 4)]


def packet(octets: int) -> bytes:
    """An IPv4 packet that the selectors let pass."""
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, octets, 0, 0, 64, 17, 0, bytes(4), bytes(4))
    return header.ljust(octets, b"\0")


def measure(results: Results, *, rounds: int = ROUNDS, packets: int = PACKETS) -> None:
    for name, (encr, key_octets) in CIPHERS.items():
        _measure(results, name, encr, bytes(range(key_octets)), rounds, packets)


def _measure(results: Results, name: str, encr: int, key: bytes, rounds: int, packets: int) -> None:
    inner = packet(OCTETS)
    sealer = Sealer(spi=SPI, encr=encr, encr_key=key, local=ANY, remote=ANY)
    train = [sealer.seal(inner) for _ in range(packets)]
    payload = len(train[0]) - ESP_AROUND
    raw_sealer, raw_opener = Raw(encr, key, True), Raw(encr, key, False)

    def fresh_opener() -> int:
        """The window takes each packet once."""
        return Opener(spi=SPI, encr=encr, encr_key=key, local=ANY, remote=ANY).open_train(train)

    def pair(
        ours: Callable[[], int], raw: Callable[[], int], to: tuple[Quantity, Quantity, Quantity]
    ) -> None:
        for _ in range(rounds):
            own_ns, raw_ns = ours() / packets, raw() / packets
            for quantity, value in zip(to, (own_ns, raw_ns, own_ns / raw_ns), strict=True):
                results.add(name, quantity, value)

    pair(
        lambda: sealer.repeat(inner, packets),
        lambda: raw_sealer.repeat(payload, packets),
        (Quantity.SEAL, Quantity.SEAL_RAW, Quantity.SEAL_RATIO),
    )
    pair(
        fresh_opener,
        lambda: raw_opener.open_train(train),
        (Quantity.OPEN, Quantity.OPEN_RAW, Quantity.OPEN_RATIO),
    )
