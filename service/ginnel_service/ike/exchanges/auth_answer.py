"""IKE_AUTH as responder: who asks proves it by key, certificate or EAP, and gets its first CHILD SA.

The initiator leads; `AuthAnswer` keeps where it stands between its requests. Every refusal answers
AUTHENTICATION_FAILED alone and ends the session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import configuration, keys, reauthentication, redirect
from ..codes import CfgType, IdType, NotifyType
from ..config import EapAuth, RemoteAuth, SignatureAuth
from ..eap import outcome as eap
from ..eap.config import EapRelayConfig, EapServerConfig
from ..eap.relay import Relay
from ..eap.server import Server
from ..errors import LocalError, SessionError
from ..events import ConfigurationReceived, Consult
from ..message import Message
from ..payloads import Payload
from ..payloads.auth import AuthPayload
from ..payloads.config import ConfigPayload
from ..payloads.eap import EapPayload
from ..payloads.identity import Identity, IdiPayload, IdrPayload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import SaPayload
from ..proposals import without_ke
from ..selectors import to_hosts
from ..tickets import Grant
from . import child, proof
from .auth import PPK_ID_FIXED, Stage
from .base import required

if TYPE_CHECKING:
    from ..config import GatewayPolicy, SessionConfig
    from ..sa import IkeSa
    from ..session import Session

Payloads = tuple[Payload, ...]


class AuthAnswer:
    """The responder's side of the authentication of one IKE SA."""

    def __init__(self, session: Session, sa: IkeSa, policy: GatewayPolicy) -> None:
        self._session, self._sa, self._policy = session, sa, policy
        self._stage = Stage.IDENTITY
        self._round = 0
        self._first: Message | None = None  # the request that says what is wanted beyond authentication
        self._since = 0.0  # when the policy was asked about the peer
        self._idi: IdiPayload | None = None
        self._who: Identity | None = None  # the name that was proven
        self._server: Server | Relay | None = None
        self._terms = eap.NO_TERMS
        self._msk: bytes | None = None
        self._calling = False
        self._answer: Payloads | None = None

    @property
    def _config(self) -> SessionConfig:
        return self._session.config

    @property
    def begun(self) -> bool:
        """Whether the initiator has said who it is."""
        return self._first is not None

    def handle(self, message: Message, now: float) -> Payloads | None:
        """The answer to one IKE_AUTH request, or None when it comes later by `Conversation.respond`."""
        self._calling, self._answer = True, None
        try:
            match self._stage:
                case Stage.IDENTITY:
                    self._identity(message, now)
                case Stage.EAP:
                    self._eap(required(message, EapPayload).data, now)
                case Stage.PROOF:
                    self._proof(message, now)
        finally:
            self._calling = False
        return self._answer

    def _say(self, payloads: Payloads, now: float) -> None:
        if self._calling:
            self._answer = payloads
        else:
            self._session.talk.respond(self._sa, payloads, now)

    # Who it is

    def _identity(self, message: Message, now: float) -> None:
        idi, auth = required(message, IdiPayload), message.get(AuthPayload)
        self._idi = idi
        if self._first is None:
            self._first = message
            proof.note_requests(self._session, message)
            idr = message.get(IdrPayload)
            self._since = now
            config = self._policy.find(idi.identity, idr.identity if idr else None, eap=auth is None)
            if config is None:
                self._say(self._refuse(f"nobody here is {idi.identity}"), now)
                return
            self._session.config = config
        if self._round >= len(self._config.remote_auth):
            self._say(self._refuse("the peer authenticates more often than it has to"), now)
            return
        remote = self._config.remote_auth[self._round]
        if auth is None:
            self._say(self._begin_eap(remote, message), now)
        else:
            self._check(message, auth, remote, now)

    def _check(self, message: Message, auth: AuthPayload, remote: RemoteAuth, now: float) -> None:
        assert self._idi is not None
        taken = self._take_ppk(message, auth)
        if taken is None:
            self._say(self._refuse("the peer does not use the postquantum key"), now)
            return
        name = self._idi.identity

        def judged(failed: SessionError | None, at: float) -> None:
            if failed is not None:
                self._say(self._refuse(failed.detail, failed.code), at)
            else:
                self._who = self._who or self._session.certified or name
                self._say(self._proven(message, at), at)

        proof.check(self._session, self._sa, proof.Claim(self._idi, taken, message), remote, now, judged)

    def _take_ppk(self, message: Message, auth: AuthPayload) -> AuthPayload | None:
        """The AUTH to check, by the table in RFC 8784 section 3; None refuses."""
        ppk, sa = self._config.ppk, self._sa
        if sa.ppk:
            return auth
        if not self._session.ppk:
            return None if ppk is not None and ppk.required else auth
        named = message.notify(NotifyType.PPK_IDENTITY)
        if named is None:
            return None
        if ppk is not None and named.data == bytes([PPK_ID_FIXED]) + ppk.id:
            assert sa.keys is not None
            assert sa.suite is not None
            sa.keys = keys.with_ppk(sa.suite, ppk.secret, sa.keys)
            sa.ppk = True
            return auth
        without = message.notify(NotifyType.NO_PPK_AUTH)
        if without is None or (ppk is not None and ppk.required):
            return None
        return AuthPayload(auth.method, without.data)

    # EAP

    def _begin_eap(self, remote: RemoteAuth, message: Message) -> Payloads:
        if isinstance(remote, EapServerConfig):
            self._server = Server(remote, self._session.random, self._session.utc)
        elif isinstance(remote, EapRelayConfig):
            self._server = Relay(self._session.random)
            self._session.office = None  # no ticket: whoever judges wants to be asked each time
        else:
            return self._refuse("the peer asks for EAP, which is not for it")
        self._stage = Stage.EAP
        start = EapPayload(self._server.start())
        alone = self._config.eap_only and message.notify(NotifyType.EAP_ONLY_AUTHENTICATION) is not None
        if self._round > 0:
            return (start,)
        if alone:
            return (IdrPayload(self._config.local_id), start)
        return self._introduce(lambda ours: (*ours, start))

    def _eap(self, packet: bytes, now: float) -> None:
        server = self._server
        assert server is not None
        step = server.receive(packet)
        if isinstance(step, Consult):
            assert isinstance(server, Relay)
            relay = server
            self._session.want(step, lambda said, at: self._say(self._judged(relay.answered(said)), at))
        else:
            self._say(self._judged(step), now)

    def _judged(self, step: eap.Reply | eap.Accepted | eap.Rejected) -> Payloads:
        match step:
            case eap.Reply(answer):
                return (EapPayload(answer),)
            case eap.Accepted(success, msk, identity, terms):
                self._msk, self._stage, self._terms = msk, Stage.PROOF, terms
                user = _user(identity)
                self._who = self._who or user
                timing = self._config.timing
                if terms.lifetime_s:
                    shortest = min(filter(None, (terms.lifetime_s, timing.reauth_s)))
                    timing = replace(timing, reauth_s=shortest)
                self._session.config = replace(self._config, ppk=self._policy.ppk_of(user), timing=timing)
                return (EapPayload(success),)
            case eap.Rejected(failure, detail):
                self._refuse(detail)
                return (EapPayload(failure),)

    def _proof(self, message: Message, now: float) -> None:
        auth = required(message, AuthPayload)
        taken = self._take_ppk(message, auth)
        assert self._idi is not None
        if taken is None:
            answer = self._refuse("the peer does not use the postquantum key")
        elif not proof.check_msk(self._sa, self._idi, taken, self._msk):
            answer = self._refuse("the peer does not know the key that EAP gave")
        else:
            answer = self._proven(message, now)
        self._say(answer, now)

    # The answer

    def _proven(self, message: Message, now: float) -> Payloads:
        """One round is through: our own proof, and either the next round or all the rest."""
        another = message.notify(NotifyType.ANOTHER_AUTH_FOLLOWS) is not None
        if another is not (self._round + 1 < len(self._config.remote_auth)):
            return self._refuse("the peer authenticates in more or fewer rounds than it has to")
        by_eap, first = self._stage is Stage.PROOF, self._round == 0
        self._round += 1
        self._stage = Stage.IDENTITY
        if by_eap:
            assert self._sa.keys is not None
            idr = IdrPayload(self._config.local_id)
            confirmation = proof.by_msk(self._sa, idr, self._msk, self._sa.keys)
            return self._rest((confirmation,), now, another=another)
        if first:
            return self._introduce(lambda ours: self._rest(ours, now, another=another))
        return self._rest((), now, another=another)

    def _introduce(self, then: Callable[[Payloads], Payloads]) -> Payloads:
        """IDr, our certificates and AUTH, and what `then` adds; or a refusal if we cannot prove ourselves."""
        assert self._sa.keys is not None
        local = self._config.local_auth[0]
        assert not isinstance(local, EapAuth), "a responder does not log in by EAP"
        idr = IdrPayload(self._config.local_id)
        certificates = proof.certificates_of(self._session, local) if isinstance(local, SignatureAuth) else ()
        try:
            auth = proof.by_config(self._session, self._sa, idr, local, self._sa.keys)
        except proof.AuthImpossible as impossible:
            return self._refuse(impossible.error.detail, impossible.error.code)
        return then((idr, *certificates, auth))

    def _rest(self, ours: Payloads, now: float, *, another: bool) -> Payloads:
        session, first = self._session, self._first
        assert first is not None
        assert self._who is not None
        answer = list(ours)
        if self._sa.ppk and not session.resumed:
            answer.append(NotifyPayload(NotifyType.PPK_IDENTITY))
        if another:
            return tuple(answer)
        if self._policy.outdated((self._who,), self._since):
            return self._refuse(f"{self._who} has another way to log in by now, or none")
        session.mobility.negotiated(first)
        if session.mobike:
            answer += session.mobility.offer()
        if first.notify(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED) is not None:
            session.message_id_sync = True
            answer.append(NotifyPayload(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED))
        session.grant = self._granted(now)
        if session.token_maker is not None:
            answer.append(session.token_maker.notify(self._sa.spi_i, self._sa.spi_r))
        if session.office is not None and first.notify(NotifyType.TICKET_REQUEST) is not None:
            answer.append(session.office.issue(session, self._sa, now))
        fresh = first.notify(NotifyType.INITIAL_CONTACT) is not None
        session.established(self._sa, self._who, now, initial_contact=fresh)
        if self._config.redirect_to and session.can_redirect:
            # "prevents the creation of a CHILD SA" (RFC 5685 section 6); the peer deletes the IKE SA
            return (*answer, redirect.notify(self._config.redirect_to))
        answer += reauthentication.announcement(session.reauthentication.left_s(now))
        try:
            answer += self._lease_and_child(first, self._who, now)
        except child.Refused as refused:
            # The IKE SA stands without a CHILD SA; the initiator decides what to do (section 1.2)
            answer.append(NotifyPayload(refused.notify))
        return tuple(answer)

    def _granted(self, now: float) -> Grant:
        """What the tickets of this IKE SA will stand for (RFC 5723)."""
        assert self._first is not None
        assert self._who is not None
        return Grant(
            id_i=required(self._first, IdiPayload).identity,  # the name that the policy knows the peer by
            id_r=self._config.local_id,
            who=self._who,
            eap=self._first.get(AuthPayload) is None,
            ppk=self._sa.ppk,
            authenticated=now,
        )

    def _lease_and_child(self, message: Message, who: Identity, now: float) -> list[Payload]:
        session, config = self._session, self._config
        asked = message.get(ConfigPayload)
        remote_ts, extra = config.remote_ts, []
        if asked is not None and asked.cfg_type == CfgType.REQUEST:
            ipv4, ipv6 = configuration.asked_families(asked)
            wished = configuration.wishes(asked)
            older = session.find_older(session, who) if wished else None
            if older is None or not reauthentication.inherit(older, session, wished):
                # whatever it holds goes back in the end
                session.lease = self._policy.lease(
                    who, ipv4=ipv4, ipv6=ipv6, wished=wished, terms=self._terms
                )
            lease = session.lease
            if lease is None or not lease.addresses:
                raise child.Refused(NotifyType.INTERNAL_ADDRESS_FAILURE)
            session.emit(ConfigurationReceived(lease))
            remote_ts = to_hosts(address.ip for address in lease.addresses)
            extra = [configuration.reply(replace(lease, version=config.product), asked)]
        if message.get(SaPayload) is None:  # childless (RFC 6023)
            return [*extra]
        try:
            return [*extra, *self._child(message, remote_ts, now)]
        except child.Refused as refused:
            if refused.notify != NotifyType.SINGLE_PAIR_REQUIRED:
                raise
            return [*extra, NotifyPayload(refused.notify)]  # the peer asks again, with that address

    def _child(self, message: Message, remote_ts: child.Selectors, now: float) -> list[Payload]:
        session, sa, config = self._session, self._sa, self._config
        proposals = without_ke(config.esp_proposals)
        agreed = child.answer(message, proposals, config.local_ts, remote_ts, config.pairing)
        chosen, ours, theirs, notifies = agreed
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
        session.children.add(made, now, send=session.older is None)
        return [
            SaPayload((child.with_spi(chosen, spi_in),)),
            *child.selector_payloads(theirs, ours),
            *notifies,
        ]

    def _refuse(self, detail: str, code: str = "authentication_failed") -> Payloads:
        self._session.fail_after_answer(SessionError(code, detail))
        return (NotifyPayload(NotifyType.AUTHENTICATION_FAILED),)


def _user(name: bytes) -> Identity:
    """The user that EAP proved, as an identity."""
    try:
        return Identity.parse_text(name.decode())
    except (UnicodeDecodeError, LocalError):
        return Identity(IdType.KEY_ID, name)
