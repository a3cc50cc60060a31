"""id, su, getprop, uname, date: who and what the device is."""

from __future__ import annotations

import asyncio
import os
import re
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from harness.lab.adbd.ownership import ROOT, SHELL, Credentials, app_credentials, user_id, user_name
from harness.lab.adbd.properties import PropertyRefused
from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.interpreter import Shell
from harness.lab.shell.pipes import read_line


@command("id")
async def show_id(call: Call) -> int:
    found, _ = call.options("unGgr")
    who = call.who
    if "u" in found:
        await call.out(f"{who.name if 'n' in found else who.uid}\n")
        return 0
    if "g" in found or "G" in found:
        ids = sorted(who.groups | {who.gid}) if "G" in found else [who.gid]
        await call.out(" ".join(user_name(g) if "n" in found else str(g) for g in ids) + "\n")
        return 0
    groups = ",".join(f"{g}({user_name(g)})" for g in sorted(who.groups | {who.gid}))
    context = {0: "u:r:su:s0", 2000: "u:r:shell:s0"}.get(who.uid, "u:r:untrusted_app:s0")
    await call.out(f"uid={who.uid}({who.name}) gid={who.gid}({user_name(who.gid)}) groups={groups} context={context}\n")
    return 0


@command("whoami", "logname")
async def show_name(call: Call) -> int:
    await call.out(call.who.name + "\n")
    return 0


@command("groups")
async def show_groups(call: Call) -> int:
    await call.out(" ".join(user_name(g) for g in sorted(call.who.groups)) + "\n")
    return 0


def _as_user(call: Call, who: Credentials) -> Shell:
    sub = call.shell.fork()
    sub.who, sub.process = who, call.process
    sub.variables.update(USER=who.name, LOGNAME=who.name)
    return sub


async def _run_in(sub: Shell, call: Call, script: str | None) -> int:
    if script is not None:
        return await sub.run_script(script, call.streams)
    while (line := await read_line(call.streams.stdin)) is not None:
        ended = await sub.run_line(line.decode(errors="surrogateescape"), call.streams)
        if ended is not None:
            return ended
    return sub.status


@command("su")
async def switch_user(call: Call) -> int:
    """Both kinds that testers meet: AOSP's `su [UID] [COMMAND...]`, the root managers' `su [-c COMMAND] [USER]`."""
    args, script, who = list(call.args), None, ROOT
    while args:
        word = args.pop(0)
        if word in ("-c", "--command"):
            if not args:
                raise Usage("su: -c: argument missing")
            script, args = " ".join(args), []
        elif word in ("-", "-l", "-p", "-m", "--login", "-mm"):
            continue
        else:
            uid = user_id(word.split(",")[0])
            if uid is None:
                raise Usage(f"su: invalid uid/gid '{word}'")
            who = ROOT if uid == 0 else SHELL if uid == 2000 else app_credentials(uid)
            if args and args[0] not in ("-c", "--command"):
                return await _as_user(call, who).execute(args, call.streams)
    return await _run_in(_as_user(call, who), call, script)


@command("run-as")
async def run_as(call: Call) -> int:
    """run-as PACKAGE COMMAND...: as the app's user in its data folder, where it is debuggable."""
    if not call.args:
        raise Usage("run-as: usage: run-as <package-name> [--user <uid>] <command> [<args>]")
    package = call.args[0]
    info = call.system.packages.find(package)
    if info is None:
        await call.err(f"run-as: unknown package: {package}\n")
        return 1
    if not info.facts.debuggable:
        await call.err(f"run-as: package not debuggable: {package}\n")
        return 1
    sub = _as_user(call, app_credentials(info.uid))
    sub.cwd = f"/data/data/{package}"
    rest = list(call.args[1:])
    if rest[:1] == ["--user"]:
        rest = rest[2:]
    return await sub.execute(rest, call.streams) if rest else await _run_in(sub, call, None)


