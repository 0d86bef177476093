"""Encryption and integrity of ESP packets; algorithms.py says which transforms there are and how long their parts."""

from libc.string cimport memcpy, memmove, memset

from ginnel_core.algorithms import esp_algorithms
from ginnel_core.hmac cimport DIGEST_MAX, hmac_begin, hmac_end, hmac_free, hmac_init, hmac_more
from ginnel_core.live cimport LIVE_TRANSFORM, live
from ginnel_core.openssl cimport (
    CRYPTO_memcmp,
    ERR_clear_error,
    EVP_CIPHER,
    EVP_CIPHER_CTX_ctrl,
    EVP_CIPHER_CTX_free,
    EVP_CIPHER_CTX_get_params,
    EVP_CIPHER_CTX_new,
    EVP_CIPHER_CTX_set_padding,
    EVP_CIPHER_fetch,
    EVP_CIPHER_free,
    EVP_CipherInit_ex2,
    EVP_CTRL_AEAD_SET_IVLEN,
    EVP_CTRL_AEAD_SET_TAG,
    EVP_DecryptFinal_ex,
    EVP_DecryptInit_ex2,
    EVP_DecryptUpdate,
    EVP_EncryptFinal_ex,
    EVP_EncryptInit_ex2,
    EVP_EncryptUpdate,
    OPENSSL_cleanse,
    OSSL_CIPHER_PARAM_AEAD_TAG,
    OSSL_PARAM_construct_end,
    OSSL_PARAM_construct_octet_string,
)
from ginnel_core.posix cimport ginnel_put32, ginnel_put64

cdef enum:
    BLOCK = 16
    CCM_NONCE = 11

cdef dict MODES = {
    "null": MODE_NULL, "cbc": MODE_CBC, "ctr": MODE_CTR, "ccm": MODE_CCM, "aead": MODE_AEAD
}


cdef class Cipher:
    """A cipher that libcrypto looked up by its name once: the look-up costs as much as keying."""

    cdef EVP_CIPHER *cipher

    def __cinit__(self, str name):
        self.cipher = EVP_CIPHER_fetch(NULL, name.encode(), NULL)
        if self.cipher == NULL:
            ERR_clear_error()
            raise ValueError(f"libcrypto has no {name}")

    def __dealloc__(self):
        EVP_CIPHER_free(self.cipher)


cdef dict CIPHERS = {}


cdef Cipher fetched(str name):
    cdef Cipher found = CIPHERS.get(name)
    if found is None:
        found = CIPHERS[name] = Cipher(name)
    return found


cdef int transform_init(
    Transform *transform, int encr, bytes encr_key, int integ, bytes integ_key, bint esn, bint sealing
) except -1:
    """Key `transform`, which is all zeros or was freed. Raises ValueError, naming no key."""
    cdef Cipher cipher = None
    encryption, integrity = esp_algorithms(encr, integ)
    key_length = len(encr_key) - encryption.salt
    if key_length not in encryption.keys:
        raise ValueError(f"encryption transform {encr} takes no key of {len(encr_key)} octets")
    if len(integ_key) != (0 if integrity is None else integrity.key):
        raise ValueError(f"integrity transform {integ} takes no key of {len(integ_key)} octets")
    if encryption.cipher:
        cipher = fetched(encryption.cipher.format(8 * key_length))
    memset(transform, 0, sizeof(Transform))
    live(LIVE_TRANSFORM, 1)
    transform.mode = MODES[encryption.mode]
    transform.esn = esn
    transform.iv_length = encryption.iv
    transform.align = encryption.align
    transform.icv_length = encryption.icv or integrity.icv
    transform.salt_length = encryption.salt
    memcpy(transform.salt, <const char *>encr_key + <Py_ssize_t>key_length, transform.salt_length)
    transform.tag[0] = OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL, transform.icv_length)
    transform.tag[1] = OSSL_PARAM_construct_end()
    try:
        if integrity is not None:
            hmac_init(&transform.hmac, integrity.digest, integ_key)
        if cipher is not None and not key_cipher(transform, cipher.cipher, encr_key, sealing):
            ERR_clear_error()
            raise ValueError(f"libcrypto refuses encryption transform {encr}")
    except ValueError:
        transform_free(transform)
        raise
    return 0


