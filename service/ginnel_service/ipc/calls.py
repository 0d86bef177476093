"""Every call: what it is for, who may make it, what it costs, and which errors it has of its own.

The dispatcher enforces this table and docs/ipc.md shows it, so the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .access import Action

#: What a rate is made of: a word, a look at everything, work.
CHEAP: Final = 1.0
LOOK: Final = 5.0
WORK: Final = 20.0

#: Who may do what, in words; see `access.Policy`.
WHO: Final[dict[Action | None, str]] = {
    None: "anyone",
    Action.READ_STATUS: "anyone",
    Action.CREATE_PROFILE: "anyone",
    Action.CREATE_SYSTEM_PROFILE: "administrators",
    Action.READ_PROFILE: "the profile's owner; administrators, of a system profile",
    Action.CHANGE_PROFILE: "the profile's owner; administrators, of a system profile",
    Action.USE_CONNECTION: "the profile's owner; administrators, of a system profile",
    Action.END_CONNECTION: "the profile's owner; administrators",
    Action.READ_DETAILS: "the profile's owner; administrators",
    Action.READ_LOG: "the profile's owner; administrators",
    Action.CHANGE_SERVICE: "administrators",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`action` is asked of the profile that the parameter `name` names, or without one of the service.

    `who` says it in words where more than that is asked, or less.
    """

    about: str
    action: Action | None = None
    who: str = ""
    cost: float = CHEAP
    errors: tuple[str, ...] = ()  # beside those that any call may end in

    @property
    def callers(self) -> str:
        return self.who or WHO[self.action]


#: Errors that any call may end in.
COMMON_ERRORS: Final = (
    "bad_request",
    "unknown_method",
    "too_large",
    "busy",
    "not_permitted",
    "internal_error",
)
#: What the disk refuses.
_WRITES: Final = "storage_refused"
_STORED: Final = ("unknown_profile", "profile_corrupt", "profile_invalid")

CALLS: Final[dict[str, Call]] = {
    "hello": Call(
        about="Agrees on the version of the protocol, and says what the caller is to the service.",
        errors=("protocol_unsupported",),
    ),
    "snapshot": Call(about="Everything that is true now.", cost=LOOK),
    "subscribe": Call(
        about="A snapshot, and from then on events of the chosen topics, without a gap between the two.",
        cost=LOOK,
    ),
    "profile.create": Call(
        about="Stores a profile with its secrets. A name is taken whoever has it.",
        who="anyone, for themselves; administrators, with `system` or where they replace a system profile",
        cost=WORK,
        errors=("profile_exists", "profile_invalid", "too_many_profiles", _WRITES),
    ),
    "profile.list": Call(about="The profiles of a snapshot.", cost=LOOK),
    "profile.show": Call(
        about="A profile as it is stored, without secrets.", action=Action.READ_PROFILE, errors=_STORED
    ),
    "profile.validate": Call(
        about="Every problem that `profile.create` would have with it. Nothing is stored.",
        who="anyone; with `keep_secrets` who may change the profile of that name",
        cost=WORK,
        errors=("unknown_profile", "profile_corrupt", "secrets_locked"),
    ),
    "profile.rename": Call(
        about="Gives a profile that is not in use another name. Its secrets, its kill switch and what is on "
        "demand go with it.",
        action=Action.CHANGE_PROFILE,
        errors=(*_STORED, "secrets_locked", "profile_exists", "already_up", _WRITES),
        cost=WORK,
    ),
    "profile.remove": Call(
        about="Forgets a profile that is not in use, and its secrets.",
        action=Action.CHANGE_PROFILE,
        errors=("unknown_profile", "already_up", _WRITES),
        cost=LOOK,
    ),
    "connection.up": Call(
        about="Begins to connect, and returns. How it goes on is told by `state` and `prompt`.",
        action=Action.USE_CONNECTION,
        cost=WORK,
        errors=(*_STORED, "secrets_locked", "already_up", "service_stopping"),
    ),
    "connection.down": Call(
        about="Disconnects, and returns when nothing of it is left on the machine.",
        action=Action.END_CONNECTION,
        cost=LOOK,
        errors=("unknown_profile", "not_up"),
    ),
    "connection.retry": Call(
        about="Does not wait for the next attempt.",
        action=Action.USE_CONNECTION,
        errors=("unknown_profile", "not_up"),
    ),
    "connection.rekey": Call(
        about="Replaces keys; `rekeys` of a later status counts it.",
        action=Action.USE_CONNECTION,
        cost=LOOK,
        errors=("unknown_profile", "not_up"),
    ),
    "session.begin": Call(
        about='The caller has logged in: their profiles with `start.at` "login" connect.',
        who="anyone, for themselves",
        cost=WORK,
    ),
    "ondemand.set": Call(
        about="Turns a profile's rules on or off, or leaves them be for a while.",
        action=Action.USE_CONNECTION,
        cost=LOOK,
        errors=(*_STORED, "on_demand_off", _WRITES),
    ),
    "killswitch.portal": Call(
        about="Opens the kill switch for the log-in page of a network, for some minutes.",
        who="who may use one of the connections that hold it",
        errors=("kill_switch_off",),
        cost=LOOK,
    ),
    "killswitch.off": Call(
        about="Turns the kill switch off, in every profile that the caller may change.",
        who="who may change one of the profiles that hold it; with `force` administrators",
        errors=(*_STORED, _WRITES, "kill_switch_not_kept"),
        cost=LOOK,
    ),
    "prompt.answer": Call(
        about="Answers an open prompt, or refuses to.",
        action=Action.USE_CONNECTION,
        errors=("unknown_profile", "unknown_prompt"),
    ),
    "log.tail": Call(
        about="The last lines of the log: of the profiles that the caller may read the log of.", cost=LOOK
    ),
    "log.level": Call(
        about="Changes what is logged.", action=Action.CHANGE_SERVICE, errors=("unknown_logger",)
    ),
    "diagnose": Call(
        about="What could be better on this machine and with its tunnels; with `active` also with one "
        "profile's gateway.",
        who="anyone, without details of what they may not use; with `active` who may use the connection",
        cost=WORK,
        errors=("unknown_profile", "diagnosis_running"),
    ),
}
