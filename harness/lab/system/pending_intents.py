"""Pending intents: what an app lets others send in its name, also when it is dead (AOSP PendingIntentController)."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.lab.system.activities import Activities, ActivityRefused
from harness.lab.system.identity import AppIdentity, Caller
from harness.lab.system.intents import FILLED, FLAG_ACTIVITY_NEW_TASK, PARCEL, Intent
from harness.lab.system.logs import LogBuffer

BROADCAST, ACTIVITY, SERVICE, FOREGROUND_SERVICE = 1, 2, 4, 5
"""ActivityManager.INTENT_SENDER_*"""
_FLAG_ONE_SHOT = 1 << 30
_FLAG_NO_CREATE = 1 << 29
_FLAG_CANCEL_CURRENT = 1 << 28
_FLAG_UPDATE_CURRENT = 1 << 27
_FLAG_IMMUTABLE = 1 << 26
_KEY_FLAGS = ~(_FLAG_NO_CREATE | _FLAG_CANCEL_CURRENT | _FLAG_UPDATE_CURRENT)
_MOST = 10_000
"""Of one app; ActivityManagerService warns at 2,000 and goes on."""


@dataclass
class PendingIntent:
    """One record. `intents`: several for activities started one upon the other, the last being the one that counts.

    `id`: whoever has it may send it, so that it must not be guessed.
    """

    id: str
    owner: AppIdentity
    kind: int
    request_code: int
    flags: int
    intents: list[Intent]

    @property
    def intent(self) -> Intent:
        return self.intents[-1]

    @property
    def immutable(self) -> bool:
        return bool(self.flags & _FLAG_IMMUTABLE)


def filter_of(intent: Intent) -> tuple[object, ...]:
    """What Intent.filterEquals compares."""
    return intent.action, intent.data, intent.type, intent.package, intent.component, frozenset(intent.categories)


def fill_in(intent: Intent, more: Intent) -> Intent:
    """Intent.fillIn without flags: what is empty is filled, extras are added. Those of a parcel only the receiver can add."""
    extras = {**intent.extras, **more.extras}
    if PARCEL in extras:
        del extras[PARCEL]
        own = {PARCEL: intent.extras[PARCEL]} if PARCEL in intent.extras else {}
        extras = {**extras, **own, FILLED: {"extras": dict(more.extras), "binders": len(more.binders)}}
    filled = replace(
        intent,
        action=intent.action or more.action,
        package=intent.package or more.package,
        categories=intent.categories or more.categories,
        extras=extras,
        binders=(*intent.binders, *more.binders),
        flags=intent.flags | more.flags,
    )
    return filled if intent.data or intent.type else replace(filled, data=more.data, type=more.type)


Broadcast = Callable[[Intent, Caller], Awaitable[object]]
StartService = Callable[[Intent, Caller, bool, bool], Awaitable[object]]
Later = Callable[[Awaitable[Any], str], object]


class PendingIntents:
    """All of the device. They outlive processes and end with force-stop, uninstall and reboot.

    `start_service(intent, owner, foreground, allowed)`: `allowed` lifts the limits on starts from the background.
    """

    def __init__(self, activities: Activities, broadcast: Broadcast, start_service: StartService, logs: LogBuffer) -> None:
        self._activities = activities
        self._broadcast = broadcast
        self._start_service = start_service
        self._logs = logs
        self._records: dict[str, PendingIntent] = {}

    def find(self, number: object) -> PendingIntent | None:
        """By its number; None for one that is cancelled or never was."""
        return self._records.get(number) if isinstance(number, str) else None

    def all(self) -> list[PendingIntent]:
        return list(self._records.values())

    def get(self, owner: Caller, kind: int, request_code: int, intents: Sequence[Intent], flags: int) -> PendingIntent | None:
        """As ActivityManagerService.getIntentSender: one that is equal, updated or cancelled first where the flags say so.

        None: there is none and FLAG_NO_CREATE is set. Raises ValueError for no intent or a kind that is none.
        """
        if kind not in (BROADCAST, ACTIVITY, SERVICE, FOREGROUND_SERVICE) or not intents:
            raise ValueError(f"no pending intent of type {kind} with {len(intents)} intents")
        wanted = (owner.package, kind, request_code, flags & _KEY_FLAGS, filter_of(intents[-1]))
        mine = [one for one in self._records.values() if one.owner.package == owner.package]
        found = next((one for one in mine if self._key(one) == wanted), None)
        if found is not None:
            if not flags & _FLAG_CANCEL_CURRENT:
                if flags & _FLAG_UPDATE_CURRENT:
                    found.intents[-1] = replace(found.intent, extras=intents[-1].extras, binders=intents[-1].binders)
                return found
            self.cancel(found)
        if flags & _FLAG_NO_CREATE:
            return None
        if len(mine) >= _MOST:
            raise ValueError(f"more than {_MOST} pending intents of {owner.package}")
        made = PendingIntent(
            secrets.token_hex(8), AppIdentity(owner.package, owner.uid), kind, request_code, flags & _KEY_FLAGS, [*intents]
        )
        self._records[made.id] = made
        return made

    @staticmethod
    def _key(one: PendingIntent) -> tuple[object, ...]:
        return one.owner.package, one.kind, one.request_code, one.flags, filter_of(one.intent)

    def cancel(self, one: PendingIntent) -> None:
        """No fault if it is gone already."""
        self._records.pop(one.id, None)

    def forget(self, package: str) -> None:
        """force-stop or uninstall."""
        for one in [one for one in self._records.values() if one.owner.package == package]:
            self.cancel(one)

    async def send(
        self,
        one: PendingIntent,
        *,
        more: Intent | None = None,
        allowed: bool,
        token: str | None = None,
        request_code: int = -1,
    ) -> None:
        """Sends it in its owner's name. `allowed`: activities and services may be started from the background.

        `token`, `request_code`: the activity that is to have the result. What fails is logged, as there.
        """
        if one.flags & _FLAG_ONE_SHOT:
            self.cancel(one)
        intents = list(one.intents)
        if more is not None:
            # extras of the sender's reach an immutable one too where the system itself adds them; an app's do not
            intents[-1] = fill_in(intents[-1], more)
        if one.kind == BROADCAST:
            await self._broadcast(intents[-1], one.owner)
        elif one.kind == ACTIVITY:
            await self._start(one, intents, allowed, token, request_code)
        else:
            await self._start_service(intents[-1], one.owner, one.kind == FOREGROUND_SERVICE, allowed)

    async def _start(
        self, one: PendingIntent, intents: list[Intent], allowed: bool, token: str | None, request_code: int
    ) -> None:
        if not allowed and not self._activities.is_foreground(one.owner.package):
            self._logs.system(
                "ActivityTaskManager",
                f"Background activity launch blocked! [callingPackage: {one.owner.package}; intent: {one.intent.describe()}; "
                "realCallingPackage: android; originatingPendingIntent: true]",
                priority="W",
            )
            return
        for intent in intents:
            sent = intent if token else replace(intent, flags=intent.flags | FLAG_ACTIVITY_NEW_TASK)
            try:
                await self._activities.start(sent, caller=one.owner, caller_token=token, request_code=request_code)
            except ActivityRefused as refused:
                self._logs.system("ActivityTaskManager", str(refused), priority="W")


def read_intents(written: object) -> list[Intent]:
    """From the protocol's list. Raises ValueError."""
    if not isinstance(written, list) or not all(isinstance(one, Mapping) for one in written):
        raise ValueError("intents is no list of objects")
    return [Intent.from_json(one) for one in written]