cdef bint key_cipher(Transform *transform, const EVP_CIPHER *cipher, bytes key, bint sealing) noexcept:
    transform.cipher = EVP_CIPHER_CTX_new()
    if transform.cipher == NULL or EVP_CipherInit_ex2(transform.cipher, cipher, NULL, NULL, sealing, NULL) != 1:
        return False
    # CCM's lengths shape its first block and have to be known before the key
    if transform.mode == MODE_CCM and (
        EVP_CIPHER_CTX_ctrl(transform.cipher, EVP_CTRL_AEAD_SET_IVLEN, CCM_NONCE, NULL) != 1
        or EVP_CIPHER_CTX_ctrl(transform.cipher, EVP_CTRL_AEAD_SET_TAG, <int>transform.icv_length, NULL) != 1
    ):
        return False
    return (
        EVP_CipherInit_ex2(transform.cipher, NULL, <const uint8_t *><const char *>key, NULL, -1, NULL) == 1
        and EVP_CIPHER_CTX_set_padding(transform.cipher, 0) == 1
    )


cdef void transform_free(Transform *transform) noexcept:
    """Wipe and free; libcrypto cleanses the keys in its contexts."""
    if transform.mode == MODE_NONE:
        return
    live(LIVE_TRANSFORM, -1)
    EVP_CIPHER_CTX_free(transform.cipher)
    hmac_free(&transform.hmac)
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
    if not hmac_begin(&transform.hmac, packet, length):
        return False
    if transform.esn:
        ginnel_put32(high, <uint32_t>(sequence >> 32))
        if not hmac_more(&transform.hmac, high, 4):
            return False
    return hmac_end(&transform.hmac, icv)


cdef inline void set_counter_block(const Transform *transform, const uint8_t *iv, uint8_t *out) noexcept nogil:
    """Nonce, IV, and a block counter that starts at one (RFC 3686 section 4)."""
    memcpy(out, transform.salt, 4)
    memcpy(out + 4, iv, 8)
    ginnel_put32(out + 12, 1)


cdef inline bint seal_aead(
    Transform *transform, const uint8_t *source, uint32_t length, uint64_t sequence, uint8_t *out
) noexcept nogil:
    cdef uint8_t nonce[12]
    cdef uint8_t aad[12]
    cdef int written = 0
    cdef uint8_t *payload = out + ESP_HEADER + transform.iv_length
    cdef int aad_length = associated_data(transform, out, sequence, aad)
    memcpy(nonce, transform.salt, 4)
    # a counter never repeats under one key; where it is not sent, RFC 8750 section 4 wants this very value
    ginnel_put64(nonce + transform.salt_length, sequence)
    memcpy(out + ESP_HEADER, nonce + transform.salt_length, transform.iv_length)
    transform.tag[0].data = payload + length
    return (
        EVP_EncryptInit_ex2(transform.cipher, NULL, NULL, nonce, NULL) == 1
        # CCM wants the length before all else
        and (
            transform.mode != MODE_CCM
            or EVP_EncryptUpdate(transform.cipher, NULL, &written, NULL, <int>length) == 1
        )
        and EVP_EncryptUpdate(transform.cipher, NULL, &written, aad, aad_length) == 1
        and EVP_EncryptUpdate(transform.cipher, payload, &written, source, <int>length) == 1
        and written == <int>length
        and EVP_EncryptFinal_ex(transform.cipher, payload + length, &written) == 1
        and EVP_CIPHER_CTX_get_params(transform.cipher, transform.tag) == 1
    )


cdef inline bint open_aead(Transform *transform, uint8_t *packet, uint32_t length, uint64_t sequence) noexcept nogil:
    cdef uint8_t nonce[12]
    cdef uint8_t aad[12]
    cdef int written = 0
    cdef uint8_t *payload = packet + ESP_HEADER + transform.iv_length
    cdef int aad_length = associated_data(transform, packet, sequence, aad)
    memcpy(nonce, transform.salt, 4)
    if transform.iv_length == 0:
        ginnel_put64(nonce + transform.salt_length, sequence)
    else:
        memcpy(nonce + transform.salt_length, packet + ESP_HEADER, 8)
    transform.tag[0].data = payload + length
    if EVP_DecryptInit_ex2(transform.cipher, NULL, NULL, nonce, transform.tag) != 1:
        return False
    if transform.mode == MODE_CCM:
        # verifies in the last call, and clears what it wrote when that fails
        return (
            EVP_DecryptUpdate(transform.cipher, NULL, &written, NULL, <int>length) == 1
            and EVP_DecryptUpdate(transform.cipher, NULL, &written, aad, aad_length) == 1
            and EVP_DecryptUpdate(transform.cipher, payload, &written, payload, <int>length) == 1
            and written == <int>length
        )
    return (
        EVP_DecryptUpdate(transform.cipher, NULL, &written, aad, aad_length) == 1
        and EVP_DecryptUpdate(transform.cipher, payload, &written, payload, <int>length) == 1
        and EVP_DecryptFinal_ex(transform.cipher, payload + length, &written) == 1
    )


