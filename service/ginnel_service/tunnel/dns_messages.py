"""A question to a name server, and the addresses in its answer (RFC 1035, RFC 3596): by dnspython.

Imported when the first name is asked for: the library takes 50 ms to load, and most services never need it.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

Kind = Literal["A", "AAAA"]

#: NXDOMAIN is an answer; another refusal is the next server's chance.
_ANSWERS: Final = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


def question(name: str, kind: Kind) -> dns.message.QueryMessage:
    """With a random id. Raises ValueError for what is no name of a host."""
    try:
        asked = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError("no name of a host") from error
    if asked == dns.name.root:
        raise ValueError("no name of a host")
    return dns.message.make_query(asked, kind)


def addresses_in(data: bytes, asked: dns.message.QueryMessage) -> list[str]:
    """The addresses in a response to `asked`; one that is cut short is taken as far as it goes.

    Raises ValueError for anything else.
    """
    try:
        answer = dns.message.from_wire(data, ignore_trailing=True, continue_on_error=True)
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise ValueError("a broken answer") from error
    if not asked.is_response(answer):
        raise ValueError("not an answer to our question")
    if answer.rcode() not in _ANSWERS:
        raise ValueError(f"refused with {dns.rcode.to_text(answer.rcode())}")
    kind = asked.question[0].rdtype
    return [
        found.address
        for records in answer.answer
        if (records.rdtype, records.rdclass) == (kind, dns.rdataclass.IN)
        for found in records
    ]
