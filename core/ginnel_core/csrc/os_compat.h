/* Every #ifdef of the packet path, and the few things that the C compiler does better than Cython.
 *
 * Atomics: the loops and Python's thread share table pointers, epochs and counters. A counter has one writer;
 * `ginnel_add` is therefore a relaxed load and store, which costs what `+=` costs.
 */
#ifndef GINNEL_OS_COMPAT_H
#define GINNEL_OS_COMPAT_H

#if defined(__APPLE__)
#define __APPLE_USE_RFC_3542 1 /* ipv6(4) by RFC 3542; has to stand before netinet/in.h */
#endif

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
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

#if defined(__APPLE__)
#include <net/if_utun.h>
#include <sys/kern_control.h>
#include <sys/sockio.h>
/* sys/sys_domain.h, which zig's copy of the SDK lacks */
#ifndef SYSPROTO_CONTROL
#define SYSPROTO_CONTROL 2
#define AF_SYS_CONTROL 2
#endif
#endif

#if defined(__FreeBSD__)
#include <net/if_tun.h>
#include <sys/sockio.h>
#ifndef TUNSTRANSIENT /* FreeBSD 15 */
#define TUNSTRANSIENT _IOW('t', 98, int)
#endif
#endif

#ifndef MSG_NOSIGNAL /* older macOS; Python ignores SIGPIPE */
#define MSG_NOSIGNAL 0
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

/* What udp_bsd.pyx asks of a socket. Linux's column is there for its tests alone.
 *
 * LOCAL4: the option and the ancillary datum of an IPv4 datagram's local address, the octets of that datum, and where
 * the address stands in one received and in one to send. TOS: the type of the datum received, octets of one to send. */
#if defined(__FreeBSD__)
#define GINNEL_LOCAL4 IP_RECVDSTADDR /* IP_SENDSRCADDR has its value, ip(4) */
#define GINNEL_LOCAL4_OCTETS sizeof(struct in_addr)
#define GINNEL_LOCAL4_RECEIVED 0
#define GINNEL_LOCAL4_SENT 0
#else
#define GINNEL_LOCAL4 IP_PKTINFO
#define GINNEL_LOCAL4_OCTETS sizeof(struct in_pktinfo)
#define GINNEL_LOCAL4_RECEIVED offsetof(struct in_pktinfo, ipi_addr)
#define GINNEL_LOCAL4_SENT offsetof(struct in_pktinfo, ipi_spec_dst)
#endif

#if defined(__linux__)
#define GINNEL_TOS_RECEIVED IP_TOS
#define GINNEL_DONTFRAG4 IP_MTU_DISCOVER
#define GINNEL_DONTFRAG6 IPV6_MTU_DISCOVER
#define GINNEL_DONTFRAG_ON IP_PMTUDISC_PROBE
#else
#define GINNEL_TOS_RECEIVED IP_RECVTOS
#define GINNEL_DONTFRAG4 IP_DONTFRAG
#define GINNEL_DONTFRAG6 IPV6_DONTFRAG
#define GINNEL_DONTFRAG_ON 1
#endif

#if defined(__FreeBSD__)
#define GINNEL_TOS_SENT_OCTETS 1
#define GINNEL_MARK SO_SETFIB
#else
#define GINNEL_TOS_SENT_OCTETS sizeof(int)
#define GINNEL_MARK 0
#endif

/* A datagram of a call for several: FreeBSD's struct mmsghdr and Darwin's struct msghdr_x have this layout. */
struct ginnel_message {
    struct msghdr header;
    size_t octets; /* of a datagram received */
};
#if defined(__FreeBSD__)
_Static_assert(sizeof(struct ginnel_message) == sizeof(struct mmsghdr), "struct mmsghdr");
_Static_assert(offsetof(struct ginnel_message, octets) == offsetof(struct mmsghdr, msg_len), "struct mmsghdr");
#elif defined(__APPLE__)
_Static_assert(sizeof(struct ginnel_message) == 56, "struct msghdr_x");
_Static_assert(offsetof(struct ginnel_message, octets) == 48, "struct msghdr_x");
#endif

