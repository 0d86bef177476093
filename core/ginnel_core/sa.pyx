"""Security associations; see sa.pxd."""

from libc.stdlib cimport calloc, free
from libc.string cimport memset

from ginnel_core.live cimport LIVE_INBOUND_SA, LIVE_OUTBOUND_SA, live
from ginnel_core.openssl cimport OPENSSL_cleanse
from ginnel_core.posix cimport ginnel_store_pointer
from ginnel_core.replay cimport WINDOW_MAX, WINDOW_MIN, replay_blocks
from ginnel_core.selector cimport host_bits
from ginnel_core.transform cimport transform_free, transform_init

#: Soft edges. Without ESN an eighth of the sequence numbers is left, minutes at a million packets a second.
SOFT_SEQUENCE = 2**32 // 8 * 7
SOFT_SEQUENCE_ESN = 2**63
LAST_SEQUENCE = 2**32 - 1
LAST_SEQUENCE_ESN = 2**64 - 2
SOFT_PACKETS = 2**63
#: 2**40 AES blocks under one key: far from the birthday bound of 2**64.
SOFT_OCTETS = 2**44
#: Pairs of selectors of one outbound SA: what one lookup may have to pass over.
MOST_PAIRS = 4096


cdef int usage_init(Usage *usage, bint esn, soft_octets, soft_packets) except -1:
    memset(usage, 0, sizeof(Usage))
    if soft_octets < 0 or soft_packets < 0:
        raise ValueError("a limit is negative")
    usage.soft[<int>LIMIT_OCTETS] = soft_octets or SOFT_OCTETS
    usage.soft[<int>LIMIT_PACKETS] = soft_packets or SOFT_PACKETS
    usage.soft[<int>LIMIT_SEQUENCE] = SOFT_SEQUENCE_ESN if esn else SOFT_SEQUENCE
    return 0


cdef int check_spi(spi) except -1:
    if not 256 <= spi <= 0xFFFFFFFF:
        raise ValueError("an SPI is between 256 and 2**32 - 1")  # RFC 4303 section 2.1
    return 0


cdef int check_sequence(sequence, bint esn) except -1:
    if not 0 <= sequence <= (LAST_SEQUENCE_ESN if esn else LAST_SEQUENCE):
        raise ValueError("a sequence number is out of range")
    return 0


cdef class Inbound:
    """An inbound SA that has taken all packets up to `sequence`. Raises ValueError for a bad parameter."""

    def __cinit__(
        self, spi, encr, encr_key, integ, integ_key, local, remote, window, esn, soft_octets=0, soft_packets=0,
        sequence=0,
    ):
        cdef uint32_t index
        live(LIVE_INBOUND_SA, 1)
        check_spi(spi)
        check_sequence(sequence, esn)
        if not WINDOW_MIN <= window <= WINDOW_MAX:
            raise ValueError(f"a replay window has {WINDOW_MIN} to {WINDOW_MAX} packets")
        self.local = SelectorList(local)
        self.remote = SelectorList(remote)
        usage_init(&self.sa.usage, esn, soft_octets, soft_packets)
        transform_init(&self.sa.transform, encr, encr_key, integ, integ_key, esn, False)
        self.sa.spi = spi
        self.sa.window.size = window
        self.sa.window.mask = replay_blocks(window) - 1
        self.sa.window.blocks = <uint64_t *>calloc(self.sa.window.mask + 1, sizeof(uint64_t))
        if self.sa.window.blocks == NULL:
            raise MemoryError
        if sequence:
            self.sa.window.top = sequence
            for index in range(self.sa.window.mask + 1):
                self.sa.window.blocks[index] = <uint64_t>-1
            index = <uint32_t>(self.sa.window.top >> 6) & self.sa.window.mask
            self.sa.window.blocks[index] >>= 63 - (self.sa.window.top & 63)  # those above it are free
        self.sa.local = self.local.ranges
        self.sa.local_count = self.local.count
        self.sa.remote = self.remote.ranges
        self.sa.remote_count = self.remote.count

    def __dealloc__(self):
        free(self.sa.window.blocks)
        transform_free(&self.sa.transform)
        OPENSSL_cleanse(&self.sa, sizeof(InboundSa))
        live(LIVE_INBOUND_SA, -1)


cdef class Path:
    """A route that a loop may be reading."""


cdef class Outbound:
    """An outbound SA that has sent all packets up to `sequence`. Raises ValueError for a bad parameter."""

    def __cinit__(
        self, spi, encr, encr_key, integ, integ_key, local, remote, esn, soft_octets=0, soft_packets=0, sequence=0
    ):
        live(LIVE_OUTBOUND_SA, 1)
        check_spi(spi)
        check_sequence(sequence, esn)
        self.move(Path())
        self.make_rules(SelectorList(local), SelectorList(remote))
        usage_init(&self.sa.usage, esn, soft_octets, soft_packets)
        transform_init(&self.sa.transform, encr, encr_key, integ, integ_key, esn, True)
        self.sa.spi = spi
        self.sa.sequence = sequence
        self.sa.last_sequence = LAST_SEQUENCE_ESN if esn else LAST_SEQUENCE
        self.sa.path_mtu = PATH_MTU

    def __dealloc__(self):
        free(self.rules)
        transform_free(&self.sa.transform)
        OPENSSL_cleanse(&self.sa, sizeof(OutboundSa))
        live(LIVE_OUTBOUND_SA, -1)

    cdef make_rules(self, SelectorList local, SelectorList remote):
        cdef const Range *here
        cdef const Range *there
        cdef Rule *rule
        cdef int i, j
        if local.count * remote.count > MOST_PAIRS:
            raise ValueError(f"an SA has more than {MOST_PAIRS} pairs of selectors")
        self.rules = <Rule *>calloc(local.count * remote.count, sizeof(Rule))
        if self.rules == NULL:
            raise MemoryError
        for i in range(local.count):
            for j in range(remote.count):
                here = &local.ranges[i]
                there = &remote.ranges[j]
                if here.version != there.version:
                    continue
                if here.protocol != there.protocol and here.protocol != 0 and there.protocol != 0:
                    continue
                rule = &self.rules[self.rule_count]
                rule.local = here[0]
                rule.remote = there[0]
                rule.host_bits = host_bits(there, &rule.partial)
                rule.sa = &self.sa
                self.rule_count += 1

    cdef Path move(self, Path path):
        """Send along `path`; returns the former one, which a loop may still be reading."""
        former = self.path
        ginnel_store_pointer(<void **>&self.sa.route, &path.route)
        self.path = path
        return former
