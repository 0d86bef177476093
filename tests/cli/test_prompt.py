"""What the gateway asks while `ginnel up` waits, and `ginnel prompt`."""

from __future__ import annotations

import sys
from types import ModuleType

import msgspec
import pytest

from cli.conftest import Served
from ginnel_service.cli import secret
from ginnel_service.cli.exits import Exit
from ginnel_service.ipc.schema import CertificateShown, PromptKind, PromptStatus

ANSWER = "rosebud rosebud"


def asks(kind: PromptKind, message: str = "") -> PromptStatus:
    return PromptStatus(id=5, name="office", kind=kind, message=message, username="alice")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "can_ask", lambda: True)


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        ("password", f"{ANSWER}\n", False),
        ("otp", f"{ANSWER}\n", True),
        ("new_password", f"{ANSWER}\n{ANSWER}\n", False),
        ("new_password", f"one\nother\n{ANSWER}\n{ANSWER}\n", False),
    ],
)
def test_up_asks_on_the_terminal_and_goes_on(
    with_office: Served, terminal: None, kind: PromptKind, typed: str, shown: bool
) -> None:
    with_office.service.asks = [asks(kind, "Say \x1b[2J it")]
    result = with_office.run("up", "office", stdin=typed)
    assert result.exit_code == 0
    assert "connected" in result.stdout
    assert "for alice" in result.stderr
    assert r"The gateway says: Say \x1b[2J it" in result.stderr
    assert (ANSWER in result.output) is shown
    assert with_office.service.answers == [(5, ANSWER, False)]


def test_up_takes_the_first_answer_from_a_file_and_remembers_it_when_asked(with_office: Served) -> None:
    with_office.service.asks = [asks("password")]
    result = with_office.run("up", "office", "--password-file", "-", "--remember", stdin=ANSWER + "\n")
    assert result.exit_code == 0
    assert with_office.service.answers == [(5, ANSWER, True)]


def test_a_password_is_kept_in_the_persons_keychain_and_found_there(
    with_office: Served, terminal: None, keychain: ModuleType
) -> None:
    with_office.service.asks = [asks("password")]
    assert with_office.run("up", "office", "--keychain", stdin=f"{ANSWER}\n").exit_code == 0
    assert keychain.entries == {("ginnel: office", "alice"): ANSWER}
    with_office.run("down", "office")
    result = with_office.run("up", "office", "--keychain")
    assert result.exit_code == 0
    assert ANSWER not in result.output
    assert with_office.service.answers == [(5, ANSWER, False)] * 2


def test_a_password_in_the_keychain_that_is_wrong_is_asked_for_and_replaced(
    with_office: Served, terminal: None, keychain: ModuleType
) -> None:
    keychain.entries["ginnel: office", "alice"] = "an old one"
    with_office.service.asks = [asks("password"), asks("password"), asks("otp")]
    result = with_office.run("up", "office", "--keychain", stdin=f"{ANSWER}\n123456\n")
    assert result.exit_code == 0
    answers = [said for _, said, _ in with_office.service.answers]
    assert answers == ["an old one", ANSWER, "123456"]
    assert keychain.entries == {("ginnel: office", "alice"): ANSWER}


def test_the_keychains_password_follows_a_profile_to_its_new_name_and_its_end(
    with_office: Served, keychain: ModuleType
) -> None:
    keychain.entries["ginnel: office", "alice"] = ANSWER
    assert with_office.run("rename", "office", "a/b").exit_code == Exit.BAD_PROFILE
    assert keychain.entries == {("ginnel: office", "alice"): ANSWER}
    assert with_office.run("rename", "office", "work").exit_code == 0
    assert keychain.entries == {("ginnel: work", "alice"): ANSWER}
    assert with_office.run("remove", "office").exit_code == Exit.UNKNOWN_PROFILE
    assert keychain.entries
    assert with_office.run("remove", "work").exit_code == 0
    assert keychain.entries == {}


