"""What an EAP conversation is told: who we are, which methods may run, whom the certificates must name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from ..errors import LocalError
from .mschap import MAX_PASSWORD_CHARACTERS
from .packet import Type
from .tls_config import TlsConfig

MAX_NAME_OCTETS = 253  # a network access identifier (RFC 7542 section 2.3)


class EapMethod(StrEnum):
    """Methods by the names that profiles use."""

    MSCHAPV2 = "mschapv2"
    TLS = "tls"
    TTLS = "ttls"
    PEAP = "peap"
    GTC = "gtc"
    MD5 = "md5"

    @property
    def type(self) -> Type:
        return Type[self.name]


#: Methods that need certificates.
TLS_METHODS = frozenset({EapMethod.TLS, EapMethod.TTLS, EapMethod.PEAP})
#: Methods that may prove the gateway by themselves: mutual, key-generating and safe against guessing
#: (RFC 5998 section 4). MSCHAPv2 is mutual, but an impostor could guess the password from one response.
SAFE_ALONE = TLS_METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class EapConfig:
    """The peer's side. `methods` in order of preference; the gateway chooses, we refuse what is not here.

    `identity` answers the gateway's Identity request and may be anonymous; None sends `username`.
    `one_time` says that the password is a code to be asked for each time (GTC).
    """

    username: str
    password: str | None = field(default=None, repr=False)  # None: the person is asked
    identity: str | None = None
    methods: tuple[EapMethod, ...] = (EapMethod.MSCHAPV2,)
    tls: TlsConfig | None = None
    ttls_inner: Literal["pap", "mschapv2", "eap"] = "mschapv2"
    inner_methods: tuple[EapMethod, ...] = (EapMethod.MSCHAPV2, EapMethod.GTC)  # PEAP, and TTLS with EAP
    one_time: bool = False

    def __post_init__(self) -> None:
        if not self.methods:
            raise LocalError("EAP without a method: name at least one")
        for name in (self.username, self.identity or ""):
            if len(name.encode("utf-8", "replace")) > MAX_NAME_OCTETS:
                raise LocalError(f"an EAP name of more than {MAX_NAME_OCTETS} octets: shorten it")
        if self.password is not None and len(self.password) > MAX_PASSWORD_CHARACTERS:
            raise LocalError(f"a password of more than {MAX_PASSWORD_CHARACTERS} characters: shorten it")
        if TLS_METHODS & set(self.methods) and self.tls is None:
            raise LocalError("EAP-TLS, TTLS and PEAP need trusted roots and a server name: set them")
        if self.tls is not None and not self.tls.server_names:
            raise LocalError("without a name any server of the trusted roots could be the gateway: set one")
        if EapMethod.TLS in self.methods and self.tls is not None:
            self.tls.require_key()
        if TLS_METHODS & set(self.inner_methods):
            raise LocalError("EAP methods with TLS do not run inside TTLS or PEAP: choose mschapv2 or gtc")


@dataclass(frozen=True, slots=True, kw_only=True)
class EapServerConfig:
    """A gateway's side: MSCHAPv2 and TLS, the first one is proposed first.

    `lookup` gives a user's password in UTF-8, or None; it is asked with the name as the user wrote it.
    """

    methods: tuple[EapMethod, ...] = (EapMethod.MSCHAPV2,)
    lookup: Callable[[bytes], bytes | None] = field(default=lambda name: None, repr=False)
    tls: TlsConfig | None = None
    name: bytes = b"ginnel"
    password_tries: int = 3

    def __post_init__(self) -> None:
        if not self.methods or not set(self.methods) <= {EapMethod.MSCHAPV2, EapMethod.TLS}:
            raise LocalError("a gateway offers the EAP methods mschapv2 and tls only: name one or both")
        if EapMethod.TLS in self.methods:
            if self.tls is None:
                raise LocalError(
                    "EAP-TLS needs the gateway's certificate and the roots of its users: set them"
                )
            self.tls.require_key()


@dataclass(frozen=True, slots=True)
class EapRelayConfig:
    """Whoever asks for EAP is somebody else's to judge; the driver knows whose."""
