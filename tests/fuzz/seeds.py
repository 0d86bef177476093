"""Writes first inputs for every target: `python -m fuzz.seeds FOLDER`, a folder for each target inside.

They come from the vectors and from simulated lives of a tunnel, whose sealed messages are opened again and
written as scripts. libFuzzer's `-set_cover_merge=1` then keeps what each adds; see docs/testing.md.
"""

from __future__ import annotations

import random
import sys
from hashlib import sha1
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from fuzz.script import write_chain, write_chunk
from fuzz.targets import certificates, inner, payloads, unauthenticated
from ginnel_service.gateway.example import example
from ginnel_service.ike.codes import CertEncoding
from ginnel_service.ike.eap.avps import Avp
from ginnel_service.ike.eap.peap import tlv
from ginnel_service.ike.errors import PeerError
from ginnel_service.ike.message import Header, parse_header, parse_message
from ginnel_service.ike.payloads import Payload, SkPayload
from ginnel_service.ike.proposals import DEFAULT_ESP, DEFAULT_IKE, keywords
from ginnel_service.ike.session import Session
from ginnel_service.tunnel.frames import framed
from helpers.authority import SERVER, Authority, dns, ip, mail
from helpers.import_files import CASES
from ike.codec.test_message_vectors import HEX
from simulation.hostile import Impostor
from simulation.world import World

Said = tuple[str, bytes, Header, tuple[Payload, ...]]
PROFILE = b"""\
version = 1
name = "office"
server = "vpn.example.org"
port = 500
[local]
id = "alice@example.org"
[remote]
id = "vpn.example.org"
[authentication]
method = "psk"
[ike]
proposals = ["aes256gcm16-prfsha384-ecp384"]
lifetime_s = 14400.0
[esp]
proposals = ["aes128gcm16-esn"]
max_octets = 1000000
copy_dscp = true
[network]
subnets = ["10.0.0.0/8", "::/0"]
bypass = ["10.1.0.0/16"]
mtu = 1400
[timing]
liveness_s = 30
"""


def main() -> None:
    folder = Path(sys.argv[1])
    heard = life()
    for name, inputs in {
        "message": message_inputs(heard),
        "payloads": payload_inputs(heard),
        "inner": inner_inputs(heard),
        "fragments": fragment_inputs(heard),
        "eap": eap_inputs(),
        "certificates": certificate_inputs(),
        "unauthenticated": unauthenticated_inputs(heard),
        "local": local_inputs(),
        "imports": [case.data for case in CASES],
        "radius": radius_inputs(),
    }.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for octets in inputs:
            (folder / name / sha1(octets, usedforsecurity=False).hexdigest()[:12]).write_bytes(octets)


def life() -> list[Said]:
    """What both sides say from the first message to the last, opened."""
    world, heard = World(1, discover=1400), list[Said]()

    def tap(sender: str, datagram: bytes) -> bool:
        if len(datagram) > 1:
            heard.append((sender, datagram, parse_header(datagram), opened(world, sender, datagram)))
        return True

    world.tap = tap
    world.connect()
    world.stop_esp()
    for command in (world.rekey_child, world.rekey_ike):
        for side in ("client", "gateway"):
            command(side)
            world.run(world.now + 70)
    world.act("client", lambda session: session.check_liveness(world.now))
    world.run(world.now + 1)
    world.client.close(world.now)
    world.run(world.now + 1)
    return heard


def opened(world: World, sender: str, datagram: bytes) -> tuple[Payload, ...]:
    message = parse_message(datagram)
    if message.get(SkPayload) is None:
        return message.payloads
    sessions: list[Session] = [world.client] if sender == "client" else list(world.gateway.sessions)
    for session in sessions:
        for sa in session.talk.sas:
            if sa.spi_i == message.spi_i:
                try:
                    return Impostor(session, random.Random(1)).opened(datagram, sa)
                except PeerError:
                    continue
    return ()


def message_inputs(heard: list[Said]) -> list[bytes]:
    datagrams = [*HEX.values(), *(datagram for _, datagram, _, _ in heard)]
    stream = b"".join(b"".join(framed(memoryview(each[:80]), 60)) for each in datagrams[:4])
    return [*datagrams, stream]


def payload_inputs(heard: list[Said]) -> list[bytes]:
    seen = [payload for _, _, _, inside in heard for payload in inside]
    for octets in HEX.values():
        seen += parse_message(octets).payloads
    return [
        bytes([payloads.KINDS.index(payload.type)]) + payload.serialise()
        for payload in seen
        if payload.type in payloads.KINDS
    ]