@command("getprop")
async def get_property(call: Call) -> int:
    _, names = call.options("TZ")
    if names:
        default = names[1] if len(names) > 1 else ""
        await call.out(call.device.properties.get(names[0]) or default)
        await call.out("\n")
        return 0
    for name, value in call.device.properties.items():
        await call.out(f"[{name}]: [{value}]\n")
    return 0


@command("setprop")
async def set_property(call: Call) -> int:
    if len(call.args) != 2:
        raise Usage("setprop: Needs 2 arguments")
    name, value = call.args
    if call.who.uid and not re.match(r"(debug|log|persist\.log|service\.adb|vendor\.debug)\.", name):
        await call.err(f"Failed to set property '{name}' to '{value}'.\nSee dmesg for error reason.\n")
        return 1
    try:
        call.device.properties.set(name, value)
    except PropertyRefused as refused:
        await call.err(f"setprop: {refused}\n" if "\n" not in str(refused) else f"{refused}\n")
        return 1
    return 0


@command("watchprops")
async def watch_properties(call: Call) -> int:
    known = dict(call.device.properties.items())
    while True:
        await asyncio.sleep(0.2)
        now = dict(call.device.properties.items())
        for name, value in now.items():
            if known.get(name) != value:
                await call.out(f"{int(time.time())} {name} = '{value}'\n")
        known = now


@command("uname")
async def show_kernel(call: Call) -> int:
    found, _ = call.options("asrnvmo")
    machine = os.uname().machine
    fields = {
        "s": "Linux",
        "n": "localhost",
        "r": call.device.properties.get("ro.kernel.version", "6.6") + "-android15-lab",
        "v": "#1 SMP PREEMPT",
        "m": machine,
        "o": "Toybox",
    }
    wanted = fields if "a" in found else [letter for letter in fields if letter in found] or ["s"]
    await call.out(" ".join(fields[letter] for letter in wanted) + "\n")
    return 0


@command("arch", "hostname", "nproc", "uptime")
async def show_machine(call: Call) -> int:
    if call.name == "uptime":
        up = int(time.monotonic())
        now = time.strftime("%H:%M:%S")
        await call.out(f" {now} up {up // 3600}:{up // 60 % 60:02},  0 users,  load average: 0.00, 0.00, 0.00\n")
        return 0
    values = {"arch": os.uname().machine, "hostname": "localhost", "nproc": str(os.cpu_count() or 1)}
    await call.out(values[call.name] + "\n")
    return 0


def _zone(call: Call) -> ZoneInfo:
    name = call.env.get("TZ") or call.device.properties.get("persist.sys.timezone", "GMT")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Etc/GMT")


@command("date")
async def show_date(call: Call) -> int:
    """date [-u] [-d @SECONDS] [+FORMAT]; the clock is the host's and is not set."""
    found, rest = call.options("uR", "drs", stop_early=False)
    if "s" in found or (rest and not rest[0].startswith("+")):
        await call.err("date: cannot set date: Operation not permitted\n")
        return 1
    now_ns = time.time_ns()
    if "d" in found:
        match = re.fullmatch(r"@?([0-9]+)(?:\.[0-9]+)?", found["d"])
        if not match:
            raise Usage(f"date: bad date '{found['d']}'")
        now_ns = int(match.group(1)) * 10**9
    if "r" in found:
        now_ns = call.files.stat(call.path(found["r"])).mtime_ns
    moment = datetime.fromtimestamp(now_ns // 10**9, UTC if "u" in found else _zone(call))
    layout = rest[0][1:] if rest else "%a %b %e %H:%M:%S %Z %Y"
    if "R" in found:
        layout = "%a, %d %b %Y %H:%M:%S %z"
    layout = re.sub(r"%(3|6|9)?N", lambda m: f"{now_ns % 10**9:09d}"[: int(m.group(1) or 9)], layout)
    layout = layout.replace("%s", str(now_ns // 10**9))
    await call.out(moment.strftime(layout) + "\n")
    return 0


@command("clear", "stty", "sync")
async def no_effect(call: Call) -> int:
    """Nothing to do on a device without a screen of characters; `sync` is the host's business."""
    if call.name == "clear":
        await call.out("\x1b[H\x1b[J")
    return 0
