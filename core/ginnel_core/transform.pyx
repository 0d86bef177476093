"""Keyed cipher contexts: AES-GCM (RFC 4106), ChaCha20-Poly1305 (RFC 7634), AES-CBC (RFC 3602) with HMAC-SHA2 (RFC 4868)."""

from libc.string cimport memcpy, memset

from ginnel_core.live cimport LIVE_TRANSFORM, live
from ginnel_core.openssl cimport (
    CRYPTO_memcmp,
    ERR_clear_error,
    EVP_aes_128_cbc,
    EVP_aes_128_gcm,
    EVP_aes_192_cbc,
    EVP_aes_192_gcm,
    EVP_aes_256_cbc,
    EVP_aes_256_gcm,
    EVP_chacha20_poly1305,
    EVP_CIPHER,
    EVP_CIPHER_CTX_ctrl,
    EVP_CIPHER_CTX_free,
    EVP_CIPHER_CTX_new,
    EVP_CIPHER_CTX_set_padding,
    EVP_CipherFinal_ex,
    EVP_CipherInit_ex,
    EVP_CipherUpdate,
    EVP_CTRL_AEAD_GET_TAG,
    EVP_CTRL_AEAD_SET_TAG,
    EVP_MAC,
    EVP_MAC_CTX_free,
    EVP_MAC_CTX_new,
    EVP_MAC_fetch,
    EVP_MAC_final,
    EVP_MAC_free,
    EVP_MAC_init,
    EVP_MAC_update,
    OPENSSL_cleanse,
    OSSL_PARAM,
    OSSL_PARAM_construct_end,
    OSSL_PARAM_construct_utf8_string,
)
from ginnel_core.posix cimport ginnel_put32, ginnel_put64

cdef enum:
    ENCR_AES_CBC = 12
    ENCR_AES_GCM_16 = 20
    ENCR_CHACHA20_POLY1305 = 28

#: Integrity transform -> digest, octets of key, octets of ICV (RFC 4868 section 2.6).
HMACS = {12: (b"SHA2-256", 32, 16), 13: (b"SHA2-384", 48, 24), 14: (b"SHA2-512", 64, 32)}


cdef const EVP_CIPHER *aes_gcm(Py_ssize_t key_length):
    if key_length == 16:
        return EVP_aes_128_gcm()
    if key_length == 24:
        return EVP_aes_192_gcm()
    return EVP_aes_256_gcm() if key_length == 32 else NULL


cdef const EVP_CIPHER *aes_cbc(Py_ssize_t key_length):
    if key_length == 16:
        return EVP_aes_128_cbc()
    if key_length == 24:
        return EVP_aes_192_cbc()
    return EVP_aes_256_cbc() if key_length == 32 else NULL


cdef EVP_MAC_CTX *hmac_context(bytes digest, bytes key) except NULL:
    cdef OSSL_PARAM parameters[2]
    cdef EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL)
    cdef EVP_MAC_CTX *context
    if mac == NULL:
        raise ValueError("libcrypto has no HMAC")
    context = EVP_MAC_CTX_new(mac)
    EVP_MAC_free(mac)
    if context == NULL:
        raise MemoryError
    parameters[0] = OSSL_PARAM_construct_utf8_string("digest", <char *>digest, 0)
    parameters[1] = OSSL_PARAM_construct_end()
    if EVP_MAC_init(context, <const uint8_t *><char *>key, len(key), parameters) != 1:
        EVP_MAC_CTX_free(context)
        ERR_clear_error()
        raise ValueError("libcrypto refuses the integrity algorithm")
    return context


