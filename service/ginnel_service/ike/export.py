"""Keys written for an outside decoder: lines of Wireshark's `ikev2_decryption_table` and `esp_sa` tables.

For diagnosis only: silent unless a session was asked to export its keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .codes import Encr, Integ
from .events import ChildSa, KeysExported, Path
from .sa import IkeSa

if TYPE_CHECKING:
    from .session import Session

#: For AES-XCBC and AES-CMAC, which Wireshark lacks: it takes no key and checks nothing.
_UNCHECKED = "ANY 96-bits of Authentication [No Checking]"
_IKE_INTEG = {
    0: "NONE [RFC4306]",
    Integ.HMAC_SHA1_96: "HMAC_SHA1_96 [RFC2404]",
    Integ.AES_XCBC_96: _UNCHECKED,
    Integ.AES_CMAC_96: _UNCHECKED,
    Integ.HMAC_SHA2_256_128: "HMAC_SHA2_256_128 [RFC4868]",
    Integ.HMAC_SHA2_384_192: "HMAC_SHA2_384_192 [RFC4868]",
    Integ.HMAC_SHA2_512_256: "HMAC_SHA2_512_256 [RFC4868]",
}
#: Without ChaCha20-Poly1305, which Wireshark 4.0 lacks here too; {} is the key's length.
_IKE_ENCR = {
    Encr.AES_CBC: "AES-CBC-{} [RFC3602]",
    Encr.AES_CTR: "AES-CTR-{} [RFC5930]",
    Encr.AES_CCM_8: "AES-CCM-{} with 8 octet ICV [RFC5282]",
    Encr.AES_CCM_12: "AES-CCM-{} with 12 octet ICV [RFC5282]",
    Encr.AES_CCM_16: "AES-CCM-{} with 16 octet ICV [RFC5282]",
    Encr.AES_GCM_8: "AES-GCM-{} with 8 octet ICV [RFC5282]",
    Encr.AES_GCM_12: "AES-GCM-{} with 12 octet ICV [RFC5282]",
    Encr.AES_GCM_16: "AES-GCM-{} with 16 octet ICV [RFC5282]",
}
#: What Wireshark 4.0 decrypts; it has neither ChaCha20-Poly1305 nor CCM nor the ciphers with an implicit IV.
_ESP_ENCR = {
    Encr.NULL: "NULL",
    Encr.AES_CBC: "AES-CBC [RFC3602]",
    Encr.AES_CTR: "AES-CTR [RFC3686]",
    Encr.AES_GCM_8: "AES-GCM with 8 octet ICV [RFC4106]",
    Encr.AES_GCM_12: "AES-GCM with 12 octet ICV [RFC4106]",
    Encr.AES_GCM_16: "AES-GCM with 16 octet ICV [RFC4106]",
}
_ESP_INTEG = {
    0: "NULL",
    Integ.HMAC_SHA1_96: "HMAC-SHA-1-96 [RFC2404]",
    Integ.HMAC_SHA2_256_128: "HMAC-SHA-256-128 [RFC4868]",
    Integ.HMAC_SHA2_384_192: "HMAC-SHA-384-192 [RFC4868]",
    Integ.HMAC_SHA2_512_256: "HMAC-SHA-512-256 [RFC4868]",
}


def export_ike(session: Session, sa: IkeSa) -> None:
    """Let `session` tell the keys of `sa`."""
    if session.config.export_keys:
        for line in ike_lines(sa):
            session.emit(line)


def export_child(session: Session, child: ChildSa) -> None:
    """Let `session` tell the keys of `child`."""
    if session.config.export_keys:
        for line in esp_lines(child, session.path):
            session.emit(line)


def ike_lines(sa: IkeSa) -> list[KeysExported]:
    """The row of `ikev2_decryption_table`; none for a cipher that Wireshark lacks."""
    assert sa.suite is not None
    assert sa.keys is not None
    if sa.suite.encr not in _IKE_ENCR:
        return []
    encr = _IKE_ENCR[Encr(sa.suite.encr)].format(sa.suite.key_bits)
    fields = [sa.spi_i.hex(), sa.spi_r.hex(), sa.keys.ei.hex(), sa.keys.er.hex()]
    integ = _IKE_INTEG[sa.suite.integ]
    integ_keys = "," if integ == _UNCHECKED else f"{sa.keys.ai.hex()},{sa.keys.ar.hex()}"
    return [KeysExported("ikev2_decryption_table", ",".join(fields) + f',"{encr}",{integ_keys},"{integ}"')]


def esp_lines(child: ChildSa, path: Path) -> list[KeysExported]:
    """One row of `esp_sa` for each direction; none for a cipher that Wireshark lacks."""
    if child.suite.encr not in _ESP_ENCR:
        return []
    family = "IPv6" if ":" in path.local.host else "IPv4"
    here, there = path.local.host, path.remote.host
    rows = ((there, here, child.spi_in, child.keys_in), (here, there, child.spi_out, child.keys_out))
    return [
        KeysExported(
            "esp_sa",
            f'"{family}","{source}","{target}","0x{spi.hex()}","{_ESP_ENCR[Encr(child.suite.encr)]}",'
            + (f'"0x{keys.encr.hex()}",' if keys.encr else '"",')
            + f'"{_ESP_INTEG[child.suite.integ]}","'
            + (f"0x{keys.integ.hex()}" if keys.integ else "")
            + ('","64-bit"' if child.suite.esn else '","32-bit"'),
        )
        for source, target, spi, keys in rows
    ]
