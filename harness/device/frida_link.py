"""The device's Frida endpoint: each process of the app, parked until it is hooked.

A phone runs frida-server (spawn gating); the lab and repackaged apps have a portal, whose bus announces
parked processes (docs/architecture.md, "Parking and release"). Which of the two it is shows when the bus is
attached; from there on nobody else needs to know.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import frida

from harness.device.frida_server import USUAL_PORT
from harness.errors import NoFrida, ProcessGone, RigError

SECONDS = 20.0
LOOK_SECONDS = 0.25     # between two looks at the list of processes, where nothing is gated

OnMessage = Callable[[Mapping[str, Any], bytes | None], None]
OnEnd = Callable[[str], None]


class Forwarding(Protocol):
    """What of the device is needed here (harness.device.Device)."""

    @property
    def serial(self) -> str: ...

    def forward(self, remote_port: int) -> int: ...

    def processes(self) -> list[tuple[int, str]]: ...


@dataclass(frozen=True)
class Spawn:
    """A process of the app. `late`: it ran before the gate was closed. `unreachable`: why Frida cannot enter it."""

    pid: int
    identifier: str
    late: bool = False
    unreachable: str = ""


OnSpawn = Callable[[Spawn], None]


class LoadedScript:
    """The agent in one process. It is never taken out: unhooking has crashed VMs."""

    def __init__(self, session: Any, script: Any) -> None:
        self.session = session
        self.script = script

    def post(self, message: Mapping[str, Any]) -> None:
        if not self.script.is_destroyed:
            self.script.post(dict(message))


class FridaLink:
    """A connection to one Frida endpoint.

    `running` tells the processes that are there already. Calls that wait for the device are ended after
    `seconds`, for a frozen process would else hold the harness for ever. `gating`: whether frida-server holds each new
    process until it is hooked; without, those of the package are found in the list of processes and hooked late.
    """

    def __init__(
        self,
        endpoint: Any,
        running: Callable[[], list[tuple[int, str]]],
        *,
        where: str = "the device",
        seconds: float = SECONDS,
        gating: bool = True,
    ) -> None:
        self.endpoint = endpoint
        self.running = running
        self.where = where
        self.seconds = seconds
        self.gating = gating
        self.address = ""       # where the endpoint was added for this link alone, and is to be taken out with it
        self.kind = ""
        self._package = ""
        self._processes: frozenset[str] = frozenset()
        self._on_spawn: OnSpawn = lambda spawn: None
        self._seen: set[int] = set()
        self._lock = threading.Lock()
        self._strangers: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._scripts: list[LoadedScript] = []
        self._threads: list[threading.Thread] = []
        self._errors: list[RigError] = []
        self._closed = False
        self._ending = threading.Event()

    @classmethod
    def connect(
        cls, device: Forwarding, *, port: int = USUAL_PORT, seconds: float = SECONDS, gating: bool = True
    ) -> FridaLink:
        """The endpoint at the device's `port`, reached through adb. Raises RigError where none answers."""
        address = f"127.0.0.1:{device.forward(port)}"
        endpoint = frida.get_device_manager().add_remote_device(address)
        link = cls(endpoint, device.processes, where=device.serial, seconds=seconds, gating=gating)
        link.address = address
        link.identify()
        return link

    def identify(self) -> None:
        """Finds out what answers: `portal` or `server`."""
        try:
            with self._limit("Frida did not answer"):
                self.endpoint.bus.on("message", self._on_bus)
                self.endpoint.bus.attach()
            self.kind = "portal"
            return
        except (frida.NotSupportedError, frida.ProtocolError, frida.InvalidOperationError):
            pass  # no bus: either frida-server, or another version; the next question tells
        with self._limit("frida-server did not answer"), self._told():
            self.endpoint.query_system_parameters()
        self.kind = "server"

    def gate(self, package: str, on_spawn: OnSpawn, processes: Collection[str] = ()) -> None:
        """Hands over every new process of the package, parked, on a thread of its own; it is let go when
        `on_spawn` returns or raises. `processes`: names that its manifest gives them beside its own and those that begin
        with it. Processes of others are let go at once. Those of the package that run already, and all of them where
        frida-server gates nothing, are handed over as late."""
        self._package = package
        self._processes = frozenset(processes)
        self._on_spawn = on_spawn
        threading.Thread(target=self._resume_strangers, name="frida-strangers", daemon=True).start()
        if self.kind == "server" and self.gating:
            with self._limit("closing the gate"), self._told():
                self.endpoint.on("spawn-added", self._spawn_added)
                self.endpoint.enable_spawn_gating()
                for pending in self.endpoint.enumerate_pending_spawn():
                    self._spawn_added(pending)
        self._look()
        if self.kind == "server" and not self.gating:
            threading.Thread(target=self._go_on_looking, name="frida-processes", daemon=True).start()

    def load(self, pid: int, source: str, on_message: OnMessage, on_end: OnEnd) -> LoadedScript:
        """Attaches to a process and loads a script on QuickJS. `on_end` gets Frida's reason, once. Raises ProcessGone where
        the process ends meanwhile, RigError where it cannot be entered."""

        def heard(message: dict[str, Any], data: bytes | None) -> None:
            if message["type"] == "send":
                on_message(message["payload"], data)
            else:
                on_message({"type": "failed", "why": message.get("description", str(message)), **_stack(message)}, None)

        with self._limit(f"attaching to process {pid}"), self._told(pid):
            session = self.endpoint.attach(pid)
            session.on("detached", lambda reason, crash: self._over(pid, reason, on_end))
            script = session.create_script(source, name="harness", runtime="qjs")
            script.on("message", heard)
            script.load()
        loaded = LoadedScript(session, script)
        with self._lock:
            self._scripts.append(loaded)
        return loaded

    def check(self) -> None:
        """Raises what went wrong on a thread of ours."""
        if self._errors:
            raise self._errors[0]

    def close(self) -> None:
        """Opens the gate and leaves: a portal would else wait for this link's word on each process of the next run in
        this interpreter. Agents stay in the processes that still run."""
        if self._closed:
            return
        self._closed = True
        self._ending.set()
        self._strangers.put(None)
        for loaded in self._scripts:
            if not loaded.script.is_destroyed and not loaded.session.is_detached:
                self._quietly_gone(loaded.script.eternalize)
        if self.kind == "server" and self.gating:
            self._quietly_gone(self.endpoint.disable_spawn_gating)
        if self.address:
            self._quietly_gone(lambda: frida.get_device_manager().remove_remote_device(self.address))
        self.check()

    # -- processes ------------------------------------------------------------------------------

    def _ours(self, identifier: str) -> bool:
        of_package = identifier == self._package or identifier.startswith(f"{self._package}:")
        return of_package or identifier in self._processes

    def _look(self) -> None:
        for pid, name in self.running():
            if self._ours(name):
                self._hand_over(Spawn(pid, name, late=True))

    def _go_on_looking(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            try:
                self._look()
            except RigError as error:
                self._errors.append(error)
                return

    def _spawn_added(self, spawn: Any) -> None:
        if self._ours(spawn.identifier or ""):
            self._hand_over(Spawn(spawn.pid, spawn.identifier))
        else:
            self._strangers.put(spawn.pid)

    def _on_bus(self, message: Mapping[str, Any], data: bytes | None) -> None:
        if message.get("type") not in {"spawn", "unreachable"}:
            return
        pid, identifier = int(message["pid"]), str(message["identifier"])
        if message["type"] == "unreachable":
            if self._package and self._ours(identifier):
                why = str(message.get("why") or "Frida could not enter it")
                self._hand_over(Spawn(pid, identifier, late=True, unreachable=why))
        elif self._package and self._ours(identifier):
            self._hand_over(Spawn(pid, identifier))
        else:
            self._strangers.put(pid)

    def _over(self, pid: int, reason: str, on_end: OnEnd) -> None:
        """The process has ended: its number may be that of another one day."""
        with self._lock:
            self._seen.discard(pid)
        on_end(reason)

    def _hand_over(self, spawn: Spawn) -> None:
        with self._lock:
            if spawn.pid in self._seen or self._closed:
                return
            self._seen.add(spawn.pid)
            thread = threading.Thread(target=self._meet, args=(spawn,), name=f"frida-{spawn.pid}", daemon=True)
            self._threads.append(thread)
        thread.start()

    def _meet(self, spawn: Spawn) -> None:
        try:
            self._on_spawn(spawn)
        finally:
            if not spawn.late:
                self._resume(spawn.pid)

    def _resume_strangers(self) -> None:
        while (pid := self._strangers.get()) is not None:
            self._resume(pid)

    def _resume(self, pid: int) -> None:
        try:
            with self._limit(f"letting process {pid} go"), self._told(pid):
                if self.kind == "portal":
                    self.endpoint.bus.post({"type": "resume", "pid": pid})
                else:
                    self.endpoint.resume(pid)
        except ProcessGone:
            pass  # it ended while it was parked
        except RigError as error:
            self._errors.append(error)

    # -- errors ---------------------------------------------------------------------------------

    @contextmanager
    def _limit(self, what: str) -> Iterator[None]:
        """Ends a waiting call of Frida's after `seconds`."""
        cancellable = frida.Cancellable()  # type: ignore[no-untyped-call]
        timer = threading.Timer(self.seconds, cancellable.cancel)
        timer.daemon = True
        timer.start()
        try:
            with cancellable:
                yield
        except frida.OperationCancelledError as error:
            raise RigError(
                f"Frida on {self.where}: {what} took more than {self.seconds:.0f} s.",
                "The app's process or frida-server is frozen.",
                "Restart frida-server and the app, then run again.",
            ) from error
        except (frida.ServerNotRunningError, frida.TransportError) as error:
            raise NoFrida(
                f"No Frida answers on {self.where}.",
                str(error),
                f"Start frida-server {frida.__version__} on the device as root, then run again.",
            ) from error
        finally:
            timer.cancel()

    @contextmanager
    def _told(self, pid: int | None = None) -> Iterator[None]:
        """Frida's errors as ours."""
        try:
            yield
        except frida.ProtocolError as error:
            raise RigError(
                f"The Frida on {self.where} and this one do not understand each other.",
                f"{error}; this is Frida {frida.__version__}.",
                f"Put frida-server {frida.__version__} on the device.",
            ) from error
        except frida.ProcessNotFoundError as error:
            raise ProcessGone(f"Process {pid} is gone.", str(error), "Run again.") from error
        except frida.TransportError as error:
            if pid is None:
                raise
            raise ProcessGone(
                f"The connection to process {pid} broke off.", str(error),
                "The process ended meanwhile; if no other can be reached either, restart frida-server and run again.") from error
        except (frida.PermissionDeniedError, frida.NotSupportedError, frida.ProcessNotRespondingError) as error:
            raise RigError(
                f"Frida on {self.where} refused{f' process {pid}' if pid is not None else ''}.",
                str(error),
                "Run frida-server as root and with SELinux permissive, and close other debuggers.",
            ) from error
        except (frida.InvalidOperationError, frida.TimedOutError, frida.InvalidArgumentError) as error:
            raise RigError(
                f"Frida on {self.where} failed{f' at process {pid}' if pid is not None else ''}.",
                str(error),
                "Run again; if it stays, restart frida-server.",
            ) from error

    def _quietly_gone(self, act: Callable[[], None]) -> None:
        """Something that is of no use once the process or the device is gone."""
        try:
            with self._limit("letting go"):
                act()
        except (frida.InvalidOperationError, frida.ProcessNotFoundError):
            pass
        except RigError as error:
            self._errors.append(error)


def _stack(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"stack": message["stack"]} if "stack" in message else {}
