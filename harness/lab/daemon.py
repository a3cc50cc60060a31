"""One lab device's life: `python -m harness.lab.daemon --data DIR [--serial-port PORT] [--profile NAME] ...`.

Puts container, Frida endpoint, system server and adb daemon together and lives until it is told to stop (SIGTERM,
SIGINT, the end of the process named with --die-with) or a part of it fails. On stdout it writes lines of JSON:

    {"progress": "text"}   {"error": {what, why, fix}}   {"ready": {serial, pid, contained, why_not, profile, seed}}

All else goes to stderr, which is the device's log on the host. Exit status: 0 when told to stop, 1 when a part failed.
"""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.lab import runtime as lab_runtime
from harness.lab.adbd.server import AdbDaemon
from harness.lab.appprocess import AppProcess
from harness.lab.container import AppStarter, Blocked, ContainedApp, Container, start_container
from harness.lab.containment.ownspace import OwnSpace, enter_own_space
from harness.lab.device import LabDevice
from harness.lab.frida_service import FridaService
from harness.lab.system.profile import Profile, make_profile
from harness.lab.system.server import SystemServer
from harness.lab.translate import translate
from harness.lab.translation_process import LOADED, Translations
from harness.lab.trust import check_trust

log = logging.getLogger("harness.lab.daemon")

_WATCH_SECONDS = 1.0
_STOP_SECONDS = 20.0
_BLOCKED_TAG = "LabContainment"


def say(message: dict[str, Any]) -> None:
    """To whoever started the device; nobody listens once it is up."""
    try:
        sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - it stays open for the life of the process


class Ending:
    """Why the device is to end; the first reason counts. `failed`: a part of it broke."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.why = ""
        self.failed = False

    def ask(self, why: str, *, failed: bool = False) -> None:
        if not self._event.is_set():
            self.why, self.failed = why, failed
            self._event.set()

    def fail(self, why: str) -> None:
        self.ask(why, failed=True)

    async def wait(self) -> None:
        await self._event.wait()


class Daemon:
    """What the parts share. `space`: the namespaces the process stands in."""

    def __init__(self, options: argparse.Namespace, space: OwnSpace, ending: Ending) -> None:
        self._options = options
        self._space = space
        self._ending = ending
        self._device: LabDevice | None = None
        self._translations = Translations()
        self.is_up = False
        self._watches: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """From start to end. Raises HarnessError when the device does not come up."""
        async with AsyncExitStack() as stack:
            profile = make_profile(self._options.profile, self._options.seed)
            say({"progress": "preparing the Android runtime"})
            runtime = await asyncio.to_thread(lab_runtime.prepare)
            say({"progress": "making the device's namespaces" if not self._space.why_not else "no containment here"})
            container = await start_container(
                self._options.data, self._space, runtime, on_blocked=self._blocked, on_lost=self._ending.fail
            )
            stack.push_async_callback(container.close)
            await self._add_wireless(container, profile)
            say({"progress": "starting the Frida endpoint"})
            frida = await FridaService.start(container, log=self._frida_says, on_lost=self._ending.fail)
            stack.push_async_callback(frida.stop)
            device = self._device = self._assemble(container, runtime, frida, profile)
            say({"progress": "starting Android"})
            stack.push_async_callback(device.stop)
            stack.callback(self._translations.stop)
            await device.start()
            adbd = AdbDaemon(device)
            try:
                port = await adbd.start(self._options.serial_port)
            except OSError as error:
                raise HarnessError(
                    f"The lab device cannot listen on port {self._options.serial_port}.",
                    error.strerror or str(error),
                    "Take another port, or leave the choice to the lab.",
                ) from error
            stack.push_async_callback(adbd.stop)
            device.serial = f"127.0.0.1:{port}"
            self.is_up = True
            say({"ready": self._facts(device, container, profile)})
            await self._ending.wait()
            log.info("the device ends: %s", self._ending.why)

    async def _add_wireless(self, container: Container, profile: Profile) -> None:
        """The wlan0 of java.net.NetworkInterface; its MAC is the real one where the profile's identifiers are open."""
        wifi = profile["wifi"]
        mac = wifi["mac"] if profile["identifiers"] == "open" else "02:00:00:00:00:00"
        prefix = ipaddress.IPv4Network(f"0.0.0.0/{wifi['netmask']}").prefixlen
        why_not = await container.add_wireless(mac, wifi["ip"], prefix)
        if why_not:
            log.warning("apps see no wlan0 among the network interfaces: %s", why_not)

    def _assemble(self, container: Container, runtime: lab_runtime.Runtime, frida: FridaService, profile: Profile) -> LabDevice:
        async def entered(process: AppProcess) -> None:
            await frida.prepare(process)
            self._watch(process, frida)

        starter = AppStarter(
            container, runtime, qualifiers=profile["display"]["qualifiers"], on_output=self._output, entered=entered
        )

        def checked(apk: Path) -> Path:
            check_trust(apk, container.why_not, self._options.trust_apk)
            return translate(apk, among=self._translations)

        def loaded(code: Path) -> Path:
            return translate(code, limits=LOADED, among=self._translations)

        def make_system() -> SystemServer:
            return SystemServer(
                data_root=container.data_root,
                profile=profile,
                spawn=starter.start,
                translate=checked,
                translate_code=loaded if container.contained or self._options.trust_apk else None,
                gate=frida.gate,
                inside=container.inside,
                fonts=runtime.natives / "fonts",
                warm_processes=self._options.warm,
                connect=container.connect,
            )

        properties = {
            **profile.properties,
            "lab.containment": "full" if container.contained else f"none: {container.why_not}",
            "lab.name": self._options.name,
        }
        return LabDevice(container, properties, frida, make_system)

    def _facts(self, device: LabDevice, container: Container, profile: Profile) -> dict[str, Any]:
        return {
            "serial": device.serial,
            "pid": os.getpid(),
            "name": self._options.name,
            "contained": container.contained,
            "why_not": container.why_not,
            "profile": profile.name,
            "seed": profile.seed,
        }

    def _watch(self, process: AppProcess, frida: FridaService) -> None:
        """When the process ends, nobody is to wait for it at the gate."""

        async def until_end() -> None:
            if isinstance(process, ContainedApp):
                await process.child.wait()
                await frida.forget(process)

        task = asyncio.create_task(until_end())
        self._watches.add(task)
        task.add_done_callback(self._watches.discard)

    def _write(self, tag: str, text: str, priority: str, pid: int = 0) -> None:
        if self._device:
            self._device.system.logs.write(tag, text, priority=priority, pid=pid)

    def _blocked(self, attempt: Blocked) -> None:
        """Into the device's log, where the harness reads it: what the app tried, how often, and who it was.

        The line is the system's own: under the app's pid it could be the app's. Whose attempt it was stands at its end,
        after all that may be in the app's words.
        """
        times = f" ({attempt.count} times)" if attempt.count > 1 else ""
        running = self._device.system.processes.running() if self._device else []
        app = next((f" app={one.name}" for one in running if one.pid == attempt.pid), "")
        told = f"blocked {attempt.what} {attempt.detail}{times} pid={attempt.pid}{app}"
        log.info("%s", told)
        self._write(_BLOCKED_TAG, told, "W")

    def _frida_says(self, priority: str, text: str) -> None:
        log.warning("frida: %s", text)
        self._write("LabFrida", text, priority)

    def _output(self, pid: int, line: str) -> None:
        """What the process wrote itself; the chatter of Frida's agent in it is nothing of the app's."""
        if line.startswith("[GLib-"):
            return
        self._write("System.out", line, "I", pid)


