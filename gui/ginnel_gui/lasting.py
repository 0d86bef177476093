"""None that lasts, on a Python where it may not.

PySide6 6.12 gives back a reference to None that it never took with each call that returns nothing. From
Python 3.12 on that does not matter, as None is immortal there (PEP 683). Before, the count of references
falls with every such call, and the interpreter ends the process when it reaches zero ("none_dealloc"): after
some minutes of drawing.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

#: More than an app calls in its life.
_MANY: Final = 1 << 60


def keep_none() -> None:
    """Before the first widget. Idempotent enough: no count overflows by it."""
    if sys.version_info < (3, 12) and sys.getrefcount(None) < _MANY // 2:
        # The count comes first in every object of CPython (PyObject, `ob_refcnt`).
        ctypes.c_ssize_t.from_address(id(None)).value += _MANY
