"""The master key in the System keychain, with a security(1) that keeps one and shows what it was told."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import pytest

from ginnel_service.profiles.keychain import Outcome, keychain_key


class FakeSecurity:
    """What security(1) does for root with the System keychain; `arguments` are what ps(1) would show."""

    def __init__(self) -> None:
        self.item: str | None = None
        self.arguments: list[str] = []
        self.status = 0  # of whatever it is asked, when it is not 0
        self.takes = True

    def __call__(self, arguments: Sequence[str], text: str) -> Outcome:
        program, *rest = arguments
        assert program == "/usr/bin/security"
        self.arguments += rest
        if self.status:
            return Outcome(self.status, "")
        if rest == ["-i"]:
            found = re.fullmatch(
                r"add-generic-password -s org\.ginnel\.ginneld -a master-key -w (\S+) -T /usr/bin/security "
                r"/Library/Keychains/System\.keychain\n",
                text,
            )
            assert found is not None, "a command that security(1) would not understand"
            if self.takes:
                self.item = found[1]
            return Outcome(0, "")
        assert rest[0] == "find-generic-password"
        assert rest[-2:] == ["-w", "/Library/Keychains/System.keychain"]
        return Outcome(44, "") if self.item is None else Outcome(0, self.item + "\n")


def test_a_key_is_made_once_and_never_stands_in_an_argument() -> None:
    security = FakeSecurity()
    key = keychain_key(security)
    assert key is not None
    assert len(key) == 32
    assert keychain_key(security) == key
    assert not [argument for argument in security.arguments if key.hex() in argument]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"status": 36}, "status 36"),  # a keychain that is locked
        ({"item": "hunter2"}, "no key of ours"),
        ({"takes": False}, "took no key"),
    ],
)
def test_a_keychain_that_cannot_be_used_is_said_plainly_and_gives_no_key(
    trouble: dict[str, object], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    security = FakeSecurity()
    for name, value in trouble.items():
        setattr(security, name, value)
    with caplog.at_level(logging.WARNING, "ginnel.daemon"):
        assert keychain_key(security) is None
    (record,) = caplog.records
    assert words in record.getMessage()
    assert "key in a file" in record.getMessage()
    assert "hunter2" not in record.getMessage()


@pytest.mark.parametrize(
    "error", [FileNotFoundError(2, "No such file"), TimeoutError("security did not end")]
)
def test_a_security_that_cannot_be_asked_gives_no_key(
    error: OSError, caplog: pytest.LogCaptureFixture
) -> None:
    def run(arguments: Sequence[str], text: str) -> Outcome:
        raise error

    with caplog.at_level(logging.WARNING, "ginnel.daemon"):
        assert keychain_key(run) is None
    assert len(caplog.records) == 1
