"""What is part of sh itself."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from harness.lab.shell.absent import ABSENT
from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.interpreter import SH, FunctionReturn, LoopControl, ShellExit
from harness.lab.shell.parser import parse
from harness.lab.shell.pipes import read_line
from harness.lab.shell.syntax import ShellSyntaxError

_SIGNALS = {"EXIT": 0, "HUP": 1, "INT": 2, "QUIT": 3, "TERM": 15}
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?", re.DOTALL)


def _number(call: Call, default: int) -> int:
    if not call.args:
        return default
    try:
        return int(call.args[0])
    except ValueError:
        raise Usage(f"{SH}: {call.name}: {call.args[0]}: bad number") from None


@command("exit", builtin=True)
async def leave(call: Call) -> int:
    raise ShellExit(_number(call, call.shell.status) & 0xFF)


@command("return", builtin=True)
async def return_(call: Call) -> int:
    raise FunctionReturn(_number(call, call.shell.status) & 0xFF)


@command("break", "continue", builtin=True)
async def control_loop(call: Call) -> int:
    raise LoopControl(call.name, max(1, _number(call, 1)))


@command("true", ":", builtin=True)
async def succeed(call: Call) -> int:
    return 0


@command("false", builtin=True)
async def fail(call: Call) -> int:
    return 1


@command("cd", builtin=True)
async def change_folder(call: Call) -> int:
    target = call.args[0] if call.args else call.env.get("HOME", "/")
    if target == "-":
        target = call.env.get("OLDPWD", "/")
    try:
        path = call.files.canonical(call.path(target))
        folder = call.files.stat(path).is_folder
    except OSError as error:
        await call.err(f"{SH}: cd: {target}: {error.strerror}\n")
        return 2
    if not folder:
        await call.err(f"{SH}: cd: {target}: Not a directory\n")
        return 2
    call.shell.variables["OLDPWD"] = call.shell.cwd
    call.shell.cwd = path
    return 0


@command("pwd", builtin=True)
async def show_folder(call: Call) -> int:
    await call.out(call.shell.cwd + "\n")
    return 0


@command("export", "readonly", "local", "typeset", builtin=True)
async def assign(call: Call) -> int:
    for word in call.args:
        match = _ASSIGNMENT.fullmatch(word)
        if match and match.group(2) is not None:
            call.shell.variables[match.group(1)] = match.group(2)
        elif not match and not word.startswith("-"):
            raise Usage(f"{SH}: {call.name}: {word}: is not an identifier")
    return 0


@command("unset", builtin=True)
async def forget(call: Call) -> int:
    for name in call.args:
        call.shell.variables.pop(name, None)
        call.shell.functions.pop(name, None)
    return 0


@command("set", builtin=True)
async def set_options(call: Call) -> int:
    args = list(call.args)
    if not args:
        await call.out("".join(f"{name}={value}\n" for name, value in sorted(call.env.items())))
    while args and args[0][:1] in "+-" and len(args[0]) > 1 and args[0] != "--":
        if "e" in args[0]:
            call.shell.exit_on_error = args[0].startswith("-")
        args.pop(0)
    if args:
        call.shell.arguments = args[1:] if args[0] == "--" else args
    return 0


@command("shift", builtin=True)
async def shift(call: Call) -> int:
    count = _number(call, 1)
    if count > len(call.shell.arguments):
        raise Usage(f"{SH}: shift: nothing to shift")
    call.shell.arguments = call.shell.arguments[count:]
    return 0


@command("read", builtin=True)
async def read_variables(call: Call) -> int:
    names = [arg for arg in call.args if not arg.startswith("-")] or ["REPLY"]
    raw = await read_line(call.streams.stdin)
    text = (raw or b"").decode(errors="surrogateescape").rstrip("\n")
    fields = text.split(maxsplit=len(names) - 1)
    for index, name in enumerate(names):
        call.shell.variables[name] = fields[index].strip() if index < len(fields) else ""
    return 1 if raw is None else 0


@command("trap", builtin=True)
async def set_trap(call: Call) -> int:
    if len(call.args) < 2:
        return 0
    for word in call.args[1:]:
        name = word.upper().removeprefix("SIG")
        name = next((known for known, number in _SIGNALS.items() if word == str(number)), name)
        if name not in _SIGNALS:
            raise Usage(f"{SH}: trap: bad signal '{word}'")
        if call.args[0] == "-":
            call.shell.traps.pop(name, None)
        else:
            call.shell.traps[name] = call.args[0]
    return 0


@command("eval", builtin=True)
async def evaluate(call: Call) -> int:
    try:
        parsed = parse(" ".join(call.args))
    except ShellSyntaxError as error:
        raise Usage(f"{SH}: {error}") from None
    return await call.shell.run(parsed, call.streams)


@command(".", "source", builtin=True)
async def run_here(call: Call) -> int:
    if not call.args:
        raise Usage(f"{SH}: .: missing argument")
    text = call.files.read_bytes(call.path(call.args[0]), limit=1024 * 1024)
    try:
        parsed = parse(text.decode(errors="surrogateescape"))
    except ShellSyntaxError as error:
        raise Usage(f"{SH}: {call.args[0]}: {error}") from None
    return await call.shell.run(parsed, call.streams)


@command("wait", builtin=True)
async def wait_for_jobs(call: Call) -> int:
    """For the background jobs of this shell, or those named."""
    named = {int(arg) for arg in call.args if arg.isdigit()}
    tasks = [
        process.task
        for process in call.device.processes.all()
        if process.task is not None and process.ppid == call.shell.process.pid
        and process.task is not asyncio.current_task() and (not named or process.pid in named)
    ]  # fmt: skip
    if tasks:
        await asyncio.wait(tasks)
    return 0


@command("exec", builtin=True)
async def replace_shell(call: Call) -> int:
    if not call.args:
        return 0
    raise ShellExit(await call.shell.execute(list(call.args), call.streams))


@command("command", "builtin", builtin=True)
async def run_plain(call: Call) -> int:
    if call.args[:1] in (["-v"], ["-V"]):
        return await _describe(call, call.args[1:], brief=call.args[0] == "-v")
    return await call.shell.execute(list(call.args), call.streams) if call.args else 0


@command("type", builtin=True)
async def describe(call: Call) -> int:
    return await _describe(call, call.args, brief=False)


async def _describe(call: Call, names: object, *, brief: bool) -> int:
    status = 0
    for name in list(call.args) if names is None else list(names):  # type: ignore[call-overload]
        found = call.shell.find(name)
        if name in call.shell.functions:
            text = name if brief else f"{name} is a function"
        elif found is None:
            status = 1 if brief else 127
            if not brief:
                await call.out(f"{name} not found\n")
            continue
        elif found.builtin:
            text = name if brief else f"{name} is a shell builtin"
        else:
            path = name if name.startswith("/") else f"/system/bin/{name}"
            text = path if brief else f"{name} is {path}"
        await call.out(text + "\n")
    return status


@command("umask", builtin=True)
async def show_mask(call: Call) -> int:
    if not call.args:
        await call.out("000\n" if call.who.uid == 0 else "0077\n")
    return 0


@command("sh")
async def start_shell(call: Call) -> int:
    """sh -c SCRIPT [NAME ARG...], sh FILE [ARG...], or a script from stdin."""
    sub = call.shell.fork()
    sub.process = call.process
    args = list(call.args)
    while args and args[0].startswith("-") and len(args[0]) > 1 and "c" not in args[0]:
        sub.exit_on_error = sub.exit_on_error or "e" in args.pop(0)
    if args and args[0].startswith("-") and "c" in args[0]:
        if len(args) < 2:
            raise Usage(f"{SH}: -c: argument missing")
        sub.name, sub.arguments = (args[2] if len(args) > 2 else "sh"), args[3:]
        return await sub.run_script(args[1], call.streams)
    if args:
        text = call.files.read_bytes(call.path(args[0]), limit=1024 * 1024)
        return await sub.run_file(args[0], args[1:], text, call.streams)
    while (line := await read_line(call.streams.stdin)) is not None:
        ended = await sub.run_line(line.decode(errors="surrogateescape"), call.streams)
        if ended is not None:
            return ended
    return sub.status


@command("nohup", "setsid", "nice", "ionice")
async def run_detached(call: Call) -> int:
    args = list(call.args)
    while args and args[0].startswith("-"):
        args.pop(0)
        if args and args[0].lstrip("-").isdigit():
            args.pop(0)
    return await call.shell.execute(args, call.streams) if args else 0


@command("timeout")
async def run_limited(call: Call) -> int:
    found, rest = call.options("", "ks")
    if len(rest) < 2:
        raise Usage("timeout: Needs 2 arguments")
    try:
        async with asyncio.timeout(_seconds(rest[0])):
            return await call.shell.execute(rest[1:], call.streams)
    except TimeoutError:
        return 124 if found.get("s") not in ("9", "KILL") else 137


@command("env", "printenv")
async def show_environment(call: Call) -> int:
    sub = call.shell.fork()
    args = list(call.args)
    if args[:1] == ["-i"]:
        sub.variables.clear()
        args.pop(0)
    while args and (match := _ASSIGNMENT.fullmatch(args[0])) and match.group(2) is not None:
        sub.variables[match.group(1)] = match.group(2)
        args.pop(0)
    if args and call.name == "env":
        return await sub.execute(args, call.streams)
    if args:
        known = [sub.variables[name] for name in args if name in sub.variables]
        await call.out("".join(value + "\n" for value in known))
        return int(len(known) < len(args))
    await call.out("".join(f"{name}={value}\n" for name, value in sub.variables.items()))
    return 0


@command("xargs")
async def run_with_arguments(call: Call) -> int:
    found, rest = call.options("0rt", "nI")
    text = (await call.input_bytes(call.streams.stdin, 1024 * 1024)).decode(errors="surrogateescape")
    words = [word for word in text.split("\0") if word] if "0" in found else text.split()
    base = rest or ["echo"]
    if "I" in found:
        runs = [[part.replace(found["I"], line) for part in base] for line in text.splitlines() if line]
    else:
        size = int(found["n"]) if found.get("n", "").isdigit() else max(1, len(words))
        runs = [base + words[i : i + size] for i in range(0, len(words), size)] or ([] if "r" in found else [base])
    status = 0
    for run in runs:
        if await call.shell.execute(run, replace(call.streams)):
            status = 123
    return status


@command("which")
async def locate(call: Call) -> int:
    _, names = call.options("a")
    status = 0
    for name in names:
        known = call.shell.find(name)
        if known is not None and not (known.builtin and name not in ("true", "false", "pwd")):
            await call.out(name + "\n" if "/" in name else f"/system/bin/{name}\n")
        else:
            status = 1
    return status


@command("toybox", "busybox")
async def run_applet(call: Call) -> int:
    """toybox NAME ARGS, or the list of names."""
    if not call.args:
        names = sorted(n for n, c in call.shell.commands.items() if not c.builtin and n not in ABSENT)
        await call.out(" ".join(names) + "\n")
        return 0
    found = call.shell.find(call.args[0])
    if call.name == "busybox" or found is None:
        await call.err(f"{call.name}: Unknown command {call.args[0]}\n")
        return 127
    return await call.shell.execute(list(call.args), call.streams)


@command("sleep")
async def pause(call: Call) -> int:
    if not call.args:
        raise Usage("sleep: Needs 1 argument")
    await asyncio.sleep(sum(_seconds(arg) for arg in call.args))
    return 0


def _seconds(text: str) -> float:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    scale = units.get(text[-1:], 1)
    number = text[:-1] if text[-1:] in units else text
    if not re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", number):
        raise Usage(f"sleep: Not number '{text}'")
    return float(number) * scale
