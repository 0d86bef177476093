"""The SA tables without loops, for tests and benchmarks. No program uses this module."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from ginnel_core.ip cimport Flow, parse_flow
from ginnel_core.posix cimport ginnel_monotonic_ns
from ginnel_core.sa cimport Inbound, InboundSa, Outbound, Rule
from ginnel_core.tables cimport FlowCache, RuleTable, SpiTable, choose_rule, find_inbound


cdef class Rules:
    """An outbound table alone, with the cache of one loop."""

    cdef RuleTable table
    cdef FlowCache *cache
    cdef dict outbounds
    cdef list removed  # `count` may be running

    def __cinit__(self):
        self.table = RuleTable()
        self.outbounds = {}
        self.removed = []
        self.cache = <FlowCache *>calloc(1, sizeof(FlowCache))
        if self.cache == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.cache)

    def add(self, uint32_t name, local, remote) -> None:
        """The newest rules are those of `name`, 256 or more, now."""
        outbound = Outbound(name, 20, bytes(20), 0, b"", local, remote, False)
        self.outbounds[name] = outbound
        self.table.add(outbound)

    def remove(self, uint32_t name) -> None:
        outbound = self.outbounds.pop(name)
        self.table.remove(outbound)
        self.removed.append(outbound)

    def count(self, bytes packet, uint32_t name, uint32_t times) -> int:
        """How often, of so many times, `name` sends `packet`; other threads may add and remove meanwhile."""
        cdef Flow found
        cdef const Rule *rule
        cdef uint32_t index
        cdef uint32_t counted = 0
        if not parse_flow(<const uint8_t *><const char *>packet, len(packet), &found):
            raise ValueError("malformed")
        with nogil:
            for index in range(times):
                rule = choose_rule(&self.table.table, self.cache, &found)
                counted += rule != NULL and rule.sa.spi == name
        return counted

    def choose(self, bytes packet) -> int | None:
        """The name of the SA that sends `packet`."""
        cdef Flow found
        cdef const Rule *rule
        if not parse_flow(<const uint8_t *><const char *>packet, len(packet), &found):
            raise ValueError("malformed")
        rule = choose_rule(&self.table.table, self.cache, &found)
        return None if rule == NULL else rule.sa.spi

    def lookup_ns(self, packets, uint32_t times) -> float:
        """What one lookup takes when `packets`, some, come in turn, so often."""
        cdef uint64_t start, taken
        cdef uint32_t index, turn
        cdef uint32_t count = len(packets)
        cdef Flow *flows = <Flow *>calloc(count or 1, sizeof(Flow))
        if flows == NULL:
            raise MemoryError
        for index, packet in enumerate(packets):
            parse_flow(<const uint8_t *><const char *>packet, len(packet), &flows[index])
        with nogil:
            start = ginnel_monotonic_ns()
            for turn in range(times):
                for index in range(count):
                    choose_rule(&self.table.table, self.cache, &flows[index])
            taken = ginnel_monotonic_ns() - start
        free(flows)
        return <double>taken / times / count


cdef class Spis:
    """An inbound table alone."""

    cdef SpiTable table
    cdef dict inbounds

    def __cinit__(self):
        self.table = SpiTable()
        self.inbounds = {}

    def add(self, uint32_t spi, selectors) -> None:
        inbound = Inbound(spi, 20, bytes(20), 0, b"", selectors, selectors, 64, False)
        self.inbounds[spi] = inbound
        self.table.add(inbound)

    def remove(self, uint32_t spi) -> None:
        self.table.remove(self.inbounds.pop(spi))

    def find(self, uint32_t spi) -> bool:
        cdef InboundSa *sa = find_inbound(&self.table.table, spi)
        return sa != NULL and sa.spi == spi and sa == &(<Inbound>self.inbounds[spi]).sa

    def lookup_ns(self, spis, uint32_t times) -> float:
        """What one lookup takes when packets of `spis` come in turn, so often."""
        cdef uint64_t start, taken
        cdef uint32_t index, turn
        cdef uint32_t count = len(spis)
        cdef uint64_t found = 0
        cdef uint32_t *each = <uint32_t *>calloc(count or 1, sizeof(uint32_t))
        if each == NULL:
            raise MemoryError
        for index, spi in enumerate(spis):
            each[index] = spi
        with nogil:
            start = ginnel_monotonic_ns()
            for turn in range(times):
                for index in range(count):
                    found += find_inbound(&self.table.table, each[index]) != NULL
            taken = ginnel_monotonic_ns() - start
        free(each)
        return <double>taken / times / count
