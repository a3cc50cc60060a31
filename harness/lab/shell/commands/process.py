"""ps, kill, app_process: the device's processes."""

from __future__ import annotations

import asyncio
import re
import signal
from dataclasses import dataclass
from datetime import datetime

from harness.lab.adbd.device import UIAUTOMATOR_PORT
from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.clock import device_zone

# name -> (heading, width; negative: flush left)
_COLUMNS = {
    "USER": ("USER", -14), "PID": ("PID", 5), "PPID": ("PPID", 5), "VSZ": ("VSZ", 10), "VSIZE": ("VSZ", 10),
    "RSS": ("RSS", 6), "WCHAN": ("WCHAN", -10), "ADDR": ("ADDR", 10), "S": ("S", 1), "NAME": ("NAME", -27),
    "CMD": ("CMD", -27), "ARGS": ("ARGS", -27), "CMDLINE": ("CMDLINE", -27), "COMM": ("COMM", -15),
    "UID": ("UID", -12), "TTY": ("TTY", -8), "STIME": ("STIME", 5), "TIME": ("TIME", 8), "C": ("C", 2),
    "%CPU": ("%CPU", 4), "TID": ("TID", 5), "PGID": ("PGID", 5), "STAT": ("STAT", -4),
}  # fmt: skip
_DEFAULT = ("USER", "PID", "PPID", "VSZ", "RSS", "WCHAN", "ADDR", "S", "NAME")
_FULL = ("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD")


