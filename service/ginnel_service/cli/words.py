"""Words for what the service names by identifier: every error's cause and remedy, every state and step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ginnel_service.paths import DEFAULT_STATE
from ginnel_service.profiles.model import printable

from .import_words import REFUSED


@dataclass(frozen=True, slots=True)
class Words:
    """Why it failed, and what to do about it. `details` are further lines, one a fact."""

    cause: str
    remedy: str
    details: tuple[str, ...] = ()


#: error id -> (cause, remedy); braces take the error's parameters.
ERRORS: dict[str, tuple[str, str]] = {
    "authentication_failed": (
        "The gateway and this profile do not agree on who is who.",
        "Check the pre-shared key or the certificate, and both identities (`ginnel show {name}`), then "
        "create the profile anew with --replace.",
    ),
    "identity_mismatch": (
        "{server} goes by another name than this profile expects.",
        "If the name in the details is the gateway's, set it with --remote-id; otherwise do not connect.",
    ),
    "no_proposal_chosen": (
        "The gateway accepts none of the cryptographic proposals that were offered.",
        "Ask its administrator which it accepts, and set them with --ike-proposal and --esp-proposal.",
    ),
    "ts_unacceptable": (
        "The gateway refused the subnets that this profile asks for.",
        "Ask its administrator which subnets it serves, and set them with --subnet.",
    ),
    "internal_address_failure": (
        "The gateway has no address for this connection.",
        "Its pool may be used up, or lack IPv4 or IPv6: try again later, or with --no-ipv6 or --no-ipv4.",
    ),
    "unreachable": (
        "{server} does not answer.",
        "Check the network and the server's name, and that no firewall blocks UDP ports 500 and 4500, or the "
        "TCP port that the profile sets.",
    ),
    "peer_vanished": (
        "{server} stopped answering.",
        "Check the network, then connect again with `ginnel up {name}`.",
    ),
    "peer_restarted": (
        "{server} was restarted, or gave the connection up.",
        "It is being connected again by itself; if not, use `ginnel up {name}`.",
    ),
    "invalid_peer_message": (
        "The gateway sent something that breaks the IKEv2 protocol.",
        "Look at `ginnel log`, and report it to the gateway's administrator.",
    ),
    "peer_error": (
        "The gateway reported an error of its own.",
        "Look at `ginnel log` for its number, and ask the gateway's administrator.",
    ),
    "expired": (
        "The keys reached the end of their life before the gateway agreed to new ones.",
        "Connect again with `ginnel up {name}`.",
    ),
    "wrong_password": (
        "The gateway does not accept the user name or the password.",
        "Connect again with `ginnel up {name}`, which asks for the password anew.",
    ),
    "password_expired": (
        "The password has expired, and was not changed.",
        "Connect again with `ginnel up {name}` and choose a new one, or change it where you usually do.",
    ),
    "account_disabled": (
        "The gateway knows this account, but it may not connect now.",
        "Ask the gateway's administrator whether it is disabled, restricted to certain hours, or not allowed "
        "to dial in.",
    ),
    "eap_refused": (
        "The gateway refused the login (EAP) without saying why.",
        "Check user name, password and certificate, then ask the gateway's administrator for its log.",
    ),
    "eap_method_unsupported": (
        "The gateway wants an EAP method that this profile does not allow.",
        "Allow it with --eap, if you trust it with what this profile holds: MD5 and GTC hand out more than "
        "the others.",
    ),
    "eap_tls_failed": (
        "The gateway's EAP server and this profile could not agree on TLS.",
        "Check `tls_min` and `tls_max` of the profile, and whether the server wants a certificate of yours.",
    ),
    "prompt_unanswered": (
        "What the gateway asked for was not given in time, or was refused.",
        "Connect again with `ginnel up {name}`, and answer the question.",
    ),
    "pkcs12_unusable": (
        "The PKCS#12 file of this profile does not give a certificate with its key.",
        "Connect again with `ginnel up {name}` if it was the password; else create the profile anew with "
        "another file.",
    ),
    "server_certificate": (
        "The certificate that {server} shows inside EAP does not verify.",
        "Do not type a password anywhere. Check --ca and --server-name of the profile; the details say "
        "which part failed.",
    ),
    "certificate_expired": (
        "The certificate of {server}, or one that vouches for it, has expired.",
        "Check this machine's clock. If it is right, the gateway's administrator has to renew it.",
    ),
    "certificate_not_yet_valid": (
        "The certificate of {server}, or one that vouches for it, is not valid yet.",
        "Check this machine's clock and its time zone; it is probably slow.",
    ),
    "certificate_untrusted": (
        "Nobody that this profile trusts vouches for the certificate of {server}.",
        "If the gateway has a CA of its own, get its root from the administrator and create the profile with "
        "--ca; otherwise someone may be pretending to be the gateway.",
    ),
    "certificate_revoked": (
        "The certificate of {server}, or one that vouches for it, was taken back.",
        "Do not connect. Ask the gateway's administrator; whoever holds it now may be an impostor.",
    ),
    "certificate_broken": (
        "The certificate of {server}, or one that vouches for it, breaks the rules for certificates.",
        "Show the detail to the gateway's administrator, who has to issue another.",
    ),
    "certificate_missing": (
        "{server} sent no certificate, and this profile pins none.",
        "Ask its administrator to have it send its certificate, or give that with --pin.",
    ),
    "certificate_purpose": (
        "The certificate of {server} is not meant for a gateway.",
        "Its administrator has to issue one with the extended key usage serverAuth.",
    ),
    "certificate_weak": (
        "The certificate of {server}, or one that vouches for it, uses a key or signature that is too weak.",
        "Its administrator has to issue another. A signature with SHA-1 counts with --allow-sha1, at your "
        "risk.",
    ),
    "certificate_identity": (
        "The certificate of {server} names another gateway than this profile expects.",
        "Check the server's name; if the gateway goes by another name, set it with --remote-id. A name that "
        "only the subject holds counts with --allow-cn.",
    ),
    "revocation_unknown": (
        "Whether the certificate of {server} was taken back could not be found out.",
        "Check that this machine reaches the addresses in the certificate, or create the profile without "
        "--strict-revocation.",
    ),
    "sha1_only": (
        "{server} can sign with SHA-1 only, which is too weak.",
        "Ask its administrator to enable SHA-2 signatures; until then --allow-sha1 connects at your risk.",
    ),
    "ppk_required": (
        "The gateway and this profile do not share the post-quantum key that one of them insists on.",
        "Check its name and its octets (--ppk-id, --ppk-file) with the gateway's administrator.",
    ),
    "redirect_loop": (
        "{server} redirects to one gateway after another.",
        "Try again later, or set `ike.redirect = false`; its administrator has to look at it.",
    ),
    "unknown_prompt": (
        "{name} asks for nothing now.",
        "See what waits for an answer with `ginnel prompt`.",
    ),
    "keychain_unavailable": (
        "Your keychain cannot be used.",
        "Unlock it, or install it for Ginnel (`pip install 'ginnel[keychain]'`), or leave --keychain out.",
    ),
    "unknown_logger": (
        "The service has no logger named {logger}.",
        "Name one of these, or none for all: {known}.",
    ),
    "unknown_profile": (
        "There is no profile named {name}.",
        "See which there are with `ginnel list`, or make it with `ginnel create {name}`.",
    ),
    "profile_invalid": (
        "The profile cannot be used as it is written.",
        "Correct what is listed above.",
    ),
    "profile_corrupt": (
        "The profile's file cannot be read: {file}: {cause}.",
        "Repair the file, or remove the profile with `ginnel remove {name}` and create it anew.",
    ),
    "profile_exists": (
        "There is a profile named {name} already.",
        "Choose another name; `ginnel create` and `ginnel import` overwrite it with --replace.",
    ),
    "secrets_locked": (
        "The secrets of {name} are encrypted, and their key is missing ({cause}). They are kept: {file}.",
        "Bring the service's former key back (credential `ginnel-key`, or the file in the state directory's "
        "`keys`) and restart it, or give the secrets anew with `ginnel create {name} --replace`.",
    ),
    "tun_not_permitted": (
        "The service may not open the TUN device.",
        "Run ginneld as root or with CAP_NET_ADMIN, and give its container access to /dev/net/tun.",
    ),
    "tun_unavailable": (
        "This machine offers no TUN device.",
        "Load the kernel's module with `modprobe tun`.",
    ),
    "device_lost": (
        "The tunnel's device was removed by another program.",
        "A connection makes a new one by itself, a gateway has to be started again. If it goes on, look "
        "for a network manager that removes it.",
    ),
    "device_down": (
        "The tunnel's device {device} was set down: traffic goes the way it went without the tunnel.",
        "Bring it up with `ip link set {device} up`, or disconnect with `ginnel down {name}`.",
    ),
    "socket_lost": (
        "The tunnel's UDP socket failed ({errno}).",
        "A connection opens a new one by itself, a gateway has to be started again. If it goes on, look "
        "at `ginnel log`.",
    ),
    "port_busy": (
        "UDP port {port} is used by another program.",
        "Stop the other IPsec program (such as strongSwan's charon), then try again.",
    ),
    "name_not_resolved": (
        "The name {server} does not resolve to an address.",
        "Check its spelling, and that this machine's DNS works.",
    ),
    "network_refused": (
        "The system refused to change its network: {step} ({errno}).",
        "Look at `ginnel log`; another VPN or network manager may be in the way.",
    ),
    "dns_refused": (
        "This machine's DNS settings cannot be changed: {step} ({errno}).",
        "Look at `ginnel log`. /etc/resolv.conf may be immutable (`lsattr`), or closed to a service that is "
        "not root (dns-files.conf opens it); `ginneld --dns-manager` chooses another way, and "
        '`dns.mode = "off"` leaves DNS as it is.',
    ),
    "firewall_unavailable": (
        "The system's packet filter cannot be used: {step} ({errno}).",
        "On Linux install nftables (its library libnftables1 is enough), or turn the kill switch off.",
    ),
    "not_permitted": (
        "You may not do that ({action}).",
        "Use your own profile, or ask an administrator of this machine.",
    ),
    "already_up": (
        "{name} is connected already, or about to be.",
        "Disconnect it first with `ginnel down {name}`.",
    ),
    "not_up": (
        "{name} is not connected.",
        "Connect it with `ginnel up {name}`.",
    ),
    "diagnosis_running": (
        "{name} is being looked at already.",
        "Wait half a minute, then run `ginnel doctor {name}` again.",
    ),
    "kill_switch_off": (
        "No kill switch is on.",
        "Traffic passes as always; a profile's `kill_switch.mode` turns one on.",
    ),
    "kill_switch_not_kept": (
        "The kill switch is off, but the service cannot write that to its disk ({errno}).",
        "It comes back when the service starts anew or such a profile connects. Make room below "
        f'{DEFAULT_STATE}, or make that writable; then set `kill_switch.mode` of those profiles to "off".',
    ),
    "on_demand_off": (
        "{name} has no rules that are on.",
        "Turn them on with `ginnel ondemand {name} on`, after writing them into the profile.",
    ),
    "service_stopping": (
        "The service is shutting down.",
        "Wait until it has been started again.",
    ),
    "bad_request": (
        "The service did not understand the request: {detail}.",
        "ginnel and ginneld may be of different versions: restart the service after an upgrade.",
    ),
    "protocol_unsupported": (
        "ginnel speaks version {wanted} of the protocol, the service {spoken}.",
        "They are of different versions: restart the service after an upgrade.",
    ),
    "too_many_profiles": (
        "You have {limit} profiles already, which is as many as one person may have.",
        "Remove one that you do not need with `ginnel remove`.",
    ),
    "storage_refused": (
        "The service cannot write to its disk ({errno}).",
        f"Nothing was changed. Make room below its state directory, {DEFAULT_STATE}, or make that writable.",
    ),
    "unknown_method": (
        "The service does not know this command.",
        "ginnel and ginneld are of different versions: restart the service after an upgrade.",
    ),
    "too_large": (
        "The message is larger than the service accepts or can send ({limit} octets).",
        "Ask for less, or shorten the profile.",
    ),
    "busy": (
        "The service has too many connections open.",
        "Close some of the programs that watch it, then try again.",
    ),
    "internal_error": (
        "The service failed in a way that nobody foresaw ({detail}).",
        "Look at `ginnel log`, and report it.",
    ),
    # of the command line itself
    "service_not_running": (
        "The service does not answer at {socket}.",
        "Start it: run `ginneld` as root.",
    ),
    "socket_not_permitted": (
        "You may not open the service's socket {socket}.",
        "Check the rights of its directory, or which socket GINNEL_SOCKET names.",
    ),
    "file_not_written": (
        "{file} is not written: {cause}.",
        "Name another file; what is there is not overwritten.",
    ),
    "service_running": (
        "The service runs, so nothing is left behind: what is on the machine is in use.",
        "Stop it first (`systemctl stop ginneld`), then repair.",
    ),
    "repair_not_permitted": (
        "You may not repair this machine's network ({detail}).",
        "Do it as root: `sudo ginnel doctor --repair`.",
    ),
    "repair_failed": (
        "The machine's network could not be restored: {detail}.",
        "Look at what is listed in the service's journal directory, or restart the machine.",
    ),
    "connection_lost": (
        "The service closed the connection.",
        "Check that it still runs, and look at its log.",
    ),
    "timeout": (
        "{what} took longer than {seconds} s.",
        "See how it stands with `ginnel status`, or allow more with --timeout.",
    ),
    **REFUSED,
}

_UNKNOWN = (
    "The service reported `{code}`, which this version of ginnel does not know.",
    "Bring ginnel and ginneld to the same version.",
)

#: What to say for a parameter that an error came without.
_MISSING = {
    "name": "the profile",
    "server": "The gateway",
    "port": "500 or 4500",
    "file": "the file",
    "cause": "unknown cause",
    "step": "a step",
    "errno": "no reason given",
    "detail": "no detail",
    "action": "that",
    "logger": "that",
    "known": "those that `ginnel log` shows",
    "device": "of the tunnel",
    "socket": "its socket",
    "what": "It",
}

#: Errors whose cause names the detail itself.
_WITH_DETAIL = {"profile_corrupt", "bad_request", "internal_error", "repair_not_permitted", "repair_failed"}

STATES: dict[str, str] = {
    "down": "not connected",
    "connecting": "connecting",
    "up": "connected",
    "reconnecting": "reconnecting",
    "disconnecting": "disconnecting",
    "failed": "failed",
}

WAITS: dict[str, str] = {
    "network": "a network",
    "person": "an answer (`ginnel prompt`), or `ginnel up`",
}

STEPS: dict[str, str] = {
    "resolve": "resolving the gateway's name",
    "init": "agreeing on keys with the gateway",
    "auth": "authenticating",
    "network": "setting up device, addresses and routes",
}


class _Params(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return _MISSING.get(key, "?")


def explain(code: str, params: Mapping[str, Any]) -> Words:
    """Plain English for an error; a parameter's value never brings control characters along."""
    cause, remedy = ERRORS.get(code, _UNKNOWN)
    values = _Params({key: _value(key, value) for key, value in params.items() if key != "problems"})
    values["code"] = printable(code)
    details = []
    problems = params.get("problems")
    for problem in problems if isinstance(problems, list) else []:
        if isinstance(problem, dict):
            field, message, advice = (
                printable(str(problem.get(key, "?"))) for key in ("field", "message", "remedy")
            )
            details.append(f"{field}: {message}; {advice}")
    if code not in _WITH_DETAIL and params.get("detail"):
        details.append(printable(str(params["detail"])))
    return Words(cause.format_map(values), remedy.format_map(values), tuple(details))


def _value(key: str, value: Any) -> str:
    if key == "errno" and isinstance(value, int) and value:
        return os.strerror(value)
    return printable(str(value))
