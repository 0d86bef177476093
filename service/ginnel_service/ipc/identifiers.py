"""Identifiers that stay: of errors and of findings, with the parameters that each may have."""

from __future__ import annotations

#: Every identifier that an error may carry, with the parameters that it may have.
ERROR_IDS: dict[str, tuple[str, ...]] = {
    # a session's end (ginnel_service.ike.errors.SESSION_CODES)
    "authentication_failed": ("name", "detail"),
    "identity_mismatch": ("name", "server", "detail"),
    "no_proposal_chosen": ("name", "detail"),
    "ts_unacceptable": ("name", "detail"),
    "internal_address_failure": ("name", "detail"),
    "unreachable": ("name", "server", "detail"),
    "peer_vanished": ("name", "server", "detail"),
    "peer_restarted": ("name", "server", "detail"),
    "invalid_peer_message": ("name", "detail"),
    "peer_error": ("name", "detail"),
    "expired": ("name", "detail"),
    "wrong_password": ("name", "detail"),
    "password_expired": ("name", "detail"),
    "account_disabled": ("name", "detail"),
    "eap_refused": ("name", "detail"),
    "eap_method_unsupported": ("name", "detail"),
    "eap_tls_failed": ("name", "detail"),
    "prompt_unanswered": ("name", "detail"),
    "server_certificate": ("name", "server", "detail"),
    "certificate_expired": ("name", "server", "detail"),
    "certificate_not_yet_valid": ("name", "server", "detail"),
    "certificate_untrusted": ("name", "server", "detail"),
    "certificate_revoked": ("name", "server", "detail"),
    "certificate_broken": ("name", "server", "detail"),
    "certificate_missing": ("name", "server", "detail"),
    "certificate_purpose": ("name", "server", "detail"),
    "certificate_weak": ("name", "server", "detail"),
    "certificate_identity": ("name", "server", "detail"),
    "revocation_unknown": ("name", "server", "detail"),
    "sha1_only": ("name", "server", "detail"),
    "ppk_required": ("name", "detail"),
    "redirect_loop": ("name", "server", "detail"),
    # profiles
    "unknown_profile": ("name",),
    "profile_invalid": ("name", "problems"),
    "profile_corrupt": ("name", "file", "cause"),
    "profile_exists": ("name",),
    "secrets_locked": ("name", "file", "cause"),
    # the machine
    "tun_not_permitted": ("name", "errno"),
    "tun_unavailable": ("name", "errno"),
    "device_lost": ("name", "errno"),
    "device_down": ("name", "device"),
    "socket_lost": ("name", "errno"),
    "port_busy": ("name", "port"),
    "name_not_resolved": ("name", "server", "detail"),
    "network_refused": ("name", "step", "errno"),
    "firewall_unavailable": ("name", "step", "errno"),
    "dns_refused": ("name", "step", "errno"),
    # the service
    "not_permitted": ("action", "name"),
    "already_up": ("name",),
    "unknown_prompt": ("name",),
    "not_up": ("name",),
    "kill_switch_off": (),
    "on_demand_off": ("name",),
    "diagnosis_running": ("name",),
    "service_stopping": (),
    "unknown_logger": ("logger", "known"),
    "bad_request": ("detail",),
    "protocol_unsupported": ("wanted", "spoken"),
    "unknown_method": ("method",),
    "too_large": ("limit",),
    "busy": ("limit",),
    "internal_error": ("detail",),
}

#: Every identifier of a finding, with its parameters; a drop counter's name, with `count`, is one, too.
FINDING_IDS: dict[str, tuple[str, ...]] = {
    # the machine
    "tun_present": (),
    "tun_missing": (),
    "tun_not_permitted": (),
    "cpu_aes": (),
    "cpu_no_aes": (),
    "kernel_has_offloads": (),
    "kernel_lacks_offloads": ("offloads",),
    # the service
    "secrets_under_credential": (),
    "secrets_under_file": (),
    "secrets_locked": ("profiles",),
    # a connection
    "connection_up": (),
    "connection_not_up": ("state",),
    "connection_error": ("code", "params"),  # as an error has them
    "offloads_in_use": (),
    "offload_unsupported": ("offload",),  # the kernel lacks it
    "offload_off": ("offload",),
    "threads_not_urgent": (),
    "buffer_small": ("socket", "octets"),
    "no_drops": (),
}

