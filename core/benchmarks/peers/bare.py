"""The link without a tunnel: what there is to reach."""

from __future__ import annotations

from ..topology import SERVER, Link
from .base import Tunnel


class Bare:
    key = "link"
    title = "the link, no tunnel"

    def missing(self) -> str | None:
        return None

    def start(self, link: Link) -> Tunnel:
        return Tunnel(client=link.client, server=link.server, address=SERVER)