cdef inline bint encrypt(
    Transform *transform, uint8_t *source, uint32_t length, uint64_t sequence, uint8_t *out
) noexcept nogil:
    """IV and ciphertext, for the transforms whose ICV is an HMAC."""
    cdef uint8_t start[BLOCK]
    cdef int written = 0
    if transform.mode == MODE_NULL:
        memmove(out + ESP_HEADER, source, length)
        return True
    if transform.mode == MODE_CTR:
        ginnel_put64(out + ESP_HEADER, sequence)
        set_counter_block(transform, out + ESP_HEADER, start)
        return (
            EVP_EncryptInit_ex2(transform.cipher, NULL, NULL, start, NULL) == 1
            and EVP_EncryptUpdate(transform.cipher, out + ESP_HEADER + 8, &written, source, <int>length) == 1
            and written == <int>length
        )
    # The IV is the counter's own ciphertext, hence unpredictable (NIST SP 800-38A appendix C): one CBC pass under a
    # zero IV over counter and payload yields IV and ciphertext.
    memset(start, 0, BLOCK)
    ginnel_put64(source - BLOCK, sequence)
    memset(source - 8, 0, 8)
    return (
        EVP_EncryptInit_ex2(transform.cipher, NULL, NULL, start, NULL) == 1
        and EVP_EncryptUpdate(transform.cipher, out + ESP_HEADER, &written, source - BLOCK, <int>length + BLOCK) == 1
        and written == <int>length + BLOCK
    )


cdef inline bint decrypt(Transform *transform, uint8_t *packet, uint32_t length) noexcept nogil:
    """In place; the ICV is verified already."""
    cdef uint8_t start[BLOCK]
    cdef const uint8_t *iv = packet + ESP_HEADER
    cdef int written = 0
    cdef uint8_t *payload = packet + ESP_HEADER + transform.iv_length
    if transform.mode == MODE_NULL:
        return True
    if transform.mode == MODE_CTR:
        set_counter_block(transform, iv, start)
        iv = start
    return (
        EVP_DecryptInit_ex2(transform.cipher, NULL, NULL, iv, NULL) == 1
        and EVP_DecryptUpdate(transform.cipher, payload, &written, payload, <int>length) == 1
        and written == <int>length
    )


cdef Reason transform_seal(
    Transform *transform, uint8_t *source, uint32_t length, uint64_t sequence, uint8_t *out
) noexcept nogil:
    """Encrypt `length` octets of `source` behind the ESP header that stands at `out`; writes IV, ciphertext and ICV.

    In place when source == out + ESP_HEADER + iv_length, else apart. Overwrites the IV_MAX octets before `source`.
    """
    cdef uint8_t icv[DIGEST_MAX]
    cdef uint32_t before_icv = ESP_HEADER + transform.iv_length + length
    if transform.mode >= MODE_CCM:
        return Reason.OK if seal_aead(transform, source, length, sequence, out) else Reason.SEAL
    if not encrypt(transform, source, length, sequence, out) or not compute_icv(
        transform, out, before_icv, sequence, icv
    ):
        return Reason.SEAL
    memcpy(out + before_icv, icv, transform.icv_length)
    return Reason.OK


cdef Reason transform_open(Transform *transform, uint8_t *packet, uint32_t length, uint64_t sequence) noexcept nogil:
    """Verify and decrypt in place the `length` octets between IV and ICV of the ESP packet."""
    cdef uint8_t icv[DIGEST_MAX]
    cdef uint32_t before_icv = ESP_HEADER + transform.iv_length + length
    if transform.mode >= MODE_CCM:
        return Reason.OK if open_aead(transform, packet, length, sequence) else Reason.INTEGRITY
    if transform.mode == MODE_CBC and (length == 0 or length % BLOCK != 0):
        return Reason.LENGTH
    if (
        not compute_icv(transform, packet, before_icv, sequence, icv)
        or CRYPTO_memcmp(icv, packet + before_icv, transform.icv_length) != 0
        or not decrypt(transform, packet, length)
    ):
        return Reason.INTEGRITY
    return Reason.OK
