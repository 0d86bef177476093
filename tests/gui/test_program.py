"""`ginnel-gui` itself on a screen, used with mouse and keyboard, on a real service and a real gateway.

    [ ginnel-gui ] --socket-- client ------- router ------- gateway ------- server
     on Xvfb                  [ ginneld ]---- antenna       [ ginnel gateway ]

What the tests look at is what a screen reader gets.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import GATEWAY_ID, ping, start_ping
from helpers.onlooker import ENABLED
from helpers.roaming import SECOND, Roaming
from helpers.screen import BOUND_S, Person, Screen, app
from tunnel.test_ways_in import Office

pytestmark = pytest.mark.netns

#: env: whoever started the tests may have ignored SIGINT, as a shell does for what runs in its background
COMMAND = ("env", "--default-signal=INT", sys.executable, "-m", "ginnel_service.cli.main")
#: Of a demo from its start to its end, in which one Python starts after the other.
DEMO_S = 90
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

NAME = "Office"
PROMPT = f"Password for {NAME}…"


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with Screen(tmp_path) as made:
        yield made


@pytest.fixture
def scratch() -> Iterator[Path]:
    """With a name short enough for a socket below it."""
    with tempfile.TemporaryDirectory(prefix="ginnel-") as name:
        yield Path(name)


def sswan(office: Office) -> bytes:
    """As an administrator hands it out: who the gateway is and who vouches for it, but no password."""
    root = office.root.certificate.public_bytes(Encoding.DER)
    remote = {"addr": Internet.GATEWAY[0], "id": GATEWAY_ID, "cert": b64encode(root).decode()}
    made = {"uuid": str(uuid4()), "name": NAME, "type": "ikev2-eap", "remote": remote}
    return json.dumps({**made, "local": {"eap_id": "carol"}}).encode()


def answer(person: Person, password: str) -> None:
    """Exactly one question is open, and typing goes to its line."""
    person.wait_for(PROMPT, "dialog")
    assert len([each for each in person.names("dialog") if each.startswith("Password")]) == 1
    person.wait_to_type(PROMPT)
    person.write(password)
    person.press("Return")


def received(person: Person) -> float:
    """In the chart's head, in kB each second."""
    found = next((each for each in person.names() if each.startswith("Received: ")), "")
    number, _, unit = found.removeprefix("Received: ").partition(" ")
    return float(number or 0) * {"kB/s": 1, "MB/s": 1000}.get(unit, 0)


def sent_from(person: Person) -> str:
    """The address that the tunnel leaves this machine from."""
    return next((each.removeprefix("From: ") for each in person.names() if each.startswith("From: ")), "")


def test_a_day_with_the_program(lab: Lab, screen: Screen, tmp_path: Path) -> None:
    office = Office(lab)
    roaming = Roaming(lab, office.net)
    file = tmp_path / "office.sswan"
    file.write_bytes(sswan(office))
    carol = screen.person("carol", *app(office.service.socket))

    # A file is chosen, looked at and agreed to.
    carol.click("Import a file…")
    carol.click("Choose a file…")
    carol.wait_for("Choose the file to import…", "dialog")
    carol.wait_to_type("Choose the file to import…")
    carol.write(str(file))
    carol.press("Return")
    carol.wait_for("Say whether to trust the certificate.")
    assert ENABLED not in carol.wait_for("Import", "push button").states
    assert any("Office Root" in each for each in carol.names())
    carol.click("Trust it, for this connection only", "radio button")
    carol.click("Import")
    carol.wait_for("Disconnected", "label")

    # A wrong password is asked again, once.
    carol.click("Connect")
    answer(carol, "not this one")
    carol.wait_for("The gateway says: …", timeout_s=10)
    answer(carol, office.password)
    carol.wait_for("Connected", "label")
    carol.until(lambda: f"{NAME}: Connected" in carol.heard, "word of the connection")
    assert office.service.status(NAME)["state"] == "up"

    # Traffic is drawn.
    pings = start_ping(office.net.client, Internet.SERVER[0], 2000)
    carol.until(lambda: received(carol) > 10, "a chart that moves")
    assert pings().lost == 0

    # Another network.
    before = sent_from(carol)
    roaming.to_antenna()
    carol.until(lambda: sent_from(carol).startswith(SECOND[0]), f"another address than {before}")
    assert carol.sees("Connected", "label")
    office.gateway.wait_for("moved")  # it goes on to answer at the old address until it is sure
    assert ping(office.net.client, Internet.SERVER[0], 20).lost == 0

    # The service is killed, and comes back.
    office.service.process.kill()
    carol.wait_for("No contact with Ginnel's service")
    office.service.start()
    carol.wait_for("Disconnected", "label")

    # Connected and disconnected once more, and gone.
    carol.click("Connect")
    answer(carol, office.password)
    carol.wait_for("Connected", "label")
    carol.click("Disconnect")
    carol.wait_for("Disconnected", "label")
    office.service.wait_for(NAME, lambda status: status["state"] == "down", "the end of the tunnel")
    carol.press("ctrl+q")
    assert carol.process.wait(BOUND_S) == 0
    assert carol.said == ""


