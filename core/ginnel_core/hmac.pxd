"""HMAC (RFC 2104) as digest contexts that have taken the key already.

Per packet two contexts are copied and nothing is keyed; libcrypto's own EVP_MAC does the same more slowly.
"""

from libc.stdint cimport uint8_t, uint32_t

from ginnel_core.openssl cimport EVP_MD_CTX

cdef enum:
    DIGEST_MAX = 64

cdef struct Hmac:
    EVP_MD_CTX *inner  # behind the first block, key ^ 0x36...
    EVP_MD_CTX *outer  # behind the first block, key ^ 0x5c...
    EVP_MD_CTX *running
    uint32_t length  # of the digest

cdef int hmac_init(Hmac *hmac, str digest, bytes key) except -1
cdef void hmac_free(Hmac *hmac) noexcept
cdef bint hmac_begin(Hmac *hmac, const uint8_t *data, uint32_t length) noexcept nogil
cdef bint hmac_more(Hmac *hmac, const uint8_t *data, uint32_t length) noexcept nogil
cdef bint hmac_end(Hmac *hmac, uint8_t *out) noexcept nogil