cdef int transform_init(
    Transform *transform, int encr, bytes encr_key, int integ, bytes integ_key, bint esn, bint sealing
) except -1:
    """Key `transform`, which is all zeros or was freed. Raises ValueError, naming no key."""
    cdef const EVP_CIPHER *cipher = NULL
    cdef Py_ssize_t key_length = len(encr_key)
    cdef bint aead = encr != ENCR_AES_CBC
    memset(transform, 0, sizeof(Transform))
    if encr == ENCR_AES_GCM_16:
        key_length -= 4
        cipher = aes_gcm(key_length)
    elif encr == ENCR_CHACHA20_POLY1305:
        key_length -= 4
        cipher = EVP_chacha20_poly1305() if key_length == 32 else NULL
    elif encr == ENCR_AES_CBC:
        cipher = aes_cbc(key_length)
    else:
        raise ValueError(f"encryption transform {encr} is not supported")
    if cipher == NULL:
        raise ValueError(f"encryption transform {encr} takes no key of {len(encr_key)} octets")
    transform.esn = esn
    if aead:
        if integ != 0 or integ_key:
            raise ValueError("an AEAD takes no integrity algorithm")
        transform.iv_length = 8
        transform.icv_length = 16
        transform.align = 4
        memcpy(transform.salt, <const char *>encr_key + key_length, 4)
    else:
        if integ not in HMACS:
            raise ValueError(f"integrity transform {integ} is not supported")
        digest, integ_length, icv_length = HMACS[integ]
        if len(integ_key) != integ_length:
            raise ValueError(f"integrity transform {integ} takes no key of {len(integ_key)} octets")
        transform.iv_length = 16
        transform.icv_length = icv_length
        transform.align = 16
        transform.mac = hmac_context(digest, integ_key)
    live(LIVE_TRANSFORM, 1)
    transform.cipher = EVP_CIPHER_CTX_new()
    if (
        transform.cipher == NULL
        or EVP_CipherInit_ex(
            transform.cipher, cipher, NULL, <const uint8_t *><char *>encr_key, NULL, sealing
        ) != 1
        or EVP_CIPHER_CTX_set_padding(transform.cipher, 0) != 1
    ):
        ERR_clear_error()
        transform_free(transform)
        raise ValueError(f"libcrypto refuses encryption transform {encr}")
    return 0


cdef void transform_free(Transform *transform) noexcept:
    """Wipe and free; libcrypto cleanses the keys in its contexts."""
    if transform.align != 0 and (transform.cipher != NULL or transform.mac != NULL):
        live(LIVE_TRANSFORM, -1)
    EVP_CIPHER_CTX_free(transform.cipher)
    EVP_MAC_CTX_free(transform.mac)
    OPENSSL_cleanse(transform, sizeof(Transform))


cdef inline int associated_data(
    const Transform *transform, const uint8_t *packet, uint64_t sequence, uint8_t *out
) noexcept nogil:
    """SPI and sequence number, the latter in 64 bits with ESN (RFC 4106 section 5). Returns its length."""
    if not transform.esn:
        memcpy(out, packet, 8)
        return 8
    memcpy(out, packet, 4)
    ginnel_put64(out + 4, sequence)
    return 12


cdef inline bint compute_icv(
    Transform *transform, const uint8_t *packet, uint32_t length, uint64_t sequence, uint8_t *icv
) noexcept nogil:
    """The whole HMAC over `packet`, then the high half of the sequence number with ESN (RFC 4303 section 2.8)."""
    cdef uint8_t high[4]
    cdef size_t written = 0
    # without a key the context starts again with the one it has
    if EVP_MAC_init(transform.mac, NULL, 0, NULL) != 1 or EVP_MAC_update(transform.mac, packet, length) != 1:
        return False
    if transform.esn:
        ginnel_put32(high, <uint32_t>(sequence >> 32))
        if EVP_MAC_update(transform.mac, high, 4) != 1:
            return False
    return EVP_MAC_final(transform.mac, icv, &written, 64) == 1


cdef inline bint seal_aead(
    Transform *transform, const uint8_t *source, uint32_t length, uint64_t sequence, uint8_t *out
) noexcept nogil:
    cdef uint8_t nonce[12]
    cdef uint8_t aad[12]
    cdef int written = 0
    cdef uint8_t *payload = out + ESP_HEADER + 8
    cdef int aad_length = associated_data(transform, out, sequence, aad)
    memcpy(nonce, transform.salt, 4)
    ginnel_put64(nonce + 4, sequence)  # a counter never repeats under one key
    memcpy(out + ESP_HEADER, nonce + 4, 8)
    return (
        EVP_CipherInit_ex(transform.cipher, NULL, NULL, NULL, nonce, -1) == 1
        and EVP_CipherUpdate(transform.cipher, NULL, &written, aad, aad_length) == 1
        and EVP_CipherUpdate(transform.cipher, payload, &written, source, <int>length) == 1
        and written == <int>length
        and EVP_CipherFinal_ex(transform.cipher, payload + length, &written) == 1
        and EVP_CIPHER_CTX_ctrl(transform.cipher, EVP_CTRL_AEAD_GET_TAG, 16, payload + length) == 1
    )


