"""HMAC; see hmac.pxd."""

from libc.string cimport memset

from ginnel_core.openssl cimport (
    ERR_clear_error,
    EVP_DigestFinal_ex,
    EVP_DigestInit_ex2,
    EVP_DigestUpdate,
    EVP_MD,
    EVP_MD_CTX_copy_ex,
    EVP_MD_CTX_free,
    EVP_MD_CTX_new,
    EVP_MD_fetch,
    EVP_MD_free,
    EVP_MD_get_block_size,
    EVP_MD_get_size,
    OPENSSL_cleanse,
)

cdef enum:
    BLOCK_MAX = 128


cdef class Digest:
    """A digest that libcrypto looked up by its name once."""

    cdef EVP_MD *md

    def __cinit__(self, str name):
        self.md = EVP_MD_fetch(NULL, name.encode(), NULL)
        if self.md == NULL:
            ERR_clear_error()
            raise ValueError(f"libcrypto has no {name}")

    def __dealloc__(self):
        EVP_MD_free(self.md)


cdef dict DIGESTS = {}


cdef EVP_MD_CTX *padded_with(const EVP_MD *md, const uint8_t *key, int length, uint8_t pad) noexcept:
    """A context that has taken the key's block xor `pad`; NULL when libcrypto refuses."""
    cdef uint8_t block[BLOCK_MAX]
    cdef int size = EVP_MD_get_block_size(md)
    cdef int index
    cdef EVP_MD_CTX *context = NULL
    if length <= size <= BLOCK_MAX:
        memset(block, pad, size)
        for index in range(length):
            block[index] = key[index] ^ pad
        context = EVP_MD_CTX_new()
        if context != NULL and (
            EVP_DigestInit_ex2(context, md, NULL) != 1 or EVP_DigestUpdate(context, block, size) != 1
        ):
            EVP_MD_CTX_free(context)
            context = NULL
        OPENSSL_cleanse(block, BLOCK_MAX)
    return context


cdef int hmac_init(Hmac *hmac, str digest, bytes key) except -1:
    """Key `hmac`, which is all zeros. `key` is no longer than a block of the digest. Raises ValueError."""
    cdef Digest found = DIGESTS.get(digest)
    cdef const uint8_t *octets = <const uint8_t *><const char *>key
    if found is None:
        found = DIGESTS[digest] = Digest(digest)
    hmac.length = EVP_MD_get_size(found.md)
    hmac.inner = padded_with(found.md, octets, len(key), 0x36)
    hmac.outer = padded_with(found.md, octets, len(key), 0x5C)
    hmac.running = EVP_MD_CTX_new()
    if hmac.inner == NULL or hmac.outer == NULL or hmac.running == NULL:
        ERR_clear_error()
        hmac_free(hmac)
        raise ValueError(f"libcrypto refuses HMAC with {digest}")
    return 0


cdef void hmac_free(Hmac *hmac) noexcept:
    """Free and forget; libcrypto cleanses the digests' state, which stands for the key."""
    EVP_MD_CTX_free(hmac.inner)
    EVP_MD_CTX_free(hmac.outer)
    EVP_MD_CTX_free(hmac.running)
    memset(hmac, 0, sizeof(Hmac))


cdef bint hmac_begin(Hmac *hmac, const uint8_t *data, uint32_t length) noexcept nogil:
    return EVP_MD_CTX_copy_ex(hmac.running, hmac.inner) == 1 and EVP_DigestUpdate(hmac.running, data, length) == 1


cdef bint hmac_more(Hmac *hmac, const uint8_t *data, uint32_t length) noexcept nogil:
    return EVP_DigestUpdate(hmac.running, data, length) == 1


cdef bint hmac_end(Hmac *hmac, uint8_t *out) noexcept nogil:
    """Write the whole code, DIGEST_MAX octets at most."""
    return (
        EVP_DigestFinal_ex(hmac.running, out, NULL) == 1
        and EVP_MD_CTX_copy_ex(hmac.running, hmac.outer) == 1
        and EVP_DigestUpdate(hmac.running, out, hmac.length) == 1
        and EVP_DigestFinal_ex(hmac.running, out, NULL) == 1
    )
