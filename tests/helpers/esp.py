"""ESP packets built and opened by `cryptography` alone: the independent opinion on every transform."""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, ChaCha20Poly1305

from core.spaces import ANY
from ginnel_core import Selector
from ginnel_core.probe_esp import Opener, Sealer

SPI = 0xC0FFEE01

_GCM = {18: 8, 19: 12, 20: 16, 30: 16}  # transform id -> octets of ICV
_CCM = {14: 8, 15: 12, 16: 16}
_CHACHA = {28: 16, 31: 16}
_IMPLICIT = {30, 31}
_HMAC = {2: ("sha1", 20, 12), 12: ("sha256", 32, 16), 13: ("sha384", 48, 24), 14: ("sha512", 64, 32)}
_NULL, _CBC, _CTR = 11, 12, 13


@dataclass(frozen=True)
class Suite:
    """Transform ids with keys; `name` is in the keywords of proposals."""

    name: str
    encr: int
    key: bytes
    integ: int = 0
    integ_key: bytes = b""

    def __str__(self) -> str:
        return self.name

    @property
    def salt(self) -> bytes:
        if self.encr in _CCM:
            return self.key[-3:]
        return b"" if self.encr in {_NULL, _CBC} else self.key[-4:]

    @property
    def iv(self) -> int:
        """Octets of IV in a packet."""
        return 16 if self.encr == _CBC else 0 if self.encr in {_NULL, *_IMPLICIT} else 8

    @property
    def icv(self) -> int:
        return _HMAC[self.integ][2] if self.integ else (_GCM | _CCM | _CHACHA)[self.encr]

    @property
    def align(self) -> int:
        return 16 if self.encr == _CBC else 4

    def sealer(self, esn: bool = False, sequence: int = 0) -> Sealer:
        return Sealer(
            spi=SPI, encr=self.encr, encr_key=self.key, integ=self.integ, integ_key=self.integ_key,
            local=ANY, remote=ANY, esn=esn, sequence=sequence,
        )  # fmt: skip

    def opener(
        self, esn: bool = False, top: int = 0, selectors: list[Selector] = ANY, window: int = 64
    ) -> Opener:
        return Opener(
            spi=SPI, encr=self.encr, encr_key=self.key, integ=self.integ, integ_key=self.integ_key,
            local=ANY, remote=selectors, esn=esn, top=top, replay_window=window,
        )  # fmt: skip

    def padded(self, inner: bytes, following: int) -> bytes:
        count = -(len(inner) + 2) % self.align
        return inner + bytes(range(1, count + 1)) + bytes([count, following])

    def counter_iv(self, sequence: int) -> bytes:
        """The IV that our sealer sends: the sequence number, for CBC encrypted."""
        counter = struct.pack(">Q", sequence)
        if self.encr == _CBC:
            encryptor = Cipher(algorithms.AES(self.key), modes.ECB()).encryptor()
            return encryptor.update(counter + bytes(8))
        return counter[: self.iv]

    def wrap(self, payload: bytes, sequence: int, esn: bool = False, iv: bytes | None = None) -> bytes:
        """An ESP packet around `payload`, trailer included; `iv` is arbitrary where it is not given."""
        head = struct.pack(">II", SPI, sequence & 0xFFFFFFFF)
        if iv is None:
            iv = hashlib.sha256(head).digest()[: self.iv]
        if self.integ:
            packet = head + iv + self._stream(iv, payload, sealing=True)
            return packet + self.mac(packet, sequence, esn)
        nonce, aad = self._nonce(iv, sequence), self._aad(sequence, esn)
        if self.encr in _GCM:
            encryptor = Cipher(algorithms.AES(self.key[:-4]), modes.GCM(nonce)).encryptor()
            encryptor.authenticate_additional_data(aad)
            sealed = encryptor.update(payload) + encryptor.finalize() + encryptor.tag[: self.icv]
        elif self.encr in _CCM:
            sealed = AESCCM(self.key[:-3], self.icv).encrypt(nonce, payload, aad)
        else:
            sealed = ChaCha20Poly1305(self.key[:-4]).encrypt(nonce, payload, aad)
        return head + iv + sealed

    def unwrap(self, packet: bytes, sequence: int, esn: bool = False) -> bytes:
        """The payload, trailer included. Raises an error of any kind when something is wrong."""
        assert packet[:8] == struct.pack(">II", SPI, sequence & 0xFFFFFFFF)
        iv, body, icv = packet[8 : 8 + self.iv], packet[8 + self.iv : -self.icv], packet[-self.icv :]
        if self.integ:
            assert icv == self.mac(packet[: -self.icv], sequence, esn)
            return self._stream(iv, body, sealing=False)
        nonce, aad = self._nonce(iv, sequence), self._aad(sequence, esn)
        if self.encr in _GCM:
            mode = modes.GCM(nonce, icv, min_tag_length=self.icv)
            decryptor = Cipher(algorithms.AES(self.key[:-4]), mode).decryptor()
            decryptor.authenticate_additional_data(aad)
            return decryptor.update(body) + decryptor.finalize()
        if self.encr in _CCM:
            return AESCCM(self.key[:-3], self.icv).decrypt(nonce, body + icv, aad)
        return ChaCha20Poly1305(self.key[:-4]).decrypt(nonce, body + icv, aad)

    def _nonce(self, iv: bytes, sequence: int) -> bytes:
        return self.salt + (iv or struct.pack(">Q", sequence))

    def _aad(self, sequence: int, esn: bool) -> bytes:
        return struct.pack(">IQ", SPI, sequence) if esn else struct.pack(">II", SPI, sequence)

    def mac(self, packet: bytes, sequence: int, esn: bool) -> bytes:
        tail = struct.pack(">I", sequence >> 32) if esn else b""
        name, _, length = _HMAC[self.integ]
        return hmac.digest(self.integ_key, packet + tail, name)[:length]

    def _stream(self, iv: bytes, data: bytes, *, sealing: bool) -> bytes:
        if self.encr == _NULL:
            return data
        if self.encr == _CBC:
            cbc = Cipher(algorithms.AES(self.key), modes.CBC(iv))
            context = cbc.encryptor() if sealing else cbc.decryptor()
        else:
            ctr = Cipher(algorithms.AES(self.key[:-4]), modes.CTR(self.salt + iv + struct.pack(">I", 1)))
            context = ctr.encryptor()  # which decrypts as well
        return context.update(data) + context.finalize()


