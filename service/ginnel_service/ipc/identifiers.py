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
    # the machine
    "tun_not_permitted": ("name", "errno"),
    "tun_unavailable": ("name", "errno"),
    "device_lost": ("name", "errno"),
    "device_down": ("name", "device"),
    "socket_lost": ("name", "errno"),
    "port_busy": ("name", "port"),
    "name_not_resolved": ("name", "server", "detail"),
    "network_refused": ("name", "step", "errno"),
    "dns_refused": ("name", "step", "errno"),
    # the service
    "not_permitted": ("action", "name"),
    "already_up": ("name",),
    "unknown_prompt": ("name",),
    "not_up": ("name",),
    "service_stopping": (),
    "bad_request": ("detail",),
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
    # a connection
    "connection_up": (),
    "connection_not_up": ("state",),
    "connection_error": ("code", "params"),  # as an error has them
    "dns_in_tunnel": ("servers",),
    "dns_leak": ("servers",),
    "dns_not_asked": ("servers",),
    "dns_not_split": ("servers",),
    "dns_names_elsewhere": ("domains", "servers"),
    "dns_local_resolver": ("servers",),
    "dns_read_directly": ("servers",),
    "dns_unreadable": ("detail",),
    "offloads_in_use": (),
    "offload_unsupported": ("offload",),  # the kernel lacks it
    "offload_off": ("offload",),
    "threads_not_urgent": (),
    "buffer_small": ("socket", "octets"),
    "no_drops": (),
}
