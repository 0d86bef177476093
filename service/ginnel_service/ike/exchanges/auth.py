"""IKE_AUTH (RFC 7296 sections 1.2, 2.15, 2.19): both sides prove who they are and make a first CHILD SA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import configuration
from ..auth import psk
from ..codes import AuthMethod, CfgType, ExchangeType, NotifyType
from ..errors import SessionError
from ..events import ConfigurationReceived, IkeEstablished
from ..message import Message
from ..payloads import Payload
from ..payloads.auth import AuthPayload
from ..payloads.config import ConfigPayload
from ..payloads.identity import Identity, IdiPayload, IdrPayload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import SaPayload
from ..proposals import offer, without_ke
from ..selectors import to_hosts
from . import child
from .base import Exchange, first_error, required, session_error

if TYPE_CHECKING:
    from ..config import GatewayPolicy, SessionConfig
    from ..sa import IkeSa
    from ..session import Session


class AuthExchange(Exchange):
    """The initiator's side."""

    type = ExchangeType.IKE_AUTH

    def __init__(self, session: Session) -> None:
        self.spi_in = session.new_child_spi()

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        config = session.config
        assert sa.suite is not None
        assert sa.keys is not None
        idi = IdiPayload(config.local_id)
        octets = psk.signed_octets(sa.suite.prf, sa.init_request, sa.nonce_r, sa.keys.pi, idi.serialise())
        payloads: list[Payload] = [idi]
        if config.remote_id is not None:
            payloads.append(IdrPayload(config.remote_id))
        value = psk.auth_value(sa.suite.prf, config.local_auth[0].secret, octets)
        payloads.append(AuthPayload(AuthMethod.SHARED_KEY, value))
        if config.request_ipv4 or config.request_ipv6:
            payloads.append(configuration.request(ipv4=config.request_ipv4, ipv6=config.request_ipv6))
        payloads += child.offer(
            without_ke(config.esp_proposals), self.spi_in, config.local_ts, config.remote_ts
        )
        return tuple(payloads)

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        idr, auth = message.get(IdrPayload), message.get(AuthPayload)
        error = first_error(message)
        if idr is None or auth is None:
            failure = session_error(error) if error else SessionError("invalid_peer_message", "no AUTH")
            session.finish(failure)
            return
        failed = _check_peer(session.config, sa, idr, auth, from_initiator=False)
        if failed is not None:
            session.fail_with_notice(sa, failed, NotifyType.AUTHENTICATION_FAILED)
            return
        if error is not None:  # authenticated, but without a CHILD SA
            session.fail_with_delete(sa, session_error(error), now)
            return
        config = session.config
        reply = message.get(ConfigPayload)
        given = configuration.parse_reply(reply) if reply else configuration.NOTHING
        offered = offer(without_ke(config.esp_proposals), self.spi_in)
        chosen, ours, theirs = child.take_answer(message, offered, config.local_ts, config.remote_ts)
        made = child.build(
            session,
            sa,
            chosen,
            (self.spi_in, chosen.spi),
            (ours, theirs),
            (sa.nonce_i, sa.nonce_r),
            we_asked=True,
        )
        session.established(sa, idr.identity, now)
        session.emit(ConfigurationReceived(given))
        session.children.add(made, now, send=True)


def handle(
    session: Session, sa: IkeSa, message: Message, policy: GatewayPolicy, now: float
) -> tuple[Payload, ...]:
    """The responder's side. Failing to authenticate answers, and ends the session."""
    idi, auth = required(message, IdiPayload), required(message, AuthPayload)
    idr = message.get(IdrPayload)
    config = policy.find(idi.identity, idr.identity if idr else None, eap=False)
    failed: SessionError | None = SessionError("authentication_failed", f"nobody here is {idi.identity}")
    if config is not None:
        failed = _check_peer(config, sa, idi, auth, from_initiator=True)
    if config is None or failed is not None:
        assert failed is not None
        session.fail_after_answer(failed)
        return (NotifyPayload(NotifyType.AUTHENTICATION_FAILED),)
    session.config = config
    assert sa.suite is not None
    assert sa.keys is not None
    ours = IdrPayload(config.local_id)
    octets = psk.signed_octets(sa.suite.prf, sa.init_response, sa.nonce_i, sa.keys.pr, ours.serialise())
    answer: list[Payload] = [
        ours,
        AuthPayload(AuthMethod.SHARED_KEY, psk.auth_value(sa.suite.prf, config.local_auth[0].secret, octets)),
    ]
    session.established(sa, idi.identity, now)
    try:
        answer += _first_child(session, sa, message, config, policy, idi.identity, now)
    except child.Refused as refused:
        # The IKE SA stands without a CHILD SA; the initiator decides what to do (section 1.2)
        answer.append(NotifyPayload(refused.notify))
    return tuple(answer)


def _first_child(
    session: Session,
    sa: IkeSa,
    message: Message,
    config: SessionConfig,
    policy: GatewayPolicy,
    peer: Identity,
    now: float,
) -> list[Payload]:
    asked = message.get(ConfigPayload)
    remote_ts, extra = config.remote_ts, []
    if asked is not None and asked.cfg_type == CfgType.REQUEST:
        ipv4, ipv6 = configuration.asked_families(asked)
        lease = policy.lease(peer, ipv4=ipv4, ipv6=ipv6)
        session.lease = lease  # whatever it holds goes back in the end
        if lease is None or not lease.addresses:
            raise child.Refused(NotifyType.INTERNAL_ADDRESS_FAILURE)
        session.emit(ConfigurationReceived(lease))
        remote_ts = to_hosts(address.ip for address in lease.addresses)
        extra = [configuration.reply(lease)]
    chosen, ours, theirs = child.answer(message, without_ke(config.esp_proposals), config.local_ts, remote_ts)
    spi_in = session.new_child_spi()
    made = child.build(
        session,
        sa,
        chosen,
        (spi_in, chosen.spi),
        (ours, theirs),
        (sa.nonce_i, sa.nonce_r),
        we_asked=False,
    )
    session.children.add(made, now, send=True)
    return [*extra, SaPayload((child.with_spi(chosen, spi_in),)), *child.selector_payloads(theirs, ours)]


def _check_peer(
    config: SessionConfig,
    sa: IkeSa,
    identity: IdiPayload | IdrPayload,
    auth: AuthPayload,
    *,
    from_initiator: bool,
) -> SessionError | None:
    """None when the peer is who the configuration wants, else why not."""
    assert sa.suite is not None
    assert sa.keys is not None
    if config.remote_id is not None and identity.identity != config.remote_id:
        return SessionError(
            "authentication_failed", f"the peer says it is {identity.identity}, not {config.remote_id}"
        )
    if auth.method != AuthMethod.SHARED_KEY:
        return SessionError("authentication_failed", "the peer does not authenticate by pre-shared key")
    message, nonce, sk_p = (
        (sa.init_request, sa.nonce_r, sa.keys.pi)
        if from_initiator
        else (sa.init_response, sa.nonce_i, sa.keys.pr)
    )
    octets = psk.signed_octets(sa.suite.prf, message, nonce, sk_p, identity.serialise())
    if not psk.verify(sa.suite.prf, config.remote_auth[0].secret, octets, auth.data):
        return SessionError("authentication_failed", "the pre-shared keys differ")
    return None


def established_event(session: Session, sa: IkeSa, peer: Identity) -> IkeEstablished:
    """What the driver learns when both sides are authenticated."""
    assert sa.suite is not None
    return IkeEstablished(
        sa.spi_i, sa.spi_r, peer, sa.suite.name, session.path, session.nat_local, session.nat_remote
    )
