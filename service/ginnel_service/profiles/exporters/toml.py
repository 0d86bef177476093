"""Our own format. With secrets there is one more table, which `ginnel import` takes out again."""

from __future__ import annotations

import msgspec
import tomli_w

from ..model import Profile, serialise_profile
from ..secrets import Secrets


def export_toml(profile: Profile, secrets: Secrets | None = None) -> bytes:
    """The profile as TOML, without its owner; octets of secrets are in base64."""
    text = serialise_profile(msgspec.structs.replace(profile, owner_uid=0))
    kept = {name: value for name, value in msgspec.to_builtins(secrets or Secrets()).items() if value}
    if not kept:
        return text
    return text + b"\n" + tomli_w.dumps({"secrets": kept}).encode()
