"""Exit codes of `ginnel`, for scripts. They are part of its interface and do not change meaning."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a number tells a script; the docstring of each is in `MEANINGS`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_SERVICE = 3
    UNKNOWN_PROFILE = 4
    BAD_PROFILE = 5
    NOT_PERMITTED = 6
    AUTHENTICATION = 7
    NO_PROPOSAL = 8
    UNREACHABLE = 9
    NOT_RESOLVED = 10
    TUN_PERMISSION = 11
    PORT_BUSY = 12
    TIMEOUT = 13
    REFUSED_TRAFFIC = 14


MEANINGS: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.FAILED: "failed for a reason that has no code of its own",
    Exit.USAGE: "the command line is wrong",
    Exit.NO_SERVICE: "the service is not running",
    Exit.UNKNOWN_PROFILE: "there is no such profile",
    Exit.BAD_PROFILE: "the profile is invalid or its file is corrupt",
    Exit.NOT_PERMITTED: "not permitted",
    Exit.AUTHENTICATION: "authentication failed",
    Exit.NO_PROPOSAL: "no cryptographic proposal in common",
    Exit.UNREACHABLE: "the gateway does not answer",
    Exit.NOT_RESOLVED: "the gateway's name does not resolve",
    Exit.TUN_PERMISSION: "the service may not open the TUN device",
    Exit.PORT_BUSY: "a UDP port that is needed is taken",
    Exit.TIMEOUT: "it took too long",
    Exit.REFUSED_TRAFFIC: "the gateway refused the subnets or has no address left",
}

_BY_ERROR: dict[str, Exit] = {
    "service_not_running": Exit.NO_SERVICE,
    "service_stopping": Exit.NO_SERVICE,
    "unknown_profile": Exit.UNKNOWN_PROFILE,
    "profile_invalid": Exit.BAD_PROFILE,
    "profile_corrupt": Exit.BAD_PROFILE,
    "secrets_locked": Exit.BAD_PROFILE,
    "not_permitted": Exit.NOT_PERMITTED,
    "socket_not_permitted": Exit.NOT_PERMITTED,
    "repair_not_permitted": Exit.NOT_PERMITTED,
    "authentication_failed": Exit.AUTHENTICATION,
    **dict.fromkeys(
        (
            "identity_mismatch",
            "wrong_password",
            "password_expired",
            "account_disabled",
            "eap_refused",
            "eap_method_unsupported",
            "eap_tls_failed",
            "prompt_unanswered",
            "pkcs12_unusable",
            "server_certificate",
            "certificate_expired",
            "certificate_not_yet_valid",
            "certificate_untrusted",
            "certificate_revoked",
            "certificate_broken",
            "certificate_missing",
            "certificate_purpose",
            "certificate_weak",
            "certificate_identity",
            "revocation_unknown",
            "sha1_only",
            "ppk_required",
        ),
        Exit.AUTHENTICATION,
    ),
    "no_proposal_chosen": Exit.NO_PROPOSAL,
    "unreachable": Exit.UNREACHABLE,
    "peer_vanished": Exit.UNREACHABLE,
    "peer_restarted": Exit.UNREACHABLE,
    "name_not_resolved": Exit.NOT_RESOLVED,
    "tun_not_permitted": Exit.TUN_PERMISSION,
    "port_busy": Exit.PORT_BUSY,
    "timeout": Exit.TIMEOUT,
    "ts_unacceptable": Exit.REFUSED_TRAFFIC,
    "internal_address_failure": Exit.REFUSED_TRAFFIC,
}


def exit_of(error_id: str) -> Exit:
    """The exit code for an error of the service or of the command line itself."""
    if error_id.startswith("import_"):
        return Exit.BAD_PROFILE
    return _BY_ERROR.get(error_id, Exit.FAILED)
