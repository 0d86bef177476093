"""IKE_AUTH as initiator (RFC 7296 sections 1.2, 2.15, 2.16, 2.19): both sides prove who they are.

One exchange or several: EAP takes as many as its method needs, a further round of RFC 4739 begins anew with
another identity. The last one makes the first CHILD SA, unless that is left to CREATE_CHILD_SA (RFC 6023).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from .. import configuration, crash, keys, redirect
from ..codes import ExchangeType, NotifyType
from ..config import EapAuth, LocalAuth, SignatureAuth
from ..eap import outcome as eap
from ..eap.peer import Outcome, Peer
from ..errors import SessionError
from ..events import Configuration, ConfigurationReceived, IkeEstablished
from ..message import Message
from ..payloads import Payload
from ..payloads.auth import AuthPayload
from ..payloads.config import ConfigPayload
from ..payloads.eap import EapPayload
from ..payloads.identity import Identity, IdiPayload, IdrPayload
from ..payloads.notify import NotifyPayload
from ..payloads.selector import TrafficSelector
from ..proposals import offer, without_ke
from ..selectors import narrow, to_hosts
from . import child, create_child, proof
from .base import Exchange, first_error, session_error

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session

PPK_ID_FIXED = 2  # RFC 8784 section 5.1


class Stage(Enum):
    """What the next request says."""

    IDENTITY = "identity"  # who we are, and unless EAP is to show it, the proof
    EAP = "eap"  # a packet of the method
    PROOF = "proof"  # AUTH from the key that EAP gave


class AuthExchange(Exchange):
    """All of IKE_AUTH: each of its requests is an exchange of its own, one after the other."""

    type = ExchangeType.IKE_AUTH

    def __init__(self, session: Session, sa: IkeSa) -> None:
        self.spi_in = session.new_child_spi()
        self._session, self._sa = session, sa
        self._idi = IdiPayload(session.config.local_id)
        self._idr: IdrPayload | None = None
        self._proven = False  # the gateway
        self._stage = Stage.IDENTITY
        self._round = 0
        self._eap: Peer | None = None
        self._eap_packet = b""
        self._eap_result: eap.Succeeded | None = None
        self._childless = session.childless and session.config.childless

    @property
    def _local(self) -> LocalAuth:
        return self._session.config.local_auth[self._round]

    @property
    def _more_rounds(self) -> bool:
        return self._round + 1 < len(self._session.config.local_auth)

    # Requests

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        if self._stage is Stage.EAP:
            return (EapPayload(self._eap_packet),)
        if self._stage is Stage.PROOF:
            return self._prove(lambda sk: proof.by_msk(sa, self._idi, self._msk, sk))
        try:
            return self._identify()
        except proof.AuthImpossible as impossible:
            session.finish(impossible.error)
            return None

    def _identify(self) -> tuple[Payload, ...]:
        config, local = self._session.config, self._local
        payloads: list[Payload] = [self._idi]
        if isinstance(local, SignatureAuth):
            payloads += proof.certificates_of(self._session, local)
        if self._round == 0:
            payloads += proof.request_certificates(config)
            if config.remote_id is not None:
                payloads.append(IdrPayload(config.remote_id))
        if not isinstance(local, EapAuth):
            payloads += self._prove(lambda sk: proof.by_config(self._session, self._sa, self._idi, local, sk))
        if self._round == 0:
            payloads += self._wishes()
        return tuple(payloads)

    def _prove(self, prove: Callable[[keys.IkeKeys], AuthPayload]) -> tuple[Payload, ...]:
        """AUTH, under the postquantum key if there is one (RFC 8784 section 3), and whether more follows."""
        sa = self._sa
        assert sa.keys is not None
        assert sa.suite is not None
        more: list[Payload] = []
        if self._more_rounds:
            more.append(NotifyPayload(NotifyType.ANOTHER_AUTH_FOLLOWS))
        ppk = self._session.config.ppk
        if ppk is None or not self._session.ppk or sa.ppk:
            return (prove(sa.keys), *more)
        more.append(NotifyPayload(NotifyType.PPK_IDENTITY, bytes([PPK_ID_FIXED]) + ppk.id))
        if not ppk.required:
            more.append(NotifyPayload(NotifyType.NO_PPK_AUTH, prove(sa.keys).data))
        return (prove(keys.with_ppk(sa.suite, ppk.secret, sa.keys)), *more)

    def _wishes(self) -> list[Payload]:
        """What the first request asks for, and what it says of us."""
        session, config = self._session, self._session.config
        payloads: list[Payload] = []
        if config.request_ipv4 or config.request_ipv6:
            payloads.append(
                configuration.request(
                    ipv4=config.request_ipv4, ipv6=config.request_ipv6, wished=config.wished
                )
            )
        if not self._childless:
            payloads += child.offer(
                without_ke(config.esp_proposals), self.spi_in, config.local_ts, config.remote_ts
            )
        if config.initial_contact:
            payloads.append(NotifyPayload(NotifyType.INITIAL_CONTACT))
        payloads += session.mobility.offer()
        if self._eap_alone and not session.resumed:
            payloads.append(NotifyPayload(NotifyType.EAP_ONLY_AUTHENTICATION))
        if session.multiple_auth:
            payloads.append(NotifyPayload(NotifyType.MULTIPLE_AUTH_SUPPORTED))
        payloads.append(NotifyPayload(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED))
        payloads += session.tickets.request()
        return payloads

    # Responses

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        self._note_announcements(message)
        if self._round == 0 and self._stage is Stage.IDENTITY:
            self._gateway_named(message, now)
        elif self._stage is Stage.PROOF:
            self._gateway_confirmed(message, now)
        else:
            self._go_on(message, now)

    def _note_announcements(self, message: Message) -> None:
        session = self._session
        session.mobility.negotiated(message)
        session.reauthentication.note(message)
        if message.notify(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED) is not None:
            session.message_id_sync = True

    def _gateway_named(self, message: Message, now: float) -> None:
        """The first response says who the gateway is, and proves it unless EAP alone shall."""
        session, config = self._session, self._session.config
        idr, auth = message.get(IdrPayload), message.get(AuthPayload)
        self._idr = idr
        if idr is not None and auth is not None and config.remote_auth:
            if not self._mix(message, now):
                return
            claim = proof.Claim(idr, auth, message)
            proof.check(
                session,
                self._sa,
                claim,
                config.remote_auth[0],
                now,
                lambda failed, at: self._judged(failed, message, at),
            )
        elif idr is not None and auth is None and self._eap_alone and message.get(EapPayload) is not None:
            if config.remote_id is not None and idr.identity != config.remote_id:
                self._refuse(proof.not_who(idr.identity, config.remote_id))
            else:
                self._go_on(message, now)
        elif idr is not None and auth is not None:  # it "MUST" be verified (RFC 5998 section 3)
            detail = "the gateway proves itself beside EAP, and this profile knows nothing to check that by"
            self._refuse(SessionError("authentication_failed", detail))
        else:
            self._fail(message, "the gateway did not prove who it is", now)

    @property
    def _eap_alone(self) -> bool:
        """Whether the round under way is EAP that may prove the gateway (RFC 5998)."""
        return self._session.config.eap_only and isinstance(self._local, EapAuth)

    def _judged(self, failed: SessionError | None, message: Message, now: float) -> None:
        if failed is not None:
            self._refuse(failed)
            return
        self._proven = True
        if not self._sent_elsewhere(message, now):
            self._go_on(message, now)

    def _gateway_confirmed(self, message: Message, now: float) -> None:
        """After EAP the gateway proves that it knows the method's key (section 2.16)."""
        auth = message.get(AuthPayload)
        if auth is None or self._idr is None:
            self._fail(message, "the gateway did not confirm EAP", now)
            return
        if not self._mix(message, now):
            return
        if not proof.check_msk(self._sa, self._idr, auth, self._msk):
            self._refuse(
                SessionError("authentication_failed", "the gateway does not know the key that EAP gave")
            )
            return
        self._proven = True
        self._round_done(message, now)

    def _go_on(self, message: Message, now: float) -> None:
        """After the first response of a round, or one of EAP."""
        if not isinstance(self._local, EapAuth):
            self._round_done(message, now)
            return
        packet = message.get(EapPayload)
        if packet is None:
            self._fail(message, "the gateway does not go on with EAP", now)
            return
        if self._eap is None:
            self._eap = Peer(self._local.eap, self._session.random, self._session.utc)
        self._take_eap(self._eap.receive(packet.data), now)

    def _take_eap(self, outcome: Outcome, now: float) -> None:
        session, peer = self._session, self._eap
        assert peer is not None
        match outcome:
            case eap.Reply(packet):
                self._stage, self._eap_packet = Stage.EAP, packet
            case eap.Ask(prompt):
                session.want(prompt, lambda text, at: self._take_eap(peer.answer(_as_text(text)), at))
                return
            case eap.Succeeded():
                if not self._proven and not (outcome.safe and outcome.msk):
                    # "MUST abort" unless the method is mutual and gives a key (RFC 5998 section 3)
                    detail = "the EAP method alone does not prove the gateway"
                    self._refuse(SessionError("authentication_failed", detail))
                    return
                self._stage, self._eap_result = Stage.PROOF, outcome
            case eap.Failed(code, detail):
                self._refuse(SessionError(code, detail))
                return
        session.talk.enqueue(self._sa, self, now)

    @property
    def _msk(self) -> bytes | None:
        return self._eap_result.msk if self._eap_result is not None else None

    def _round_done(self, message: Message, now: float) -> None:
        error = first_error(message)
        if not self._more_rounds:
            if not self._sent_elsewhere(message, now):
                self._complete(message, error, now)
        elif error is not None:
            self._fail(message, "", now)
        elif not self._session.multiple_auth:
            detail = "the gateway does not take a second authentication"
            self._refuse(SessionError("authentication_failed", detail))
        else:
            self._round += 1
            self._stage, self._eap, self._eap_result = Stage.IDENTITY, None, None
            self._session.talk.enqueue(self._sa, self, now)

    def _mix(self, message: Message, now: float) -> bool:
        """Take the postquantum key when the gateway did; False when that ends the attempt."""
        sa, ppk = self._sa, self._session.config.ppk
        if ppk is None or not self._session.ppk or sa.ppk or self._stage_without_auth:
            return True
        if message.notify(NotifyType.PPK_IDENTITY) is not None:
            assert sa.keys is not None
            assert sa.suite is not None
            sa.keys = keys.with_ppk(sa.suite, ppk.secret, sa.keys)
            sa.ppk = True
        elif ppk.required:
            self._refuse(SessionError("ppk_required", "the gateway does not know the postquantum key"))
            return False
        return True

    @property
    def _stage_without_auth(self) -> bool:
        """Whether our request had no AUTH and so named no postquantum key."""
        return self._stage is Stage.IDENTITY and isinstance(self._local, EapAuth)

    # The end

    def _sent_elsewhere(self, message: Message, now: float) -> bool:
        """ "MUST accept the REDIRECT notification only in the first IKE_AUTH response or the last"
        (RFC 5685 section 6): asked of these two, once the gateway is proven."""
        gateway = redirect.found(message, self._session.config)
        if gateway is None:
            return False
        self._session.leave_for(gateway, now)
        return True

    def _complete(self, message: Message, error: NotifyPayload | None, now: float) -> None:
        session, sa, config = self._session, self._sa, self._session.config
        assert self._idr is not None
        # The IKE SA may stand without a CHILD SA (section 1.2)
        reply = message.get(ConfigPayload)
        given = configuration.parse_reply(reply) if reply else configuration.NOTHING
        session.announced = tuple(map(TrafficSelector.from_network, given.subnets))
        pairs = self._pairs(given, config.remote_ts)
        one_by_one = error is not None and error.notify == NotifyType.SINGLE_PAIR_REQUIRED and bool(pairs)
        if error is not None and not one_by_one:
            refused = session_error(error, without_ke(session.config.esp_proposals))
            session.fail_with_delete(sa, refused, now)
            return
        sa.token = crash.token_of(message)
        if self._childless or one_by_one:
            session.established(sa, self._idr.identity, now)
            session.tickets.established(message, sa, self._idr.identity, now)
            session.emit(ConfigurationReceived(given))
            if one_by_one:
                create_child.ask_for(session, pairs, now)
            else:
                session.create_child(config.local_ts, config.remote_ts, now)
            return
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
        session.established(sa, self._idr.identity, now)
        session.tickets.established(message, sa, self._idr.identity, now)
        session.emit(ConfigurationReceived(given))
        session.children.add(made, now, send=True)
        if message.notify(NotifyType.ADDITIONAL_TS_POSSIBLE) is None:
            pairs = ()
        # What it announces beyond this SA needs "one or more separate SAs" (RFC 7296 section 3.15.2)
        more = self._pairs(given, narrow(session.announced, config.remote_ts))
        create_child.ask_for(session, child.missing((*pairs, *more), (ours, theirs)), now)

    def _pairs(self, given: Configuration, remote_ts: child.Selectors) -> tuple[child.Pair, ...]:
        """What we want of `remote_ts`, for CHILD SAs of one pair of selectors each."""
        hosts = to_hosts(address.ip for address in given.addresses)
        return child.pairs(hosts or self._session.config.local_ts, remote_ts)

    def _fail(self, message: Message, detail: str, now: float) -> None:
        """The response lacks what has to be there: the notify in it says why, else `detail`."""
        packet = message.get(EapPayload)
        if packet is not None and self._eap is not None:
            outcome = self._eap.receive(packet.data)
            if isinstance(outcome, eap.Failed):
                self._session.finish(SessionError(outcome.code, outcome.detail))
                return
        error = first_error(message)
        self._session.finish(session_error(error) if error else SessionError("invalid_peer_message", detail))

    def _refuse(self, error: SessionError) -> None:
        """Tell the gateway that we do not believe it (section 2.21.2)."""
        self._session.fail_with_notice(self._sa, error, NotifyType.AUTHENTICATION_FAILED)


def _as_text(answer: eap.Supplied) -> str | None:
    if isinstance(answer, bytes):
        return answer.decode(errors="replace")
    return answer if isinstance(answer, str) else None


def established_event(
    session: Session, sa: IkeSa, peer: Identity, *, initial_contact: bool
) -> IkeEstablished:
    """What the driver learns when both sides are authenticated."""
    assert sa.suite is not None
    return IkeEstablished(
        sa.spi_i,
        sa.spi_r,
        peer,
        sa.suite.name,
        session.path,
        session.nat_local,
        session.nat_remote,
        initial_contact,
        session.resumed,
    )
