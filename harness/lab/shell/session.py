"""One shell session: what `adb shell` opens, with a command or without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.lab.adbd.device import Device
from harness.lab.adbd.ownership import Credentials
from harness.lab.shell.call import ShellCommand
from harness.lab.shell.interpreter import BROKEN_PIPE, Shell, killed_status
from harness.lab.shell.pipes import Pipe, Sink, Streams, TerminalSink, read_line
from harness.lab.shell.terminal import TerminalLines

SIGINT = 2
TRAP_S = 5.0
"""How long a trap may run after a hang-up."""

PATH = (
    "/product/bin:/apex/com.android.runtime/bin:/apex/com.android.art/bin:/system_ext/bin:/system/bin:"
    "/system/xbin:/odm/bin:/vendor/bin:/vendor/xbin"
)


@dataclass(frozen=True)
class SessionRequest:
    """`command` "" is an interactive shell. `terminal`: the client asked for a pty."""

    command: str
    stdin: Pipe
    stdout: Sink
    stderr: Sink
    terminal: bool


class Session:
    """Runs one request."""

    def __init__(
        self,
        device: Device,
        who: Credentials,
        commands: Mapping[str, ShellCommand],
        reboot: Callable[[str], None],
    ) -> None:
        """`reboot` sets a restart of the device going and returns."""
        self._reboot = reboot
        self._device = device
        self._who = who
        self._commands = commands
        self._shell: Shell | None = None
        self._streams: Streams | None = None

    async def run(self, request: SessionRequest) -> int:
        """The exit status, 128 + signal where it was ended by one."""
        argv = ("sh", "-c", request.command) if request.command else ("/system/bin/sh", "-")
        process = self._device.processes.start(argv, self._who)
        streams = Streams(request.stdin, request.stdout, request.stderr, request.terminal)
        if request.terminal:
            streams = replace(streams, stdout=TerminalSink(request.stdout), stderr=TerminalSink(request.stderr))
        variables = environment(self._device, self._who)
        shell = Shell(self._device, self._who, self._commands, process, variables, self._reboot)
        self._shell, self._streams = shell, streams
        try:
            if not request.command:
                status = await self._interact(shell, streams)
            elif request.terminal:
                status = await self._run_on_terminal(shell, request.command, streams)
            else:
                status = await shell.run_script(request.command, streams)
            return await self._leave(shell, streams, status)
        except ConnectionError:
            return BROKEN_PIPE
        except asyncio.CancelledError:
            return killed_status(process)
        finally:
            request.stdin.abandon()
            self._device.processes.end(process)

    async def _run_on_terminal(self, shell: Shell, command: str, streams: Streams) -> int:
        lines = TerminalLines(streams, lambda: "")
        running = asyncio.ensure_future(shell.run_script(command, lines.for_command()))
        status = await lines.watch(running)
        return 128 + SIGINT if status is None else status

    async def hang_up(self, running: asyncio.Task[int]) -> None:
        """The client is gone: SIGHUP, for which the script may have set a trap."""
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if self._shell is None or self._streams is None:
            return
        script = self._shell.traps.get("HUP")
        if script:
            try:
                async with asyncio.timeout(TRAP_S):
                    await self._shell.run_script(script, self._streams)
            except (ConnectionError, TimeoutError):
                return

    async def _leave(self, shell: Shell, streams: Streams, status: int) -> int:
        """Runs the EXIT trap."""
        script = shell.traps.pop("EXIT", "")
        if script:
            await shell.run_script(script, streams)
        return status

    async def _interact(self, shell: Shell, streams: Streams) -> int:
        """Line by line, with a prompt and echo on a terminal, without on a pipe."""
        lines = TerminalLines(streams, lambda: self._prompt(shell)) if streams.terminal else None
        while True:
            if lines is not None:
                line = await lines.read()
            else:
                raw = await read_line(streams.stdin)
                line = None if raw is None else raw.decode(errors="surrogateescape")
            if line is None:
                return shell.status
            if lines is None:
                ended = await shell.run_line(line, streams)
            else:
                ended = await lines.watch(asyncio.ensure_future(shell.run_line(line, lines.for_command())))
            if ended is not None:
                return ended

    def _prompt(self, shell: Shell) -> str:
        mark = "#" if shell.who.uid == 0 else "$"
        return f"{self._device.properties.get('ro.product.device', 'lab')}:{shell.cwd} {mark} "


def environment(device: Device, who: Credentials) -> dict[str, str]:
    """What adbd's shells find set on Android 15."""
    return {
        "PATH": PATH,
        "HOME": "/",
        "USER": who.name,
        "LOGNAME": who.name,
        "SHELL": "/bin/sh",
        "TERM": "dumb",
        "TMPDIR": "/data/local/tmp",
        "HOSTNAME": device.properties.get("ro.product.device", "lab"),
        "ANDROID_ROOT": "/system",
        "ANDROID_DATA": "/data",
        "ANDROID_STORAGE": "/storage",
        "EXTERNAL_STORAGE": "/sdcard",
    }
