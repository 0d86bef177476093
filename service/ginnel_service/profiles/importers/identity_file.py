"""A PKCS#12 file alone (RFC 7292): who we are, perhaps whom to trust; where to connect is still to say."""

from __future__ import annotations

from pathlib import PurePath

from ..certificates import PasswordNeededError, UnusableError, load_certificates
from .draft import Draft, common_names
from .keyring import Keyring
from .preview import ImportRefused, Preview


def read(data: bytes, name: str, keyring: Keyring) -> Preview:
    """Raises ImportRefused."""
    draft = Draft(keyring)
    source = PurePath(name).name or "PKCS#12"
    try:
        pem, _ = keyring.open_pkcs12(data, None)
    except PasswordNeededError:
        title = PurePath(name).stem
    except UnusableError as error:
        raise ImportRefused("import_malformed", format="pkcs12", cause=str(error)) from None
    else:
        title = _holder(pem)
    draft.put("authentication.method", "certificate")
    draft.pkcs12(data, None, source)
    return Preview(format="pkcs12", title=title, candidates=(draft.done(title),))


def _holder(pem: str) -> str:
    return next(iter(common_names(load_certificates(pem)[0])), "")
