"""What is wrong with a well-typed profile: everything at once, each with its remedy.

Knows no IKE: a proposal or an identity is checked for shape here and for meaning by the tunnel.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from .authentication import check_authentication
from .checks import check_range, is_host
from .model import (
    MAX_FILE_OCTETS,
    NAME_PATTERN,
    Esp,
    Problem,
    Profile,
    ProfileError,
    printable,
    profile_of,
    serialise_profile,
)
from .surroundings import check_surroundings

_DAY_S = 86400.0


def validate(profile: Profile) -> list[Problem]:
    """Every problem of `profile`, in the order of its fields; none means that it can be stored."""
    found = [
        Problem(field, "holds a control or invisible character", "write it without that character")
        for field, text in _texts("", _described(profile))
        if not text.isprintable()
    ]
    if found:
        return found
    _check_who(profile, found)
    check_authentication(profile, found)
    _check_proposals(profile, found)
    _check_esp(profile.esp, found)
    check_surroundings(profile, found)
    _check_times(profile, found)
    if not found and len(serialise_profile(profile)) > MAX_FILE_OCTETS:
        remedy = "leave out certificates that nobody needs, and what stands around them"
        found.append(Problem("certificates", f"is longer than {MAX_FILE_OCTETS} octets", remedy))
    return found


def problems_of(table: dict[str, Any]) -> list[Problem]:
    """Every problem of a profile that is still a table: of its shape, or where that is right of the rest."""
    try:
        return validate(profile_of(table))
    except ProfileError as error:
        return list(error.problems)


def _check_who(profile: Profile, found: list[Problem]) -> None:
    if not re.match(NAME_PATTERN, profile.name):
        remedy = (
            "use up to 64 letters, digits, dots, hyphens and underscores, with a letter or digit at both ends"
        )
        found.append(Problem("name", "cannot name a profile", remedy))
    if not is_host(profile.server):
        remedy = "write the gateway's name or address, such as vpn.example.org"
        found.append(
            Problem("server", "is not a host name or an address" if profile.server else "is missing", remedy)
        )
    check_range(found, "port", profile.port, 1, 65535)
    check_range(found, "transport.tcp_port", profile.transport.tcp_port, 1, 65535)
    check_range(found, "owner_uid", profile.owner_uid, 0, 2**32 - 2)
    if not (profile.local_identity or profile.authentication.has_certificate):
        remedy = "write who you are to the gateway, such as alice@example.org, or give a user name"
        found.append(Problem("local.id", "is missing", remedy))
    for field, text in (
        ("local.id", profile.local.id),
        ("remote.id", profile.remote.id),
        ("authentication.username", profile.authentication.username),
    ):
        if text != text.strip():
            found.append(Problem(field, "begins or ends with a space", "write it without the space"))


def _check_proposals(profile: Profile, found: list[Problem]) -> None:
    for field, keywords, example in (
        ("ike.proposals", profile.ike.proposals, "aes256gcm16-prfsha384-ecp384"),
        ("esp.proposals", profile.esp.proposals, "aes128gcm16"),
    ):
        for keyword in keywords:
            if not re.match(r"\A[a-z0-9_]+(-[a-z0-9_]+)*\Z", keyword):
                found.append(
                    Problem(
                        field, f"`{printable(keyword)}` is no proposal", f"write keywords such as {example}"
                    )
                )


def _check_esp(esp: Esp, found: list[Problem]) -> None:
    # New keys for every handful of packets would be a storm of exchanges, and not safer.
    check_range(found, "esp.max_octets", esp.max_octets, 1_000_000, 2**62, zero=True)
    check_range(found, "esp.max_packets", esp.max_packets, 1000, 2**62, zero=True)
    check_range(found, "esp.replay_window", esp.replay_window, 64, 65536)


def _check_times(profile: Profile, found: list[Problem]) -> None:
    check_range(found, "ike.lifetime_s", profile.ike.lifetime_s, 60, 30 * _DAY_S)
    check_range(found, "ike.reauth_s", profile.ike.reauth_s, 60, 30 * _DAY_S, zero=True)
    # RFC 8200 section 5 and RFC 791: what every network carries, and what none does.
    check_range(found, "ike.fragment_octets", profile.ike.fragment_octets, 576, 65535, zero=True)
    check_range(found, "esp.lifetime_s", profile.esp.lifetime_s, 60, 30 * _DAY_S)
    timing = profile.timing
    check_range(found, "timing.liveness_s", timing.liveness_s, 1, _DAY_S, zero=True)
    check_range(found, "timing.keepalive_s", timing.keepalive_s, 1, _DAY_S, zero=True)
    check_range(found, "timing.retransmit_s", timing.retransmit_s, 0.1, 60)
    check_range(found, "timing.retransmit_tries", timing.retransmit_tries, 1, 30)


def _described(profile: Profile) -> object:
    """Everything of `profile` that is one line of text; a certificate is many."""
    return {**msgspec.to_builtins(profile), "certificates": list(profile.certificates)}


def _texts(prefix: str, value: object) -> list[tuple[str, str]]:
    """Every string in a tree of built-in values, with its dotted field."""
    if isinstance(value, str):
        return [(prefix, value)]
    if isinstance(value, dict):
        return [
            pair
            for key, inner in value.items()
            for pair in _texts(f"{prefix}.{key}" if prefix else key, inner)
        ]
    if isinstance(value, list | tuple):
        return [pair for inner in value for pair in _texts(prefix, inner)]
    return []
