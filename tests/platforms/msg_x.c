/* Darwin's sendmsg_x and recvmsg_x on top of Linux's single calls, as strict and as terse as xnu's are
 * (bsd/kern/uipc_syscalls.c): an error behind the first datagram hides how many went. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>

struct message {
    struct msghdr header;
    size_t octets;
};

int refusal;      /* the errno of every call, or 0 */
unsigned atmost;  /* datagrams of a call, or 0 */
unsigned batches; /* calls that carried something */

static int wrong(const struct message *messages, unsigned count, int flags)
{
    errno = refusal;
    if (refusal != 0)
        return 1;
    errno = EOPNOTSUPP;
    if ((flags & ~MSG_DONTWAIT) != 0)
        return 1;
    errno = EINVAL;
    for (unsigned i = 0; i < count; i++)
        if (messages[i].header.msg_flags != 0 || messages[i].octets != 0)
            return 1;
    return count == 0;
}

ssize_t sendmsg_x(int fd, struct message *messages, unsigned count, int flags)
{
    unsigned i = 0;
    if (wrong(messages, count, flags))
        return -1;
    for (; i < count && (atmost == 0 || i < atmost); i++)
        if (sendmsg(fd, &messages[i].header, flags) < 0) {
            if (i == 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
                return -1;
            break;
        }
    batches++;
    return i;
}

ssize_t recvmsg_x(int fd, struct message *messages, unsigned count, int flags)
{
    unsigned i = 0;
    if (wrong(messages, count, flags))
        return -1;
    for (; i < count && (atmost == 0 || i < atmost); i++) {
        const size_t room = messages[i].header.msg_controllen;
        const ssize_t got = recvmsg(fd, &messages[i].header, flags);
        if (got < 0) {
            if (i == 0)
                return -1;
            break;
        }
        messages[i].octets = (size_t)got;
        messages[i].header.msg_controllen = room; /* macOS 10.15 */
    }
    batches++;
    return i;
}
