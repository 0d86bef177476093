"""Why a gateway did not start: stable identifiers, with parameters for a person's words."""

from __future__ import annotations


class GatewayError(Exception):
    """`code`: `config_unreadable`, `config_unsafe`, `config_invalid`. `params` hold no secret."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(": ".join([code, *params.values()]))
        self.code = code
        self.params = params
