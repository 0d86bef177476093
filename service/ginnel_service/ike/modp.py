"""The primes of the MODP groups, made as RFC 3526 and RFC 2409 make them: of the digits of pi.

p = 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + c); the generator is 2.
"""

from __future__ import annotations

from functools import cache

_C = {
    1024: 129093,
    1536: 741804,
    2048: 124476,
    3072: 1690314,
    4096: 240904,
    6144: 929484,
    8192: 4743158,
}
#: Twice the strength that RFC 3526 section 8 grants a group at the most, and at least 256.
EXPONENT_BITS = {1024: 256, 1536: 256, 2048: 320, 3072: 424, 4096: 480, 6144: 544, 8192: 624}


@cache
def prime(bits: int) -> int:
    """The prime of the group of so many bits."""
    return (1 << bits) - (1 << bits - 64) - 1 + (_pi(bits - 130) + _C[bits] << 64)


def _pi(bits: int) -> int:
    """floor(2^bits * pi), by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239)."""
    guard = 32
    return 4 * (4 * _arctan(5, bits + guard) - _arctan(239, bits + guard)) >> guard


def _arctan(inverse: int, bits: int) -> int:
    """About 2^bits * arctan(1 / inverse); each term's rounding costs less than one."""
    term = (1 << bits) // inverse
    total, divisor, sign = term, 1, 1
    while term:
        term //= inverse * inverse
        divisor, sign = divisor + 2, -sign
        total += sign * (term // divisor)
    return total
