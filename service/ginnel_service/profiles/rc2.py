"""RC2 (RFC 2268), decryption alone: old PKCS#12 files have their certificates in it. It hides nothing."""

from __future__ import annotations

from typing import Final

_PI: Final = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)
_MASK: Final = 0xFFFF
_ROTATIONS: Final = (1, 2, 3, 5)


def decrypt_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """`data` is of whole blocks of 8 octets, whose padding stays. The effective key is as long as `key`."""
    words, plain, before = _expand(key), bytearray(), iv
    for at in range(0, len(data), 8):
        block = data[at : at + 8]
        plain += bytes(a ^ b for a, b in zip(_block(words, block), before, strict=True))
        before = block
    return bytes(plain)


def _expand(key: bytes) -> list[int]:
    """Section 2, with an effective length of all bits of the key."""
    size = len(key)
    octets = bytearray(key) + bytes(128 - size)
    for i in range(size, 128):
        octets[i] = _PI[(octets[i - 1] + octets[i - size]) & 0xFF]
    octets[128 - size] = _PI[octets[128 - size]]
    for i in range(127 - size, -1, -1):
        octets[i] = _PI[octets[i + 1] ^ octets[i + size]]
    return [octets[i] | octets[i + 1] << 8 for i in range(0, 128, 2)]


def _block(words: list[int], block: bytes) -> bytes:
    """Section 4: five rounds of mixing back, one of mashing, six, one, five."""
    r = [block[i] | block[i + 1] << 8 for i in range(0, 8, 2)]
    j = 63
    for rounds in (5, 6, 5):
        for _ in range(rounds):
            for i in (3, 2, 1, 0):
                turned = (r[i] >> _ROTATIONS[i] | r[i] << (16 - _ROTATIONS[i])) & _MASK
                mixed = (r[i - 1] & r[i - 2]) + (~r[i - 1] & r[i - 3])
                r[i] = (turned - words[j] - mixed) & _MASK
                j -= 1
        if j >= 0:
            for i in (3, 2, 1, 0):
                r[i] = (r[i] - words[r[i - 1] & 63]) & _MASK
    return b"".join(word.to_bytes(2, "little") for word in r)