cdef inline bint seal_cbc(
    Transform *transform, uint8_t *source, uint32_t length, uint64_t sequence, uint8_t *out
) noexcept nogil:
    """The IV is the counter's own ciphertext, hence unpredictable (NIST SP 800-38A appendix C): one CBC pass under a
    zero IV over counter and payload yields IV and ciphertext."""
    cdef uint8_t zero[16]
    cdef uint8_t icv[64]
    cdef int written = 0
    memset(zero, 0, 16)
    ginnel_put64(source - 16, sequence)
    memset(source - 8, 0, 8)
    if (
        EVP_CipherInit_ex(transform.cipher, NULL, NULL, NULL, zero, -1) != 1
        or EVP_CipherUpdate(transform.cipher, out + ESP_HEADER, &written, source - 16, <int>length + 16) != 1
        or written != <int>length + 16
        or not compute_icv(transform, out, ESP_HEADER + 16 + length, sequence, icv)
    ):
        return False
    memcpy(out + ESP_HEADER + 16 + length, icv, transform.icv_length)
    return True


cdef Reason transform_seal(
    Transform *transform, uint8_t *source, uint32_t length, uint64_t sequence, uint8_t *out
) noexcept nogil:
    """Encrypt `length` octets of `source` behind the ESP header that stands at `out`; writes IV, ciphertext and ICV.

    In place when source == out + ESP_HEADER + iv_length, else apart. Overwrites the IV_MAX octets before `source`.
    """
    cdef bint done
    if transform.mac == NULL:
        done = seal_aead(transform, source, length, sequence, out)
    else:
        done = seal_cbc(transform, source, length, sequence, out)
    return Reason.OK if done else Reason.SEAL


cdef Reason transform_open(Transform *transform, uint8_t *packet, uint32_t length, uint64_t sequence) noexcept nogil:
    """Verify and decrypt in place the `length` octets between IV and ICV of the ESP packet."""
    cdef uint8_t nonce[16]
    cdef uint8_t aad[12]
    cdef uint8_t icv[64]
    cdef int aad_length, written = 0
    cdef uint8_t *payload = packet + ESP_HEADER + transform.iv_length
    if transform.mac != NULL:
        if length == 0 or length % 16 != 0:
            return Reason.LENGTH
        if (
            not compute_icv(transform, packet, ESP_HEADER + 16 + length, sequence, icv)
            or CRYPTO_memcmp(icv, payload + length, transform.icv_length) != 0
            or EVP_CipherInit_ex(transform.cipher, NULL, NULL, NULL, packet + ESP_HEADER, -1) != 1
            or EVP_CipherUpdate(transform.cipher, payload, &written, payload, <int>length) != 1
        ):
            return Reason.INTEGRITY
        return Reason.OK if written == <int>length else Reason.INTEGRITY
    memcpy(nonce, transform.salt, 4)
    memcpy(nonce + 4, packet + ESP_HEADER, 8)
    aad_length = associated_data(transform, packet, sequence, aad)
    if (
        EVP_CipherInit_ex(transform.cipher, NULL, NULL, NULL, nonce, -1) != 1
        or EVP_CIPHER_CTX_ctrl(transform.cipher, EVP_CTRL_AEAD_SET_TAG, 16, payload + length) != 1
        or EVP_CipherUpdate(transform.cipher, NULL, &written, aad, aad_length) != 1
        or EVP_CipherUpdate(transform.cipher, payload, &written, payload, <int>length) != 1
        or EVP_CipherFinal_ex(transform.cipher, icv, &written) != 1
    ):
        return Reason.INTEGRITY
    return Reason.OK
