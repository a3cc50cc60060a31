"""logcat, log: the device's log, one-off and streaming."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.clock import device_zone
from harness.lab.system.logs import LogLine

PRIORITIES = "VDIWEFS"
FORMATS = frozenset({"brief", "long", "process", "raw", "tag", "thread", "threadtime", "time"})
QUIET_S = 1.0
MODIFIERS = frozenset(
    {"color", "descriptive", "epoch", "monotonic", "printable", "uid", "usec", "nsec", "UTC", "utc", "year", "zone"}
)


@dataclass(frozen=True)
class Layout:
    """How a line is written: one format, and what modifies its time."""

    zone: tzinfo
    form: str = "threadtime"
    modifiers: frozenset[str] = frozenset()

    def time(self, line: LogLine) -> str:
        seconds, rest = divmod(line.time_ns, 10**9)
        fraction = f"{rest:09d}"[: 9 if "nsec" in self.modifiers else 6 if "usec" in self.modifiers else 3]
        if "epoch" in self.modifiers:
            return f"{seconds:>9}.{fraction}"
        moment = datetime.fromtimestamp(seconds, UTC if {"UTC", "utc"} & self.modifiers else self.zone)
        layout = "%Y-%m-%d %H:%M:%S" if "year" in self.modifiers else "%m-%d %H:%M:%S"
        return f"{moment.strftime(layout)}.{fraction}" + (moment.strftime(" %z") if "zone" in self.modifiers else "")

    def write(self, line: LogLine) -> str:
        p, tag, text = line.priority, line.tag, line.text
        if self.form == "raw":
            return f"{text}\n"
        if self.form == "brief":
            return f"{p}/{tag:<8}({line.pid:5}): {text}\n"
        if self.form == "tag":
            return f"{p}/{tag:<8}: {text}\n"
        if self.form == "process":
            return f"{p}({line.pid:5}) {text}  ({tag})\n"
        if self.form == "thread":
            return f"{p}({line.pid:5}:{line.tid:5}) {text}\n"
        if self.form == "time":
            return f"{self.time(line)} {p}/{tag:<8}({line.pid:5}): {text}\n"
        if self.form == "long":
            return f"[ {self.time(line)} {line.pid:5}:{line.tid:5} {p}/{tag:<8} ]\n{text}\n\n"
        return f"{self.time(line)} {line.pid:5} {line.tid:5} {p} {tag:<8}: {text}\n"


@dataclass(frozen=True)
class Selection:
    """Which lines are shown. `levels`: tag -> least priority; "*" for all other tags."""

    levels: dict[str, str]
    buffers: frozenset[str]
    pattern: re.Pattern[str] | None = None
    pid: int | None = None
    after_ns: int = -1

    def takes(self, line: LogLine) -> bool:
        if line.buffer not in self.buffers or line.time_ns < self.after_ns:
            return False
        if self.pid is not None and line.pid != self.pid:
            return False
        least = self.levels.get(line.tag, self.levels.get("*", "V"))
        if PRIORITIES.index(line.priority) < PRIORITIES.index(least):
            return False
        return self.pattern is None or bool(self.pattern.search(line.text))


@dataclass
class Request:
    """logcat's command line."""

    selection: Selection
    layout: Layout
    clear: bool = False
    once: bool = False
    count: int | None = None
    tail: int | None = None
    sizes: bool = False
    file: str = ""


_LONG = {
    "--clear": "-c", "--format": "-v", "--buffer": "-b", "--regex": "-e", "--max-count": "-m", "--dump": "-d",
    "--buffer-size": "-g", "--file": "-f", "--last": "-L",
}  # fmt: skip


def _spread(args: list[str]) -> list[str]:
    """Every option on its own, every value after its option: -vtime -> -v time, --pid=1 -> --pid 1."""
    out: list[str] = []
    for arg in args:
        if arg.startswith("--"):
            name, equals, value = arg.partition("=")
            out.append(_LONG.get(name, name))
            if equals:
                out.append(value)
        elif re.fullmatch(r"-[vbemftTGnrp].+", arg):
            out += [arg[:2], arg[2:]]
        elif re.fullmatch(r"-[cdgsSLD]{2,}", arg):
            out += [f"-{letter}" for letter in arg[1:]]
        else:
            out.append(arg)
    return out


