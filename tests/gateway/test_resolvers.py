from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from ginnel_service.gateway.resolvers import own_resolvers

STUB = "nameserver 127.0.0.53\noptions edns0\n"


@pytest.mark.parametrize(
    ("texts", "servers"),
    [
        (("nameserver 192.0.2.53\nnameserver 2001:db8::53\n", STUB), ["192.0.2.53", "2001:db8::53"]),
        (("", "nameserver 192.0.2.1 # home\n"), ["192.0.2.1"]),
        ((STUB, STUB), []),
        (("nameserver fe80::1%eth0\nnameserver ::1\nnameserver\nnameserver no\n",), []),
        (("nameserver 192.0.2.1\n" * 3 + "nameserver 192.0.2.2\n",), ["192.0.2.1", "192.0.2.2"]),
        (
            ("".join(f"nameserver 192.0.2.{n}\n" for n in range(1, 9)),),
            ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
        ),
        (("\xff\0 nameserver 1.2.3.4\n",), []),
    ],
)
def test_the_servers_are_those_that_others_can_ask_too(
    tmp_path: Path, texts: tuple[str, ...], servers: list[str]
) -> None:
    files = [tmp_path / str(number) for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    found = own_resolvers([tmp_path / "none", *files])
    assert found == tuple(map(ip_address, servers))
