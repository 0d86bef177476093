"""libnftables(3) by ctypes: a ruleset's text to the kernel in about a millisecond, with no program to start.

In the network namespace of the calling thread. One call at a time: the library keeps its parser's state to
itself, its caches not.
"""

from __future__ import annotations

import ctypes
import errno
import os
import threading
from typing import Final

_LIBRARY: Final = "libnftables.so.1"
_lock = threading.Lock()
_loaded: ctypes.CDLL | None = None


class NftablesError(OSError):
    """`errno` is the kernel's, ENOTSUP where the library is missing; the words are the library's first."""


def load() -> None:
    """Have the library ready: the first time takes milliseconds. Raises NftablesError."""
    global _loaded  # noqa: PLW0603 - a library is loaded once in a process
    if _loaded is not None:
        return
    try:
        library = ctypes.CDLL(_LIBRARY, use_errno=True)
        library.nft_ctx_new.restype = ctypes.c_void_p
        library.nft_ctx_new.argtypes = [ctypes.c_uint32]
        for name in ("nft_ctx_buffer_output", "nft_ctx_buffer_error", "nft_ctx_free"):
            getattr(library, name).argtypes = [ctypes.c_void_p]
        for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
            getattr(library, name).argtypes = [ctypes.c_void_p]
            getattr(library, name).restype = ctypes.c_char_p
        library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    except (OSError, AttributeError) as error:
        raise NftablesError(errno.ENOTSUP, f"{_LIBRARY} is missing") from error
    _loaded = library


def run(text: str) -> str:
    """Do what `text` says, all of it or nothing; what it prints. Raises NftablesError."""
    with _lock:
        load()
        assert _loaded is not None
        context = _loaded.nft_ctx_new(0)
        if not context:
            raise NftablesError(errno.ENOMEM, "no context")
        try:
            _loaded.nft_ctx_buffer_output(context)
            _loaded.nft_ctx_buffer_error(context)
            ctypes.set_errno(0)
            if _loaded.nft_run_cmd_from_buffer(context, text.encode("ascii")):
                words = (_loaded.nft_ctx_get_error_buffer(context) or b"").decode(errors="replace")
                raise NftablesError(
                    _cause(words) or ctypes.get_errno() or errno.EIO, words.partition("\n")[0]
                )
            return str((_loaded.nft_ctx_get_output_buffer(context) or b"").decode(errors="replace"))
        finally:
            _loaded.nft_ctx_free(context)


def _cause(words: str) -> int:
    """The errno that the library turned into words with strerror(3): it hands it over in no other way."""
    causes = (errno.ENOENT, errno.EEXIST, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.EAFNOSUPPORT)
    return next((cause for cause in causes if os.strerror(cause) in words), 0)
