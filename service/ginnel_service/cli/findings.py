"""Words for what `ginnel doctor` shows: every finding's text and remedy, every offload and counter."""

from __future__ import annotations

from typing import Any

from ginnel_service.ipc.schema import Finding
from ginnel_service.profiles.model import printable

from .examination import CHECKS, EXAMINED, NOTHING
from .words import STATES, Words, explain

#: finding id -> (text, remedy); braces take the finding's parameters.
FINDINGS: dict[str, tuple[str, str]] = {
    "tun_present": ("The TUN device can be opened.", NOTHING),
    "tun_missing": (
        "This machine offers no TUN device (/dev/net/tun).",
        "Load the kernel's module with `modprobe tun`; in a container, pass the device in.",
    ),
    "tun_not_permitted": (
        "/dev/net/tun may not be opened.",
        "Give the service the right to it; in a container, allow the device.",
    ),
    "cpu_aes": ("The processor has instructions for AES.", NOTHING),
    "cpu_no_aes": (
        "The processor has no instructions for AES, so AES is slow on it.",
        "Prefer `chacha20poly1305` in esp.proposals where the gateway accepts it.",
    ),
    "kernel_has_offloads": ("The kernel has every offload that a tunnel can use.", NOTHING),
    "kernel_lacks_offloads": (
        "The kernel lacks offloads that make a tunnel faster: {offloads}.",
        "A newer kernel has them; UDP through the TUN device came with Linux 6.2.",
    ),
    "secrets_under_credential": (
        "Stored secrets are encrypted with a key that the system keeps for the service.",
        NOTHING,
    ),
    "secrets_under_file": (
        "Stored secrets are encrypted with a key that lies in a file beside them: root, and whoever takes "
        "the disk, can read them.",
        "Give the service a key of the machine or its TPM: `systemd-creds` makes one, see docs/security.md.",
    ),
    "secrets_locked": (
        "The key to the stored secrets of these profiles is missing: {profiles}.",
        "Bring the service's former key back (credential `ginnel-key`, or the file in the state directory's "
        "`keys`), or give the secrets anew with `ginnel create --replace`.",
    ),
    "connection_up": ("Connected.", NOTHING),
    "connection_not_up": ("Not connected ({state}).", "Connect it with `ginnel up {connection}`."),
    "offloads_in_use": ("Every offload is in use.", NOTHING),
    "offload_unsupported": (
        "The kernel lacks an offload: {offload}.",
        "A newer kernel has it; UDP through the TUN device came with Linux 6.2.",
    ),
    "offload_off": (
        "An offload that the kernel has is not in use: {offload}.",
        "A device on the way refused it; connect anew to try it again, and update the network card's driver.",
    ),
    "threads_not_urgent": (
        "The packet threads wait their turn behind ordinary programs: slower answers on a busy machine.",
        "Run ginneld with CAP_SYS_NICE, or with a real-time priority limit (LimitRTPRIO=) of 1 or more.",
    ),
    "buffer_small": (
        "The buffer of socket {socket} holds {octets} octets: a burst overflows it.",
        "Run ginneld with CAP_NET_ADMIN, or raise net.core.rmem_max and net.core.wmem_max to 8388608.",
    ),
    "no_drops": ("No packet was dropped.", NOTHING),
    # inbound, in the order in which a packet meets them
    "drop_runt": (
        "{count} datagrams were too short to be of IKE or ESP.",
        "Somebody scans or probes this machine; nothing needs doing.",
    ),
    "drop_truncated": (
        "{count} datagrams were longer than the receive buffer.",
        "No gateway sends such packets; look at who does with `tcpdump udp port 4500`.",
    ),
    "drop_receive_error": (
        "The socket reported an error {count} times in place of a datagram.",
        "Look at the network device with `ip -s link`, and at `ginnel log`.",
    ),
    "drop_ike_queue_full": (
        "{count} IKE messages came faster than the service reads them.",
        "The machine is overloaded, or someone floods it: look at its load, and limit UDP at the firewall.",
    ),
    "drop_unknown_spi": (
        "{count} packets belonged to no key in use, as a few do after new keys or a restart.",
        "If it keeps rising, the gateway sends with keys long gone: connect anew.",
    ),
    "drop_replay": (
        "{count} packets came twice, and the second was dropped.",
        "The network duplicates packets, or somebody replays them; nothing got through.",
    ),
    "drop_replay_too_old": (
        "{count} packets came so late that the replay window had passed them.",
        "The network reorders a lot: raise esp.replay_window in the profile.",
    ),
    "drop_length": (
        "{count} packets had a length that the cipher cannot have.",
        "They were damaged or forged on the way, or the gateway has a fault: report it to its administrator.",
    ),
    "drop_integrity": (
        "{count} packets failed authentication: they were changed or forged on the way, or keys differ.",
        "Nothing got through. If every packet fails, connect anew; else suspect a device on the way.",
    ),
    "drop_padding": (
        "{count} packets were authentic but wrongly padded.",
        "The gateway has a fault: report it to its administrator.",
    ),
    "drop_next_header": (
        "{count} packets held neither IPv4 nor IPv6.",
        "The gateway uses another mode than tunnel mode: report it to its administrator.",
    ),
    "drop_dummy": ("{count} dummy packets were dropped, as they are meant to be.", NOTHING),
    "drop_inner_header": (
        "{count} packets were authentic but held a broken IP header.",
        "The gateway, or a host behind it, has a fault: report it to its administrator.",
    ),
    "drop_inbound_selector": (
        "{count} packets were of addresses or ports that the gateway did not agree to carry.",
        "Its routes or policies do not fit the agreed subnets: report it to its administrator.",
    ),
    "drop_ecn": (
        "{count} packets were marked for congestion on the way though their senders cannot read marks.",
        "A device on the way marks all it carries: report it to the network's administrator.",
    ),
    "drop_tun_full": (
        "{count} packets found no room in the tunnel's device.",
        "The machine is overloaded; look for what uses its processors.",
    ),
    "drop_tun_write": (
        "{count} packets were refused by the tunnel's device.",
        "It was set down, or has no IPv6: see `ip link` and net.ipv6.conf.*.disable_ipv6.",
    ),
    # outbound
    "drop_malformed": (
        "{count} packets from this machine were no whole IP packets.",
        "A program writes raw packets to the tunnel; nothing needs doing.",
    ),
    "drop_no_sa": (
        "{count} packets from this machine were for nobody whom the gateway serves.",
        "Multicast and a few at the start are usual. Else compare `ginnel status` with the subnets you need.",
    ),
    "drop_too_big": (
        "{count} packets from this machine were larger than the tunnel carries; their senders were told.",
        "A few are usual. If a program stalls, it heeds no ICMP: set network.mtu in the profile to 1280.",
    ),
    "drop_sequence_exhausted": (
        "{count} packets were not sent because the keys were used up.",
        "The gateway did not agree to new keys in time: connect anew, and look at `ginnel log`.",
    ),
    "drop_seal": (
        "{count} packets could not be encrypted.",
        "libcrypto refuses the cipher: see whether its FIPS mode forbids it.",
    ),
    "drop_send_full": (
        "{count} packets found no room in the network device's queue.",
        "The uplink is slower than what is sent: usual under load, else see `tc -s qdisc`.",
    ),
    "drop_send_denied": (
        "{count} packets to the gateway were refused by this machine's firewall.",
        "Allow UDP to the gateway's port 4500 in its output rules: see `nft list ruleset`.",
    ),
    "drop_send_refused": (
        "{count} packets were answered with: nobody listens there.",
        "The gateway's IPsec service stopped, or a firewall in front of it refuses UDP port 4500.",
    ),
    "drop_send_unreachable": (
        "{count} packets found no way to the gateway.",
        "See whether the network is up, and what `ip route get` says of the gateway's address.",
    ),
    "drop_send_too_big": (
        "{count} packets were larger than the path to the gateway takes.",
        "The path's MTU is learnt from them; if it keeps rising, set network.mtu in the profile to 1280.",
    ),
    "drop_send_error": (
        "{count} packets were refused by the network for another reason.",
        "Look at the network device with `ip -s link`, and at the kernel's log.",
    ),
    **EXAMINED,
}

