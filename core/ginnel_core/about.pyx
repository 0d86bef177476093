"""What the packet path is built on."""

cdef extern from "<openssl/crypto.h>":
    const char *OpenSSL_version(int kind)
    int OPENSSL_VERSION


def libcrypto() -> str:
    """The libcrypto in use, such as "OpenSSL 3.0.15 3 Sep 2024" (OpenSSL_version(3))."""
    return OpenSSL_version(OPENSSL_VERSION).decode("ascii", "replace")
