"""Keyed cipher contexts of one SA and direction.

A context is keyed once; per packet only the IV changes. An ESP packet is laid out as
SPI (4) | sequence (4) | IV | ciphertext | ICV.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.hmac cimport Hmac
from ginnel_core.openssl cimport EVP_CIPHER_CTX, OSSL_PARAM
from ginnel_core.reasons cimport Reason

cdef enum:
    ESP_HEADER = 8
    IV_MAX = 16
    ICV_MAX = 32

cdef enum Mode:
    MODE_NONE  # not keyed
    MODE_NULL
    MODE_CBC
    MODE_CTR
    MODE_CCM
    MODE_AEAD  # GCM and ChaCha20-Poly1305

cdef struct Transform:
    Mode mode
    EVP_CIPHER_CTX *cipher  # NULL with NULL encryption
    Hmac hmac  # all zeros with an AEAD
    OSSL_PARAM tag[2]  # its data points into the packet at hand
    uint8_t salt[4]
    uint32_t salt_length
    uint32_t iv_length  # in the packet, 0 when implicit
    uint32_t icv_length
    uint32_t align  # padding makes (payload + 2) a multiple of this
    bint esn

cdef int transform_init(
    Transform *transform, int encr, bytes encr_key, int integ, bytes integ_key, bint esn, bint sealing
) except -1
cdef void transform_free(Transform *transform) noexcept

cdef Reason transform_seal(
    Transform *transform, uint8_t *source, uint32_t length, uint64_t sequence, uint8_t *out
) noexcept nogil
cdef Reason transform_open(Transform *transform, uint8_t *packet, uint32_t length, uint64_t sequence) noexcept nogil