def _parse(call: Call) -> Request:
    zone = device_zone(call.device, call.env.get("TZ", ""))
    levels: dict[str, str] = {}
    buffers: set[str] = set()
    form, modifiers = "threadtime", set[str]()
    pattern, pid, after = None, None, -1
    request = Request(Selection({}, frozenset()), Layout(zone))
    args = _spread([*shlex.split(call.env.get("ANDROID_LOG_TAGS", "")), *call.args])
    while args:
        word = args.pop(0)
        if word in ("-c", "-d", "-g", "-s", "-S", "-D", "-L", "--wrap", "--binary", "-B"):
            request.clear |= word == "-c"
            request.once |= word in ("-d", "-L")
            request.sizes |= word == "-g"
            if word == "-s":
                levels["*"] = "S"
            continue
        if word.startswith("-") and not args:
            raise Usage(f"logcat: option requires an argument -- '{word.lstrip('-')}'")
        if word == "-v":
            for part in args.pop(0).split(","):
                if part in FORMATS:
                    form = part
                elif part in MODIFIERS:
                    modifiers.add(part)
                else:
                    raise Usage(f'Invalid parameter "{part}" to -v')
        elif word == "-b":
            buffers |= set(args.pop(0).split(","))
        elif word in ("-t", "-T"):
            request.once |= word == "-t"
            value = args.pop(0)
            if value.isdigit():
                request.tail = int(value)
            else:
                after = _point(value, zone)
        elif word == "-e":
            pattern = _compile(args.pop(0))
        elif word == "-m":
            request.count = _number(args.pop(0))
        elif word == "--pid":
            pid = _number(args.pop(0))
        elif word == "-f":
            request.file = args.pop(0)
        elif word in ("-G", "-n", "-r", "-p", "--uid", "--id"):
            args.pop(0)
        elif word.startswith("-"):
            raise Usage(f"logcat: unrecognized option '{word}'")
        else:
            tag, _, level = word.partition(":")
            level = "S" if level in ("s", "S") else "V" if level in ("", "*") else level.upper()[:1]
            if level not in PRIORITIES:
                raise Usage(f"Invalid filter expression '{word}'")
            levels[tag] = level
    request.selection = Selection(levels, _buffers(buffers), pattern, pid, after)
    request.layout = Layout(zone, form, frozenset(modifiers))
    return request


def _buffers(named: set[str]) -> frozenset[str]:
    if "all" in named:
        return frozenset({"main", "system", "crash", "events", "radio", "kernel", "security"})
    return frozenset((named - {"default"}) | ({"main", "system", "crash"} if "default" in named or not named else set()))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise Usage(f"logcat: bad number '{text}'")
    return int(text)


def _compile(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise Usage(f"logcat: bad regex '{text}': {error}") from None


def _point(text: str, zone: tzinfo) -> int:
    """-T 'MM-DD hh:mm:ss.mmm', 'YYYY-MM-DD hh:mm:ss.mmm' or seconds since the epoch; in ns."""
    match = re.fullmatch(r"([0-9]+)\.([0-9]{1,9})", text)
    if match:
        return int(match.group(1)) * 10**9 + int(match.group(2).ljust(9, "0"))
    match = re.fullmatch(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?", text)
    if not match:
        raise Usage(f'logcat: -T "{text}" not in time format')
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        moment = datetime(year or datetime.now(zone).year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        raise Usage(f'logcat: -T "{text}" not in time format') from None
    return int(moment.timestamp()) * 10**9 + int((match.group(7) or "0").ljust(9, "0"))


@command("logcat")
async def show_log(call: Call) -> int:
    request = _parse(call)
    logs = call.system.logs
    if request.clear:
        logs.clear()
        return 0
    if request.sizes:
        for name in sorted(request.selection.buffers):
            await call.out(
                f"{name}: ring buffer is 5 MiB (0 B consumed, 0 B readable), max entry is 5120 B, max payload is 4068 B\n"
            )
        return 0
    if request.file:
        return await _to_file(call, request)
    begun: set[str] = set()
    shown = 0
    async with aclosing(_lines(call, request)) as lines:
        async for line in lines:
            if line.buffer not in begun:
                begun.add(line.buffer)
                await call.out(f"--------- beginning of {line.buffer}\n")
            await call.out(request.layout.write(line))
            shown += 1
            if request.count is not None and shown >= request.count:
                break
    return 0


async def _lines(call: Call, request: Request) -> AsyncGenerator[LogLine, None]:
    """What is there and matches, the last `tail` of it; then, unless `once`, what comes."""
    there = call.system.logs.lines()
    wanted = [index for index, line in enumerate(there) if request.selection.takes(line)]
    if request.tail is not None:
        wanted = wanted[len(wanted) - min(request.tail, len(wanted)) :]
    if request.once:
        for index in wanted:
            yield there[index]
        return
    # follow() begins with the same lines: nothing runs between the two
    shown, index = set(wanted), 0
    beating = asyncio.ensure_future(_beat(call))
    try:
        async for line in call.system.logs.follow():
            if index in shown if index < len(there) else request.selection.takes(line):
                yield line
            index += 1
    finally:
        beating.cancel()


async def _beat(call: Call) -> None:
    """A line of healthd's whenever nothing was logged for `QUIET_S` while somebody follows.

    A phone is never quiet for long, and clients count on it: adbutils' logcat sees that it is to stop only
    when a line comes.
    """
    battery = call.system.profile["battery"]
    while True:
        before = call.system.logs.lines()[-1:]
        await asyncio.sleep(QUIET_S)
        if call.system.logs.lines()[-1:] == before:
            level, temperature = battery["level"], battery["temperature_dc"] / 10
            call.system.logs.system("healthd", f"battery l={level} v=4100 t={temperature} h=2 st=3 chg=")


async def _to_file(call: Call, request: Request) -> int:
    request.once = True
    text = "".join([request.layout.write(line) async for line in _lines(call, request)])
    call.files.write_bytes(call.path(request.file), text.encode())
    return 0


@command("log")
async def write_log(call: Call) -> int:
    found, words = call.options("", "pt")
    level = found.get("p", "i").upper()[:1]
    if level not in PRIORITIES[:-1]:
        raise Usage(f"log: bad -p '{found['p']}'")
    call.system.logs.write(found.get("t", "log"), " ".join(words), priority=level, pid=call.process.pid)
    return 0
