"""The part of libcrypto's EVP interface that the packet path uses (EVP_EncryptInit(3), EVP_DigestInit(3))."""

from libc.stdint cimport uint8_t

cdef extern from "openssl/params.h" nogil:
    ctypedef struct OSSL_PARAM:
        void *data
    OSSL_PARAM OSSL_PARAM_construct_octet_string(const char *, void *, size_t)
    OSSL_PARAM OSSL_PARAM_construct_end()

cdef extern from "openssl/core_names.h" nogil:
    const char *OSSL_CIPHER_PARAM_AEAD_TAG

cdef extern from "openssl/evp.h" nogil:
    ctypedef struct EVP_CIPHER
    ctypedef struct EVP_CIPHER_CTX
    ctypedef struct EVP_MD
    ctypedef struct EVP_MD_CTX
    ctypedef struct ENGINE
    ctypedef struct OSSL_LIB_CTX
    int EVP_CTRL_AEAD_SET_IVLEN, EVP_CTRL_AEAD_GET_TAG, EVP_CTRL_AEAD_SET_TAG
    const EVP_CIPHER *EVP_aes_128_gcm()
    const EVP_CIPHER *EVP_aes_256_gcm()
    const EVP_CIPHER *EVP_chacha20_poly1305()
    EVP_CIPHER *EVP_CIPHER_fetch(OSSL_LIB_CTX *, const char *, const char *)
    void EVP_CIPHER_free(EVP_CIPHER *)
    EVP_CIPHER_CTX *EVP_CIPHER_CTX_new()
    void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *)
    int EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX *, int)
    int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *, int, int, void *)
    int EVP_CIPHER_CTX_get_params(EVP_CIPHER_CTX *, OSSL_PARAM *)
    int EVP_CipherInit_ex2(
        EVP_CIPHER_CTX *, const EVP_CIPHER *, const uint8_t *, const uint8_t *, int, const OSSL_PARAM *
    )
    int EVP_CipherInit_ex(EVP_CIPHER_CTX *, const EVP_CIPHER *, ENGINE *, const uint8_t *, const uint8_t *, int)
    int EVP_CipherUpdate(EVP_CIPHER_CTX *, uint8_t *, int *, const uint8_t *, int)
    int EVP_CipherFinal_ex(EVP_CIPHER_CTX *, uint8_t *, int *)
    int EVP_EncryptInit_ex2(EVP_CIPHER_CTX *, const EVP_CIPHER *, const uint8_t *, const uint8_t *, const OSSL_PARAM *)
    int EVP_EncryptUpdate(EVP_CIPHER_CTX *, uint8_t *, int *, const uint8_t *, int)
    int EVP_EncryptFinal_ex(EVP_CIPHER_CTX *, uint8_t *, int *)
    int EVP_DecryptInit_ex2(EVP_CIPHER_CTX *, const EVP_CIPHER *, const uint8_t *, const uint8_t *, const OSSL_PARAM *)
    int EVP_DecryptUpdate(EVP_CIPHER_CTX *, uint8_t *, int *, const uint8_t *, int)
    int EVP_DecryptFinal_ex(EVP_CIPHER_CTX *, uint8_t *, int *)
    EVP_MD *EVP_MD_fetch(OSSL_LIB_CTX *, const char *, const char *)
    void EVP_MD_free(EVP_MD *)
    int EVP_MD_get_block_size(const EVP_MD *)
    int EVP_MD_get_size(const EVP_MD *)
    EVP_MD_CTX *EVP_MD_CTX_new()
    void EVP_MD_CTX_free(EVP_MD_CTX *)
    int EVP_MD_CTX_copy_ex(EVP_MD_CTX *, const EVP_MD_CTX *)
    int EVP_DigestInit_ex2(EVP_MD_CTX *, const EVP_MD *, const OSSL_PARAM *)
    int EVP_DigestUpdate(EVP_MD_CTX *, const void *, size_t)
    int EVP_DigestFinal_ex(EVP_MD_CTX *, uint8_t *, unsigned int *)

cdef extern from "openssl/crypto.h" nogil:
    void OPENSSL_cleanse(void *, size_t)
    int CRYPTO_memcmp(const void *, const void *, size_t)

cdef extern from "openssl/err.h" nogil:
    void ERR_clear_error()