def test_two_windows_and_the_command_line_show_the_same(lab: Lab, screen: Screen) -> None:
    office = Office(lab)
    office.create("--id", "lab@example.org", "--psk-stdin", stdin=office.psk)
    people = []
    for number, name in enumerate(("one", "other")):
        person = screen.person(name, *app(office.service.socket))
        person.wait_for("Disconnected", "label")
        person.put_aside(1100 * number)
        people.append(person)
    one, other = people
    one.click("Connect")
    for person in people:
        person.wait_for("Connected", "label")
    status = office.service.status("office")
    address = status["addresses"][0].removesuffix("/32")
    for person in people:
        person.wait_for(f"My addresses: {address}…")
        person.wait_for(f"From: {status['path']['local']}")
    office.service.ginnel("down", "office")
    for person in people:
        person.wait_for("Disconnected", "label")
    office.service.ginnel("up", "office")
    for person in people:
        person.wait_for("Connected", "label")
    other.click("Disconnect")
    for person in people:
        person.wait_for("Disconnected", "label")
    office.service.wait_for("office", lambda status: status["state"] == "down", "the end of the tunnel")
    for person in people:
        person.leave()
        assert (person.process.returncode, person.said) == (0, "")


@pytest.mark.parametrize("ends", ["closed", "interrupted"])
def test_the_demo_opens_the_app_on_its_tunnel(screen: Screen, scratch: Path, ends: str) -> None:
    screen.environment["TMPDIR"] = str(scratch)
    newcomer = screen.person("newcomer", *COMMAND, "demo", "--gui")
    newcomer.wait_for("Connected", "label")
    newcomer.until(lambda: received(newcomer) > 10, "a chart that moves")
    if ends == "closed":
        newcomer.press("ctrl+w")
    else:
        newcomer.process.send_signal(signal.SIGINT)
    assert newcomer.process.wait(DEMO_S) == 0
    assert "The app is closed, and everything is cleaned up." in newcomer.said
    assert list(scratch.iterdir()) == []
    assert [*newcomer.home.rglob("*ginnel*"), *newcomer.home.rglob("*Ginnel*")] == []


def test_without_a_display_the_demo_says_so() -> None:
    bare = {key: value for key, value in os.environ.items() if key not in DISPLAYS}
    done = subprocess.run(
        [*COMMAND, "demo", "--gui"], env=bare, capture_output=True, text=True, check=False, timeout=BOUND_S
    )
    assert (done.returncode, done.stdout) == (6, "")
    assert "there is no display" in done.stderr
    assert "desktop" in done.stderr


def test_an_app_that_cannot_start_is_told_with_its_words(scratch: Path) -> None:
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "xcb", "DISPLAY": ":987", "TMPDIR": str(scratch)}
    done = subprocess.run(
        [*COMMAND, "demo", "--gui"], env=surroundings, capture_output=True, text=True, check=False,
        timeout=DEMO_S,
    )  # fmt: skip
    assert done.returncode == 1
    assert "could not connect to display :987" in done.stderr
    assert list(scratch.iterdir()) == []
