"""The libc calls of the packet path, all through csrc/os_compat.h."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from posix.types cimport off_t

cdef extern from "os_compat.h" nogil:
    # atomics and octet order
    uint64_t ginnel_load(const uint64_t *)
    void ginnel_store(uint64_t *, uint64_t)
    void *ginnel_load_pointer(void **)
    void ginnel_store_pointer(void **, void *)
    uint64_t ginnel_peek(const uint64_t *)
    void ginnel_poke(uint64_t *, uint64_t)
    uint32_t ginnel_peek32(const uint32_t *)
    void ginnel_poke32(uint32_t *, uint32_t)
    void ginnel_add(uint64_t *, uint64_t)
    int ginnel_lowest_bit(uint64_t)
    uint16_t ginnel_get16(const uint8_t *)
    uint32_t ginnel_get32(const uint8_t *)
    uint64_t ginnel_get64(const uint8_t *)
    void ginnel_put16(uint8_t *, uint16_t)
    void ginnel_put32(uint8_t *, uint32_t)
    void ginnel_put64(uint8_t *, uint64_t)
    uint64_t ginnel_monotonic_ns()
    void ginnel_nap(uint64_t)
    int ginnel_thread_urgent()
    ctypedef struct ginnel_processors:
        pass
    int ginnel_thread_stay(int, ginnel_processors *)
    void ginnel_thread_roam(const ginnel_processors *)
    int ginnel_wake_open(int *)
    void ginnel_wake_signal(int)
    void ginnel_wake_drain(int)
    void ginnel_wake_close(int *)
    int GINNEL_MESSAGE_SOCKET, GINNEL_EBADFD

    # memory and descriptors
    void *mmap(void *, size_t, int, int, int, off_t)
    int munmap(void *, size_t)
    void *MAP_FAILED
    int PROT_READ, PROT_WRITE, MAP_PRIVATE, MAP_ANONYMOUS
    ssize_t read(int, void *, size_t)
    ssize_t write(int, const void *, size_t)
    ssize_t writev(int, const iovec *, int)
    int errno

    struct iovec:
        void *iov_base
        size_t iov_len

    struct pollfd:
        int fd
        short events
        short revents
    int poll(pollfd *, unsigned long, int)
    int POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL

    int EAGAIN, EWOULDBLOCK, EINTR, ENOBUFS, ENOMEM, EPERM, EACCES, EIO, EINVAL, EMSGSIZE, EBADF, ENOTSOCK, ENODEV
    int EAFNOSUPPORT, EOPNOTSUPP, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EPROTO, ENOPROTOOPT

    # sockets
    ctypedef unsigned short sa_family_t
    ctypedef unsigned int socklen_t
    struct in_addr:
        uint32_t s_addr
    struct in6_addr:
        uint8_t s6_addr[16]
    struct sockaddr:
        sa_family_t sa_family
    struct sockaddr_in:
        sa_family_t sin_family
        uint16_t sin_port
        in_addr sin_addr
    struct sockaddr_in6:
        sa_family_t sin6_family
        uint16_t sin6_port
        uint32_t sin6_scope_id
        in6_addr sin6_addr
    struct msghdr:
        void *msg_name
        socklen_t msg_namelen
        iovec *msg_iov
        size_t msg_iovlen
        void *msg_control
        size_t msg_controllen
        int msg_flags
    struct cmsghdr:
        size_t cmsg_len
        int cmsg_level
        int cmsg_type
    cmsghdr *CMSG_FIRSTHDR(msghdr *)
    cmsghdr *CMSG_NXTHDR(msghdr *, cmsghdr *)
    uint8_t *CMSG_DATA(cmsghdr *)
    size_t CMSG_LEN(size_t)
    size_t CMSG_SPACE(size_t)
    struct in_pktinfo:
        int ipi_ifindex
        in_addr ipi_spec_dst
        in_addr ipi_addr
    struct in6_pktinfo:
        in6_addr ipi6_addr
        unsigned int ipi6_ifindex
    ssize_t recv(int, void *, size_t, int)
    int setsockopt(int, int, int, const void *, socklen_t)
    ssize_t sendmsg(int, const msghdr *, int)
    ssize_t recvmsg(int, msghdr *, int)
    int AF_INET, AF_INET6
    int MSG_DONTWAIT, MSG_TRUNC, MSG_NOSIGNAL
    int IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP
    uint16_t ntohs(uint16_t)
    uint16_t htons(uint16_t)
    uint32_t htonl(uint32_t)
