/* What tun_darwin.pyx and udp_bsd.pyx take for granted; the numbers stand in Python's struct formats, too. */
#include <Python.h>

#include <net/if_media.h>
#include <sys/event.h>
#include <sys/sockio.h>

#include "os_compat.h"

/* net/if_utun.h, sys/kern_control.h */
_Static_assert(sizeof(struct ctl_info) == 100, "=I96s");
_Static_assert(offsetof(struct ctl_info, ctl_name) == 4, "=I96s");
_Static_assert(CTLIOCGINFO == 0xc0644e03, "an ioctl of ctl_info");
_Static_assert(sizeof(struct sockaddr_ctl) == 32, "");
_Static_assert(PF_SYSTEM == 32 && SYSPROTO_CONTROL == 2 && AF_SYS_CONTROL == 2, "");
_Static_assert(UTUN_OPT_IFNAME == 2 && UTUN_OPT_MAX_PENDING_PACKETS == 16, "");
_Static_assert(IFNAMSIZ == 16, "");
_Static_assert(AF_INET == 2 && AF_INET6 == 30, "the family before each packet");

/* What Python says by number: tunnel/sockets.py, doctor/asking.py, net/bsd/wireless.py, net/dns/vnode.py */
_Static_assert(IP_BOUND_IF == 25 && IPV6_BOUND_IF == 125, "ip(4), ip6(4)");
_Static_assert(IP_PKTINFO == 26 && IP_DONTFRAG == 28 && IPV6_DONTFRAG == 62, "");
_Static_assert(sizeof(struct ifmediareq) == 44 && SIOCGIFMEDIA == 0xc02c6938, "=16s5i and a pointer");
_Static_assert(offsetof(struct ifmediareq, ifm_current) == 16, "");
_Static_assert(IFM_NMASK == 0xe0 && IFM_ETHER == 0x20 && IFM_IEEE80211 == 0x80, "");
_Static_assert(EVFILT_VNODE == -4 && EV_ADD == 1 && EV_CLEAR == 0x20, "kqueue(2)");
_Static_assert(NOTE_DELETE == 1 && NOTE_WRITE == 2 && NOTE_EXTEND == 4 && NOTE_RENAME == 0x20, "");

/* msghdr_x of xnu's bsd/sys/socket_private.h is no public header's: name, namelen, iov, iovlen, control, controllen,
 * flags, datalen. */
_Static_assert(sizeof(struct msghdr) == 48, "");
_Static_assert(offsetof(struct msghdr, msg_namelen) == 8 && sizeof(((struct msghdr *)0)->msg_namelen) == 4, "");
_Static_assert(offsetof(struct msghdr, msg_iov) == 16, "");
_Static_assert(offsetof(struct msghdr, msg_iovlen) == 24 && sizeof(((struct msghdr *)0)->msg_iovlen) == 4, "");
_Static_assert(offsetof(struct msghdr, msg_control) == 32, "");
_Static_assert(offsetof(struct msghdr, msg_controllen) == 40 && sizeof(((struct msghdr *)0)->msg_controllen) == 4, "");
_Static_assert(offsetof(struct msghdr, msg_flags) == 44, "");

/* ip(4), ip6(4) */
_Static_assert(sizeof(struct cmsghdr) == 12 && offsetof(struct cmsghdr, cmsg_level) == 4, "");
_Static_assert(GINNEL_LOCAL4 == 26 && GINNEL_LOCAL4_OCTETS == 12, "IP_PKTINFO");
_Static_assert(GINNEL_LOCAL4_SENT == 4 && GINNEL_LOCAL4_RECEIVED == 8, "struct in_pktinfo");
_Static_assert(GINNEL_TOS_RECEIVED == 27 && IP_TOS == 3 && GINNEL_TOS_SENT_OCTETS == 4, "");
_Static_assert(GINNEL_DONTFRAG4 == 28 && GINNEL_DONTFRAG6 == 62 && GINNEL_DONTFRAG_ON == 1, "");
_Static_assert(IPV6_RECVPKTINFO == 61 && IPV6_PKTINFO == 46 && sizeof(struct in6_pktinfo) == 20, "RFC 3542's");
_Static_assert(IPV6_RECVTCLASS == 35 && IPV6_TCLASS == 36, "");
_Static_assert(CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) <= 128, "CONTROL");
_Static_assert(CMSG_SPACE(GINNEL_LOCAL4_OCTETS) + CMSG_SPACE(sizeof(int)) <= 128, "CONTROL");

_Static_assert(offsetof(struct sockaddr, sa_family) == 1 && sizeof(sa_family_t) == 1, "");
_Static_assert(sizeof(struct sockaddr_in) == 16 && sizeof(struct sockaddr_in6) == 28, "");
_Static_assert(EAGAIN == EWOULDBLOCK, "");

/* time.monotonic(), against which the service holds an SA's last packet, is mach_absolute_time(), which sleep stops. */
_Static_assert(GINNEL_STEADY_CLOCK == CLOCK_UPTIME_RAW, "clock_gettime(3)");
