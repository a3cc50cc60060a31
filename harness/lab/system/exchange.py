"""The asks by which app processes reach each other: transactions, providers, broadcasts, and what is running."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from harness.lab.appprocess import AppProcessError
from harness.lab.system.broadcasts import BroadcastResult
from harness.lab.system.intents import Intent
from harness.lab.system.processes import RunningProcess

if TYPE_CHECKING:
    from harness.lab.system.server import SystemServer

Beside = Callable[[RunningProcess, Coroutine[Any, Any, Any], str], object]
"""Carries out what a process asked for after it was answered; raises AppProcessError when that is too much."""

Answer = Callable[[RunningProcess, Mapping[str, Any]], Awaitable[dict[str, Any]]]

OF_ISOLATED = frozenset(("transact", "drop", "packages", "check_permission", "access", "sticky"))
"""What an isolated process may ask; all else ActivityManager refuses it (enforceNotIsolatedCaller)."""

# ActivityManager.RunningAppProcessInfo
_FOREGROUND, _FOREGROUND_SERVICE, _VISIBLE, _SERVICE, _CACHED = 100, 125, 200, 300, 400


class Exchange:
    """`asks`: by op. They raise ValueError, KeyError or TypeError for what is of the wrong shape."""

    def __init__(self, server: SystemServer, beside: Beside) -> None:
        self._server = server
        self._beside = beside
        self.asks: Mapping[str, Answer] = {
            "transact": self._transact,
            "drop": self._drop,
            "provider": self._provider,
            "access": self._access,
            "check_permission": self._check_permission,
            "grant": self._grant,
            "broadcast": self._broadcast,
            "sticky": self._sticky,
            "running": self._running,
            "kill": self._kill,
        }

    async def _transact(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return await self._server.binders.transact(process, arguments)

    async def _drop(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self._server.binders.drop(process, arguments["handle"], arguments["count"])
        return {}

    async def _provider(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        authority = _text(arguments["authority"])
        if arguments.get("open") is False:
            return {"exists": self._server.providers.exists(process, authority)}
        node = await self._server.providers.open(process, authority)
        return {"binder": self._server.binders.give(process, node)}

    async def _access(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        uid = int(arguments["uid"])
        why = self._server.providers.why_not(
            process, _text(arguments["authority"]), _text(arguments["path"]), arguments["write"] is True, uid
        )
        asking = next((one.name for one in self._server.packages if one.uid == uid), None)
        return {"granted": not why, "why": why, "package": asking}

    async def _kill(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """As the kernel has it for SIGKILL: processes of the same uid alone."""
        pid = arguments["pid"]
        for one in self._server.processes.running():
            if one.pid == pid and one.uid == process.uid:
                one.link.kill()
                return {}
        raise AppProcessError(f"Operation not permitted: {pid}")

    async def _check_permission(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """As PackageManager.checkPermission: of any uid, by anybody."""
        uid, permission = int(arguments["uid"]), _text(arguments["permission"])
        server = self._server
        held = any(one.uid == uid and server.permissions.is_granted(one.name, permission) for one in server.packages)
        return {"granted": held or uid in (0, 1000)}

    async def _grant(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        server = self._server
        uri, modes = _text(arguments["uri"]), int(arguments["modes"])
        name = arguments.get("package")
        receiver = server.packages.get(_text(name)) if name and _text(name) in server.packages else None
        if arguments.get("revoke") is True:
            server.providers.revoke(process, uri, modes, receiver)
        elif receiver is not None:
            server.providers.grant(process, uri, receiver, modes, lasting=True)
        return {}

    async def _broadcast(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        server = self._server
        intent = Intent.from_json(arguments["intent"])
        permission = _text(arguments.get("permission") or "")
        first = arguments.get("ordered")
        if first is None:
            if arguments.get("sticky") is True:
                server.broadcasts.keep_sticky(intent, process)
            self._beside(process, server.broadcasts.send(intent, process, permission), "broadcast")
            return {}
        extras = first.get("extras")
        state = BroadcastResult(
            int(first.get("result_code") or 0),
            str(first.get("result_data") or ""),
            0,
            server.binders.accept_parcel(process, extras) if extras else None,
        )
        result = await server.broadcasts.send_ordered(intent, process, permission, state)
        return dict(server.binders.localised(process, result.to_json()))

    async def _sticky(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        server = self._server
        if arguments.get("intent") is not None:
            server.broadcasts.remove_sticky(Intent.from_json(arguments["intent"]), process)
            return {"intents": []}
        found = server.broadcasts.sticky([_text(one) for one in arguments["actions"]])
        return {"intents": [server.binders.localised(process, one.to_json()) for one in found]}

    async def _running(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the asking app only, as since Android 5.1 (getRunningAppProcesses) and 8.0 (getRunningServices)."""
        mine = self._server.processes.of_package(process.package)
        return {
            "processes": [
                {"pid": one.pid, "name": one.name, "uid": one.uid, "importance": self._importance(one, set())} for one in mine
            ],
            "services": [self._service(one, name) for one in mine for name in sorted(one.services)],
        }

    def _service(self, process: RunningProcess, name: str) -> dict[str, Any]:
        component = f"{process.package}/{name}"
        started = self._server.app_services.services.find(component)
        return {
            "component": component,
            "pid": process.pid,
            "process": process.name,
            "uid": process.uid,
            "clients": len(self._server.bindings.clients_of(process)),
            "started": started is not None,
            "foreground": started is not None and started.foreground_id != 0,
        }

    def _importance(self, process: RunningProcess, seen: set[RunningProcess]) -> int:
        """That of its own activities and services, or of the most important process that is bound to it."""
        top = self._server.activities.tasks.top
        activities = [
            one
            for one in self._server.activities.tasks.activities()
            if one.package == process.package and one.target.process == process.name
        ]
        if top is not None and top in activities:
            return _FOREGROUND
        own = _VISIBLE if any(one.state in ("resumed", "paused") for one in activities) else _CACHED
        if self._server.app_services.services.runs_in_foreground(process):
            own = _FOREGROUND_SERVICE
        elif process.services:
            own = min(own, _SERVICE)
        seen.add(process)
        return min([own, *(self._importance(one, seen) for one in self._server.bindings.clients_of(process) if one not in seen)])


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is missing")
    return value
