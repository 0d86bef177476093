/* The Internet checksum (RFC 1071), and the pseudo-headers of TCP and UDP (RFC 9293 section 3.1, RFC 8200 section 8.1).
 *
 * Words are summed in the machine's own octet order: the one's-complement sum of swapped words is the swapped sum
 * (RFC 1071 section 2 (B)), so a result that is stored natively, as `ginnel_put_checksum` does, is right on every
 * machine. Sums stay 64 bits wide and unfolded until the end; a start must be another such sum (below 2**48, say).
 */
#ifndef GINNEL_CHECKSUM_H
#define GINNEL_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>

typedef uint64_t ginnel_lanes __attribute__((vector_size(16)));

/* Add `length` octets to `start`. Of several parts each but the last must have an even length. */
static inline uint64_t ginnel_sum(const uint8_t *data, size_t length, uint64_t start)
{
    const ginnel_lanes low = {0xffffffff, 0xffffffff};
    ginnel_lanes a = {0, 0}, b = {0, 0}, c = {0, 0}, d = {0, 0};
    uint32_t word;
    uint16_t half;

    /* 32-bit words in 64-bit lanes: no carry is ever lost, and every CPU of ours has two such lanes */
    while (length >= 32) {
        ginnel_lanes first, second;
        memcpy(&first, data, 16);
        memcpy(&second, data + 16, 16);
        a += first & low;
        b += first >> 32;
        c += second & low;
        d += second >> 32;
        data += 32;
        length -= 32;
    }
    a += b + c + d;
    start += a[0] + a[1];
    while (length >= 4) {
        memcpy(&word, data, 4);
        start += word;
        data += 4;
        length -= 4;
    }
    if (length >= 2) {
        memcpy(&half, data, 2);
        start += half;
        data += 2;
        length -= 2;
    }
    if (length) {
        half = 0; /* an odd octet counts as if a zero followed it */
        memcpy(&half, data, 1);
        start += half;
    }
    return start;
}

/* The 16-bit one's-complement sum, not complemented. 0 only when every octet was 0; a packet whose checksum field is
 * right sums to 0xffff. */
static inline uint16_t ginnel_fold(uint64_t sum)
{
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)sum;
}

/* Store the complement, the value of a checksum field. UDP needs more: 0 must go out as 0xffff (RFC 768). */
static inline void ginnel_put_checksum(uint8_t *to, uint64_t sum)
{
    const uint16_t value = (uint16_t)~ginnel_fold(sum);
    memcpy(to, &value, 2);
}

/* The sum of the pseudo-header. `ip` is a whole IP header of `version` 4 or 6; `transport_length` counts the octets
 * from the transport header on. */
static inline uint64_t ginnel_pseudo_sum(const uint8_t *ip, uint8_t version, uint8_t protocol,
                                         uint32_t transport_length)
{
    const uint64_t start = (uint64_t)htonl(transport_length) + htons(protocol);
    return version == 4 ? ginnel_sum(ip + 12, 8, start) : ginnel_sum(ip + 8, 32, start);
}

#endif
