"""What the app's pictures show: a service in every state that a person may meet, and how to get there."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtWidgets import QWidget

from ginnel_gui.windows.diagnosis_page import DiagnosisPage
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    DnsStatus,
    ErrorInfo,
    Finding,
    KillSwitchHold,
    KillSwitchStatus,
    Level,
    LogEntry,
    Nat,
    OnDemandStatus,
    PathStatus,
    PromptStatus,
)
from ginnel_service.paths import RuntimePaths
from ginnel_service.profiles.model import Authentication, KillSwitch, Profile

from .dialog_scenery import DIALOGS, OFFICE, PROFILE, Make

if TYPE_CHECKING:
    from .screenshots import Studio

_OTHERS: Final = {"Home": "home.example.net", "Lab": "198.51.100.7", "University": "vpn.example.edu"}

_UP: Final = ConnectionStatus(
    name=OFFICE,
    state="up",
    server="vpn.example.com",
    peer="vpn.example.com",
    addresses=("10.20.7.14/32", "fd12:3456:7::14/128"),
    dns=("10.20.0.53",),
    dns_in_effect=DnsStatus(servers=("10.20.0.53",), everything=False, match=("corp.example.com",)),
    routes=PROFILE.network.subnets,
    bypass=PROFILE.network.bypass,
    lan=True,
    ike_suite="aes256gcm16-prfsha384-ecp384",
    esp_suite="aes256gcm16",
    path=PathStatus(local="192.0.2.17:4500", remote="203.0.113.5:4500", encapsulated=True),
    nat=Nat(local=True),
    device="ginnel0",
    mtu=1400,
    path_mtu=1464,
    octets_in=1_843_200_512,
    octets_out=204_800_256,
    rtt_ms=18.2,
)


def _state(**changes: object) -> Callable[[FakeService], None]:
    status = msgspec.structs.replace(ConnectionStatus(name=OFFICE, server="vpn.example.com"), **changes)

    def there(service: FakeService) -> None:
        service.connections[OFFICE] = status

    return there


def _up(service: FakeService) -> None:
    service.connections[OFFICE] = msgspec.structs.replace(_UP, established_at=time.time() - 5025)


def _split(service: FakeService) -> None:
    profile = msgspec.structs.replace(PROFILE, kill_switch=KillSwitch())
    service.profiles[OFFICE] = profile
    _up(service)


def _held(service: FakeService) -> None:
    _up(service)
    service.kill_switch = KillSwitchStatus(
        blocking=True, lan=True, profiles=(KillSwitchHold(name=OFFICE, mode="connecting"),)
    )


def _holds(service: FakeService) -> None:
    service.profiles[OFFICE] = msgspec.structs.replace(
        service.profiles[OFFICE], kill_switch=KillSwitch(mode="always")
    )
    service.kill_switch = KillSwitchStatus(
        blocking=True, profiles=(KillSwitchHold(name=OFFICE, mode="always"),)
    )


def _several(service: FakeService) -> None:
    _up(service)
    for status in (
        msgspec.structs.replace(_UP, name="Home", server="home.example.net", established_at=0),
        ConnectionStatus(
            name="Lab",
            state="reconnecting",
            server="198.51.100.7",
            next_try_s=8.0,
            error=ErrorInfo(code="peer_vanished", params={"name": "Lab", "server": "198.51.100.7"}),
        ),
        ConnectionStatus(name="University", state="connecting", step="init", server="vpn.example.edu"),
    ):
        service.connections[status.name] = status


def _portal(service: FakeService) -> None:
    _holds(service)
    service.kill_switch = msgspec.structs.replace(service.kill_switch, portal_until=time.time() + 272)


def _paused(service: FakeService) -> None:
    service.on_demand[OFFICE] = OnDemandStatus(state="paused", action="connect", rule=3)


def _asks(service: FakeService) -> None:
    _state(state="connecting", step="auth")(service)
    prompt = PromptStatus(
        id=1, name=OFFICE, kind="otp", message="Code from your token:", username="alice@example.com"
    )
    service.asks = [prompt]
    service._open[1] = (prompt, asyncio.Event())


def _logs(service: FakeService) -> None:
    _up(service)
    begin = time.mktime((2026, 3, 9, 8, 58, 0, 0, 0, -1))
    lines: tuple[tuple[Level, str, str, str], ...] = (
        ("info", "daemon", "", "listening at /run/ginnel/ginneld.sock"),
        ("info", "connections", OFFICE, "connecting to vpn.example.com"),
        ("debug", "ike.session", OFFICE, "IKE_SA_INIT: 1 proposal accepted, aes256gcm16-prfsha384-ecp384"),
        ("debug", "ike.session", OFFICE, "the gateway is not behind a NAT; this machine is"),
        ("info", "ike.session", OFFICE, "the gateway proved to be vpn.example.com"),
        ("info", "net", OFFICE, "ginnel0 is up: 10.20.7.14/32, 3 routes"),
        ("info", "connections", OFFICE, "connected within 0.4 s"),
        ("warning", "net.dns", OFFICE, "another program set name servers: 192.0.2.53"),
        ("debug", "ike.session", OFFICE, "CHILD SA replaced"),
        ("error", "connections", "Lab", "198.51.100.7 does not answer"),
        ("info", "connections", "Lab", "next try in 8 s"),
    )
    service.entries = [
        LogEntry(
            at=begin + number * 4.7, level=level, logger=f"ginnel.{logger}", message=message, connection=name
        )
        for number, (level, logger, name, message) in enumerate((*lines, *lines[1:7]))
    ]


def _finds(service: FakeService) -> None:
    def found(check: str, identifier: str, severity: str, **params: object) -> None:
        finding = msgspec.convert(
            {"id": identifier, "severity": severity, "connection": OFFICE, "params": params}, Finding
        )
        service.checks[check] = (*service.checks.get(check, ()), finding)  # type: ignore[index,call-overload]

    found(
        "name",
        "name_resolves",
        "ok",
        server="vpn.example.com",
        addresses=["203.0.113.5"],
        ms=9,
        servers=["192.0.2.53"],
    )
    found("udp", "udp_answers", "ok", address="203.0.113.5", port=500, ms=18)
    found("udp", "port_4500_blocked", "warning")
    found("tcp", "tcp_answers", "ok", address="203.0.113.5", port=4500, ms=21)
    found("certificates", "certificate_ends_soon", "note", certificate="own", date="2026-04-02")
    found(
        "routes",
        "subnet_on_link",
        "warning",
        subnet="192.168.40.0/24",
        network="192.168.40.0/24",
        device="wlan0",
    )
    found("clock", "clock_kept_right", "ok")


def page(name: str) -> Callable[[Studio], QWidget]:
    def show(studio: Studio) -> QWidget:
        studio.app.window.show_page(name)
        return studio.app.window

    return show


def _welcome(studio: Studio) -> QWidget:
    studio.app.window.show_page("connection")
    return studio.app.window


def _lost(studio: Studio) -> QWidget:
    if studio.app.desk.has_contact:
        studio.lose()
    place = studio.app.window.lost.place  # of a person's service, not of the picture's
    place.setText(place.text().replace(studio.socket, str(RuntimePaths().socket)))
    return page("connection")(studio)


def _diagnosis(studio: Studio) -> QWidget:
    studio.app.window.show_page("diagnosis")
    shown = studio.app.window.page("diagnosis")
    assert isinstance(shown, DiagnosisPage)
    shown.examine()
    studio.until(shown.save.isEnabled)
    return studio.app.window


def _dialog(make: Make) -> Callable[[Studio], QWidget]:
    def show(studio: Studio) -> QWidget:
        dialog = make(studio.app.context, studio.app.window)
        dialog.show()
        return dialog

    return show


@dataclass(frozen=True, slots=True)
class Scene:
    service: Callable[[FakeService], None] = lambda _: None
    show: Callable[[Studio], QWidget] = field(default_factory=lambda: page("connection"))


#: Pages of the editor that look like those that are drawn.
_ALIKE: Final = frozenset(
    f"editor-{page}"
    for page in ("identity", "signing-in", "dns", "kill-switch", "reconnecting", "getting-through", "timing")
)


def _empty(service: FakeService) -> None:
    service.profiles.clear()


#: In the order of the documentation.
SCENES: Final[dict[str, Scene]] = {
    "welcome": Scene(_empty, _welcome),
    "disconnected": Scene(),
    "connecting": Scene(_state(state="connecting", step="auth")),
    "waiting": Scene(_asks),
    "connected": Scene(_up),
    "reconnecting": Scene(
        _state(
            state="reconnecting",
            next_try_s=14.0,
            error=ErrorInfo(code="peer_vanished", params={"name": OFFICE, "server": "vpn.example.com"}),
        )
    ),
    "blocked": Scene(_holds),
    "failed": Scene(
        _state(state="failed", error=ErrorInfo(code="wrong_password", params={"name": OFFICE, "detail": ""}))
    ),
    "several": Scene(_several),
    "split": Scene(_split, page("split")),
    "kill-switch": Scene(_held, page("kill_switch")),
    "kill-switch-blocked": Scene(_holds, page("kill_switch")),
    "kill-switch-portal": Scene(_portal, page("kill_switch")),
    "on-demand": Scene(_up, page("on_demand")),
    "on-demand-paused": Scene(_paused, page("on_demand")),
    "diagnostics": Scene(_finds, _diagnosis),
    "log": Scene(_logs, page("log")),
    **{name: Scene(show=_dialog(make)) for name, make in DIALOGS.items() if name not in _ALIKE},
    "lost": Scene(show=_lost),
}


def furnish(service: FakeService, scene: Callable[[FakeService], None]) -> None:
    """Bring the service into the state of `scene`, whatever it was in."""
    service.profiles.clear()
    service.connections.clear()
    service.entries.clear()
    service.checks.clear()
    service._open.clear()
    service.kill_switch = KillSwitchStatus()
    service.on_demand = {OFFICE: OnDemandStatus(state="on", action="connect", rule=3)}
    service.profiles[OFFICE] = msgspec.structs.replace(PROFILE, owner_uid=os.getuid())
    for name, server in _OTHERS.items():
        service.profiles[name] = Profile(
            name=name,
            server=server,
            authentication=Authentication(username="alice"),
            owner_uid=os.getuid(),
        )
    scene(service)
