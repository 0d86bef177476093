"""Kinds of links and wireless names, on a kernel that answers ifmedia(4)'s questions."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

import pytest

from ginnel_service.net.bsd.layout import AF_INET, DARWIN, FREEBSD, Layout
from ginnel_service.net.bsd.wireless import SIOCG80211, SIOCGIFMEDIA, kind_of, ssid_of
from helpers.bsd_kernel import FakeKernel

LOOPBACK = socket.if_nametoindex("lo")


class Radio(FakeKernel):
    """`media` are the words of its interfaces; the wireless one has joined `ssid`."""

    media = {"em0": 0x20 | 0x30, "wlan0": 0x80 | 0x2, "en0": 0x20, "en1": 0x80}  # noqa: RUF012
    ssid = "Café".encode()

    def ioctl(self, family: int, request: int, argument: bytes) -> bytes:
        name = argument[:16].rstrip(b"\0").decode()
        if request == SIOCGIFMEDIA[self.layout.system]:
            assert len(argument) == (44 if self.layout is DARWIN else 48)
            if name not in self.media:
                raise OSError(errno.EINVAL, "no media")
            return argument[:16] + struct.pack("=i", self.media[name]) + argument[20:]
        if request == SIOCG80211:
            assert (family, name) == (AF_INET, "lo")
            kind, value, room, at = struct.unpack_from("=HhHxxQ", argument, 16)
            assert (kind, value, room) == (1, -1, 32)
            if not self.ssid:
                raise OSError(errno.EINVAL, "not wireless")
            ctypes.memmove(at, self.ssid, len(self.ssid))
            return argument[:20] + struct.pack("=H", len(self.ssid)) + argument[22:]
        return super().ioctl(family, request, argument)


@pytest.mark.parametrize(
    ("layout", "device", "kind"),
    [
        (FREEBSD, "em0", "ethernet"),
        (FREEBSD, "wlan0", "wifi"),
        (FREEBSD, "ginnel0", ""),
        (DARWIN, "en0", "ethernet"),
        (DARWIN, "en1", "wifi"),
        (DARWIN, "utun4", ""),
    ],
)
def test_a_link_is_of_a_kind(layout: Layout, device: str, kind: str) -> None:
    assert kind_of(device, Radio(layout)) == kind


def test_freebsd_tells_the_networks_name_and_macos_does_not() -> None:
    """By an interface's number, which is this machine's own here."""
    radio = Radio(FREEBSD)
    assert ssid_of(LOOPBACK, radio) == "Café"
    assert ssid_of(0, radio) == ""
    radio.ssid = b""
    assert ssid_of(LOOPBACK, radio) == ""
    assert ssid_of(LOOPBACK, Radio(DARWIN)) == ""
