"""Where the demo's story plays: in hosts made of network namespaces. `machine` has the other place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from .lab import Host, Internet, Lab
from .rig import (
    GATEWAY_ID,
    FileServer,
    Gateway,
    Pings,
    Service,
    Transfer,
    network_state,
    start_ping,
    url_of,
)

#: A step of building: its title, and what does it and returns its detail.
Build = tuple[str, Callable[[], str]]


class Stage(Protocol):
    """Everything raises LabError."""

    client: Host  # that the tunnel begins in
    service: Service  # there, once `building` has come to its end

    @property
    def addresses(self) -> Mapping[str, str]:
        """Of the host behind the gateway, by "ipv4" and "ipv6"."""

    @property
    def gateway(self) -> Mapping[str, Any]:
        """The fields of a profile that lead to it."""

    def building(self, psk: str, octets: int) -> Iterator[Build]:
        """What to do first, in order: each step before the next is asked for."""

    def start_ping(self, address: str, count: int, *, interval_s: float) -> Callable[[], Pings]:
        """Begin; what is returned waits for the end."""

    def page(self) -> str:
        """The URL of something to read behind the gateway."""

    def download(self) -> Transfer:
        """A file from behind the gateway."""

    def sha256(self) -> str:
        """Of that file, as it is there."""

    def touched(self) -> str:
        """What of the machine's own network is, in a sentence."""

    def note(self) -> None:
        """Remember the client's network as it is now."""

    def left_behind(self) -> str:
        """What differs since `note`, in lines; nothing when all is as it was."""


class Namespaces:
    """A client behind a NAT, a gateway, and a web server, each a host of `lab`."""

    client: Host
    service: Service
    addresses: Mapping[str, str] = dict(zip(("ipv4", "ipv6"), Internet.SERVER, strict=True))
    gateway: Mapping[str, Any] = {"server": Internet.GATEWAY[0]}

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def building(self, psk: str, octets: int) -> Iterator[Build]:
        def hosts() -> str:
            self._network = Internet(self._lab, nat=True)
            self.client = self._network.client
            return "client, NAT router, gateway, web server, each a network namespace"

        def gateway() -> str:
            Gateway(self._network.gateway, psk)
            return f"ginnel gateway run, as {GATEWAY_ID}"

        def web_server() -> str:
            self._files = FileServer(self._network.server, octets)
            return ""

        def service() -> str:
            self.service = Service(self.client)
            return f"ginneld, socket {self.service.socket}"

        yield "Build the hosts", hosts
        yield "Start the gateway", gateway
        yield "Start the web server", web_server
        yield "Start the service", service

    def start_ping(self, address: str, count: int, *, interval_s: float) -> Callable[[], Pings]:
        return start_ping(self.client, address, count, interval_s=interval_s)

    def page(self) -> str:
        return url_of(self.addresses["ipv4"])

    def download(self) -> Transfer:
        return self._files.download(self.client, self.addresses["ipv4"])

    def sha256(self) -> str:
        return self._files.sha256

    def touched(self) -> str:
        return "Your own network is not touched."

    def note(self) -> None:
        self._before = network_state(self.client)

    def left_behind(self) -> str:
        now = network_state(self.client)
        return "" if now == self._before else now
