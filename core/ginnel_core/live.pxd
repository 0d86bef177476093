"""Counts of live native objects, for leak tests. Called with the GIL held alone."""

cdef enum Kind:
    LIVE_ARENA
    LIVE_TRANSFORM
    LIVE_INBOUND_SA
    LIVE_OUTBOUND_SA
    LIVE_TABLE
    LIVE_TUN
    LIVE_SOCKET
    LIVE_LOOP
    LIVE_KINDS

cdef void live(Kind kind, int change) noexcept
