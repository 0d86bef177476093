"""The part of libcrypto's EVP interface that the packet path uses (EVP_EncryptInit(3), EVP_MAC(3))."""

from libc.stdint cimport uint8_t

cdef extern from "openssl/params.h" nogil:
    ctypedef struct OSSL_PARAM:
        size_t return_size
    OSSL_PARAM OSSL_PARAM_construct_utf8_string(const char *, char *, size_t)
    OSSL_PARAM OSSL_PARAM_construct_end()

cdef extern from "openssl/evp.h" nogil:
    ctypedef struct EVP_CIPHER
    ctypedef struct EVP_CIPHER_CTX
    ctypedef struct EVP_MAC
    ctypedef struct EVP_MAC_CTX
    ctypedef struct ENGINE
    ctypedef struct OSSL_LIB_CTX
    int EVP_CTRL_AEAD_GET_TAG, EVP_CTRL_AEAD_SET_TAG
    const EVP_CIPHER *EVP_aes_128_gcm()
    const EVP_CIPHER *EVP_aes_192_gcm()
    const EVP_CIPHER *EVP_aes_256_gcm()
    const EVP_CIPHER *EVP_aes_128_cbc()
    const EVP_CIPHER *EVP_aes_192_cbc()
    const EVP_CIPHER *EVP_aes_256_cbc()
    const EVP_CIPHER *EVP_chacha20_poly1305()
    EVP_CIPHER_CTX *EVP_CIPHER_CTX_new()
    void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *)
    int EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX *, int)
    int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *, int, int, void *)
    int EVP_CipherInit_ex(EVP_CIPHER_CTX *, const EVP_CIPHER *, ENGINE *, const uint8_t *, const uint8_t *, int)
    int EVP_CipherUpdate(EVP_CIPHER_CTX *, uint8_t *, int *, const uint8_t *, int)
    int EVP_CipherFinal_ex(EVP_CIPHER_CTX *, uint8_t *, int *)
    EVP_MAC *EVP_MAC_fetch(OSSL_LIB_CTX *, const char *, const char *)
    void EVP_MAC_free(EVP_MAC *)
    EVP_MAC_CTX *EVP_MAC_CTX_new(EVP_MAC *)
    void EVP_MAC_CTX_free(EVP_MAC_CTX *)
    int EVP_MAC_init(EVP_MAC_CTX *, const uint8_t *, size_t, const OSSL_PARAM *)
    int EVP_MAC_update(EVP_MAC_CTX *, const uint8_t *, size_t)
    int EVP_MAC_final(EVP_MAC_CTX *, uint8_t *, size_t *, size_t)

cdef extern from "openssl/crypto.h" nogil:
    void OPENSSL_cleanse(void *, size_t)
    int CRYPTO_memcmp(const void *, const void *, size_t)

cdef extern from "openssl/err.h" nogil:
    void ERR_clear_error()
