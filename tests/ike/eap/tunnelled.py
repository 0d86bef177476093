"""A small TTLS and PEAP server for tests, on pyOpenSSL itself; what is inside is scripted by callables."""

from __future__ import annotations

from collections.abc import Callable

from OpenSSL import SSL

from ginnel_service.ike.eap.outcome import Accepted, Rejected, Reply
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.eap.tls_config import TlsVersion
from ike.eap.certificates import authority, server_certificate

VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
LABELS = {Type.TTLS: b"ttls keying material", Type.PEAP: b"client EAP encryption"}

#: What the inside says to the peer's plaintext (empty at first): plaintext, or True or False to end.
Inside = Callable[["TunnelledServer", bytes], bytes | bool]


class TunnelledServer:
    def __init__(
        self,
        kind: Type,
        version: TlsVersion,
        inside: Inside,
        *,
        octets: int = 16384,
        flags: int = 0,
        staple: bytes = b"",
    ) -> None:
        held = server_certificate()
        context = SSL.Context(SSL.TLS_METHOD)
        context.set_min_proto_version(VERSIONS[version])
        context.set_max_proto_version(VERSIONS[version])
        context.use_certificate(held.certificate)
        context.add_extra_chain_cert(authority("root").certificate)
        context.use_privatekey(held.key)
        context.set_ocsp_server_callback(lambda connection, data: staple)
        self.tls = SSL.Connection(context)
        self.tls.set_accept_state()
        self.kind, self.version, self.inside = kind, version, inside
        self.octets, self.flags = octets, flags
        self.identifier = 1
        self.up = False
        self.heard: list[bytes] = []  # plaintext of the peer
        self.msk: bytes | None = None
        self._in, self._out = b"", b""

    def start(self) -> bytes:
        return self._packet(bytes([0x20 | self.flags]))

    def receive(self, octets: bytes) -> Reply | Accepted | Rejected:
        packet = Packet.parse(octets)
        assert (packet.code, packet.type, packet.identifier) == (Code.RESPONSE, self.kind, self.identifier)
        self.identifier = (self.identifier + 1) % 256
        flags, body = packet.data[0], packet.data[5 if packet.data[0] & 0x80 else 1 :]
        assert flags & 0x07 == 0
        if self._out:
            assert not body
            return self._next()
        self._in += body
        if flags & 0x40:
            return Reply(self._packet(b"\0"))
        message, self._in = self._in, b""
        verdict = self._process(message)
        if verdict is None:
            return self._next()
        code = Code.SUCCESS if verdict else Code.FAILURE
        end = Packet(code, self.identifier).serialise()
        return Accepted(end, self.msk or b"", b"") if verdict else Rejected(end, "")

    def export(self, label: bytes, count: int, context: bytes | None = None) -> bytes:
        return self.tls.export_keying_material(label, count, context)

    def _process(self, message: bytes) -> bool | None:
        if message:
            self.tls.bio_write(message)
        plain, shaken = b"", False
        try:
            if not self.up:
                self.tls.do_handshake()
                self.up = shaken = True
                label, context = LABELS[self.kind], None
                if self.version == "1.3":
                    label, context = b"EXPORTER_EAP_TLS_Key_Material", bytes([self.kind])
                self.msk = self.export(label, 128, context)[:64]
            while True:
                plain += self.tls.recv(65536)
        except SSL.WantReadError:
            pass
        waits = shaken and not plain and self.version == "1.2"  # our Finished goes out first
        if self.up and not waits:
            if plain:
                self.heard.append(plain)
            said = self.inside(self, plain)
            if isinstance(said, bool):
                return said
            if said:
                self.tls.send(said)
        try:
            while True:
                self._out += self.tls.bio_read(65536)
        except SSL.WantReadError:
            return None

    def _next(self) -> Reply:
        part, self._out = self._out[: self.octets], self._out[self.octets :]
        return Reply(self._packet(bytes([0x40 if self._out else 0]) + part))

    def _packet(self, data: bytes) -> bytes:
        return Packet(Code.REQUEST, self.identifier, self.kind, data).serialise()
