"""What app processes ask and report, checked and carried out. Each may speak only for itself."""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.lab.appprocess import MALFORMED, AppProcessError
from harness.lab.system.activities import ActivityRefused
from harness.lab.system.binders import NoSuchBinder
from harness.lab.system.components import ComponentRefused
from harness.lab.system.exchange import OF_ISOLATED, Answer, Exchange
from harness.lab.system.facts import Component
from harness.lab.system.intents import CATEGORY_HOME, Intent, full_class
from harness.lab.system.logs import MAX_TEXT, PRIORITIES, LogLine, one_line
from harness.lab.system.packages import ENABLED_STATES, Package
from harness.lab.system.processes import RunningProcess
from harness.lab.system.providers import AccessRefused
from harness.lab.system.settings import NAMESPACES

if TYPE_CHECKING:
    from harness.lab.system.server import SystemServer

_MAX_LOG = 200_000  # characters of one log event
_MAX_SERVICES = 1000  # that a process says it runs
_MAX_BESIDE = 200  # starts, ends and other requests of one process that are being carried out
_MAX_LINES = 1000  # of one log event
_MAX_KEY = 64
_MAX_TOLD = 2000  # so that whose want it was, at the end, is never cut off
_MAX_FIELD, _MAX_FIELDS = 500, 4  # characters of one field of an event that is told on; how many of them
LAB_TAG = "LabDevice"