typedef ssize_t (*ginnel_batch)(int fd, struct ginnel_message *messages, unsigned int count, int flags);

/* The calls that send and receive several datagrams, or NULL. FreeBSD has them since 11.0. Darwin's are private to
 * libSystem and may go at any time, so they are looked up when they are needed. */
#if defined(__FreeBSD__)
static inline ssize_t ginnel_sendmmsg(int fd, struct ginnel_message *messages, unsigned int count, int flags)
{
    return sendmmsg(fd, (struct mmsghdr *)(void *)messages, count, flags);
}

static inline ssize_t ginnel_recvmmsg(int fd, struct ginnel_message *messages, unsigned int count, int flags)
{
    return recvmmsg(fd, (struct mmsghdr *)(void *)messages, count, flags, NULL);
}

static inline ginnel_batch ginnel_batch_send(void) { return ginnel_sendmmsg; }

static inline ginnel_batch ginnel_batch_receive(void) { return ginnel_recvmmsg; }
#else
static inline ginnel_batch ginnel_batch_send(void) { return (ginnel_batch)dlsym(RTLD_DEFAULT, "sendmsg_x"); }

static inline ginnel_batch ginnel_batch_receive(void) { return (ginnel_batch)dlsym(RTLD_DEFAULT, "recvmsg_x"); }
#endif

static inline uint64_t ginnel_load(const uint64_t *from) { return __atomic_load_n(from, __ATOMIC_SEQ_CST); }

static inline void ginnel_store(uint64_t *to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_SEQ_CST); }

static inline void *ginnel_load_pointer(void *const *from) { return __atomic_load_n(from, __ATOMIC_SEQ_CST); }

static inline void ginnel_store_pointer(void **to, void *value) { __atomic_store_n(to, value, __ATOMIC_SEQ_CST); }

static inline uint64_t ginnel_peek(const uint64_t *from) { return __atomic_load_n(from, __ATOMIC_RELAXED); }

static inline void ginnel_poke(uint64_t *to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }

static inline uint32_t ginnel_peek32(const uint32_t *from) { return __atomic_load_n(from, __ATOMIC_RELAXED); }

static inline void ginnel_poke32(uint32_t *to, uint32_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }

static inline void ginnel_add(uint64_t *counter, uint64_t amount) { ginnel_poke(counter, ginnel_peek(counter) + amount); }

/* The index of the lowest bit that is set; of 0 undefined. */
static inline int ginnel_lowest_bit(uint64_t bits) { return __builtin_ctzll(bits); }

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

/* That of Python's time.monotonic(). Darwin's CLOCK_MONOTONIC goes on while the machine sleeps (clock_gettime(3)). */
#if defined(__APPLE__)
#define GINNEL_STEADY_CLOCK CLOCK_UPTIME_RAW
#else
#define GINNEL_STEADY_CLOCK CLOCK_MONOTONIC
#endif

static inline uint64_t ginnel_monotonic_ns(void)
{
    struct timespec now;
    (void)clock_gettime(GINNEL_STEADY_CLOCK, &now);
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

/* Keep the calling thread on one processor, the one it is on for a negative number; returns that, -1 when it cannot.
 * sched_setaffinity(2). `ginnel_thread_roam` undoes it. The other systems have no such call, or need none. */
#if defined(__linux__)
typedef cpu_set_t ginnel_processors;

static inline int ginnel_thread_stay(int processor, ginnel_processors *before)
{
    cpu_set_t one;
    if (processor < 0)
        processor = sched_getcpu();
    if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof *before, before) < 0)
        return -1;
    CPU_ZERO(&one);
    CPU_SET((size_t)processor, &one);
    return sched_setaffinity(0, sizeof one, &one) < 0 ? -1 : processor;
}

static inline void ginnel_thread_roam(const ginnel_processors *before) { (void)sched_setaffinity(0, sizeof *before, before); }
#else
typedef int ginnel_processors;

static inline int ginnel_thread_stay(int processor, ginnel_processors *before)
{
    (void)processor;
    (void)before;
    return -1;
}

static inline void ginnel_thread_roam(const ginnel_processors *before) { (void)before; }
#endif

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