def inner_inputs(heard: list[Said]) -> list[bytes]:
    """Each message to each victim, alone and together with the next ones."""
    scripts = []
    for number, (side, established) in enumerate(inner.VICTIMS):
        steps = []
        for sender, _, header, inside in heard:
            if sender == side or header.exchange not in inner.EXCHANGES:
                continue
            exchange = inner.EXCHANGES.index(header.exchange)
            step = bytes((inner.REQUEST, exchange, 0)) + write_chain(inside)
            if header.is_response:
                asked = inner.COMMANDS.index("rekey_ike" if len(inside) == 3 else "rekey_child")
                step = bytes((inner.COMMAND, asked, inner.RESPONSE, 0)) + write_chain(inside)
            steps.append(step)
        step_later = bytes((inner.TIME, 20))
        scripts += [bytes([number]) + step for step in steps]
        scripts += [bytes([number]) + step_later.join(steps[at : at + 4]) for at in range(0, len(steps), 4)]
        if not established:
            scripts.append(bytes((number, inner.RESPONSE, 0)) + write_chain(heard[3][3]))
    return scripts


def fragment_inputs(heard: list[Said]) -> list[bytes]:
    """Each message that the victim waits for, whole and in pieces, and fragments made by hand."""
    scripts = []
    for number, (side, _) in enumerate(inner.VICTIMS):
        for sender, _, header, inside in heard:
            if sender == side or header.exchange not in inner.EXCHANGES:
                continue
            outside = bytes((inner.EXCHANGES.index(header.exchange), int(header.is_response)))
            chain = write_chain(inside)
            scripts.append(bytes((number, 0)) + outside + chain + b"\0\0\1\0")
            scripts.append(bytes((number, 0)) + outside + chain + b"\1\4\2\1\3\0\0\1\0")
        parts = [
            b"\1\0\0\x29" + bytes((n, 3)) + write_chunk(b"\0\0\0\x08\0\0\x40\0"[n - 1 :]) for n in (1, 2, 3)
        ]
        scripts.append(bytes([number]) + b"\0".join(parts) + b"\0")
        scripts.append(bytes([number]) + b"\2\0\0\x29" + write_chunk(b"\x2b\0\0\x08\0\0\x40\0\0\0\0\4"))
    return scripts


def certificate_inputs() -> list[bytes]:
    """A certificate with most extensions, raw, and each of its extensions signed again; CRLs and OCSP."""
    host, root = dns("gw.example.org"), Authority("Seed Root", key=certificates._key(4))
    rich = root.issue(
        "gw.example.org",
        sans=[host, mail("alice@example.org"), ip("192.0.2.1")],
        key=certificates._key(5),
        ekus=[SERVER],
        crl_urls=["http://crl.example.org/a.crl"],
        ocsp_urls=["http://ocsp.example.org/"],
    )
    der = rich.certificate.public_bytes(Encoding.DER)
    chain = write_chunk(der) + write_chunk(root.certificate.public_bytes(Encoding.DER))
    found = [e for each in (rich.certificate, root.certificate) for e in each.extensions]
    kinds = [certificates.EXTENSIONS.index(extension.oid) for extension in found]
    values = [extension.value.public_bytes() for extension in found]
    head = bytes((1, 1, 0, 0)) + write_chunk(b"gw.example.org") + b"\0"
    made = [bytes((kind, 0)) + write_chunk(value) for kind, value in zip(kinds, values, strict=True)]
    scripts = [bytes((0, choice)) + chain for choice in (0, 15, 24)]
    scripts += [bytes((1, 31)) + head + b"\1" + each for each in made]
    scripts.append(bytes((1, 27)) + head + b"\5" + b"".join(made[:5]))
    url = (
        bytes([CertEncoding.HASH_AND_URL_X509])
        + sha1(der, usedforsecurity=False).digest()
        + b"http://a.example/b"
    )
    shown = bytes([CertEncoding.X509_SIGNATURE]) + der
    scripts.append(b"\2\2" + write_chunk(url) + write_chunk(shown) + b"\1" + write_chunk(der) + b"\x0f")
    bundle = b"\xa0\x82" + write_chunk(der)
    scripts.append(b"\2\0" + write_chunk(b"\x30\x82" + write_chunk(bundle)))
    scripts.append(b"\3\x0e" + write_chunk(bytes.fromhex("0c300506032b6570") + bytes(64)))
    scripts += [
        b"\4\2" + write_chunk(data) + write_chunk(b"") for data in (rich.pem(), rich.pkcs12("secret"))
    ]
    crl = root.crl([rich.certificate])
    scripts.append(b"\5\7\0\0" + write_chunk(crl) + b"\1" + made[0] + b"\0\6\4" + write_chunk(b"\x0a\1\1"))
    scripts += [b"\6" + bytes((choice, 0, 0, choice, 0, 0, 1, 1, 0)) for choice in (0, 2, 7)]
    return scripts


def radius_inputs() -> list[bytes]:
    """A challenge, an accept with keys and terms, a reject; each signed, and one as it is."""
    challenge = attribute(24, b"state") + attribute(79, b"\1\2\0\6\x1a\1")
    keys = b"".join(
        attribute(26, (311).to_bytes(4, "big") + bytes([kind, 52]) + b"\x80\1" + bytes(48))
        for kind in (16, 17)
    )
    terms = attribute(8, b"\x0a\0\0\7") + attribute(27, bytes([0, 0, 14, 16])) + attribute(88, b"staff")
    accept = attribute(1, b"bob") + attribute(25, b"class") + terms + keys + attribute(79, b"\3\2\0\4")
    bodies = {11: challenge, 2: accept, 3: attribute(79, b"\4\2\0\4")}
    made = [b"\0" + bytes([code]) + write_chunk(body) for code, body in bodies.items()]
    return [*made, b"".join(made), b"\1" + write_chunk(b"\2\1\0\x14" + bytes(16))]