def test_a_keychain_that_cannot_be_used_says_so_and_no_more(
    with_office: Served, keychain: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_office.service.asks = [asks("password")]
    vars(keychain)["entries"] = None
    result = with_office.run("up", "office", "--keychain")
    assert result.exit_code == Exit.FAILED
    assert "InitError" in result.output
    assert ANSWER not in result.output
    monkeypatch.setitem(sys.modules, "keyring", None)
    with_office.run("down", "office")
    assert "not installed" in with_office.run("up", "office", "--keychain").output
    assert with_office.run("up", "office", "--keychain", "--remember").exit_code == Exit.USAGE


def test_without_a_terminal_up_says_how_to_answer_and_waits(with_office: Served) -> None:
    with_office.service.asks = [asks("otp")]
    result = with_office.run("up", "office", "--timeout", "2")
    assert result.exit_code == Exit.TIMEOUT
    assert "asks for a one-time code: give it with `ginnel prompt office`" in result.stderr
    # A second `up` joins what waits, and hears of a prompt that opened before it came.
    again = with_office.run("up", "office", "--password-file", "-", stdin=ANSWER)
    assert again.exit_code == 0
    assert with_office.service.answers == [(5, ANSWER, False)]


def test_not_wanting_to_answer_is_a_refusal(with_office: Served, terminal: None) -> None:
    with_office.service.asks = [asks("password")]
    assert with_office.run("up", "office", stdin="").exit_code == 0
    assert with_office.service.answers == [(5, None, False)]


def test_prompt_lists_and_answers(with_office: Served, terminal: None) -> None:
    assert "Nothing waits" in with_office.run("prompt").stdout
    assert with_office.run("prompt", "office").exit_code == Exit.FAILED
    with_office.service.asks = [asks("otp", "Token?")]
    with_office.run("up", "office", "--no-wait")
    listed = with_office.run("prompt").stdout
    assert "one-time code" in listed
    assert "Token?" in listed
    assert with_office.json("prompt")["prompts"][0]["kind"] == "otp"
    result = with_office.run("prompt", "office", stdin="42\n")
    assert "Answered what office asked." in result.stdout
    assert with_office.service.answers == [(5, "42", False)]


@pytest.mark.parametrize(
    ("arguments", "answer"), [(("--refuse",), None), (("--answer-file", "-", "--remember"), ANSWER)]
)
def test_prompt_refuses_or_reads_a_file(
    with_office: Served, arguments: tuple[str, ...], answer: str | None
) -> None:
    with_office.service.asks = [asks("password")]
    with_office.run("up", "office", "--no-wait")
    assert with_office.run("prompt", "office", stdin=ANSWER).exit_code == Exit.USAGE
    assert with_office.run("prompt", "office", *arguments, stdin=ANSWER).exit_code == 0
    assert with_office.service.answers == [(5, answer, "--remember" in arguments)]


def test_a_script_whose_answer_was_wrong_does_not_wait_for_another(with_office: Served) -> None:
    with_office.service.asks = [asks("password"), msgspec.structs.replace(asks("password"), id=6)]
    result = with_office.run("up", "office", "--password-file", "-", stdin=ANSWER)
    assert result.exit_code == 0
    assert with_office.service.answers == [(5, ANSWER, False), (6, None, False)]


SHOWN = CertificateShown(
    subject="CN=vpn.example.org\x1b[2J",
    issuer="CN=Office Root",
    names=("vpn.example.org",),
    sha256="ab" * 32,
    not_before=1_700_000_000.0,
    not_after=1_800_000_000.0,
)
TRUST = PromptStatus(id=5, name="office", kind="certificate", certificate=SHOWN)


@pytest.mark.parametrize(
    ("typed", "answer"), [("yes\n", "ab" * 32), ("no\n", None), ("y\n", None), ("\nno\n", None), ("", None)]
)
def test_a_certificate_is_shown_and_trusted_in_so_many_letters(
    with_office: Served, terminal: None, typed: str, answer: str | None
) -> None:
    with_office.service.asks = [TRUST]
    result = with_office.run("up", "office", "--remember", stdin=typed)
    assert result.exit_code == 0
    assert ":".join(["AB"] * 32) in result.stderr
    assert r"CN=vpn.example.org\x1b[2J" in result.stderr
    assert "CN=Office Root" in result.stderr
    assert "2023-11-14 to 2027-01-15" in result.stderr
    assert with_office.service.answers == [(5, answer, True)]
    assert with_office.service.attended == [True]


@pytest.mark.parametrize("arguments", [(), ("--no-wait",), ("--password-file", "-")])
def test_who_is_not_there_is_not_said_to_be(with_office: Served, arguments: tuple[str, ...]) -> None:
    assert with_office.run("up", "office", *arguments, stdin=ANSWER).exit_code == 0
    assert with_office.service.attended == [False]


def test_nobody_is_there_who_does_not_wait_or_brought_the_answers(
    with_office: Served, terminal: None
) -> None:
    with_office.run("up", "office", "--no-wait")
    with_office.run("down", "office")
    with_office.run("up", "office", "--password-file", "-", stdin=ANSWER)
    assert with_office.service.attended == [False, False]


def test_prompt_shows_a_certificate_and_takes_its_fingerprint_from_a_file(with_office: Served) -> None:
    with_office.service.asks = [TRUST]
    with_office.run("up", "office", "--no-wait")
    listed = with_office.run("prompt").stdout
    assert "whether to trust" in listed
    assert "AB:AB" in listed
    assert with_office.json("prompt")["prompts"][0]["certificate"]["sha256"] == "ab" * 32
    result = with_office.run("prompt", "office", "--answer-file", "-", stdin="AB:AB " + "ab" * 30 + "\n")
    assert result.exit_code == 0
    assert with_office.service.answers == [(5, "ab" * 32, False)]


def test_a_locked_file_is_asked_for_unseen(with_office: Served, terminal: None) -> None:
    first = msgspec.structs.replace(asks("pkcs12"), username="")
    again = msgspec.structs.replace(first, id=6, message="That did not work: it is still locked.")
    with_office.service.asks = [first, again]
    result = with_office.run("up", "office", stdin=f"wrong\n{ANSWER}\n")
    assert result.exit_code == 0
    assert "Password of the PKCS#12 file" in result.stderr
    assert "\nThat did not work: it is still locked.\n" in result.stderr
    assert "The gateway says" not in result.stderr
    assert ANSWER not in result.output
    assert with_office.service.answers == [(5, "wrong", False), (6, ANSWER, False)]


def test_what_another_client_is_to_ask_is_left_to_it(with_office: Served, terminal: None) -> None:
    """`up` of a connection that waits elsewhere takes the question over, and puts it once."""
    with_office.service.asks = [asks("otp")]
    with_office.run("up", "office", "--no-wait")
    result = with_office.run("up", "office", stdin=f"{ANSWER}\n")
    assert result.exit_code == 0
    assert with_office.service.answers == [(5, ANSWER, False)]


@pytest.mark.parametrize("option", [("--refuse",), ("--answer-file", "-"), ("--remember",)])
def test_an_answer_without_a_name_is_nobodys(with_office: Served, option: tuple[str, ...]) -> None:
    assert with_office.run("prompt", *option, stdin="123456\n").exit_code == Exit.USAGE
