"""What kind of link a device is; generic netlink of this very kernel, and nl80211's answer as it comes."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import pytest

from ginnel_service.net.linux import wireless
from ginnel_service.net.linux.wireless import family_of, kind_of, printable_ssid, ssid_of


@pytest.mark.parametrize(
    ("uevent", "entry", "expected"),
    [
        ("DEVTYPE=wlan\nINTERFACE=x\n", "", "wifi"),
        ("INTERFACE=x\n", "phy80211", "wifi"),
        ("INTERFACE=x\n", "wireless", "wifi"),
        ("DEVTYPE=wwan\n", "", "cellular"),
    ],
)
def test_sysfs_tells_what_kind_a_device_is(tmp_path: Path, uevent: str, entry: str, expected: str) -> None:
    about = tmp_path / "x0"
    about.mkdir()
    (about / "uevent").write_text(uevent)
    if entry:
        (about / entry).mkdir()
    assert kind_of("x0", tmp_path) == expected


def test_a_modem_is_known_by_its_name(tmp_path: Path) -> None:
    assert kind_of("wwan0", tmp_path) == "cellular"


def test_what_is_no_device_is_of_no_kind(tmp_path: Path) -> None:
    assert kind_of("nothing0", tmp_path) == ""
    assert kind_of("lo", tmp_path) == ""
    assert kind_of("", tmp_path) == ""


def test_the_kernel_knows_its_own_families() -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as asking:
        asking.bind((0, 0))
        assert family_of(asking, "nlctrl") == 0x10
        with pytest.raises(OSError, match=r"netlink|family"):
            family_of(asking, "no such family")


def test_a_device_that_is_not_wireless_has_joined_nothing() -> None:
    assert ssid_of(1) == ""
    assert ssid_of(0) == ""


def test_the_name_is_found_among_the_attributes() -> None:
    """NL80211_CMD_NEW_INTERFACE as the kernel sends it: index, name, a nested attribute, the SSID."""

    def attribute(kind: int, value: bytes) -> bytes:
        return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)

    body = struct.pack("=BBxx", 7, 1) + attribute(3, struct.pack("=I", 3)) + attribute(4, b"wlan0\0")
    body += attribute(0x8000 | 104, attribute(1, b"x")) + attribute(52, "Café".encode())
    message = struct.pack("=IHHII", 16 + len(body), 31, 0, 1, 99) + body

    class Asking:
        def send(self, data: bytes) -> None:
            assert data[4:6] == struct.pack("=H", 31)

        def recv(self, size: int) -> bytes:
            return message

    found = wireless._ask(Asking(), 31, 5, 3, struct.pack("=I", 3))  # type: ignore[arg-type]
    assert printable_ssid(found[52]) == "Café"
    assert found[4] == b"wlan0\0"
