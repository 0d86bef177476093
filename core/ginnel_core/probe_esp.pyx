"""ESP and what stands below it without sockets, for tests, fuzzing and benchmarks. No program uses this module."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from ginnel_core import reasons
from ginnel_core.esp cimport Opened, esp_open, esp_overhead, esp_seal
from ginnel_core.openssl cimport (
    EVP_aes_128_gcm,
    EVP_aes_256_gcm,
    EVP_chacha20_poly1305,
    EVP_CIPHER,
    EVP_CIPHER_CTX,
    EVP_CIPHER_CTX_ctrl,
    EVP_CIPHER_CTX_free,
    EVP_CIPHER_CTX_new,
    EVP_CipherFinal_ex,
    EVP_CipherInit_ex,
    EVP_CipherUpdate,
    EVP_CTRL_AEAD_GET_TAG,
    EVP_CTRL_AEAD_SET_TAG,
)
from ginnel_core.packet cimport CAPACITY, HEAD_ROOM, Arena
from ginnel_core.posix cimport ginnel_monotonic_ns, ginnel_put64
from ginnel_core.reasons cimport Reason
from ginnel_core.replay cimport ReplayWindow, replay_blocks, replay_check, replay_infer, replay_update
from ginnel_core.sa cimport Inbound, Outbound, inner_mtu
from ginnel_core.transform cimport (
    ESP_HEADER,
    ICV_MAX,
    IV_MAX,
    Transform,
    transform_free,
    transform_init,
    transform_open,
    transform_seal,
)


cdef str reason_name(Reason reason):
    return reasons.Reason(<int>reason).name.lower()


cdef class Window:
    """A replay window."""

    cdef ReplayWindow window

    def __cinit__(self, uint32_t size, uint64_t top=0):
        self.window.size = size
        self.window.top = top
        self.window.mask = replay_blocks(size) - 1
        self.window.blocks = <uint64_t *>calloc(self.window.mask + 1, sizeof(uint64_t))
        if self.window.blocks == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.window.blocks)

    @property
    def top(self) -> int:
        return self.window.top

    def infer(self, uint32_t low) -> int:
        return replay_infer(&self.window, low)

    def take(self, uint64_t sequence) -> str:
        """Check, and mark when the answer is "ok"."""
        cdef Reason reason = replay_check(&self.window, sequence)
        if reason == Reason.OK:
            replay_update(&self.window, sequence)
        return reason_name(reason)


cdef class Sealer:
    """An outbound SA alone."""

    cdef Outbound outbound
    cdef Arena arena

    def __init__(self, *, spi, encr, encr_key, integ=0, integ_key=b"", local, remote, esn=False, sequence=0):
        self.outbound = Outbound(
            spi, encr, encr_key, integ, integ_key, local, remote, esn, sequence=sequence
        )
        self.arena = Arena(2)

    def seal(self, bytes inner, bint in_place=True) -> bytes:
        """The ESP packet of an IP packet. Raises ValueError with the drop's reason."""
        cdef uint8_t *source = self.arena.batch.packets[0].slot + HEAD_ROOM
        cdef uint8_t *out = source - esp_overhead(&self.outbound.sa)
        cdef uint32_t length = 0
        cdef Reason reason
        if not in_place:
            out = self.arena.batch.packets[1].slot
        if len(inner) > CAPACITY or not inner:
            raise ValueError("length")
        memcpy(source, <const char *>inner, len(inner))
        reason = esp_seal(&self.outbound.sa, source, len(inner), inner[0] >> 4, out, &length)
        if reason != Reason.OK:
            raise ValueError(reason_name(reason))
        return out[:length]

    def inner_mtu(self, uint32_t path_mtu, bint ipv6_outside) -> int:
        """The largest inner packet over a path of that MTU."""
        self.outbound.sa.path_mtu = path_mtu
        return inner_mtu(&self.outbound.sa, ipv6_outside)

    def repeat(self, bytes inner, uint32_t times) -> int:
        """Seal the same packet many times; the nanoseconds that took."""
        cdef uint8_t *source = self.arena.batch.packets[0].slot + HEAD_ROOM
        cdef uint32_t length = 0
        cdef uint32_t size = len(inner)
        cdef uint32_t index
        cdef uint64_t begun
        memcpy(source, <const char *>inner, size)
        with nogil:
            begun = ginnel_monotonic_ns()
            for index in range(times):
                esp_seal(&self.outbound.sa, source, size, 4, self.arena.batch.packets[1].slot, &length)
            begun = ginnel_monotonic_ns() - begun
        return begun


