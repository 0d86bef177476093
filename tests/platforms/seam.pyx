"""Calls the packet path's seams from Python, for the tests of what the loops would call."""

from libc.string cimport memcpy, memset

from ginnel_core.packet cimport Address, Arena, Cursor, Packet, packet_reset
from ginnel_core.posix cimport AF_INET, AF_INET6, EAGAIN, htons, iovec, ntohs
from ginnel_core.tun cimport Gather, TunDevice
from ginnel_core.udp cimport UdpChannel


cdef int set_address(Address *out, where) except -1:
    cdef bytes octets
    memset(out, 0, sizeof(Address))
    if where is not None:
        octets, port = where
        out.family = AF_INET if len(octets) == 4 else AF_INET6
        out.port = htons(port)
        memcpy(out.octets, <const char *>octets, len(octets))
    return 0


cdef object address(const Address *found):
    length = {0: 0, AF_INET: 4, AF_INET6: 16}[found.family]
    return found.octets[:length], ntohs(found.port)


def arena() -> Arena:
    """Slots, as a loop has them."""
    return Arena()


def send(UdpChannel channel not None, Arena arena not None, packets) -> list:
    """Send (data, segment, tos, remote, local) each; returns what each call said, until all went or nothing more does."""
    cdef Packet *packet
    cdef Cursor at
    cdef int error, index
    cdef bytes data
    for index, (data, segment, tos, remote, local) in enumerate(packets):
        packet = &arena.batch.packets[index]
        packet_reset(packet)
        memcpy(packet.data, <const char *>data, len(data))
        packet.length, packet.segment, packet.tos = len(data), segment, tos
        set_address(&packet.remote, remote)
        set_address(&packet.local, local)
    memset(&at, 0, sizeof(at))
    said = []
    while True:
        error = channel.send(arena.batch.packets, len(packets), &at)
        said.append((error, at.packet, at.offset, at.lost))
        if error == 0 or error == EAGAIN:
            return said


def receive(UdpChannel channel not None, Arena arena not None):
    """The errno, or a list of (data, tos, remote, local)."""
    cdef int error = channel.receive(&arena.batch)
    cdef Packet *packet
    cdef int index
    if error != 0:
        return error
    found = []
    for index in range(arena.batch.count):
        packet = &arena.batch.packets[index]
        assert packet.segment == 0 and not packet.truncated
        found.append((packet.data[: packet.length], packet.tos, address(&packet.remote), address(&packet.local)))
    return found


def read(TunDevice device not None, Arena arena not None):
    """The errno, or the packet."""
    cdef Packet *packet = &arena.batch.packets[0]
    cdef int error = device.read_packet(packet)
    return packet.data[: packet.length] if error == 0 else error


def write(TunDevice device not None, list parts) -> int:
    """The errno of writing one packet that stands in several stretches of memory."""
    cdef Gather gather
    cdef bytes part
    cdef int index
    memset(&gather, 0, sizeof(gather))
    gather.version = parts[0][0] >> 4
    gather.count = 1 + len(parts)
    for index, part in enumerate(parts, 1):
        gather.parts[index].iov_base = <char *>part
        gather.parts[index].iov_len = len(part)
    return device.write_packet(&gather)
