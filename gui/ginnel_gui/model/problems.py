"""What the service's validator finds wrong with a profile, in words for people at a form. Qt-free.

The validator writes for those who edit TOML. Its sentences are known by their shape; one of a later version
is shown as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from .words import QT_TRANSLATE_NOOP, Words


class Problem(Protocol):
    """As the service says it: a dotted field, what is wrong with it, and what to do."""

    @property
    def field(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Told:
    """`path` is that of the field, or what the service says for one that is not shown."""

    path: str
    words: Words


#: What a connection may be called.
NAME_RULE: Final = QT_TRANSLATE_NOOP(
    "Problem",
    "Use up to 64 letters (A to Z), digits, dots, hyphens and underscores, with a letter or digit at both "
    "ends.",
)
_AS_IT_CAME: Final = QT_TRANSLATE_NOOP("Problem", "%1: %2.")

#: shape of `field: message; remedy` -> words, which take its groups; the first one that fits
_SHAPES: Final[tuple[tuple[re.Pattern[str], Words], ...]] = tuple(
    (re.compile(shape, re.DOTALL), words)
    for shape, words in (
        (
            r".*: holds a control or invisible character;.*",
            QT_TRANSLATE_NOOP("Problem", "There is a character in it that cannot be seen. Type it anew."),
        ),
        (
            r".*: begins or ends with a space;.*",
            QT_TRANSLATE_NOOP("Problem", "There is a space at its beginning or end. Remove it."),
        ),
        (
            r".*: \S+ is out of range; write a number from (\S+) to ([^\s,]+), or 0",
            QT_TRANSLATE_NOOP("Problem", "Enter a number from %1 to %2, or 0."),
        ),
        (
            r".*: \S+ is out of range; write a number from (\S+) to ([^\s,]+)",
            QT_TRANSLATE_NOOP("Problem", "Enter a number from %1 to %2."),
        ),
        (
            r"name: cannot name a profile;.*",
            NAME_RULE,
        ),
        (
            r"server: is missing;.*",
            QT_TRANSLATE_NOOP("Problem", "Enter the gateway's name or address, such as vpn.example.org."),
        ),
        (
            r"server: is not a host name or an address;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "That is no name and no address of a machine. Enter one such as vpn.example.org."
            ),
        ),
        (
            r"local\.id: is missing;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "Enter who you are to the gateway, such as alice@example.org, or a user name."
            ),
        ),
        (
            r".*: names something that IKE does not know.*",
            QT_TRANSLATE_NOOP("Problem", "That is no identity that IKE knows."),
        ),
        (
            r".*proposals: `(.*)` is no proposal;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "“%1” is no suite. Write keywords such as aes256gcm16-prfsha384-ecp384."
            ),
        ),
        (
            r".*proposals: (?!.* is missing)(.*); write keywords such as.*",
            QT_TRANSLATE_NOOP("Problem", "A suite cannot be used: %1."),
        ),
        (
            r"authentication\.second: is the same as the first round;.*",
            QT_TRANSLATE_NOOP("Problem", "This is the first proof again. Choose another, or none."),
        ),
        (
            r"authentication\.certificate: is missing for EAP-TLS;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "EAP-TLS needs your certificate. Choose it, or leave TLS out of the EAP methods."
            ),
        ),
        (
            r"authentication\.certificate: is missing;.*",
            QT_TRANSLATE_NOOP("Problem", "Choose your certificate, such as a PKCS#12 file (.p12)."),
        ),
        (
            r"authentication\.urls: .*",
            QT_TRANSLATE_NOOP("Problem", "Enter addresses that begin with http://, one a line."),
        ),
        (
            r"ike\.ppk\.id: is missing;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "Enter the name of the post-quantum key, or let it connect without one."
            ),
        ),
        (
            r"authentication\.eap: names a method twice;.*",
            QT_TRANSLATE_NOOP("Problem", "A method is there twice."),
        ),
        (
            r"authentication\.username: is missing for EAP;.*",
            QT_TRANSLATE_NOOP("Problem", "Enter the user name that the gateway knows."),
        ),
        (
            r"authentication\.eap_only: would hand the password to anyone.*; leave (.*) out of.*",
            QT_TRANSLATE_NOOP(
                "Problem",
                "Whoever plays gateway would get the password by these EAP methods: %1. Leave them out, or "
                "have the gateway prove itself otherwise.",
            ),
        ),
        (
            r"authentication\.tls_min: is newer than tls_max;.*",
            QT_TRANSLATE_NOOP("Problem", "The oldest TLS is newer than the newest one."),
        ),
        (
            r"remote\.method: is not used when EAP proves the gateway;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "EAP proves the gateway already. Choose what suits, or let EAP prove you alone."
            ),
        ),
        (
            r"remote\.id: would accept anyone who has a certificate for any name;.*",
            QT_TRANSLATE_NOOP(
                "Problem",
                "That would accept anyone with any certificate. Enter the gateway's name, or choose the only "
                "roots to trust.",
            ),
        ),
        (
            r"remote\.pin: leaves nothing for remote\.ca to vouch for;.*",
            QT_TRANSLATE_NOOP(
                "Problem",
                "With the gateway's only certificate no root has anything to vouch for: choose one.",
            ),
        ),
        (
            r"remote\.revocation\.strict: has nothing to go by;.*",
            QT_TRANSLATE_NOOP("Problem", "Nobody could ever tell: allow OCSP or CRL as well."),
        ),
        (
            r"certificates\.(.*): cannot name a certificate;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "“%1” cannot name a certificate. Use letters, digits, dots, hyphens, underscores."
            ),
        ),
        (
            r"certificates\.(.*): cannot be used: (.*); write a certificate in PEM",
            QT_TRANSLATE_NOOP("Problem", "The certificate “%1” cannot be used (%2). Give it anew."),
        ),
        (
            r".*: `(.*)` is not stored with the profile;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "The certificate “%1” is not kept with this connection. Choose another."
            ),
        ),
        (
            r"network\.subnets: nothing would go through the tunnel;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "Nothing would go through the tunnel. For everything enter 0.0.0.0/0 and ::/0."
            ),
        ),
        (
            r".*: `(.*)` is no network; write (\S+)",
            QT_TRANSLATE_NOOP("Problem", "“%1” is no network. Did you mean %2?"),
        ),
        (
            r".*: `(.*)` is no network;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "“%1” is no network. Enter one such as 10.0.0.0/8 or 2001:db8::/32."
            ),
        ),
        (
            r"network\.ipv4: the tunnel would have neither IPv4 nor IPv6;.*",
            QT_TRANSLATE_NOOP("Problem", "Ask for an IPv4 or an IPv6 address, or for both."),
        ),
        (
            r".*: `(.*)` is no address;.*",
            QT_TRANSLATE_NOOP("Problem", "“%1” is no address. Enter one such as 10.0.0.53 or 2001:db8::53."),
        ),
        (
            r".*: `(.*)` is no domain;.*",
            QT_TRANSLATE_NOOP("Problem", "“%1” is no domain. Enter one such as corp.example.org."),
        ),
        (
            r".*: `(.*)` is no name of a wireless network;.*",
            QT_TRANSLATE_NOOP("Problem", "“%1” is too long for the name of a Wi-Fi network."),
        ),
        (
            r"dns\..*: has no effect while dns\.mode is off;.*",
            QT_TRANSLATE_NOOP("Problem", "This has no effect while DNS stays as it is."),
        ),
        (
            r"dns\.match: has no effect where every name goes to the tunnel;.*",
            QT_TRANSLATE_NOOP("Problem", "Domains have no effect while every name goes to the tunnel."),
        ),
        (
            r"on_demand\.rules: is empty.*",
            QT_TRANSLATE_NOOP("Problem", "Without a rule nothing would ever connect. Add one."),
        ),
        (
            r".*\[(\d+)\]\.ssids: (.*) has no wireless network;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "Rule %1: only Wi-Fi networks have such names. Choose Wi-Fi, or any."
            ),
        ),
        (
            r".*\[(\d+)\]\.probe: .*",
            QT_TRANSLATE_NOOP(
                "Problem",
                "Rule %1: enter an address such as https://intranet.example.org/, without a user name.",
            ),
        ),
        (
            r".*\[(\d+)\]\.domains: is missing for evaluate;.*",
            QT_TRANSLATE_NOOP("Problem", "Rule %1: enter the domains for which it connects."),
        ),
        (
            r".*\[(\d+)\]\.domains: has no effect for .*",
            QT_TRANSLATE_NOOP(
                "Problem", "Rule %1: wanted domains have an effect only when it connects for certain names."
            ),
        ),
        (r"psk: is missing;.*", QT_TRANSLATE_NOOP("Problem", "Enter the pre-shared key.")),
        (
            r"authentication\.pkcs12: is not the only certificate;.*",
            QT_TRANSLATE_NOOP(
                "Problem",
                "There is a certificate beside the locked file. Choose none there, or no locked file.",
            ),
        ),
        (
            r"pkcs12: is missing;.*",
            QT_TRANSLATE_NOOP("Problem", "Choose the locked PKCS#12 file."),
        ),
        (
            r"pkcs12: is no PKCS#12 file;.*",
            QT_TRANSLATE_NOOP("Problem", "That is no PKCS#12 file. Choose one such as alice.p12."),
        ),
        (
            r"pkcs12: is larger than (\d+) octets;.*",
            QT_TRANSLATE_NOOP("Problem", "The PKCS#12 file is too large: %1 bytes at most."),
        ),
        (r"ppk: is missing;.*", QT_TRANSLATE_NOOP("Problem", "Enter the post-quantum key.")),
        (
            r"private_key: is missing;.*",
            QT_TRANSLATE_NOOP(
                "Problem", "The private key of your certificate is missing. Choose a file that holds both."
            ),
        ),
        (
            r"private_key: is not that of the certificate;.*",
            QT_TRANSLATE_NOOP("Problem", "The private key belongs to another certificate."),
        ),
        (
            r"private_key: (.*); give a key that IKEv2 can use",
            QT_TRANSLATE_NOOP("Problem", "The private key cannot be used: %1."),
        ),
        (
            r".*: is longer than (\d+) (?:characters|octets);.*",
            QT_TRANSLATE_NOOP("Problem", "It is too long: %1 characters at most."),
        ),
        (
            r".*: (.*); write a value of the expected kind",
            QT_TRANSLATE_NOOP("Problem", "That does not fit here (%1)."),
        ),
    )
)


def told(problem: Problem) -> Told:
    """`problem` in words, about the field that it names."""
    text = f"{problem.field}: {problem.message}; {problem.remedy}"
    for shape, words in _SHAPES:
        if (found := shape.fullmatch(text)) is not None:
            return Told(problem.field, words.of(*found.groups()))
    return Told(problem.field, _AS_IT_CAME.of(problem.field, f"{problem.message}; {problem.remedy}"))


def is_known(problem: Problem) -> bool:
    """Whether there are words of ours for it."""
    return told(problem).words.text != _AS_IT_CAME.text


def all_told(problems: Iterable[Problem]) -> tuple[Told, ...]:
    """Each thing once."""
    return tuple(dict.fromkeys(told(each) for each in problems))
