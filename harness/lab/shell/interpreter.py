"""Runs what the parser read."""

from __future__ import annotations

import asyncio
import fnmatch
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.lab.adbd.files import Files, holding, resolve
from harness.lab.adbd.ownership import Credentials
from harness.lab.shell.absent import ABSENT
from harness.lab.shell.call import Call, ShellCommand, Usage
from harness.lab.shell.expansion import ExpansionFailed, expand_pattern, expand_text, expand_words
from harness.lab.shell.native_program import NativeProgram
from harness.lab.shell.parser import parse
from harness.lab.shell.pipes import Collected, Empty, OpenFile, Pipe, Sink, Source, Streams
from harness.lab.shell.processes import ShellProcess
from harness.lab.shell.syntax import (
    AndOr,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Pipeline,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Simple,
    While,
)

if TYPE_CHECKING:
    from harness.lab.adbd.device import Device

SH = "/system/bin/sh"
BROKEN_PIPE = 128 + 13
MAX_DEPTH = 32


class ShellExit(Exception):
    """`exit`: ends the shell that runs it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LoopControl(Exception):
    """`break` and `continue`."""

    def __init__(self, kind: str, levels: int) -> None:
        super().__init__(kind)
        self.kind = kind
        self.levels = levels


class FunctionReturn(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Shell:
    """One shell: its variables, folder, user. `fork` copies it for subshells and pipelines."""

    device: Device
    who: Credentials
    commands: Mapping[str, ShellCommand]
    process: ShellProcess
    variables: dict[str, str]
    reboot: Callable[[str], None]
    cwd: str = "/"
    arguments: list[str] = field(default_factory=list)
    name: str = "sh"
    status: int = 0
    last_background: int = 0
    traps: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Command] = field(default_factory=dict)
    exit_on_error: bool = False
    depth: int = 0
    _stderr: Sink = field(default_factory=Collected, repr=False)

    @property
    def files(self) -> Files:
        return self.device.tree.seen_by(self.who)

    def exists(self, path: str) -> bool:
        return self.files.exists(resolve(self.cwd, path))

    def fork(self) -> Shell:
        return replace(
            self, variables=dict(self.variables), arguments=list(self.arguments), traps={},
            functions=dict(self.functions), depth=self.depth + 1,
        )  # fmt: skip

    def parameter(self, name: str) -> str | None:
        """A variable's or special parameter's value; None where it is not set."""
        special = {
            "?": str(self.status), "$": str(self.process.pid), "#": str(len(self.arguments)), "0": self.name,
            "@": " ".join(self.arguments), "*": " ".join(self.arguments), "-": "",
            "!": str(self.last_background or ""),
        }  # fmt: skip
        if name in special:
            return special[name]
        if name.isdigit():
            index = int(name) - 1
            return self.arguments[index] if index < len(self.arguments) else None
        return self.variables.get(name)

    async def substitute(self, script: str) -> str:
        """The output of $(script), without its last line feeds."""
        if self.depth > MAX_DEPTH:
            raise ExpansionFailed("nested too deeply")
        collected = Collected()
        sub = self.fork()
        self.status = await sub.run_script(script, Streams(Empty(), collected, self._stderr))
        return collected.data.decode(errors="surrogateescape").replace("\0", "").rstrip("\n")

    async def run_script(self, script: str, streams: Streams) -> int:
        """A whole script, its `exit` and errors included; the status."""
        self._stderr = streams.stderr
        try:
            self.status = await self.run(parse(script), streams)
        except ShellSyntaxError as error:
            await _complain(streams, f"{SH}: {error}\n")
            self.status = 1
        except ShellExit as end:
            self.status = end.status
        except (LoopControl, FunctionReturn):
            self.status = 0
        return self.status

    async def run_line(self, line: str, streams: Streams) -> int | None:
        """A line typed at an interactive shell; its status where it was `exit`, else None."""
        try:
            self.status = await self.run(parse(line), streams)
        except ShellSyntaxError as error:
            await _complain(streams, f"{SH}: {error}\n")
            self.status = 1
        except ShellExit as end:
            return end.status
        except (LoopControl, FunctionReturn):
            self.status = 0
        return None

    async def run(self, sequence: Sequence, streams: Streams) -> int:
        self._stderr = streams.stderr
        for item in sequence.items:
            if item.background:
                self._start_background(item, streams)
                self.status = 0
            else:
                self.status = await self._and_or(item, streams)
                if self.exit_on_error and self.status and not item.rest and not item.first.negated:
                    raise ShellExit(self.status)
            await asyncio.sleep(0)
        return self.status

    def _start_background(self, item: AndOr, streams: Streams) -> None:
        """`command &`: goes on when the shell has ended, with nothing to read."""
        sub = self.fork()
        quiet = replace(streams, stdin=Empty(), terminal=False)
        job = asyncio.ensure_future(sub.run_job(replace(item, background=False), quiet))
        process = self.device.processes.start(("sh",), self.who, parent=self.process.pid, task=job)
        sub.process = process
        job.add_done_callback(lambda _: self.device.processes.end(process))
        self.last_background = process.pid

    async def run_job(self, item: AndOr, streams: Streams) -> int:
        try:
            return await self._and_or(item, streams)
        except ShellExit as end:
            return end.status
        except ConnectionError:
            return BROKEN_PIPE

    async def _and_or(self, item: AndOr, streams: Streams) -> int:
        self.status = await self._pipeline(item.first, streams)
        for operator, pipeline in item.rest:
            if (operator == "&&") == (self.status == 0):
                self.status = await self._pipeline(pipeline, streams)
        return self.status

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        if len(pipeline.commands) == 1:
            status = await self._command(pipeline.commands[0], streams)
        else:
            status = await self._piped(pipeline.commands, streams)
        return int(not status) if pipeline.negated else status

    async def _piped(self, commands: tuple[Command, ...], streams: Streams) -> int:
        """Each command in a copy of the shell, all at once; the last one's status."""
        tasks = []
        source: Source = streams.stdin
        for index, command in enumerate(commands):
            pipe = Pipe() if index < len(commands) - 1 else None
            part = replace(streams, stdin=source, stdout=pipe or streams.stdout, terminal=False)
            tasks.append(asyncio.ensure_future(self.fork().run_stage(command, part)))
            source = pipe or source
        try:
            return (await asyncio.gather(*tasks))[-1]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def run_stage(self, command: Command, streams: Streams) -> int:
        try:
            return await self._command(command, streams)
        except ShellExit as end:
            return end.status
        except ConnectionError:
            return BROKEN_PIPE
        finally:
            if isinstance(streams.stdout, Pipe):
                streams.stdout.close()
            if isinstance(streams.stdin, Pipe):
                streams.stdin.abandon()

    async def _command(self, command: Command, streams: Streams) -> int:
        with ExitStack() as opened:
            try:
                streams = await self._redirect(command.redirects, streams, opened)
                return await self._body(command, streams)
            except ExpansionFailed as error:
                await _complain(streams, f"{SH}: {error}\n")
                return 1
            except _RedirectFailed as error:
                await _complain(streams, f"{SH}: {error}\n")
                return 1

    async def _body(self, command: Command, streams: Streams) -> int:
        body = command.body
        if isinstance(body, Simple):
            return await self._simple(body, streams)
        if isinstance(body, Group):
            return await self._group(body, streams)
        if isinstance(body, If):
            for condition, then in body.branches:
                if await self._condition(condition, streams):
                    return await self.run(then, streams) if then.items else 0
            return await self.run(body.otherwise, streams) if body.otherwise else 0
        if isinstance(body, While):
            return await self._while(body, streams)
        if isinstance(body, For):
            return await self._for(body, streams)
        if isinstance(body, Case):
            subject = await expand_text(self, body.subject)
            for patterns, arm in body.arms:
                for pattern in patterns:
                    if fnmatch.fnmatchcase(subject, await expand_pattern(self, pattern)):
                        return await self.run(arm, streams) if arm.items else 0
            return 0
        assert isinstance(body, Function)
        self.functions[body.name] = body.body
        return 0

    async def _group(self, group: Group, streams: Streams) -> int:
        if not group.subshell:
            return await self.run(group.body, streams)
        try:
            return await self.fork().run(group.body, streams)
        except ShellExit as end:
            return end.status

    async def _condition(self, condition: Sequence, streams: Streams) -> bool:
        strict, self.exit_on_error = self.exit_on_error, False
        try:
            return await self.run(condition, streams) == 0
        finally:
            self.exit_on_error = strict

    async def _while(self, loop: While, streams: Streams) -> int:
        status = 0
        while await self._condition(loop.condition, streams) != loop.until:
            try:
                status = await self.run(loop.body, streams)
            except LoopControl as control:
                if _leaves(control):
                    break
            await asyncio.sleep(0)
        return status

    async def _for(self, loop: For, streams: Streams) -> int:
        values = list(self.arguments) if loop.words is None else await expand_words(self, loop.words)
        status = 0
        for value in values:
            self.variables[loop.name] = value
            try:
                status = await self.run(loop.body, streams)
            except LoopControl as control:
                if _leaves(control):
                    break
        return status

    async def _simple(self, simple: Simple, streams: Streams) -> int:
        argv = await expand_words(self, simple.words)
        assigned = {name: await expand_text(self, word) for name, word in simple.assignments}
        if not argv:
            self.variables.update(assigned)
            return self.status if any(word.parts for _, word in simple.assignments) and not assigned else 0
        if not assigned:
            return await self.execute(argv, streams)
        kept = dict(self.variables)
        self.variables.update(assigned)
        try:
            return await self.execute(argv, streams)
        finally:
            for name in assigned:
                if name in kept:
                    self.variables[name] = kept[name]
                else:
                    self.variables.pop(name, None)

    async def execute(self, argv: list[str], streams: Streams) -> int:
        """Runs one command by name: a function, a builtin, a command of the device or a script file."""
        self._stderr = streams.stderr
        function = self.functions.get(argv[0])
        if function is not None:
            return await self._call_function(function, argv, streams)
        found = self.find(argv[0])
        if found is None:
            return await self._not_found(argv, streams)
        if found.builtin:
            call = Call(argv[0], argv[1:], streams, self, self.process)
            return await self._run(found, call, streams)
        try:
            process = self.device.processes.start(tuple(argv), self.who, parent=self.process.pid)
        except BlockingIOError as error:
            await _complain(streams, f"{SH}: can't fork: {error.strerror}\n")
            return 254
        try:
            call = Call(argv[0].rpartition("/")[2], argv[1:], streams, self, process)
            return await self._run(found, call, streams)
        except asyncio.CancelledError:
            return killed_status(process)
        finally:
            self.device.processes.end(process)

    async def _run(self, found: ShellCommand, call: Call, streams: Streams) -> int:
        try:
            return await found.run(call)
        except Usage as usage:
            await _complain(streams, f"{usage}\n")
            return 1
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            subject = f"{error.filename}: " if error.filename else ""
            await _complain(streams, f"{call.name}: {subject}{error.strerror or error}\n")
            return 1
        except HarnessError as error:
            await _complain(streams, f"{call.name}: {error}\n")
            return 1

    async def _call_function(self, function: Command, argv: list[str], streams: Streams) -> int:
        if self.depth > MAX_DEPTH:
            raise ExpansionFailed(f"{argv[0]}: recursion too deep")
        kept, self.arguments = self.arguments, argv[1:]
        self.depth += 1
        try:
            return await self._command(function, streams)
        except FunctionReturn as end:
            return end.status
        finally:
            self.arguments = kept
            self.depth -= 1

    def find(self, name: str) -> ShellCommand | None:
        """By name, or by a path in one of the folders of PATH."""
        if "/" in name and name.rpartition("/")[0] in self.variables.get("PATH", "").split(":"):
            found = self.commands.get(name.rpartition("/")[2])
            return None if found is not None and found.builtin and name.rpartition("/")[2] != "echo" else found
        return self.commands.get(name)

    async def _not_found(self, argv: list[str], streams: Streams) -> int:
        name = argv[0]
        path = resolve(self.cwd, name)
        if "/" in name and self.files.exists(path):
            return await self._run_file(path, argv, streams)
        if name.rpartition("/")[2] in ABSENT:
            await _complain(streams, f"{SH}: {name}: a command of Android that this lab device does not have\n")
            return 127
        reason = "not found" if "/" in name else "inaccessible or not found"
        await _complain(streams, f"{SH}: {name}: {reason}\n")
        return 127

    async def _run_file(self, path: str, argv: list[str], streams: Streams) -> int:
        """A script on the device, or a native program that the lab stands in for."""
        info = self.files.stat(path)
        if info.is_folder or not info.mode & 0o111:
            reason = "Is a directory" if info.is_folder else "Permission denied"
            await _complain(streams, f"{SH}: {argv[0]}: can't execute: {reason}\n")
            return 126
        program = NativeProgram.read(self.files, path)
        if program is not None:
            return await program.run(self, argv, streams)
        content = self.files.read_bytes(path, limit=1024 * 1024)
        if b"\0" in content[:512]:
            await _complain(streams, f"{SH}: {argv[0]}: this lab device runs no native programs\n")
            return 126
        return await self.run_file(argv[0], argv[1:], content, streams)

    async def run_file(self, name: str, arguments: list[str], content: bytes, streams: Streams) -> int:
        if self.depth > MAX_DEPTH:
            raise ExpansionFailed(f"{name}: nested too deeply")
        sub = self.fork()
        sub.name, sub.arguments = name, arguments
        return await sub.run_script(content.decode(errors="surrogateescape"), streams)

    async def _redirect(self, redirects: tuple[Redirect, ...], streams: Streams, opened: ExitStack) -> Streams:
        """The command's streams; what was opened for it is closed with `opened`."""
        for redirect in redirects:
            target = await expand_text(self, redirect.target)
            name = {0: "stdin", 1: "stdout", 2: "stderr"}.get(redirect.descriptor)
            if name is None:
                continue
            if redirect.operator == "<<":
                document = OpenFile(holding(target.encode(errors="surrogateescape")))
                opened.callback(document.close)
                streams = replace(streams, stdin=document, terminal=False)
                continue
            if redirect.operator in (">&", "<&"):
                source = {"0": "stdin", "1": "stdout", "2": "stderr"}.get(target)
                if source is None and target != "-":
                    raise _RedirectFailed(f"{target}: bad file descriptor")
                value: object = getattr(streams, source) if source else Collected(0)
                streams = replace(streams, **{name: value})  # type: ignore[arg-type]
                continue
            file = OpenFile(self._open(redirect.operator, target))
            opened.callback(file.close)
            streams = replace(streams, **{name: file})  # type: ignore[arg-type]
            if name == "stdin":
                streams = replace(streams, terminal=False)
        return streams

    def _open(self, operator: str, target: str) -> int:
        flags = {
            "<": os.O_RDONLY,
            ">": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
            ">>": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
            "<>": os.O_RDWR | os.O_CREAT,
        }[operator]
        try:
            return self.files.open(resolve(self.cwd, target), flags, 0o666)
        except OSError as error:
            verb = "open" if operator == "<" else "create"
            raise _RedirectFailed(f"can't {verb} {target}: {os.strerror(error.errno or 5)}") from error


class _RedirectFailed(Exception):
    pass


def killed_status(process: ShellProcess) -> int:
    """After CancelledError: 128 + signal where the process was killed; else raises it again."""
    task = asyncio.current_task()
    if not process.signal or task is None:
        raise asyncio.CancelledError
    task.uncancel()
    return 128 + process.signal


def _leaves(control: LoopControl) -> bool:
    """Whether the innermost loop ends; raises again for the loops around it."""
    if control.levels > 1:
        raise LoopControl(control.kind, control.levels - 1)
    return control.kind == "break"


async def _complain(streams: Streams, text: str) -> None:
    await streams.stderr.write(text.encode(errors="surrogateescape"))