@dataclass(frozen=True)
class Row:
    pid: int
    ppid: int
    user: str
    name: str
    args: str
    vsz: int
    rss: int
    started_ns: int = 0

    def column(self, key: str, call: Call) -> str:
        if key in ("USER", "UID"):
            return self.user
        if key in ("PID", "TID", "PGID"):
            return str(self.pid)
        if key == "PPID":
            return str(self.ppid)
        if key in ("VSZ", "VSIZE"):
            return str(self.vsz)
        if key == "RSS":
            return str(self.rss)
        if key in ("NAME", "COMM"):
            return self.name
        if key in ("CMD", "ARGS", "CMDLINE"):
            return self.args
        if key == "STIME":
            return datetime.fromtimestamp(self.started_ns // 10**9, device_zone(call.device)).strftime("%H:%M")
        return {"S": "S", "STAT": "S", "TTY": "?", "TIME": "00:00:00", "%CPU": "0.0", "C": "0"}.get(key, "0")


def _rows(call: Call) -> list[Row]:
    rows = [Row(one.pid, one.ppid, one.user, one.name, one.name, one.vsz, one.rss) for one in call.system.running()]
    for process in call.device.processes.all():
        args = " ".join(process.argv)
        rows.append(Row(process.pid, process.ppid, process.who.name, process.name, args, 10760, 3000, process.started_ns))
    return sorted(rows, key=lambda row: row.pid)


def _own(call: Call, rows: list[Row]) -> list[Row]:
    """`ps` without -A shows those of one's own terminal: this shell's."""
    return [row for row in rows if row.pid == call.process.pid or row.pid == call.shell.process.pid]


@command("ps")
async def list_processes(call: Call) -> int:
    """ps [-A] [-ef] [-o COLUMNS] [-p PIDS] [-u USERS] [PID...]"""
    args = [f"-{arg}" if re.fullmatch(r"aux|ef|A|e", arg) else arg for arg in call.args]
    found, operands = Call(call.name, args, call.streams, call.shell, call.process).options(
        "AaefdlTwxZM", "opukOG", stop_early=False
    )
    columns: tuple[str, ...] = _FULL if "f" in found else _DEFAULT
    if "o" in found:
        columns = tuple(part.partition("=")[0].strip().upper() for part in re.split(r"[, ]+", found["o"]))
        unknown = [one for one in columns if one not in _COLUMNS]
        if unknown:
            raise Usage(f"ps: bad -o {unknown[0]}")
    rows = _rows(call)
    wanted = {word for text in [*operands, found.get("p", "")] for word in re.split(r"[, ]+", text) if word}
    if wanted:
        rows = [row for row in rows if str(row.pid) in wanted]
    elif not {"A", "e", "a", "d", "u"} & set(found):
        rows = _own(call, rows)
    if "u" in found:
        users = set(re.split(r"[, ]+", found["u"]))
        rows = [row for row in rows if row.user in users]
    await _table(call, columns, rows)
    return 0 if rows or not wanted else 1


async def _table(call: Call, columns: tuple[str, ...], rows: list[Row]) -> None:
    lines = [[_COLUMNS[key][0] for key in columns]]
    lines += [[row.column(key, call) for key in columns] for row in rows]
    widths = []
    for index, key in enumerate(columns):
        least = _COLUMNS[key][1]
        widths.append(max(abs(least), *(len(line[index]) for line in lines)) * (1 if least > 0 else -1))
    for line in lines:
        cells = [text.rjust(width) if width > 0 else text.ljust(-width) for text, width in zip(line, widths, strict=True)]
        await call.out(" ".join(cells).rstrip() + "\n")


@command("top")
async def show_top(call: Call) -> int:
    """One picture, as `top -b -n 1`."""
    rows = _rows(call)
    await call.out(f"Tasks: {len(rows)} total,   1 running, {max(0, len(rows) - 1)} sleeping,   0 stopped,   0 zombie\n")
    await _table(call, ("PID", "USER", "VSZ", "RSS", "S", "%CPU", "ARGS"), rows)
    return 0


@command("pidof", "pgrep")
async def find_process(call: Call) -> int:
    found, names = call.options("sflx", "ou")
    if call.name == "pgrep":
        pattern = re.compile(names[0]) if names else re.compile("$^")
        hits = [row for row in _rows(call) if pattern.search(row.args if "f" in found else row.name)]
        hits = [row for row in hits if row.pid != call.process.pid]
        await call.out("".join(f"{row.pid} {row.name}\n" if "l" in found else f"{row.pid}\n" for row in hits))
        return int(not hits)
    pids = [str(row.pid) for row in _rows(call) if row.name in names and row.pid != call.process.pid]
    if pids:
        await call.out(" ".join(pids[:1] if "s" in found else pids) + "\n")
    return int(not pids)


@command("kill", "killall", "pkill")
async def end_process(call: Call) -> int:
    """kill [-SIGNAL] PID..., killall NAME..., pkill PATTERN. Apps end on any signal that would end them."""
    args = list(call.args)
    number = signal.SIGTERM.value
    if args[:1] == ["-l"]:
        await call.out(" ".join(one.name.removeprefix("SIG") for one in signal.Signals) + "\n")
        return 0
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        if word in ("-f", "-x", "-q"):
            continue
        number = _signal(call, args.pop(0) if word == "-s" and args else word[1:])
    if not args:
        raise Usage(f"{call.name}: Needs 1 argument")
    status = 0
    for word in args:
        targets = [row for row in _rows(call) if _is_meant(call, row, word) and row.pid != call.process.pid]
        if not targets:
            await call.err(f"{call.name}: {word}: No such process\n")
            status = 1
        for row in targets:
            status |= await _signal_one(call, row, number)
    return status


def _is_meant(call: Call, row: Row, word: str) -> bool:
    if call.name == "kill":
        return str(row.pid) == word.lstrip("-")
    return row.name == word if call.name == "killall" else re.search(re.escape(word), row.args) is not None


def _signal(call: Call, text: str) -> int:
    names = {one.name.removeprefix("SIG"): one.value for one in signal.Signals}
    name = text.upper().removeprefix("SIG")
    if name in names:
        return names[name]
    if text.isascii() and text.isdigit() and int(text) <= 64:
        return int(text)
    raise Usage(f"{call.name}: bad signal '{text}'")


async def _signal_one(call: Call, row: Row, number: int) -> int:
    if call.who.uid not in (0,) and row.user != call.who.name:
        await call.err(f"{call.name}: {row.pid}: Operation not permitted\n")
        return 1
    if number == 0:
        return 0
    process = call.device.processes.get(row.pid)
    if process is not None:
        call.device.processes.kill(process, number)
    elif number not in (signal.SIGQUIT, signal.SIGCONT, signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH):
        await call.system.kill_process(row.pid)
    return 0


@command("app_process", "app_process32", "app_process64")
async def run_class(call: Call) -> int:
    """The one program for it that the lab stands in for: uiautomator2's server, which lives as long as this runs."""
    words = [word for word in call.args if not word.startswith("-X") and word not in ("/", "/system/bin")]
    if not words or words[0] != "com.wetest.uia2.Main":
        await call.err(f"app_process: {' '.join(words[:1])}: this lab device runs no dex programs outside apps\n")
        return 1
    jar = call.env.get("CLASSPATH", "")
    if not jar or not call.shell.exists(jar):
        await call.err(f"Error: Could not find or load main class {words[0]}\n")
        return 1
    port = UIAUTOMATOR_PORT
    if "-p" in words and words[-1].isdigit():
        port = int(words[words.index("-p") + 1])
    handler = call.device.services.get(UIAUTOMATOR_PORT)
    if handler is None:
        await call.err("app_process: this lab device has no uiautomator server\n")
        return 1
    if any(handler in process.ports.values() for process in call.device.processes.all()):
        await call.err(
            "java.lang.IllegalStateException: UiAutomationService "
            "android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy already registered!\n"
        )
        return 1
    call.process.ports[port] = handler
    await call.out("[server] INFO: [UiAutomator2Server] Starting Server\n")
    await asyncio.Event().wait()
    return 0
