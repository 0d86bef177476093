from __future__ import annotations

import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ipc.client import Client, Notification, ProtocolError, Response
from ginnel_service.ipc.schema import ConnectionStatus, Done, HelloParams, HelloResult, NameParams
from ginnel_service.profiles.secrets import Secrets


def test_answers_are_paired_with_requests_in_any_order() -> None:
    client = Client()
    first, octets = client.request("hello", HelloParams(client="test"))
    second, _ = client.request("profile.remove", NameParams(name="x"))
    assert json.loads(octets) == {
        "jsonrpc": "2.0",
        "id": first,
        "method": "hello",
        "params": {"protocol": 1, "client": "test"},
    }
    stream = b'{"jsonrpc":"2.0","id":%d,"result":{}}\n' % second
    stream += b'{"jsonrpc":"2.0","method":"state","params":{"name":"x","state":"up"}}\n'
    stream += b'{"jsonrpc":"2.0","method":"news","params":{"of":"a later version"}}\n'
    stream += (
        b'{"jsonrpc":"2.0","id":%d,"result":{"protocol":1,"version":"9","role":"user","new":1}}\n' % first
    )
    answers = [answer for at in range(len(stream)) for answer in client.feed(stream[at : at + 1])]
    assert answers == [
        Response(second, Done(), None),
        Notification("state", ConnectionStatus(name="x", state="up")),
        Response(first, HelloResult(protocol=1, version="9", role="user"), None),
    ]


def test_an_error_keeps_its_identifier_and_parameters() -> None:
    client = Client()
    number, _ = client.request("profile.show", NameParams(name="x"))
    line = (
        b'{"jsonrpc":"2.0","id":%d,"error":{"code":-32000,"message":"unknown_profile","data":{"name":"x"}}}\n'
    )
    (answer,) = client.feed(line % number)
    assert isinstance(answer, Response)
    assert answer.error is not None
    assert (answer.error.code, answer.error.params) == ("unknown_profile", {"name": "x"})


@given(st.binary(max_size=200))
def test_any_octets_raise_protocol_errors_alone(data: bytes) -> None:
    with suppress(ProtocolError):
        Client().feed(data + b"\n")


def test_an_answer_to_nothing_is_refused() -> None:
    with pytest.raises(ProtocolError):
        Client().feed(b'{"jsonrpc":"2.0","id":5,"result":{}}\n')


def test_secrets_cross_as_base64_of_any_octets() -> None:
    secrets = Secrets(psk=bytes(range(256)))
    assert msgspec.json.decode(msgspec.json.encode(secrets), type=Secrets) == secrets