#: The same of an examination (`examine`).
EXAMINATION_IDS: dict[str, tuple[str, ...]] = {
    # the name
    "name_resolves": ("server", "addresses", "ms", "servers"),
    "name_is_address": ("server",),
    "name_slow": ("server", "addresses", "ms", "servers"),
    "name_unresolved": ("server", "detail", "servers"),
    # the ways to the gateway
    "udp_answers": ("address", "port", "ms"),
    "udp_silent": ("address", "port"),
    "udp_refused": ("address", "port"),  # by the host or a router
    "udp_denied": ("address", "port"),  # by this machine
    "no_route": ("address", "detail"),
    "port_500_blocked": (),
    "port_4500_blocked": (),
    "gateway_silent": (),
    "gateway_ikev1": (),
    "gateway_error": ("notify",),
    "tcp_answers": ("address", "port", "ms"),
    "tcp_closed": ("address", "port", "detail"),
    "tcp_other": ("address", "port"),
    "tcp_never": (),
    "nat_none": (),
    "nat_here": (),
    "nat_gateway": (),
    "nat_unsupported": (),
    "nat_unknown": (),
    # what the gateway accepts
    "proposal_accepted": ("suite",),
    "proposal_group": ("group",),
    "proposal_refused": (),
    "gateway_accepts": ("suites",),
    "gateway_old": (),
    "gateway_refuses_all": (),
    # how much the path carries
    "fragments_arrive": ("octets",),
    "fragments_lost": ("octets",),  # and IKE does without
    "fragments_needed": ("octets",),
    "path_mtu": ("octets",),
    "path_mtu_small": ("octets",),
    "path_mtu_hole": ("octets",),
    "path_mtu_unknown": (),
    # certificates and clock
    "certificate_valid": ("certificate", "date"),
    "certificate_ends_soon": ("certificate", "date"),
    "certificate_ended": ("certificate", "date"),
    "certificate_begins_later": ("certificate", "date"),
    "certificate_unreadable": ("certificate",),
    "private_key_missing": ("certificate",),
    "private_key_differs": ("certificate",),
    "roots_of_system": (),
    "roots_missing": (),
    "clock_kept_right": (),
    "clock_not_kept_right": (),
    "clock_behind": ("certificate", "date", "now"),
    "clock_doubtful": ("now",),
    # what else the machine has
    "routes_clear": (),
    "subnet_on_link": ("subnet", "network", "device"),
    "subnet_of_other_vpn": ("subnet", "device"),
    "other_vpn": ("device",),
    "other_vpn_default": ("device",),
    "gateway_through_vpn": ("address", "device"),
    "dns_clear": ("servers",),
    "dns_in_subnet": ("server", "subnet"),
    "dns_outside": ("servers",),
    "dns_in_tunnel": ("servers",),
    "dns_leak": ("servers",),
    "dns_not_asked": ("servers",),
    "dns_not_split": ("servers",),
    "dns_names_elsewhere": ("domains", "servers"),
    "dns_local_resolver": ("servers",),
    "dns_read_directly": ("servers",),
    "dns_unreadable": ("detail",),
    "kill_switch_off": (),
    "kill_switch_on": (),  # and this tunnel is up
    "kill_switch_stops": (),  # and it is not
    "service_rights": (),
    "service_lacks_rights": (),
    "memory_not_locked": (),
    # the examination itself
    "check_unfinished": ("check",),
    "check_failed": ("check", "detail"),
}
