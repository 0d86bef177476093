"""A tunnel without encryption is for diagnosis, and never goes unnoticed."""

from __future__ import annotations

from typing import Any

import pytest

from ginnel_service.ike.codes import Encr, Integ
from ginnel_service.ike.events import ChildKeys, ChildSa, Endpoint, EspSuite, Path
from ginnel_service.tunnel.dataplane import Associations
from tunnel.fakes import FakePlane

KEYS = ChildKeys(b"", b"a secret")
PATH = Path(Endpoint("192.0.2.1", 4500), Endpoint("192.0.2.2", 4500), True)


@pytest.mark.parametrize(
    ("suite", "warned"),
    [(EspSuite(Encr.NULL, 0, Integ.HMAC_SHA2_256_128), True), (EspSuite(Encr.AES_GCM_16, 256), False)],
)
def test_null_encryption_is_warned_of(suite: EspSuite, warned: bool, caplog: Any) -> None:
    child = ChildSa(b"\0\0\1\0", b"\0\0\2\0", suite, KEYS, KEYS, (), ())
    Associations(FakePlane()).install_outbound(child, PATH)
    found = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [("NOT encrypted" in text, "192.0.2.2" in text) for text in found] == [(True, True)] * warned
    assert "a secret" not in caplog.text
