"""Services: which one an intent means, and starting and stopping it in its process."""

from __future__ import annotations

from collections.abc import Callable

from harness.lab.system.facts import Component
from harness.lab.system.intents import Intent, short_component
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.system.resolution import find_answers


class ComponentRefused(Exception):
    """A service or broadcast that is not allowed; the text is Android's."""


class Components:
    """Starts and stops services. `foreground` tells whether a package is in front; `started` hears of each that runs."""

    def __init__(
        self,
        packages: Packages,
        processes: Processes,
        permissions: Permissions,
        logs: LogBuffer,
        foreground: Callable[[str], bool],
        started: Callable[[str], None] = lambda component: None,
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._permissions = permissions
        self._logs = logs
        self._foreground = foreground
        self.started = started

    def resolve_service(
        self, intent: Intent, caller: RunningProcess | None, doing: str = "start"
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
                f"Not allowed to {doing} service Intent {intent.describe()} without permission "
                f"{component.permission or 'not exported from uid ' + str(package.uid)}"
            )
        return package, component

    async def service(self, verb: str, intent: Intent, caller: RunningProcess | None = None) -> str:
        """start or stop. Gives the component, "" where there is none. Raises ComponentRefused."""
        found = self.check_service(verb, intent, caller)
        if found is None:
            return ""
        await self.carry_out_service(verb, intent, *found)
        return found[1].component

    def check_service(self, verb: str, intent: Intent, caller: RunningProcess | None) -> tuple[Package, Component] | None:
        """resolve_service plus the background limit of apps targeting 26 and up."""
        found = self.resolve_service(intent, caller)
        if found is None or verb != "start" or caller is None:
            return found
        package = found[0]
        if package.facts.target_sdk >= 26 and not self._foreground(package.name):
            raise ComponentRefused(f"Not allowed to start service {intent.describe()}: app is in background uid {package.uid}")
        return found

    async def carry_out_service(self, verb: str, intent: Intent, package: Package, component: Component) -> None:
        """Raises StartFailed, ProcessGone, AppProcessError."""
        if verb == "stop" and self._processes.find(package.name, component.process) is None:
            return
        process = await self.process_for(package, component)
        await self._processes.call(
            process,
            "service",
            component=component.component,
            verb=verb,
            intent=intent.with_component(component.component).to_json(),
        )
        if verb == "stop":
            process.services.discard(component.name)
        elif verb == "start":
            process.services.add(component.name)
            self.started(component.component)

    async def process_for(self, package: Package, component: Component) -> RunningProcess:
        """The service's process, started if need be. Raises StartFailed."""
        process = await self._processes.obtain(
            package, component.process, f"service {{{short_component(component.component)}}}"
        )
        self._packages.set_stopped(package.name, False)
        return process
