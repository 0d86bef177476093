"""Files of other programs, from `ginnel import` to packets through the tunnel.

   client              router              gateway
[ ginneld ]---------[          ]---------[ gateway ]
"""

from __future__ import annotations

import json
import stat
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import GATEWAY_ID, CommandError, ping
from helpers.mobileconfig import signed
from tunnel.test_ways_in import ALICE, Office

pytestmark = pytest.mark.netns

SWANCTL = f"""
connections {{
    office {{
        version = 2
        remote_addrs = {Internet.GATEWAY[0]}
        vips = 0.0.0.0, ::
        proposals = aes256gcm16-prfsha384-ecp384, aes256-3des-sha256-modp2048
        local {{
            auth = pubkey
            id = {ALICE}
        }}
        remote {{
            auth = pubkey
            id = @{GATEWAY_ID}
            cacerts = ca.pem
        }}
        children {{
            net {{
                remote_ts = 0.0.0.0/0, ::/0
                esp_proposals = aes256gcm16
                updown = /usr/lib/ipsec/_updown
            }}
        }}
    }}
}}
secrets {{
    pkcs12-alice {{
        file = alice.p12
        secret = rosebud
    }}
}}
"""


def works(office: Office, name: str) -> None:
    ginnel = office.service.ginnel
    assert ginnel("up", name)["peer"] == GATEWAY_ID
    assert ping(office.net.client, Internet.SERVER[0], 5).lost == 0
    assert ping(office.net.client, Internet.SERVER[1], 5).lost == 0
    ginnel("down", name)


def test_a_file_is_imported_exported_and_imported_again_and_connects(lab: Lab) -> None:
    office = Office(lab)
    ginnel = office.service.ginnel
    office.save("swanctl.conf", SWANCTL.encode())
    beside = ("--with", office.file("ca.pem"), "--with", office.file("alice.p12"))
    found = ginnel("import", office.file("swanctl.conf"), *beside, "--yes")
    assert found["created"] == ["office"]
    told = {each["id"] for each in found["preview"]["candidates"][0]["unused"]}
    assert told == {"weak_algorithm", "script"}
    works(office, "office")

    moved = Path(office.file("office.mobileconfig"))
    secrets = ("--pkcs12", office.file("alice.p12"), "--key-password-file", office.file("rosebud"))
    given = ("--format", "mobileconfig", "--with-secrets", *secrets, "--output", str(moved))
    # An Apple device offers one proposal, and asks after a minute of silence at the earliest.
    assert ginnel("export", "office", *given)["lost"] == ["ike.proposals", "timing.liveness_s"]
    assert stat.S_IMODE(moved.stat().st_mode) == 0o600
    ginnel("remove", "office")

    moved.write_bytes(signed(moved.read_bytes(), office.alice))
    found = ginnel("import", str(moved), "--name", "phone", "--yes")
    assert found["created"] == ["phone"]
    assert found["preview"]["signer"]["verified"]
    works(office, "phone")

    # The same file again, and a change by hand: the service still has the key.
    assert ginnel("import", str(moved), "--yes")["updated"] == ["phone"]
    assert ginnel("edit", "phone", "--set", "network.mtu=1300")["changed"]
    assert ginnel("show", "phone")["network"]["mtu"] == 1300
    works(office, "phone")


def test_an_update_keeps_the_password_that_was_given_before(lab: Lab) -> None:
    office = Office(lab)
    ginnel = office.service.ginnel
    remote = {"addr": Internet.GATEWAY[0], "id": GATEWAY_ID}
    app = {
        "uuid": "6f7c1de8-2a6a-4f5d-8f0e-1a2b3c4d5e6f",
        "name": "Office",
        "type": "ikev2-eap",
    }
    office.save("first.sswan", json.dumps({**app, "remote": remote}).encode())
    root = b64encode(office.root.certificate.public_bytes(Encoding.DER)).decode()
    office.save("second.sswan", json.dumps({**app, "remote": {**remote, "cert": root}}).encode())
    login = ("--username", "carol", "--password-file", office.file("password"))
    assert ginnel("import", office.file("first.sswan"), *login, "--yes")["created"] == ["Office"]
    with pytest.raises(CommandError) as caught:  # nobody vouches for the gateway yet
        ginnel("up", "Office")
    assert caught.value.code == "certificate_untrusted"
    assert ginnel("import", office.file("second.sswan"), "--yes")["updated"] == ["Office"]
    works(office, "Office")
    assert office.password not in lab.report(10_000)
