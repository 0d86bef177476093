"""Counts of live native objects, for leak tests."""

cdef long counts[<int>LIVE_KINDS]
NAMES = ("arena", "transform", "inbound_sa", "outbound_sa", "table", "tun", "socket", "loop")
assert len(NAMES) == <int>LIVE_KINDS


cdef void live(Kind kind, int change) noexcept:
    counts[<int>kind] += change


def live_objects() -> dict[str, int]:
    """Live native objects by kind."""
    return {name: counts[index] for index, name in enumerate(NAMES)}
