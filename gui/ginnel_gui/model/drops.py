"""Words for packets that a tunnel lost, by its counters (see `findings`). `%1` is how many. Qt-free."""

from __future__ import annotations

from typing import Final

from .words import QT_TRANSLATE_NOOP, Words

#: finding id -> what was found, and what to do about it or None
DROPS: Final[dict[str, tuple[Words, Words | None]]] = {
    # inbound, in the order in which a packet meets them
    "drop_runt": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were too short to be of a VPN."),
        QT_TRANSLATE_NOOP("Finding", "Somebody probes this machine; nothing needs doing."),
    ),
    "drop_truncated": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were longer than can be received."),
        QT_TRANSLATE_NOOP("Finding", "No gateway sends such packets: tell your network's administrator."),
    ),
    "drop_receive_error": (
        QT_TRANSLATE_NOOP("Finding", "The network reported an error %1 times in place of a packet."),
        QT_TRANSLATE_NOOP("Finding", "Check the cable or the wireless network, and look at the log."),
    ),
    "drop_ike_queue_full": (
        QT_TRANSLATE_NOOP("Finding", "%1 of the gateway's messages came faster than they could be read."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The machine is overloaded, or somebody floods it: see which programs are busy.",
        ),
    ),
    "drop_unknown_spi": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets belonged to no key in use, as a few do after new keys."),
        QT_TRANSLATE_NOOP("Finding", "If the number keeps rising, disconnect and connect again."),
    ),
    "drop_replay": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets came twice; the second was dropped."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The network duplicates packets, or somebody repeats them. Nothing got through.",
        ),
    ),
    "drop_replay_too_old": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets came too late."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The network changes their order a lot: raise the replay window in the connection's "
            "advanced settings.",
        ),
    ),
    "drop_length": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets had a length that they cannot have."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "They were damaged or forged on the way. If it goes on, tell the gateway's administrator.",
        ),
    ),
    "drop_integrity": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were changed or forged on the way."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Nothing got through. If every packet fails, disconnect and connect again; else a device on "
            "the way is suspect.",
        ),
    ),
    "drop_padding": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were genuine but badly made."),
        QT_TRANSLATE_NOOP("Finding", "The gateway has a fault: tell its administrator."),
    ),
    "drop_next_header": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were not of the internet's protocols."),
        QT_TRANSLATE_NOOP("Finding", "The gateway is set up for another mode: tell its administrator."),
    ),
    "drop_dummy": (
        QT_TRANSLATE_NOOP("Finding", "%1 empty packets were dropped, as they are meant to be."),
        None,
    ),
    "drop_inner_header": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were genuine but hold a broken header."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway, or a machine behind it, has a fault: tell its administrator.",
        ),
    ),
    "drop_inbound_selector": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets came from addresses that were not agreed with the gateway."),
        QT_TRANSLATE_NOOP("Finding", "Its networks do not fit what was agreed: tell its administrator."),
    ),
    "drop_ecn": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "%1 packets were marked on the way though their senders cannot read marks.",
        ),
        QT_TRANSLATE_NOOP("Finding", "A device on the way is at fault: tell the network's administrator."),
    ),
    "drop_tun_full": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets found no room in this machine."),
        QT_TRANSLATE_NOOP("Finding", "It is overloaded: see which programs are busy."),
    ),
    "drop_tun_write": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were refused by this machine's tunnel device."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "Disconnect and connect again; the device may have been switched off, or IPv6 with it.",
        ),
    ),
    # outbound
    "drop_malformed": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets of this machine were incomplete."),
        QT_TRANSLATE_NOOP("Finding", "A program makes its own packets; nothing needs doing."),
    ),
    "drop_no_sa": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets of this machine were for nobody whom the gateway serves."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "A few are usual. If something is not reached, look at the split tunnel's networks.",
        ),
    ),
    "drop_too_big": (
        QT_TRANSLATE_NOOP(
            "Finding",
            "%1 packets of this machine were too large, and their senders were told.",
        ),
        QT_TRANSLATE_NOOP(
            "Finding",
            "A few are usual. If a program stalls, set the MTU to 1280 in the connection's advanced "
            "settings.",
        ),
    ),
    "drop_sequence_exhausted": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were not sent because their key was used up."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway did not agree to new keys in time: disconnect and connect again.",
        ),
    ),
    "drop_seal": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets could not be encrypted."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The system forbids the cipher (FIPS mode): choose another in the connection's advanced "
            "settings.",
        ),
    ),
    "drop_send_full": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets found no room on the way out."),
        QT_TRANSLATE_NOOP("Finding", "Your uplink is slower than what is sent; usual when it is busy."),
    ),
    "drop_send_denied": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets to the gateway were stopped by this machine's firewall."),
        QT_TRANSLATE_NOOP("Finding", "Allow UDP port 4500 to the gateway in the firewall's settings."),
    ),
    "drop_send_refused": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were answered with: nobody listens there."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The gateway's VPN stopped, or a firewall in front of it refuses: tell its administrator.",
        ),
    ),
    "drop_send_unreachable": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets found no way to the gateway."),
        QT_TRANSLATE_NOOP("Finding", "Check this machine's network."),
    ),
    "drop_send_too_big": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were larger than the way to the gateway takes."),
        QT_TRANSLATE_NOOP(
            "Finding",
            "The tunnel learns from them. If the number keeps rising, set the MTU to 1280 in the "
            "connection's advanced settings.",
        ),
    ),
    "drop_send_error": (
        QT_TRANSLATE_NOOP("Finding", "%1 packets were refused by the network."),
        QT_TRANSLATE_NOOP("Finding", "Check the cable or the wireless network, and look at the log."),
    ),
}