async def live(options: argparse.Namespace, space: OwnSpace) -> int:
    ending = Ending()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.ask, f"signal {signal.Signals(number).name}")
    watch = asyncio.create_task(_die_with(options.die_with, ending)) if options.die_with else None
    daemon = Daemon(options, space, ending)
    work = asyncio.create_task(daemon.run())
    stop = asyncio.create_task(ending.wait())
    await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
    if not work.done() and not daemon.is_up:
        work.cancel()  # told to end while still starting; what is up by now is taken down on the way out
    await asyncio.wait([work], timeout=_STOP_SECONDS)
    for task in (stop, watch):
        if task:
            task.cancel()
    if ending.failed:
        log.error("the device ended because a part of it failed: %s", ending.why)
    if not work.done():
        log.error("the device did not end in %.0f s; what is left of it ends with this process", _STOP_SECONDS)
    elif not work.cancelled():
        work.result()
    return 1 if ending.failed else 0


async def _die_with(pid: int, ending: Ending) -> None:
    """Ends the device when process `pid` does, however it does."""
    if hasattr(os, "pidfd_open"):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            ending.ask(f"process {pid}, for which it was started, is gone")
            return
        except OSError:
            handle = -1  # a kernel before 5.3
        if handle >= 0:
            gone = asyncio.Event()
            asyncio.get_running_loop().add_reader(handle, gone.set)
            await gone.wait()
            ending.ask(f"process {pid}, for which it was started, has ended")
            return
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            ending.ask(f"process {pid}, for which it was started, has ended")
            return
        await asyncio.sleep(_WATCH_SECONDS)


def read_options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="harness.lab.daemon", description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="folder for the device's files; made, and removed at the end")
    parser.add_argument("--name", default="lab")
    parser.add_argument("--serial-port", type=int, default=0, help="adb port on 127.0.0.1; 0: any")
    parser.add_argument("--profile", default="default-zh")
    parser.add_argument("--seed", type=int, help="of the profile's values; a random one without it")
    parser.add_argument("--trust-apk", action="store_true", help="run any APK even without containment")
    parser.add_argument("--die-with", type=int, metavar="PID", help="end when this process ends")
    parser.add_argument("--warm", type=int, default=1, help="app processes kept ready")
    return parser.parse_args(arguments)


def main() -> int:
    options = read_options()
    options.data = options.data.resolve()
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,  # a library that we import sets the root logger to DEBUG
    )
    space = enter_own_space(os.getpid() % 60000)  # before any thread: namespaces are a thread's own
    try:
        return asyncio.run(live(options, space))
    except HarnessError as error:
        log.error("the device did not start: %s", error)
        say({"error": {"what": error.what, "why": error.why, "fix": error.fix}})
        return 1


if __name__ == "__main__":
    sys.exit(main())