class AppSpeech:
    """The owner of the processes: turns their lines into calls of the server's parts."""

    def __init__(self, server: SystemServer) -> None:
        self._server = server
        self._asks: Mapping[str, Answer] = {
            "start_activity": self._start_activity,
            "permissions": self._permissions,
            "finished": self._finished,
            "move_to_back": self._move_to_back,
            "service": self._service,
            "packages": self._packages,
            "enable": self._enable,
            "setting": self._setting,
            "translate": self._translate,
            **Exchange(server, self.beside).asks,
        }
        self._beside: dict[RunningProcess, int] = defaultdict(int)

    def bind_arguments(self, package: Package, process: RunningProcess) -> dict[str, Any]:
        return self._server.bind_arguments(package, process)

    def not_responding(self, process: RunningProcess, why: str) -> None:
        self._server.app_errors.not_responding(process, why)

    def process_ended(self, process: RunningProcess, why: str) -> None:
        self._beside.pop(process, None)
        self._server.process_ended(process)

    def beside(self, process: RunningProcess, work: Coroutine[Any, Any, Any], what: str) -> asyncio.Task[Any]:
        """Carries out what a process asked for after it was answered. Raises AppProcessError when it has asked for too much."""
        if self._beside[process] >= _MAX_BESIDE:
            work.close()
            raise AppProcessError(f"{_MAX_BESIDE} requests of {process.name} are being carried out already")
        self._beside[process] += 1

        def done(_: object) -> None:
            if process in self._beside:
                self._beside[process] -= 1

        task = self._server.processes.run(work, what)
        task.add_done_callback(done)
        return task

    def _in_front(self, process: RunningProcess, work: Coroutine[Any, Any, Any], what: str) -> None:
        """The same for what changes what is in front."""
        self._server.screen.expect(self.beside(process, work, what))

    # --- asks

    async def answer(self, process: RunningProcess, op: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Raises AppProcessError, whose text goes back as the error."""
        ask = self._asks.get(op)
        if ask is None and self._server.app_services.knows(op):
            ask = partial(self._server.app_services.answer, op=op)
        if ask is None:
            self._note_lab(process, "W", f"unknown ask {op!r}")
            raise AppProcessError(f"no ask {op}")
        if process.isolated and op not in OF_ISOLATED:
            raise AppProcessError(f"SecurityException: Isolated process not allowed to call {op}")
        try:
            return await ask(process, self._server.binders.accept_arguments(process, arguments))
        except AccessRefused as refused:
            raise AppProcessError(f"SecurityException: {refused}") from refused
        except ComponentRefused as refused:
            raise AppProcessError(str(refused)) from refused
        except (NoSuchBinder, *MALFORMED) as fault:
            # only what a stranger sends can be of the wrong shape here
            self._note_lab(process, "W", f"{op}: {fault}")
            raise AppProcessError(f"{op}: {fault}") from fault

    def _own_token(self, process: RunningProcess, token: object) -> str | None:
        return self._server.activities.tasks.own_token(token, process.package, process.name)

    async def _start_activity(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        server = self._server
        intent = Intent.from_json(arguments["intent"])
        if server.open_settings(intent):
            return {"started": True, "why": ""}
        target: Component | None = None
        if CATEGORY_HOME not in intent.categories:
            try:
                package, _, target = server.activities.resolve(intent, process)
                server.providers.grant_with(process, intent, package)
            except ActivityRefused as fault:
                return {"started": False, "why": str(fault)}
            except AccessRefused as refused:
                return {"started": False, "why": f"SecurityException: {refused}"}
        if not server.activities.is_foreground(process.package):
            server.logs.system(
                "ActivityTaskManager",
                f"Background activity launch blocked! [callingPackage: {process.package}; intent: {intent.describe()}]",
                priority="W",
            )
            return {"started": True, "why": ""}  # as on Android: the app is not told
        token = self._own_token(process, arguments.get("caller_token"))
        code = arguments.get("request_code")
        code = code if isinstance(code, int) else -1
        self._in_front(process, self._carry_out_start(intent, process, token, code), "start of an activity")
        below = server.tasks.find(token)
        covers = below is not None and target is not None and target.name != below.target.name
        return {"started": True, "why": "", "covers": covers}

    async def _carry_out_start(self, intent: Intent, process: RunningProcess, token: str | None, request_code: int) -> None:
        try:
            await self._server.activities.start(intent, caller=process, caller_token=token, request_code=request_code)
        except ActivityRefused as fault:
            self._server.logs.system("ActivityTaskManager", str(fault), priority="W")

    async def _permissions(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        flow = self._server.permission_flow
        names = flow.check(arguments["permissions"])
        token = self._own_token(process, arguments["token"])
        if token is None:
            raise ValueError("the token is none of this process's activities")
        code = int(arguments["request_code"])
        self._in_front(process, flow.ask(process, token, code, names), "a permission request")
        return {}

    async def _finished(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        token = self._own_token(process, arguments["token"])
        if token is not None:
            result = arguments.get("intent")
            intent = Intent.from_json(result) if result else None
            code = int(arguments.get("result_code") or 0)
            self._in_front(process, self._server.activities.finish(token, code, intent), "finish")
        return {}

    async def _move_to_back(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        token = self._own_token(process, arguments["token"])
        if token is not None:
            self._in_front(process, self._server.activities.move_to_back(token), "move to back")
        return {}

    async def _service(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        server = self._server
        verb = str(arguments["verb"])
        if verb not in ("start", "stop", "bind", "unbind"):
            raise ValueError(f"no verb {verb!r}")
        if verb == "unbind":
            server.bindings.unbind(process, int(arguments["connection"]))
            return {}
        intent = Intent.from_json(arguments.get("intent") or {})
        if arguments.get("component"):
            intent = Intent.from_json({**intent.to_json(), "component": arguments["component"]})
        if verb == "bind":
            connection, flags = int(arguments["connection"]), int(arguments["flags"])
            return {"component": server.bindings.bind(process, intent, connection, flags)}
        foreground = arguments.get("foreground") is True
        found = server.components.check_service(verb, intent, process, foreground=foreground)
        if found is None:
            return {"component": ""}
        server.providers.grant_with(process, intent, found[0])
        if verb == "start":
            server.app_services.services.starting(*found, foreground)
            if arguments.get("here") is True and (found[0].name, found[1].process) == (process.package, process.name):
                return {"component": found[1].component}
        self.beside(process, server.components.carry_out_service(verb, intent, *found), f"{verb} of a service")
        return {"component": found[1].component}

    async def _packages(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        asking = self._server.packages.get(process.package)
        return {"packages": self._server.visibility.answer(asking, str(arguments["query"]), arguments)}

    async def _enable(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """An app may switch its own components on and off (PackageManager.setComponentEnabledSetting)."""
        component, state = str(arguments["component"]), int(arguments["state"])
        if component.partition("/")[0] != process.package:
            why = f"Attempt to change component state; pid={process.pid}, {component}"
            raise AppProcessError(f"java.lang.SecurityException: {why}")
        try:
            self._server.packages.set_enabled(component, ENABLED_STATES[state])
        except (ValueError, IndexError) as unknown:
            raise AppProcessError(f"java.lang.IllegalArgumentException: {unknown}") from unknown
        return {}

    async def _setting(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """An app may write the system table only, with WRITE_SETTINGS."""
        namespace, key, value = arguments["namespace"], arguments["key"], arguments.get("value")
        if namespace not in NAMESPACES or not isinstance(key, str):
            raise ValueError("no such setting")
        held = self._server.permissions.is_granted(process.package, "android.permission.WRITE_SETTINGS")
        if namespace != "system" or not held:
            raise AppProcessError(
                f"Permission denial: writing to settings requires:android.permission.WRITE_SETTINGS ({namespace} {key})"
            )
        self._server.settings.put(namespace, key, None if value is None else str(value))
        return {}

    async def _translate(self, process: RunningProcess, arguments: Mapping[str, Any]) -> dict[str, Any]:
        content = base64.b64decode(str(arguments["content"]), validate=True)
        return {"classes": await self._server.loaded_code.show(process.link, content)}

    # --- events

    def note(self, process: RunningProcess | None, pid: int, name: str, fields: Mapping[str, Any]) -> None:
        """An event line; one of the wrong shape is logged as such."""
        server = self._server
        try:
            if name == "log":
                self._log(pid, fields)
            elif process is None:
                server.logs.write(LAB_TAG, one_line(f"event {name} of a process without an app"), priority="D", pid=pid)
            elif name == "toast":
                text = str(fields["text"])[:MAX_TEXT]
                server.screen.note_toast(text, process.package)
                server.logs.system("NotificationService", one_line(f"Toast from {process.package}: {text}"))
            elif name == "crash":
                server.app_errors.crashed(process, str(fields["thread"]), str(fields["stack"]))
            elif name == "anr":
                server.app_errors.not_responding(process, str(fields.get("why", ""))[:_MAX_FIELD])
            elif name in ("native", "emulated", "unimplemented", "blocked"):
                self._note_limit(process, name, fields)
            elif name == "service":
                self._service_state(process, server.binders.accept_arguments(process, fields))
            elif name in ("activity", "drawn", "exit"):
                if name == "drawn" and (token := self._own_token(process, fields.get("token"))) is not None:
                    server.activities.note_drawn(token)
                server.logs.write(LAB_TAG, f"{name} {dict(fields)}", priority="V", pid=pid)
            else:
                self._note_lab(process, "W", f"unknown event {name!r}")
        except (NoSuchBinder, *MALFORMED) as fault:
            server.logs.write(LAB_TAG, one_line(f"bad event {name}: {fault!r}"), priority="W", pid=pid)

    def _service_state(self, process: RunningProcess, fields: Mapping[str, Any]) -> None:
        """A service of the process's own, which it runs itself: it keeps the process from `am kill`."""
        package, _, written = str(fields["component"]).partition("/")
        if package != process.package:
            raise ValueError(f"{package} is another app")
        state, name = str(fields["state"])[:_MAX_FIELD], full_class(package, written[:_MAX_FIELD])
        if state == "destroyed":
            process.services.discard(name)
        elif len(process.services) < _MAX_SERVICES:
            process.services.add(name)
        server = self._server
        server.app_services.services.note(process, f"{package}/{name}", state, fields)
        if state == "started":
            server.bindings.started(f"{package}/{name}")
        server.logs.write(LAB_TAG, f"service {package}/{written} {state}", priority="V", pid=process.pid)

    def _log(self, pid: int, fields: Mapping[str, Any]) -> None:
        priority, tag, text = str(fields.get("priority", "I")), str(fields.get("tag", "")), str(fields["text"])
        if priority not in PRIORITIES:
            priority = "I"
        tag = one_line(tag[:128])
        if tag.startswith("Lab"):
            tag = f"{tag}(app)"  # the system's own tags: whoever reads the log takes them for its word
        tid, time_ns = int(fields.get("tid", pid)), int(fields["time_ns"])
        for line in text[:_MAX_LOG].splitlines()[:_MAX_LINES] or [""]:
            self._server.logs.add(LogLine(time_ns, pid, tid, priority, tag, line[:MAX_TEXT]))

    def _note_limit(self, process: RunningProcess, name: str, fields: Mapping[str, Any]) -> None:
        """What the device does not have. The line is the system's own, as under the app's pid it could be the app's; whose
        want it was stands at its end, after all that is in the app's words."""
        pairs = (f"{str(key)[:_MAX_KEY]}={' '.join(str(value)[:_MAX_FIELD].split())}" for key, value in fields.items())
        told = " ".join(itertools.islice(pairs, _MAX_FIELDS))[:_MAX_TOLD]
        text = f"{process.name}: {name}: {told} pid={process.pid} app={process.name}"
        self._server.logs.write(LAB_TAG, one_line(text), priority="W")

    def _note_lab(self, process: RunningProcess, priority: str, text: str) -> None:
        self._server.logs.write(LAB_TAG, one_line(f"{process.name}: {text}"), priority=priority, pid=process.pid)
