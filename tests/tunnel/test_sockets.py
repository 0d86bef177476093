"""How our own sockets are kept out of every tunnel: by a mark, or bound to the device itself."""

from __future__ import annotations

import socket

import pytest

from ginnel_service.tunnel.sockets import Option, bound_option, mark_option


@pytest.mark.parametrize(
    ("mark", "system", "option"),
    [
        (0x676E, "linux", Option(socket.SOL_SOCKET, 36, 0x676E)),
        (0, "linux", None),
        (1, "freebsd14", None),
        (1, "darwin", None),
    ],
)
def test_a_mark_is_what_the_system_makes_of_it(mark: int, system: str, option: Option | None) -> None:
    assert mark_option(mark, system) == option


def test_macos_binds_to_a_device_and_lets_go_by_zero() -> None:
    assert bound_option(socket.AF_INET, 7, "darwin") == Option(socket.IPPROTO_IP, 25, 7)
    assert bound_option(socket.AF_INET6, 7, "darwin") == Option(socket.IPPROTO_IPV6, 125, 7)
    assert bound_option(socket.AF_INET, 0, "darwin") == Option(socket.IPPROTO_IP, 25, 0)
    for system in ("linux", "freebsd14"):
        assert bound_option(socket.AF_INET, 7, system) is None
