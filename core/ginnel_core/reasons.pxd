"""Why a packet was dropped: every drop of the packet path counts one of these."""

cpdef enum Reason:
    OK = 0
    # inbound
    RUNT  # shorter than any keepalive, IKE or ESP packet
    TRUNCATED  # longer than the receive buffer
    RECEIVE_ERROR  # the socket reported an error in place of a datagram
    IKE_QUEUE_FULL
    UNKNOWN_SPI
    REPLAY
    REPLAY_TOO_OLD
    LENGTH  # not a whole number of cipher blocks
    INTEGRITY
    PADDING
    NEXT_HEADER
    DUMMY  # next header 59, RFC 4303 section 2.6
    INNER_HEADER
    INBOUND_SELECTOR
    ECN  # the outer header says CE, the inner one that its transport knows no ECN (RFC 6040 section 4.2)
    TUN_FULL
    TUN_WRITE
    # outbound
    MALFORMED
    NO_SA
    TOO_BIG  # an inner packet larger than the tunnel carries; its sender hears of it where ICMP allows
    SEQUENCE_EXHAUSTED
    SEAL
    SEND_FULL  # EAGAIN, ENOBUFS
    SEND_DENIED  # EPERM, EACCES
    SEND_REFUSED
    SEND_UNREACHABLE
    SEND_TOO_BIG
    SEND_ERROR
    REASONS  # how many there are