def attribute(kind: int, value: bytes) -> bytes:
    return bytes([kind, len(value) + 2]) + value


def eap_inputs() -> list[bytes]:
    """Honest conversations, and one packet of each method."""
    relay = b"\2" + write_chunk(b"\xff\xff") + write_chunk(b"")
    packets = {
        1: b"",
        2: b"a notice",
        4: b"\x10" + bytes(16) + b"gateway",
        6: b"Password: ",
        26: b"\1\1\0\x1c\x10" + bytes(16) + b"gateway",
        13: b"\x20",
        21: b"\x20",
        25: b"\x20",
        254: b"\0\0\0\0\0\0\x0d",
    }
    made = [b"\1\0" + bytes([kind]) + write_chunk(data) for kind, data in packets.items()]
    scripts = [bytes((who, choice)) + relay * 14 for who in (0, 1) for choice in (0, 1, 2, 4, 12)]
    scripts += [b"\0\0" + packet for packet in made] + [b"\0\1" + b"\2".join(made)]
    failure = b"\4\1\0\x30E=691 R=1 C=" + b"00" * 16 + b" V=3 M=no"
    scripts.append(b"\0\0" + made[4] + b"\1\0\x1a" + write_chunk(failure) + b"\2\2")
    avp = Avp(79, b"\1\1\0\5\1").serialise()
    scripts += [bytes((2, choice)) + write_chunk(avp) for choice in (0, 1, 2)]
    chap = Avp(26, b"\0S=" + b"0" * 40, 311).serialise() + Avp(2, b"\0E=691 R=0", 311).serialise()
    scripts.append(b"\2\1" + write_chunk(chap) + write_chunk(Avp(18, b"no").serialise()))
    result = tlv(3, b"\0\1") + tlv(12, bytes(56))
    extensions = b"\1\1" + (5 + len(result)).to_bytes(2, "big") + b"\x21" + result
    scripts.append(
        b"\2\x80" + write_chunk(b"\1") + write_chunk(b"\x1a" + packets[26]) + write_chunk(extensions)
    )
    return scripts


def unauthenticated_inputs(heard: list[Said]) -> list[bytes]:
    """The first exchange as it was, made anew, damaged, with cookies, and an IKE_AUTH without the keys."""
    first, answer, auth = heard[0], heard[1], heard[2]
    scripts = []
    for victim, (_, datagram, header, inside) in ((0, first), (1, answer), (0, auth)):
        spis = write_chunk(b"IKESPI_I" if victim else b"anothers") + write_chunk(header.spi_r)
        exchange = unauthenticated.EXCHANGES.index(header.exchange)
        flags = 0x20 if header.is_response else 0x08
        begin = bytes((victim,)) + (b"" if victim else b"\0") + b"\0"
        scripts.append(begin + b"\0" + write_chunk(datagram))
        scripts.append(
            begin + b"\1" + spis + bytes((exchange, flags, header.message_id)) + write_chain(inside)
        )
        scripts.append(begin + b"\2" + write_chunk(b"\0\0\0") + write_chunk(b""))
    cookie = b"\x29\0" + write_chunk(b"\0\0\x40\x06" + unauthenticated.COOKIE)
    scripts.append(b"\0\0\0\2" + write_chunk(b"\0\0\0") + write_chunk(b"") + b"\0\0\3\1" + cookie + b"\0")
    ask_again = b"\1\0\1" + write_chunk(b"IKESPI_I") + write_chunk(b"") + b"\0\x20\0\1" + cookie
    scripts.append(ask_again + ask_again[1:])
    method = b"\x29\0" + write_chunk(b"\0\0\0\x11\0\x13")
    scripts.append(b"\1\0\1" + write_chunk(b"IKESPI_I") + write_chunk(b"") + b"\0\x20\0\1" + method)
    return scripts


def local_inputs() -> list[bytes]:
    words = [keywords(proposal).encode() for proposal in (*DEFAULT_IKE, *DEFAULT_ESP)]
    return [
        b"\0" + PROFILE,
        b"\1" + example("gw.example.org", "alice@example.org").encode(),
        *(b"\2" + which + word for word in words for which in (b"\0", b"\xff")),
        *(
            b"\3" + who
            for who in (b"192.0.2.1", b"alice@example.org", b"gw.example.org", b"@#0102", b"fd00::1")
        ),
        b"\4\7" + b'{"a": 1}\n\n{"b": 2}\n' + b"x" * 70 + b"\n",
    ]


if __name__ == "__main__":
    main()
