"""What stands around a message: JSON-RPC 2.0, as https://www.jsonrpc.org/specification has it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    jsonrpc: Literal["2.0"]
    id: Annotated[int, Meta(ge=0, le=2**53)]
    method: Annotated[str, Meta(max_length=64)]
    params: msgspec.Raw = msgspec.Raw(b"{}")


class RpcError(Struct, frozen=True):
    """JSON-RPC section 5.1; `message` is the stable identifier, `data` its parameters."""

    code: int
    message: str
    data: dict[str, Any] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """What a client reads: a response (id, and result or error) or a notification (method and params)."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: int | UnsetType | None = UNSET
    result: msgspec.Raw | UnsetType = UNSET
    error: RpcError | UnsetType = UNSET
    method: str | UnsetType = UNSET
    params: msgspec.Raw | UnsetType = UNSET


def rpc_code(error_id: str) -> int:
    """JSON-RPC's number for an error: its own where it has one, else one of the implementation's range."""
    return {"bad_request": -32600, "unknown_method": -32601, "internal_error": -32603}.get(error_id, -32000)
