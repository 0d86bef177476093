/* What tun_freebsd.pyx and udp_bsd.pyx take for granted; the numbers stand in Python's struct formats, too. */
#include <Python.h>

#include <net/if.h> /* IFNAMSIZ, for the two that follow */
#include <net/if_media.h>
#include <net80211/ieee80211_ioctl.h>
#include <sys/event.h>
#include <sys/mman.h>
#include <sys/procctl.h>
#include <sys/wait.h>

#include "os_compat.h"

/* net/if_tun.h, sys/sockio.h */
_Static_assert(sizeof(struct ifreq) == 32 && offsetof(struct ifreq, ifr_data) == 16, "16s16x");
_Static_assert(IFNAMSIZ == 16, "");
_Static_assert(TUNGIFNAME == 0x4020745d, "an ioctl of ifreq");
_Static_assert(TUNSIFMODE == 0x8004745e && TUNSIFHEAD == 0x80047460 && TUNSTRANSIENT == 0x80047462, "of int");
_Static_assert(SIOCSIFNAME == 0x80206928 && SIOCIFDESTROY == 0x80206979, "of ifreq");
_Static_assert(IFF_POINTOPOINT == 0x10 && IFF_MULTICAST == 0x8000, "tun(4), TUNSIFMODE");
_Static_assert(AF_INET == 2 && AF_INET6 == 28, "the family before each packet");

/* What Python says by number: tunnel/sockets.py, doctor/asking.py, net/bsd/wireless.py, net/dns/vnode.py, process */
_Static_assert(IP_RECVDSTADDR == 7 && IP_DONTFRAG == 67 && IPV6_DONTFRAG == 62, "ip(4), ip6(4)");
_Static_assert(sizeof(struct ifmediareq) == 48 && SIOCGIFMEDIA == 0xc0306938, "=16s5i and a pointer");
_Static_assert(offsetof(struct ifmediareq, ifm_current) == 16, "");
_Static_assert(IFM_NMASK == 0xe0 && IFM_ETHER == 0x20 && IFM_IEEE80211 == 0x80, "");
_Static_assert(sizeof(struct ieee80211req) == 32 && SIOCG80211 == 0xc02069eb && IEEE80211_IOC_SSID == 1, "=16sHhHxxQ");
_Static_assert(offsetof(struct ieee80211req, i_len) == 20 && offsetof(struct ieee80211req, i_data) == 24, "");
_Static_assert(EVFILT_VNODE == -4 && EV_ADD == 1 && EV_CLEAR == 0x20, "kqueue(2)");
_Static_assert(NOTE_DELETE == 1 && NOTE_WRITE == 2 && NOTE_EXTEND == 4 && NOTE_RENAME == 0x20, "");
_Static_assert(P_PID == 0 && PROC_TRACE_CTL == 7 && PROC_TRACE_CTL_DISABLE == 2, "procctl(2)");
_Static_assert(PROC_NO_NEW_PRIVS_CTL == 19 && PROC_NO_NEW_PRIVS_ENABLE == 1, "");
_Static_assert((MCL_CURRENT | MCL_FUTURE) == 3, "mlockall(2)");

/* sendmmsg(2); os_compat.h holds its own structure to struct mmsghdr */
_Static_assert(sizeof(struct msghdr) == 48 && sizeof(struct mmsghdr) == 56, "");

/* ip(4), ip6(4) */
_Static_assert(sizeof(struct cmsghdr) == 12 && offsetof(struct cmsghdr, cmsg_level) == 4, "");
_Static_assert(GINNEL_LOCAL4 == 7 && GINNEL_LOCAL4 == IP_SENDSRCADDR && GINNEL_LOCAL4_OCTETS == 4, "");
_Static_assert(GINNEL_TOS_RECEIVED == 68 && IP_TOS == 3 && GINNEL_TOS_SENT_OCTETS == 1, "");
_Static_assert(GINNEL_DONTFRAG4 == 67 && GINNEL_DONTFRAG6 == 62 && GINNEL_DONTFRAG_ON == 1, "");
_Static_assert(IPV6_RECVPKTINFO == 36 && IPV6_PKTINFO == 46 && sizeof(struct in6_pktinfo) == 20, "");
_Static_assert(IPV6_RECVTCLASS == 57 && IPV6_TCLASS == 61, "");
_Static_assert(CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) <= 128, "CONTROL");
_Static_assert(GINNEL_MARK == 0x1014, "SO_SETFIB");

_Static_assert(offsetof(struct sockaddr, sa_family) == 1 && sizeof(sa_family_t) == 1, "");
_Static_assert(sizeof(struct sockaddr_in) == 16 && sizeof(struct sockaddr_in6) == 28, "");
_Static_assert(EAGAIN == EWOULDBLOCK, "");
