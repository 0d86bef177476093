"""Calls over the system's D-Bus, each with a deadline, and its errors as errno.

jeepney packs and parses; its own blocking connection waits for the bus's first answer without limit, so the
handshake is made here. The bus is looked for at its fixed address: no variable of the environment moves it.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Self

from jeepney import DBusAddress, HeaderFields, Message, MessageFlag, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnectionBase, prep_socket
from jeepney.wrappers import Properties

SYSTEM_BUS: Final = "/run/dbus/system_bus_socket"
TIMEOUT_S: Final = 3.0

#: What the services that we ask say, as the errno that means it.
_ERRORS: Final = {
    "org.freedesktop.DBus.Error.AccessDenied": errno.EPERM,
    "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": errno.EPERM,
    "org.freedesktop.DBus.Error.NameHasNoOwner": errno.ECONNREFUSED,
    "org.freedesktop.DBus.Error.ServiceUnknown": errno.ECONNREFUSED,
    "org.freedesktop.DBus.Error.NoReply": errno.ETIMEDOUT,
    "org.freedesktop.DBus.Error.InvalidArgs": errno.EINVAL,
    "org.freedesktop.DBus.Error.UnknownMethod": errno.ENOSYS,
    "org.freedesktop.DBus.Error.UnknownProperty": errno.ENOSYS,
    "org.freedesktop.resolve1.NoSuchLink": errno.ENXIO,
    "org.freedesktop.resolve1.LinkBusy": errno.EBUSY,
    "org.freedesktop.NetworkManager.PermissionDenied": errno.EPERM,
}


def address(service: str, path: str, interface: str) -> DBusAddress:
    return DBusAddress(path, service, interface)


class Bus:
    """One connection, for a handful of calls. Every method raises OSError, TimeoutError among them."""

    def __init__(self, address: str = SYSTEM_BUS) -> None:
        connection = DBusConnectionBase(prep_socket(address, timeout=TIMEOUT_S))
        self._connection = connection
        try:
            self._ask(message_bus.Hello())
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def has_owner(self, name: str) -> bool:
        """Whether a service runs under that name; it is not started for the question."""
        return bool(self._ask(message_bus.NameHasOwner(name))[0])

    def call(self, at: DBusAddress, method: str, signature: str = "", *arguments: object) -> tuple[Any, ...]:
        """`at` is not started where it does not run."""
        return self._ask(new_method_call(at, method, signature or None, arguments))

    def property(self, at: DBusAddress, name: str) -> Any:
        return self._ask(Properties(at).get(name))[0][1]

    def properties(self, at: DBusAddress) -> dict[str, Any]:
        return {name: value for name, (_, value) in self._ask(Properties(at).get_all())[0].items()}

    def set_property(self, at: DBusAddress, name: str, signature: str, value: object) -> None:
        self._ask(Properties(at).set(name, signature, value))

    def _ask(self, message: Message) -> tuple[Any, ...]:
        message.header.flags |= MessageFlag.no_auto_start
        deadline = time.monotonic() + TIMEOUT_S
        serial = next(self._connection.outgoing_serial)
        self._connection.sock.settimeout(TIMEOUT_S)
        self._connection.sock.sendall(message.serialise(serial=serial))
        while True:
            answer = self._connection._receive(deadline)
            if answer.header.fields.get(HeaderFields.reply_serial) == serial:
                break
        if answer.header.message_type == MessageType.error:
            name = str(answer.header.fields.get(HeaderFields.error_name, ""))
            raise OSError(_ERRORS.get(name, errno.EIO), _words(name, answer.body))
        return tuple(answer.body)


def running(names: Sequence[str], address: str = SYSTEM_BUS) -> set[str]:
    """Those of `names` that a service owns; none where there is no bus."""
    with suppress(OSError), Bus(address) as bus:
        return {name for name in names if bus.has_owner(name)}
    return set()


def _words(name: str, body: Sequence[object]) -> str:
    """For the log alone: what the service wrote, cut and made printable."""
    text = f"{name.rpartition('.')[2]}: {body[0] if body else ''}"
    return "".join(char if char.isprintable() else "?" for char in text)[:200]
