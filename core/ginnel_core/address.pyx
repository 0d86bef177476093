"""Addresses between Python and C; see address.pxd."""

import socket

from libc.string cimport memcpy, memset

from ginnel_core.posix cimport AF_INET, AF_INET6, htons, ntohs
from ginnel_core.values import Endpoint


cdef object endpoint(const Address *address):
    octets = address.octets[:16]
    if address.family == AF_INET:
        return Endpoint(socket.inet_ntop(socket.AF_INET, octets[:4]), ntohs(address.port))
    if address.family == AF_INET6:
        host = socket.inet_ntop(socket.AF_INET6, octets)
        return Endpoint(f"{host}%{address.scope}" if address.scope else host, ntohs(address.port))
    return Endpoint("", ntohs(address.port))


cdef tuple resolve(where):
    """(family, socket address) of a numeric host and port. Raises ValueError."""
    host, port = where
    try:
        family, _, _, _, name = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ValueError(f"not a numeric address and port: {host!r}, {port!r}") from error
    return family, name


cdef int fill_address(Address *out, where) except -1:
    cdef bytes octets
    family, name = resolve(where)
    octets = socket.inet_pton(family, name[0].partition("%")[0])
    memset(out, 0, sizeof(Address))
    out.family = family
    out.port = htons(name[1])
    out.scope = name[3] if family == socket.AF_INET6 else 0
    memcpy(out.octets, <const char *>octets, len(octets))
    return 0
