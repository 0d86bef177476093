"""Why a gateway did not start, or users were not changed: identifiers, parameters for a person's words."""

from __future__ import annotations

from ..profiles.model import Problem


class GatewayError(Exception):
    """`code`: `config_unreadable`, `config_unsafe`, `config_invalid` with all `problems`, `not_written`,
    `authority_unusable`, `authority_missing`, `name_unusable`, `user_exists`, `user_unknown`,
    `user_not_managed`, `user_without_way`, `users_not_kept`, `format_unusable`, `gateway_not_running`.

    `params` hold no secret.
    """

    def __init__(self, code: str, problems: tuple[Problem, ...] = (), **params: str) -> None:
        super().__init__(": ".join([code, *params.values()]))
        self.code = code
        self.problems = problems
        self.params = params
