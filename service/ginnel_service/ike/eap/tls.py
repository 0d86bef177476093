"""EAP-TLS (RFC 5216, RFC 9190): the peer's side, and what TTLS and PEAP share with it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from ..auth.errors import CertificateRefused
from ..errors import InvalidSyntax
from .method import Method, Step
from .outcome import Ask, Failed
from .packet import Type
from .tls_config import TlsConfig
from .tls_fragments import START, Fragments, version
from .tls_tunnel import TlsFailed, Tunnel

MSK_OCTETS = 64
#: RFC 9190 section 2.5: "protected success indication", one octet of application data.
COMMITMENT = b"\0"


def derive_msk(tunnel: Tunnel, kind: int, old_label: bytes) -> bytes:
    """RFC 5216 section 2.3 and RFC 5281 section 8 for TLS 1.2; RFC 9190 and RFC 9427 for TLS 1.3."""
    if tunnel.version == "1.2":
        return tunnel.export(old_label, 2 * MSK_OCTETS)[:MSK_OCTETS]
    return tunnel.export(b"EXPORTER_EAP_TLS_Key_Material", 2 * MSK_OCTETS, bytes([kind]))[:MSK_OCTETS]


class TlsMethod(Method):
    """A method in a TLS tunnel, as the peer: handshake and fragments here, the rest in `inside`."""

    safe = True
    label = b"client EAP encryption"

    def __init__(self, config: TlsConfig, utc: Callable[[], float]) -> None:
        super().__init__()
        self._config = config
        self._utc = utc
        self._tunnel: Tunnel | None = None
        self._fragments = Fragments(config.fragment_octets)
        self._identifier = 0

    def receive(self, data: bytes, identifier: int) -> Step:
        self._identifier = identifier
        if version(data) != 0 and self._tunnel is not None:
            raise InvalidSyntax("another version of the method than was agreed on")
        try:
            if self._tunnel is None:
                return self._start(data)
            message = self._fragments.take(data)
            if message is None or self._fragments.sending:
                return self._fragments.next()
            return self._process(self._tunnel, message)
        except CertificateRefused as refused:
            return Failed("server_certificate", f"the gateway's EAP server: {refused.detail}")
        except TlsFailed as failed:
            return Failed("eap_tls_failed", str(failed))

    def answer(self, text: str) -> Step:
        assert self._tunnel is not None
        return self._wrap(self._tunnel, self.answered(text))

    @abstractmethod
    def inside(self, tunnel: Tunnel, plain: bytes) -> Step:
        """What came through the tunnel, perhaps nothing, to what goes back, perhaps nothing."""

    def answered(self, text: str) -> Step:
        """What the person said to a question from inside the tunnel."""
        raise AssertionError("nothing was asked inside the tunnel")

    def _start(self, data: bytes) -> bytes:
        # a higher version than ours is an offer, which our own version in the answer settles
        if not data or not data[0] & START:
            raise InvalidSyntax("a TLS method that does not begin with Start")
        self._tunnel = Tunnel(self._config, self._utc, server=False)
        self._tunnel.receive(b"")
        self._fragments.put(self._tunnel.output())
        return self._fragments.next()

    def _process(self, tunnel: Tunnel, message: bytes) -> Step:
        plain = tunnel.receive(message)
        sealed = tunnel.output()
        if not tunnel.established or (sealed and not plain):
            if not sealed and not message:
                raise InvalidSyntax("an empty message in the middle of a TLS handshake")
            self._fragments.put(sealed)
            return self._fragments.next()
        if self.msk is None:
            self.msk = derive_msk(tunnel, self.type, self.label)
        return self._wrap(tunnel, self.inside(tunnel, plain), sealed)

    def _wrap(self, tunnel: Tunnel, step: Step, sealed: bytes = b"") -> Step:
        if isinstance(step, Ask | Failed):
            return step
        if step:
            tunnel.send(step)
            sealed += tunnel.output()
        self._fragments.put(sealed)
        return self._fragments.next()


class EapTls(TlsMethod):
    type = Type.TLS

    def inside(self, tunnel: Tunnel, plain: bytes) -> Step:
        if tunnel.version == "1.2":
            if plain:
                raise InvalidSyntax("application data in EAP-TLS")
            self.done = True
        elif plain:
            if plain != COMMITMENT or self.done:
                raise InvalidSyntax("application data in EAP-TLS other than its end")
            self.done = True
        return b""
