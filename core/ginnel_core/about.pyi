def libcrypto() -> str:
    """The libcrypto in use, such as "OpenSSL 3.0.15 3 Sep 2024" (OpenSSL_version(3))."""