_UNKNOWN = (
    "The service found `{id}` ({params}), which this version of ginnel does not know.",
    "Bring ginnel and ginneld to the same version.",
)

#: What an offload does.
OFFLOADS: dict[str, str] = {
    "tun_checksum": "checksums of TCP and UDP left to the tunnel",
    "tun_tcp4": "TCP over IPv4 in packets of up to 64 KiB through the device",
    "tun_tcp6": "TCP over IPv6 in packets of up to 64 KiB through the device",
    "tun_udp": "UDP in packets of up to 64 KiB through the device",
    "udp_segment": "many packets to the gateway in one (UDP_SEGMENT)",
    "udp_gro": "many packets from the gateway in one (UDP_GRO)",
    "batched_send": "many sends in one system call",
    "batched_receive": "many receives in one system call",
    "urgent_threads": "packet threads ahead of ordinary programs",
}

#: Counters that are no drops.
COUNTERS: dict[str, str] = {
    "packets_in": "packets in",
    "octets_in": "octets in",
    "batches_in": "wake-ups for the network",
    "writes_in": "writes to the device",
    "ike_in": "IKE messages in",
    "keepalives_in": "keepalives in",
    "packets_out": "packets out",
    "octets_out": "octets out",
    "batches_out": "wake-ups for the device",
    "sends_out": "sends to the network",
    "errors_back": "ICMP errors for what was sent",
    "complaints": "ICMP errors to senders",
}


def offload(name: str) -> str:
    return OFFLOADS.get(name, printable(name))


def counter(name: str) -> str:
    return COUNTERS.get(name, printable(name).removeprefix("drop_").replace("_", " "))


def describe(finding: Finding) -> Words:
    """Plain English for a finding; a parameter's value never brings control characters along."""
    params = finding.params
    if finding.id == "connection_error":
        known = params.get("params")
        return explain(str(params.get("code", "?")), known if isinstance(known, dict) else {})
    text, remedy = FINDINGS.get(finding.id, _UNKNOWN)
    values = _Values({key: _value(key, value) for key, value in params.items()})
    values |= {"id": printable(finding.id), "params": printable(str(params))}
    values["connection"] = printable(finding.connection)
    return Words(text.format_map(values), remedy.format_map(values))


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _value(key: str, value: Any) -> str:
    match key, value:
        case "offloads", list() | tuple():
            return "; ".join(offload(str(name)) for name in value)
        case "offload", str():
            return offload(value)
        case "check", str():
            return CHECKS.get(value, printable(value))
        case "servers", []:
            return "nobody"
        case _, list() | tuple():
            return ", ".join(printable(str(each)) for each in value)
        case "state", str():
            return STATES.get(value, printable(value))
        case _:
            return printable(str(value))
