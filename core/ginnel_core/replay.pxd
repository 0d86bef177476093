"""The anti-replay window: a ring of 64-bit blocks (RFC 6479) over 64-bit sequence numbers (RFC 4303 appendix A)."""

from libc.stdint cimport uint32_t, uint64_t

from ginnel_core.reasons cimport Reason

cdef enum:
    WINDOW_MIN = 64
    WINDOW_MAX = 65536

cdef struct ReplayWindow:
    uint64_t top  # the highest sequence number that was authentic
    uint32_t size  # sequence numbers that the window spans
    uint32_t mask  # blocks - 1; one block more than `size` needs, as RFC 6479 section 2.2 says
    uint64_t *blocks

cdef inline uint32_t replay_blocks(uint32_t size) noexcept nogil:
    """How many blocks a window of `size` takes: a power of two."""
    cdef uint32_t blocks = 2
    while blocks < (size + 63) // 64 + 1:
        blocks *= 2
    return blocks

cdef inline uint64_t replay_infer(const ReplayWindow *window, uint32_t low) noexcept nogil:
    """The 64-bit sequence number of a packet that shows only the low half (RFC 4303 appendix A2.2)."""
    cdef uint32_t top_low = <uint32_t>window.top
    cdef uint64_t high = window.top >> 32
    cdef uint32_t bottom = top_low - window.size + 1  # modulo 2**32
    if top_low >= window.size - 1:
        if low < bottom:
            high += 1
    elif low >= bottom and high > 0:
        high -= 1
    return (high << 32) | low

cdef inline Reason replay_check(const ReplayWindow *window, uint64_t sequence) noexcept nogil:
    if sequence == 0:
        return Reason.REPLAY
    if sequence > window.top:
        return Reason.OK
    if window.top - sequence >= window.size:
        return Reason.REPLAY_TOO_OLD
    if window.blocks[<uint32_t>(sequence >> 6) & window.mask] >> (sequence & 63) & 1:
        return Reason.REPLAY
    return Reason.OK

cdef inline void replay_update(ReplayWindow *window, uint64_t sequence) noexcept nogil:
    """Note an authentic packet that `replay_check` let pass."""
    cdef uint64_t block = sequence >> 6
    cdef uint64_t index, last
    if sequence > window.top:
        index = window.top >> 6
        last = block
        if last - index > window.mask:
            index = last - window.mask - 1
        while index < last:
            index += 1
            window.blocks[<uint32_t>index & window.mask] = 0
        window.top = sequence
    window.blocks[<uint32_t>block & window.mask] |= <uint64_t>1 << (sequence & 63)
