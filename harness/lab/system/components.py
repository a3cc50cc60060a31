"""Services: which one an intent means, and starting and stopping it in its process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.lab.system.facts import Component
from harness.lab.system.identity import Caller
from harness.lab.system.intents import Intent, short_component
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.system.resolution import find_answers
from harness.lab.system.running_services import RunningServices, ServiceRefused


class ComponentRefused(Exception):
    """A service or broadcast that is not allowed; the text is Android's."""


class Components:
    """Starts and stops services. `running`: the started ones, where somebody keeps them; `started` hears of each that runs."""

    def __init__(
        self,
        packages: Packages,
        processes: Processes,
        permissions: Permissions,
        logs: LogBuffer,
        started: Callable[[str], None] = lambda component: None,
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._permissions = permissions
        self._logs = logs
        self.started = started
        self.running: RunningServices | None = None

    def resolve_service(
        self, intent: Intent, caller: Caller | None, doing: str = "start"
    ) -> tuple[Package, Component] | None:
        """None where there is none. Raises ComponentRefused when the caller may not."""
        answers = find_answers(intent, self._packages, ("service",))
        if not answers:
            return None
        package, component = answers[0]
        own = caller is not None and caller.uid == package.uid
        held = caller is not None and self._permissions.is_granted(caller.package, component.permission)
        if not own and (not component.exported or (component.permission and not held)):
            raise ComponentRefused(
                f"java.lang.SecurityException: Not allowed to {doing} service Intent {intent.describe()} without permission "
                f"{component.permission or 'not exported from uid ' + str(package.uid)}"
            )
        return package, component

    async def service(self, verb: str, intent: Intent, caller: Caller | None = None, *, foreground: bool = False) -> str:
        """start or stop. Gives the component, "" where there is none. Raises ComponentRefused."""
        found = self.check_service(verb, intent, caller, foreground=foreground)
        if found is None:
            return ""
        if verb == "start" and self.running is not None:
            self.running.starting(*found, foreground)
        await self.carry_out_service(verb, intent, *found)
        return found[1].component

    def check_service(
        self, verb: str, intent: Intent, caller: Caller | None, *, foreground: bool = False
    ) -> tuple[Package, Component] | None:
        """resolve_service plus the limits on starts from the background."""
        found = self.resolve_service(intent, caller)
        if found is None or verb != "start" or self.running is None:
            return found
        try:
            self.running.check_start(caller, *found, intent, foreground)
        except ServiceRefused as refused:
            raise ComponentRefused(str(refused)) from refused
        return found

    async def carry_out_service(self, verb: str, intent: Intent, package: Package, component: Component) -> None:
        """Raises StartFailed, ProcessGone, AppProcessError."""
        if verb == "stop" and self._processes.find(package.name, component.process) is None:
            if self.running is not None:
                self.running.forget_one(component.component)
            return
        await self._call_service(package, component, verb=verb, intent=intent.with_component(component.component).to_json())

    async def start_again(self, package: Package, component: Component, intent: Intent | None, flags: int) -> None:
        """A sticky service after the death of its process. Raises StartFailed, ProcessGone, AppProcessError."""
        again = {"intent": intent.with_component(component.component).to_json()} if intent is not None else {}
        await self._call_service(package, component, verb="start", again=True, flags=flags, **again)

    async def _call_service(self, package: Package, component: Component, **arguments: Any) -> None:
        process = await self.process_for(package, component)
        await self._processes.call(process, "service", component=component.component, **arguments)
        if arguments["verb"] == "stop":
            process.services.discard(component.name)
        elif arguments["verb"] == "start":
            process.services.add(component.name)
            self.started(component.component)

    async def process_for(self, package: Package, component: Component) -> RunningProcess:
        """The service's process, started if need be. Raises StartFailed."""
        process = await self._processes.obtain(
            package, component.process, f"service {{{short_component(component.component)}}}"
        )
        self._packages.set_stopped(package.name, False)
        return process
