"""What an error of the service says of single fields. Qt-free."""

from __future__ import annotations

from ginnel_service.ipc.schema import ErrorInfo
from ginnel_service.profiles.model import Problem


def problems_of(error: ErrorInfo) -> tuple[Problem, ...]:
    """Those that `error` came with; none for one of another kind."""
    found = error.params.get("problems")
    if error.code != "profile_invalid" or not isinstance(found, list):
        return ()
    return tuple(
        Problem(*(str(each.get(key, "")) for key in ("field", "message", "remedy")))
        for each in found
        if isinstance(each, dict)
    )
