/* Every #ifdef of the packet path, and the few things that the C compiler does better than Cython.
 *
 * Atomics: the loops and Python's thread share table pointers, epochs and counters. A counter has one writer;
 * `ginnel_add` is therefore a relaxed load and store, which costs what `+=` costs.
 */
#ifndef GINNEL_OS_COMPAT_H
#define GINNEL_OS_COMPAT_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#if defined(__linux__)
#include <linux/errqueue.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <linux/udp.h>
#include <sys/eventfd.h>
#ifndef TUN_F_USO4 /* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif
#endif

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

/* A packet socket pair that keeps message edges and is bounded by octets; Darwin has it as datagrams alone. */
#if defined(__APPLE__)
#define GINNEL_MESSAGE_SOCKET SOCK_DGRAM
#else
#define GINNEL_MESSAGE_SOCKET SOCK_SEQPACKET
#endif

/* What a read of a device that is gone says (Linux alone has EBADFD). */
#if defined(EBADFD)
#define GINNEL_EBADFD EBADFD
#else
#define GINNEL_EBADFD EBADF
#endif

static inline uint64_t ginnel_load(const uint64_t *from) { return __atomic_load_n(from, __ATOMIC_SEQ_CST); }

static inline void ginnel_store(uint64_t *to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_SEQ_CST); }

static inline void *ginnel_load_pointer(void *const *from) { return __atomic_load_n(from, __ATOMIC_SEQ_CST); }

static inline void ginnel_store_pointer(void **to, void *value) { __atomic_store_n(to, value, __ATOMIC_SEQ_CST); }

static inline uint64_t ginnel_peek(const uint64_t *from) { return __atomic_load_n(from, __ATOMIC_RELAXED); }

static inline void ginnel_poke(uint64_t *to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }

static inline void ginnel_add(uint64_t *counter, uint64_t amount) { ginnel_poke(counter, ginnel_peek(counter) + amount); }

static inline uint16_t ginnel_get16(const uint8_t *from) { return (uint16_t)((from[0] << 8) | from[1]); }

static inline uint32_t ginnel_get32(const uint8_t *from)
{
    return ((uint32_t)from[0] << 24) | ((uint32_t)from[1] << 16) | ((uint32_t)from[2] << 8) | from[3];
}

static inline uint64_t ginnel_get64(const uint8_t *from)
{
    return ((uint64_t)ginnel_get32(from) << 32) | ginnel_get32(from + 4);
}

static inline void ginnel_put16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static inline void ginnel_put32(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 24);
    to[1] = (uint8_t)(value >> 16);
    to[2] = (uint8_t)(value >> 8);
    to[3] = (uint8_t)value;
}

static inline void ginnel_put64(uint8_t *to, uint64_t value)
{
    ginnel_put32(to, (uint32_t)(value >> 32));
    ginnel_put32(to + 4, (uint32_t)value);
}

static inline uint64_t ginnel_monotonic_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void ginnel_nap(uint64_t ns)
{
    struct timespec wait = {0, (long)ns};
    (void)nanosleep(&wait, NULL);
}

/* Let the calling thread run as soon as a packet is there, ahead of ordinary threads: a packet that waits for a time
 * slice waits for milliseconds. Returns whether the system allowed it. sched(7), rtprio(2); Darwin: pthread/qos.h. */
static inline int ginnel_thread_urgent(void)
{
#if defined(__APPLE__)
    return pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0) == 0;
#else
    struct sched_param param;
    memset(&param, 0, sizeof param);
    param.sched_priority = sched_get_priority_min(SCHED_RR);
    return pthread_setschedparam(pthread_self(), SCHED_RR, &param) == 0;
#endif
}

/* A descriptor that one thread signals and another polls: fds[0] is read, fds[1] written. 0 or -1 with errno. */
static inline int ginnel_wake_open(int fds[2])
{
#if defined(__linux__)
    fds[0] = fds[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fds[0] < 0 ? -1 : 0;
#else
    if (pipe(fds) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    return 0;
#endif
}

static inline void ginnel_wake_signal(int fd)
{
    const uint64_t one = 1;
    const ssize_t written = write(fd, &one, sizeof one); /* EAGAIN: it is readable already */
    (void)written;
}

static inline void ginnel_wake_drain(int fd)
{
    uint64_t scratch[64];
#if defined(__linux__)
    const ssize_t got = read(fd, scratch, sizeof scratch);
    (void)got;
#else
    while (read(fd, scratch, sizeof scratch) == (ssize_t)sizeof scratch)
        ;
#endif
}

static inline void ginnel_wake_close(int fds[2])
{
    if (fds[0] >= 0)
        (void)close(fds[0]);
    if (fds[1] >= 0 && fds[1] != fds[0])
        (void)close(fds[1]);
    fds[0] = fds[1] = -1;
}

#endif