def _octets(count: int, first: int) -> bytes:
    return bytes((first + index) % 256 for index in range(count))


def _aead(name: str, encr: int, octets: int) -> Suite:
    return Suite(name, encr, _octets(octets, 0))


def _pair(name: str, encr: int, octets: int, integ: int) -> Suite:
    return Suite(name, encr, _octets(octets, 0), integ, _octets(_HMAC[integ][1], 64))


#: Every transform with every key length, each HMAC with each cipher that needs one.
SUITES = [
    *(
        _aead(f"aes{8 * n}gcm{icv}{'iiv' * (encr in _IMPLICIT)}", encr, n + 4)
        for encr, icv in _GCM.items()
        for n in (16, 24, 32)
    ),
    *(_aead(f"aes{8 * n}ccm{icv}", encr, n + 3) for encr, icv in _CCM.items() for n in (16, 24, 32)),
    _aead("chacha20poly1305", 28, 36),
    _aead("chacha20poly1305iiv", 31, 36),
    *(_pair(f"aes{8 * n}-sha256", _CBC, n, 12) for n in (16, 24, 32)),
    *(_pair(f"aes{8 * n}ctr-sha256", _CTR, n + 4, 12) for n in (16, 24, 32)),
    *(
        _pair(f"{cipher}-{word}", encr, octets, integ)
        for cipher, encr, octets in (("aes256", _CBC, 32), ("aes128ctr", _CTR, 20))
        for word, integ in (("sha384", 13), ("sha512", 14), ("sha1", 2))
    ),
    *(_pair(f"null-{word}", _NULL, 0, integ) for word, integ in (("sha256", 12), ("sha1", 2))),
]
BY_NAME = {suite.name: suite for suite in SUITES}
