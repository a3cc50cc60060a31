"""Clients bound to services of other processes (ActivityManager's ConnectionRecords)."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.binders import Binders, Node, NoSuchBinder
from harness.lab.system.components import Components
from harness.lab.system.facts import Component
from harness.lab.system.intents import Intent
from harness.lab.system.packages import Packages
from harness.lab.system.processes import Processes, RunningProcess, StartFailed

_AUTO_CREATE = 1  # Context.BIND_AUTO_CREATE
_MAX_BINDINGS = 1000  # of one process: ActivityManager's maxServiceConnectionsPerProcess is 3000
RESTART_SECONDS = (1.0, 4.0, 16.0)
"""ActivityManagerConstants: SERVICE_RESTART_DURATION, times SERVICE_RESTART_DURATION_FACTOR each time."""


@dataclass(eq=False)
class Binding:
    """`connection`: the client's own number for its ServiceConnection. `server`: the process that has the service."""

    name: str
    client: RunningProcess
    connection: int
    package: str
    component: Component
    intent: Intent
    flags: int
    server: RunningProcess | None = None
    restarts: int = 0


class Bindings:
    """All bindings from one process to another."""

    def __init__(
        self, packages: Packages, processes: Processes, components: Components, binders: Binders,
        waits: tuple[float, ...] = RESTART_SECONDS,
    ) -> None:  # fmt: skip
        self._packages = packages
        self._processes = processes
        self._components = components
        self._binders = binders
        self._waits = waits
        self._bindings: list[Binding] = []
        self._names = itertools.count(1)

    def bind(self, client: RunningProcess, intent: Intent, connection: int, flags: int) -> str:
        """Begins to bind; the client is told of the connection later. Gives the component, "" where there is none.

        Raises ComponentRefused, and ValueError when the process has too many.
        """
        found = self._components.resolve_service(intent, client, "bind to")
        if found is None:
            return ""
        if sum(one.client is client for one in self._bindings) >= _MAX_BINDINGS:
            raise ValueError("too many bindings")
        package, component = found
        target = intent.with_component(component.component)
        binding = Binding(f"b{next(self._names)}", client, connection, package.name, component, target, flags)
        self._bindings.append(binding)
        if flags & _AUTO_CREATE or self._is_running(binding):
            self._processes.run(self._connect(binding), f"binding to {component.component}")
        return component.component

    def unbind(self, client: RunningProcess, connection: int) -> bool:
        """Whether the client had such a connection."""
        mine = [one for one in self._bindings if one.client is client and one.connection == connection]
        for binding in mine:
            self._remove(binding)
        return bool(mine)

    def started(self, component: str) -> None:
        """The service runs now: those who waited for it are connected."""
        for binding in self._bindings:
            if binding.component.component == component and binding.server is None and not binding.flags & _AUTO_CREATE:
                self._processes.run(self._connect(binding), f"binding to {component}")

    def process_ended(self, process: RunningProcess) -> None:
        """Its own bindings are gone; those to it lose their service, which is started again for them."""
        for binding in [one for one in self._bindings if one.client is process]:
            self._remove(binding)
        for binding in [one for one in self._bindings if one.server is process]:
            binding.server = None
            self._tell(binding, "disconnected", None)
            if binding.flags & _AUTO_CREATE:
                self._processes.run(self._restart(binding), f"restart of {binding.component.component}")

    def clients_of(self, process: RunningProcess) -> list[RunningProcess]:
        """The processes bound to a service of this one."""
        return [one.client for one in self._bindings if one.server is process]

    def _is_running(self, binding: Binding) -> bool:
        process = self._processes.find(binding.package, binding.component.process)
        return process is not None and binding.component.name in process.services

    async def _restart(self, binding: Binding) -> None:
        if binding.restarts >= len(self._waits):
            self._give_up(binding)
            return
        await asyncio.sleep(self._waits[binding.restarts])
        binding.restarts += 1
        if binding in self._bindings:
            package = self._packages.find(binding.package)
            if package is None or package.stopped or not package.is_enabled(binding.component):
                self._give_up(binding)
            else:
                await self._connect(binding)

    def _give_up(self, binding: Binding) -> None:
        if binding in self._bindings:
            self._tell(binding, "dead", None)

    async def _connect(self, binding: Binding) -> None:
        package = self._packages.get(binding.package)
        component = binding.component
        process: RunningProcess | None = None
        try:
            process = await self._components.process_for(package, component)
            if binding not in self._bindings:
                return
            binding.server = process
            answer = await self._processes.call(
                process,
                "service",
                verb="bind",
                component=component.component,
                intent=binding.intent.to_json(),
                binding=binding.name,
            )
            node = self._binders.accept(process, answer.get("binder"))
        except (StartFailed, AppProcessError, NoSuchBinder) as fault:
            if process is not None and not process.ended:  # it lives and yet gave nothing
                self._tell(binding, "null", None)
            raise AppProcessError(f"{component.component} was not bound: {fault}") from fault
        except ProcessGone:
            return  # process_ended has seen to it
        if binding in self._bindings:
            self._tell(binding, "connected" if node is not None else "null", node)

    def _tell(self, binding: Binding, state: str, node: Node | None) -> None:
        if not binding.client.ended:
            self._processes.run(
                self._processes.call(
                    binding.client,
                    "connection",
                    connection=binding.connection,
                    component=binding.component.component,
                    state=state,
                    binder=node,
                ),
                f"connection of {binding.client.name}",
            )

    def _remove(self, binding: Binding) -> None:
        self._bindings.remove(binding)
        process = binding.server
        if process is not None and not process.ended:
            self._processes.run(
                self._processes.call(
                    process, "service", verb="unbind", component=binding.component.component, binding=binding.name
                ),
                f"unbinding of {binding.component.component}",
            )