cdef class Train:
    """Packets of one size in a row, as a batch receives them."""

    cdef uint8_t *octets
    cdef uint32_t count, size

    def __cinit__(self, list packets):
        cdef bytes packet
        cdef uint32_t index
        self.count = len(packets)
        self.size = len(packets[0])
        self.octets = <uint8_t *>calloc(self.count, self.size)
        if self.octets == NULL:
            raise MemoryError
        for index, packet in enumerate(packets):
            if <uint32_t>len(packet) != self.size:
                raise ValueError("packets of different sizes")
            memcpy(self.octets + index * self.size, <const char *>packet, self.size)

    def __dealloc__(self):
        free(self.octets)


cdef class Opener:
    """An inbound SA alone."""

    cdef Inbound inbound

    def __init__(
        self, *, spi, encr, encr_key, integ=0, integ_key=b"", local, remote, replay_window=4096, esn=False, top=0
    ):
        self.inbound = Inbound(spi, encr, encr_key, integ, integ_key, local, remote, replay_window, esn)
        self.inbound.sa.window.top = top

    def open(self, bytes packet) -> tuple[str, bytes]:
        """("ok", inner packet), or (reason of the drop, nothing)."""
        cdef Opened opened
        cdef Reason reason
        cdef size_t length = len(packet)
        cdef uint8_t *copy = <uint8_t *>calloc(length or 1, 1)
        if copy == NULL:
            raise MemoryError
        memcpy(copy, <const char *>packet, length)
        reason = esp_open(&self.inbound.sa, copy, <uint32_t>length, &opened)
        inner = opened.inner[:opened.length] if reason == Reason.OK else b""
        free(copy)
        return reason_name(reason), inner

    def open_train(self, list packets) -> int:
        """Open packets of one size one after the other; the nanoseconds that took. ValueError when one is refused."""
        cdef Train train = Train(packets)
        cdef Opened opened
        cdef Reason reason = Reason.OK
        cdef uint32_t index
        cdef uint64_t begun
        with nogil:
            begun = ginnel_monotonic_ns()
            for index in range(train.count):
                reason = esp_open(&self.inbound.sa, train.octets + index * train.size, train.size, &opened)
                if reason != Reason.OK:
                    break
            begun = ginnel_monotonic_ns() - begun
        if reason != Reason.OK:
            raise ValueError(reason_name(reason))
        return begun


