"""What can go wrong in IKE, parted by whose fault it is.

`LocalError` is misuse by our own code or configuration. `PeerError` is what a peer's bytes cause: it
carries the notify that answers it, or None where silence is the answer. `SessionError` is why a session
ended; its `code` is a stable identifier that clients turn into words.
"""

from __future__ import annotations


class IkeError(Exception):
    """Base of everything that `ginnel_service.ike` raises or reports."""

    code = "ike_error"


class LocalError(IkeError):
    """The caller's fault."""

    code = "local_error"


class PeerError(IkeError):
    """A peer's message cannot be accepted. `notify` is the notify type that says so, or None."""

    code = "peer_error"
    notify: int | None = None
    notify_data: bytes = b""


class InvalidSyntax(PeerError):
    """RFC 7296 section 3.10.1, INVALID_SYNTAX."""

    code = "invalid_syntax"
    notify = 7


class UnsupportedCritical(PeerError):
    """RFC 7296 section 2.5, UNSUPPORTED_CRITICAL_PAYLOAD; the data is the payload's type."""

    code = "unsupported_critical_payload"
    notify = 1

    def __init__(self, payload_type: int) -> None:
        super().__init__(f"critical payload of unknown type {payload_type}")
        self.notify_data = bytes([payload_type])


class IntegrityFailed(PeerError):
    """A protected message does not verify: dropped in silence."""

    code = "integrity_failed"


class SessionError(IkeError):
    """Why a session ended. `detail` names the technical cause and holds no secret.

    `certificate`: the peer's, in DER, where nothing but a root that vouches for it was missing.
    """

    def __init__(self, code: str, detail: str = "", *, certificate: bytes = b"") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.certificate = certificate


#: Every code that a SessionError may carry beside those of `auth.errors.CERTIFICATE_CODES`.
SESSION_CODES = {
    "authentication_failed": "the peer refused our credentials or its own did not verify",
    "identity_mismatch": "the peer says that it is another than we asked for",
    "sha1_only": "the peer signs with SHA-1 alone",
    "ppk_required": "the postquantum key of one side is not that of the other",
    "no_proposal_chosen": "no proposal in common",
    "ts_unacceptable": "no traffic selector in common",
    "internal_address_failure": "the gateway has no address for us",
    "unreachable": "no answer within all retransmissions before the session was up",
    "peer_vanished": "the peer stopped answering an established session",
    "peer_restarted": "the peer proved that it lost the IKE SA (RFC 6290)",
    "invalid_peer_message": "the peer broke the protocol",
    "peer_error": "the peer reported an error that has no name of its own here",
    "expired": "the IKE SA reached its hard lifetime before a rekey succeeded",
    "wrong_password": "the gateway does not accept the user name or the password",
    "password_expired": "the password expired, and was not changed",
    "account_disabled": "the account may not connect: disabled, outside its hours, or without permission",
    "eap_refused": "the gateway ended EAP with a failure and gave no reason",
    "eap_method_unsupported": "the gateway wants an EAP method that is not configured here",
    "eap_tls_failed": "TLS inside EAP could not be set up",
    "server_certificate": "the certificate inside EAP did not verify",
    "prompt_unanswered": "what the gateway asked for was not given",
}
