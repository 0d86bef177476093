"""Sends IKE_SA_INIT requests from made-up addresses: `python spoofer.py ADDRESS COUNT PER_SECOND`.

Half go to port 500 and half, with the non-ESP marker, to 4500. Sources are of 198.18.0.0/15 (RFC 2544),
where nobody answers; each request has its own address, port, SPI, nonce and public value. Raw IPv4 (raw(7)),
so it takes root in its network namespace. Prints how many were sent.
"""

from __future__ import annotations

import random
import socket
import struct
import sys
import time

from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.message import Message, serialise_message
from ginnel_service.ike.payloads.ke import KePayload
from ginnel_service.ike.payloads.nonce import NoncePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import SaPayload
from ginnel_service.ike.proposals import DEFAULT_IKE, offer

X25519 = 31
BURST = 50
MARKER = bytes(4)


def request(chance: random.Random) -> bytes:
    """One that a responder would answer with a handshake if it believed the address."""
    payloads = (
        SaPayload(offer(DEFAULT_IKE)),
        KePayload(X25519, chance.randbytes(32)),
        NoncePayload(chance.randbytes(32)),
        NotifyPayload(NotifyType.NAT_DETECTION_SOURCE_IP, chance.randbytes(20)),
        NotifyPayload(NotifyType.NAT_DETECTION_DESTINATION_IP, chance.randbytes(20)),
    )
    return serialise_message(
        Message(chance.randbytes(8), bytes(8), ExchangeType.IKE_SA_INIT, 0, True, False, payloads)
    )


def packet(chance: random.Random, target: bytes, data: bytes, port: int) -> bytes:
    """UDP without a checksum over IPv4, whose checksum the kernel fills in."""
    source = bytes((198, 18 + chance.randrange(2))) + chance.randbytes(2)
    udp = struct.pack(">HHHH", chance.randrange(1024, 65536), port, 8 + len(data), 0) + data
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, target) + udp


def main() -> None:
    host, count, per_second = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance, target = random.Random(8019), socket.inet_aton(host)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        begun, sent = time.monotonic(), 0
        while sent < count:
            for _ in range(BURST):
                made = request(chance)
                data, port = (MARKER + made, 4500) if sent & 1 else (made, 500)
                out.sendto(packet(chance, target, data, port), (host, 0))
                sent += 1
            time.sleep(max(0.0, begun + sent / per_second - time.monotonic()))
    print(sent)


if __name__ == "__main__":
    main()