cdef class Raw:
    """The least that libcrypto must be called for one ESP packet with an AEAD, and nothing around it.

    One keyed context; for each packet a new IV, 8 octets of associated data, the payload, the end, the tag.
    """

    cdef EVP_CIPHER_CTX *context
    cdef Arena arena
    cdef uint8_t nonce[12]

    def __cinit__(self, int encr, bytes encr_key, bint sealing):
        """`encr_key` ends in the salt, as everywhere."""
        cdef const EVP_CIPHER *cipher = EVP_chacha20_poly1305()
        if encr == 20:
            cipher = EVP_aes_128_gcm() if len(encr_key) == 20 else EVP_aes_256_gcm()
        self.arena = Arena(2)
        self.context = EVP_CIPHER_CTX_new()
        if self.context == NULL or EVP_CipherInit_ex(self.context, cipher, NULL, encr_key, NULL, sealing) != 1:
            raise ValueError("libcrypto refuses the cipher")
        memcpy(self.nonce, <const char *>encr_key + len(encr_key) - 4, 4)

    def __dealloc__(self):
        EVP_CIPHER_CTX_free(self.context)

    def repeat(self, uint32_t size, uint32_t times) -> int:
        """Seal `size` octets many times; the nanoseconds that took."""
        cdef uint8_t *source = self.arena.batch.packets[0].slot
        cdef uint8_t *out = self.arena.batch.packets[1].slot
        cdef uint32_t index
        cdef int written
        cdef bint good = True
        cdef uint64_t begun
        with nogil:
            begun = ginnel_monotonic_ns()
            for index in range(times):
                ginnel_put64(self.nonce + 4, index)
                good &= EVP_CipherInit_ex(self.context, NULL, NULL, NULL, self.nonce, -1) == 1
                good &= EVP_CipherUpdate(self.context, NULL, &written, out, 8) == 1
                good &= EVP_CipherUpdate(self.context, out + 16, &written, source, <int>size) == 1
                good &= EVP_CipherFinal_ex(self.context, out + 16 + size, &written) == 1
                good &= EVP_CIPHER_CTX_ctrl(self.context, EVP_CTRL_AEAD_GET_TAG, 16, out + 16 + size) == 1
            begun = ginnel_monotonic_ns() - begun
        if not good:
            raise ValueError("libcrypto failed")
        return begun

    def open_train(self, list packets) -> int:
        """Decrypt and verify ESP packets of one size in place; the nanoseconds that took."""
        cdef Train train = Train(packets)
        cdef int size = <int>train.size - 32
        cdef uint8_t rest[16]
        cdef uint8_t *packet
        cdef uint32_t index
        cdef int written
        cdef bint good = True
        cdef uint64_t begun
        with nogil:
            begun = ginnel_monotonic_ns()
            for index in range(train.count):
                packet = train.octets + index * train.size
                memcpy(self.nonce + 4, packet + 8, 8)
                good &= EVP_CipherInit_ex(self.context, NULL, NULL, NULL, self.nonce, -1) == 1
                good &= EVP_CIPHER_CTX_ctrl(self.context, EVP_CTRL_AEAD_SET_TAG, 16, packet + 16 + size) == 1
                good &= EVP_CipherUpdate(self.context, NULL, &written, packet, 8) == 1
                good &= EVP_CipherUpdate(self.context, packet + 16, &written, packet + 16, size) == 1
                good &= EVP_CipherFinal_ex(self.context, rest, &written) == 1
            begun = ginnel_monotonic_ns() - begun
        if not good:
            raise ValueError("libcrypto refuses a packet")
        return begun


cdef class Keyed:
    """A transform alone: no padding, no window, no selectors."""

    cdef Transform transform

    def __cinit__(self, *, encr, encr_key, integ=0, integ_key=b"", esn=False, sealing):
        transform_init(&self.transform, encr, encr_key, integ, integ_key, esn, sealing)

    def __dealloc__(self):
        transform_free(&self.transform)

    def seal(self, bytes header, bytes payload, uint64_t sequence) -> bytes:
        """The packet that begins with the 8 octets of `header`; its IV comes from `sequence`."""
        cdef uint32_t length = len(payload)
        cdef uint32_t before = ESP_HEADER + self.transform.iv_length
        cdef uint8_t *out
        cdef Reason reason
        if len(header) != ESP_HEADER:
            raise ValueError("length")
        out = <uint8_t *>calloc(IV_MAX + before + length + ICV_MAX, 1)
        if out == NULL:
            raise MemoryError
        memcpy(out + IV_MAX + before, <const char *>payload, length)
        memcpy(out + IV_MAX, <const char *>header, ESP_HEADER)
        reason = transform_seal(&self.transform, out + IV_MAX + before, length, sequence, out + IV_MAX)
        packet = out[IV_MAX : IV_MAX + before + length + self.transform.icv_length]
        free(out)
        if reason != Reason.OK:
            raise ValueError(reason_name(reason))
        return packet

    def open(self, bytes packet, uint64_t sequence) -> tuple[str, bytes]:
        """("ok", payload with its trailer), or (reason, nothing)."""
        cdef size_t length = len(packet)
        cdef uint32_t before = ESP_HEADER + self.transform.iv_length
        cdef uint8_t *copy
        cdef Reason reason
        if length < before + self.transform.icv_length:
            return "runt", b""
        copy = <uint8_t *>calloc(length, 1)
        if copy == NULL:
            raise MemoryError
        memcpy(copy, <const char *>packet, length)
        length -= before + self.transform.icv_length
        reason = transform_open(&self.transform, copy, <uint32_t>length, sequence)
        payload = copy[before : before + length] if reason == Reason.OK else b""
        free(copy)
        return reason_name(reason), payload
