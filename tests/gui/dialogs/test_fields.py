"""The editor's table beside the model, its suites beside IKE's, and words beside what they are for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Struct

import ginnel_service.profiles
from ginnel_gui.model.field_pages import FIELDS, NOT_SHOWN, PAGES, field_of
from ginnel_gui.model.fields import SECRET, Field
from ginnel_gui.model.fields_of_network import RULE
from ginnel_gui.model.import_words import ASKS, FORMATS, NOTES, REFUSED
from ginnel_gui.model.problems import is_known
from ginnel_gui.model.proposals import PRESETS, SUITES, exact
from ginnel_service.ike.codes import ProtocolId
from ginnel_service.ike.proposals import NAMED, expand, parse
from ginnel_service.profiles.importers import NOTES as NOTE_IDS
from ginnel_service.profiles.importers import REFUSALS
from ginnel_service.profiles.importers.preview import Ask, Format
from ginnel_service.profiles.model import OnDemandRule, Problem, Profile
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.profiles.validation import problems_of

PROTOCOLS = {"ike.proposals": ProtocolId.IKE, "esp.proposals": ProtocolId.ESP}


def leaves(kind: type[Struct], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a table and of those inside it, with its type."""
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, Struct):
            yield from leaves(hint, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, hint


def test_every_field_of_a_profile_is_in_the_editor() -> None:
    known = {path for path, _ in leaves(Profile)} - NOT_SHOWN
    secrets = {SECRET + name for name in Secrets.__struct_fields__} - {"secrets.private_key"}
    assert set(FIELDS) == known | secrets
    assert sum(len(page.fields) for page in PAGES) == len(FIELDS)


def test_every_field_of_a_rule_is_in_the_editor() -> None:
    assert {field.path for field in RULE} == {path for path, _ in leaves(OnDemandRule)}


@pytest.mark.parametrize(
    ("fields", "kind"), [(tuple(FIELDS.values()), Profile), (RULE, OnDemandRule)], ids=["profile", "rule"]
)
def test_a_choice_has_every_value_that_the_model_has(fields: tuple[Field, ...], kind: type[Struct]) -> None:
    hints = dict(leaves(kind))
    for field in fields:
        hint = hints.get(field.path)
        if get_origin(hint) is tuple and get_origin(get_args(hint)[0]) is Literal:
            hint = get_args(hint)[0]
        if get_origin(hint) is Literal:
            assert {option.value for option in field.options} == set(get_args(hint)), field.path
        else:
            assert not field.options, field.path


def test_suites_are_those_that_the_service_takes_the_words_for() -> None:
    for path, protocol in PROTOCOLS.items():
        for word, suites in SUITES[path].items():
            parsed = [parse(suite, protocol).transforms for suite in suites]
            assert parsed == [proposal.transforms for proposal in NAMED[protocol, word]]
        assert {word for kind, word in NAMED if kind == protocol} == set(SUITES[path])


def test_a_preset_says_what_it_offers() -> None:
    for path, presets in PRESETS.items():
        for preset in presets:
            offered = [each for word in preset.proposals for each in expand(word, PROTOCOLS[path])]
            shown = exact(path, preset.proposals)
            assert len(shown) == (len(offered) or 2)


def test_everything_that_an_import_says_has_words() -> None:
    assert set(REFUSED) == set(REFUSALS)
    assert set(NOTES) == set(NOTE_IDS)
    assert set(ASKS) == set(get_args(Ask))
    assert set(FORMATS) == set(get_args(Format))
    for code, params in (*REFUSALS.items(), *NOTE_IDS.items()):
        words = REFUSED[code].cause if code in REFUSED else NOTES[code]
        marks = {int(number) for number in re.findall(r"%(\d)", words.text)}
        assert marks <= set(range(1, len(params) + 1)), code


def test_a_problem_is_about_the_field_that_shows_it() -> None:
    assert field_of("on_demand.rules[2].ssids") is FIELDS["on_demand.rules"]
    assert field_of("certificates.own") is FIELDS["certificates"]
    assert field_of("psk") is FIELDS["secrets.psk"]
    assert field_of("nothing.like.it") is None


def shapes() -> set[str]:
    """What the validator's own code calls a problem, as patterns, with anything for what is put in."""
    found: set[str] = set()
    for name in ("validation", "authentication", "surroundings", "checks", "secrets"):
        tree = ast.parse(Path(ginnel_service.profiles.__path__[0], f"{name}.py").read_text())
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Problem":
                match call.args[1]:
                    case ast.Constant(value=str(text)):
                        found.add(re.escape(text))
                    case ast.JoinedStr(values=parts):
                        found.add(
                            "".join(
                                re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*"
                                for part in parts
                            )
                        )
    return found


def provoked() -> list[Problem]:
    """Every problem of a profile that the validator knows."""
    table = msgspec.to_builtins(Profile(name="-", server="a b"))
    table["authentication"] |= {
        "method": "eap",
        "second": "eap",
        "eap": ["md5", "md5", "tls"],
        "eap_only": True,
        "tls_min": "1.3",
        "tls_max": "1.2",
        "urls": ["ftp://x"],
    }
    table["remote"] |= {"id": "%any", "method": "psk", "pin": "x", "ca": ["y"]}
    table["remote"]["revocation"] |= {"crl": False, "ocsp": False, "strict": True}
    table["ike"] |= {"proposals": ["a b"], "lifetime_s": 1.0, "fragment_octets": 1}
    table["ike"]["ppk"] |= {"required": True}
    table["network"] |= {"subnets": ["10.0.0.1/8", "x"], "ipv4": False, "ipv6": False, "mtu": 1}
    table["dns"] |= {"mode": "off", "servers": ["x"], "match": ["-"], "search": ["-"]}
    rule = {"action": "connect", "interface": "ethernet", "ssids": ["x" * 40], "probe": "x", "domains": ["-"]}
    table["on_demand"] |= {"enabled": True, "rules": [rule, {"action": "evaluate"}]}
    table["certificates"] |= {"-": "x"}
    found = problems_of(table)
    del table["on_demand"]["rules"][:]
    table["network"]["subnets"] = []
    table["dns"] |= {"mode": "all", "servers": []}
    table["remote"] |= {"method": "", "pin": "", "ca": []}
    certificate = {"method": "certificate", "second": "eap", "eap": ["tls"], "eap_only": False}
    table["authentication"] |= certificate
    table["server"] = ""
    found += problems_of(table)
    table["name"] = " x"
    table["local"]["id"] = "\x07"
    found += problems_of(table)
    table["local"]["id"] = " x"
    table["authentication"] |= {"certificate": "x", "pkcs12": True}
    return [*found, *problems_of(table), *OF_SECRETS]


OF_SECRETS = (
    Problem("psk", "is missing", "give the pre-shared key"),
    Problem("ppk", "is missing", "give the key that ike.ppk.id names, or no ike.ppk.id"),
    Problem("ppk", "is longer than 1024 octets", "give a shorter one"),
    Problem("password", "is longer than 1024 characters", "give a shorter one"),
    Problem("pkcs12", "is missing", "give the PKCS#12 file that authentication.pkcs12 speaks of"),
    Problem("pkcs12", "is larger than 32768 octets", "leave certificates out that nobody needs"),
    Problem("pkcs12", "is no PKCS#12 file", "give one, such as a .p12 or .pfx file"),
    Problem("private_key", "is missing", "give the private key of the certificate"),
    Problem("private_key", "an RSA key has 2048 bits", "give a key that IKEv2 can use"),
    Problem("private_key", "is not that of the certificate", "give the two that belong together"),
    Problem("name", "Expected `str`, got `int`", "write a value of the expected kind"),
)


def test_what_the_validator_finds_has_words_of_the_app() -> None:
    assert [each for each in provoked() if not is_known(each)] == []


def test_each_sentence_of_the_validator_is_provoked() -> None:
    """What is listed here is a sentence to find words for in `model.problems`."""
    said = [each.message for each in provoked()]
    assert [shape for shape in shapes() if not any(re.fullmatch(shape, each) for each in said)] == []
