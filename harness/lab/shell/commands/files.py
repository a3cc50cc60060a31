"""mkdir, rm, cp, mv, touch, chmod, dd: changing files, worded as toybox words it."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from harness.lab.adbd.files import FileStat
from harness.lab.adbd.ownership import user_id
from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.pipes import OpenFile, Source
from harness.lab.shell.trees import human_size, remove_tree, walk_tree


@command("mkdir")
async def make_folders(call: Call) -> int:
    found, names = call.options("pv", "m", stop_early=False)
    mode = _mode(found["m"], 0o777) if "m" in found else 0o770 if call.who.uid else 0o777
    if not names:
        raise Usage("mkdir: Needs 1 argument")
    status = 0
    for name in names:
        try:
            if "p" in found:
                call.files.make_folders(call.path(name), mode)
            else:
                call.files.mkdir(call.path(name), mode)
        except OSError as error:
            await call.err(f"mkdir: '{name}': {error.strerror}\n")
            status = 1
    return status


@command("rmdir")
async def remove_folders(call: Call) -> int:
    _, names = call.options("p", stop_early=False)
    status = 0
    for name in names:
        try:
            call.files.rmdir(call.path(name))
        except OSError as error:
            status = await call.complain(name, error)
    return status


@command("rm", "unlink")
async def remove(call: Call) -> int:
    found, names = call.options("rRfiv", stop_early=False)
    if not names and "f" not in found:
        raise Usage("rm: Needs 1 argument")
    status = 0
    for name in names:
        try:
            await remove_tree(call, call.path(name), recursive="r" in found or "R" in found)
        except FileNotFoundError as error:
            if "f" not in found:
                status = await call.complain(name, error)
        except OSError as error:
            status = await call.complain(name, error)
    return status


@command("cp")
async def copy(call: Call) -> int:
    found, names = call.options("rRafpvdPiHLn", stop_early=False)
    recursive = bool({"r", "R", "a"} & set(found))
    return await _to_target(call, names, lambda s, t: _copy(call, s, t, recursive, keep=bool({"a", "p"} & set(found))))


@command("mv")
async def move(call: Call) -> int:
    _, names = call.options("finv", stop_early=False)

    async def shift(source: str, target: str) -> None:
        try:
            call.files.rename(source, target)
        except OSError as error:
            if error.errno != 18:  # EXDEV: another mount
                raise
            await _copy(call, source, target, True, keep=True)
            await remove_tree(call, source, recursive=True)

    return await _to_target(call, names, shift)


async def _to_target(call: Call, names: list[str], act: Callable[[str, str], Awaitable[None]]) -> int:
    """The last name is the target; a folder takes the others into itself."""
    if len(names) < 2:
        raise Usage(f"{call.name}: Needs 2 arguments")
    *sources, target = names
    into = call.files.exists(call.path(target)) and call.files.stat(call.path(target)).is_folder
    if len(sources) > 1 and not into:
        raise Usage(f"{call.name}: '{target}' not directory")
    status = 0
    for source in sources:
        end = call.path(target)
        if into:
            end = f"{end.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}"
        try:
            await act(call.path(source), end)
        except OSError as error:
            await call.err(f"{call.name}: bad '{source}': {error.strerror}\n")
            status = 1
    return status


async def _copy(call: Call, source: str, target: str, recursive: bool, *, keep: bool) -> None:
    waiting = [(source, target)]
    while waiting:
        old, new = waiting.pop()
        info = call.files.lstat(old) if recursive else call.files.stat(old)
        if info.is_folder:
            if not recursive:
                raise IsADirectoryError(21, "Is a directory", old)
            if (call.files.canonical(new) + "/").startswith(call.files.canonical(old) + "/"):
                raise OSError(22, "recursive copy into itself", old)
            if not call.files.exists(new):
                call.files.mkdir(new, stat.S_IMODE(info.mode))
            waiting += [(f"{old}/{name}", f"{new}/{name}") for name in call.files.list(old)]
        elif info.is_link:
            call.files.symlink(call.files.readlink(old), new)
        else:
            await _copy_file(call, old, new, info)
        if keep:
            call.files.utime(new, info.mtime_ns)


async def _copy_file(call: Call, old: str, new: str, info: FileStat) -> None:
    if call.files.exists(new) and call.files.canonical(old) == call.files.canonical(new):
        raise OSError(22, "same file", old)
    reading = call.files.open(old, os.O_RDONLY)
    try:
        writing = call.files.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IMODE(info.mode))
        try:
            while block := os.read(reading, 256 * 1024):
                while block:
                    block = block[os.write(writing, block) :]
                await call.pause()
        finally:
            os.close(writing)
    finally:
        os.close(reading)


@command("ln")
async def link(call: Call) -> int:
    found, names = call.options("sfnv", stop_early=False)
    if "s" not in found:
        raise Usage("ln: this lab device makes symbolic links only (-s)")
    if len(names) == 1:
        names.append(names[0].rstrip("/").rpartition("/")[2])
    if len(names) != 2:
        raise Usage("ln: Needs 2 arguments")
    path = call.path(names[1])
    if call.files.exists(path) and call.files.stat(path).is_folder and "n" not in found:
        path = f"{path.rstrip('/')}/{names[0].rstrip('/').rpartition('/')[2]}"
    if "f" in found and call.files.exists(path):
        call.files.unlink(path)
    try:
        call.files.symlink(names[0], path)
    except OSError as error:
        await call.err(f"ln: cannot create symbolic link from '{names[0]}' to '{names[1]}': {error.strerror}\n")
        return 1
    return 0


@command("touch")
async def touch(call: Call) -> int:
    found, names = call.options("acmh", "dtr", stop_early=False)
    when = _time(call, found)
    status = 0
    for name in names:
        path = call.path(name)
        try:
            if not call.files.exists(path):
                if "c" in found:
                    continue
                os.close(call.files.open(path, os.O_WRONLY | os.O_CREAT, 0o666))
            call.files.utime(call.files.canonical(path), when)
        except OSError as error:
            status = await call.complain(name, error)
    return status


def _time(call: Call, found: dict[str, str]) -> int:
    if "r" in found:
        return call.files.stat(call.path(found["r"])).mtime_ns
    text = found.get("d", "")
    if text.startswith("@"):
        return int(float(text[1:]) * 10**9)
    if not text and "t" in found:
        match = re.fullmatch(r"([0-9]{12})(?:\.([0-9]{2}))?", found["t"])
        if not match:
            raise Usage(f"touch: bad '{found['t']}'")
        return int(time.mktime(time.strptime(match.group(1) + (match.group(2) or "00"), "%Y%m%d%H%M%S"))) * 10**9
    if not text:
        return time.time_ns()
    try:
        return int(datetime.fromisoformat(text).timestamp() * 10**9)
    except ValueError:
        raise Usage(f"touch: bad '{text}'") from None


def _mode(text: str, old: int) -> int:
    """Octal or symbolic (u+x,go-w,a=r)."""
    if re.fullmatch(r"[0-7]{1,4}", text):
        return int(text, 8)
    mode = stat.S_IMODE(old)
    for clause in text.split(","):
        match = re.fullmatch(r"([ugoa]*)([-+=])([rwxXst]*)", clause)
        if not match:
            raise Usage(f"chmod: bad mode '{text}'")
        who, operator, rights = match.groups()
        bits = sum({"r": 4, "w": 2, "x": 1, "X": 1}.get(right, 0) for right in set(rights))
        shifts = [{"u": 6, "g": 3, "o": 0}[w] for w in who.replace("a", "ugo")] or [6, 3, 0]
        mask = 0
        for shift in set(shifts):
            mask |= bits << shift
            if operator == "=":
                mode &= ~(7 << shift)
        mode = mode & ~mask if operator == "-" else mode | mask
    return mode


@command("chmod")
async def change_mode(call: Call) -> int:
    args = list(call.args)
    recursive = False
    while args and args[0] in ("-R", "-f", "-v", "-Rf", "-fR"):
        recursive = recursive or "R" in args.pop(0)
    if len(args) < 2:
        raise Usage("chmod: Needs 2 arguments")
    status = 0
    for name in args[1:]:
        for path in _paths(call, call.path(name), recursive=recursive):
            try:
                call.files.chmod(path, _mode(args[0], call.files.stat(path).mode))
            except OSError as error:
                await call.err(f"chmod: chmod '{name}' to {args[0]}: {error.strerror}\n")
                status = 1
    return status


def _paths(call: Call, path: str, *, recursive: bool) -> list[str]:
    return [one for one, _ in walk_tree(call, path)] if recursive else [path]


@command("chown", "chgrp")
async def change_owner(call: Call) -> int:
    """Owners follow from the path on this device; root may ask, and nothing changes."""
    args = [arg for arg in call.args if not arg.startswith("-")]
    if len(args) < 2:
        raise Usage(f"{call.name}: Needs 2 arguments")
    if call.who.uid:
        await call.err(f"{call.name}: chown '{args[1]}' to '{args[0]}': Operation not permitted\n")
        return 1
    user = re.split(r"[:.]", args[0])[0]
    if user and user_id(user) is None:
        raise Usage(f"{call.name}: no user '{user}'")
    return 0


@command("dd")
async def copy_blocks(call: Call) -> int:
    """dd if= of= bs= count= skip= seek= status=none"""
    values = dict(arg.partition("=")[::2] for arg in call.args)
    unknown = set(values) - {"if", "of", "bs", "count", "skip", "seek", "status", "conv", "iflag", "oflag"}
    if unknown:
        raise Usage(f"dd: bad arg {min(unknown)}")
    size = _amount(values.get("bs", "512"))
    count = _amount(values["count"]) if "count" in values else None
    started = time.monotonic()
    source = call.source(values.get("if", "-"))
    target = -1
    blocks = copied = 0
    try:
        if "of" in values:
            flags = os.O_WRONLY | os.O_CREAT | (0 if "notrunc" in values.get("conv", "") else os.O_TRUNC)
            target = call.files.open(call.path(values["of"]), flags, 0o666)
            os.lseek(target, size * _amount(values.get("seek", "0")), os.SEEK_SET)
        skip = size * _amount(values.get("skip", "0"))
        while skip > 0 and (dropped := await source.read(min(skip, 1024 * 1024))):
            skip -= len(dropped)
        while count is None or blocks < count:
            block = await _block(source, size)
            if not block:
                break
            blocks += 1
            copied += len(block)
            if target < 0:
                await call.out_bytes(block)
            while target >= 0 and block:
                block = block[os.write(target, block) :]
            await call.pause()
    finally:
        if target >= 0:
            os.close(target)
        if isinstance(source, OpenFile) and "if" in values:
            source.close()
    if values.get("status") != "none":
        elapsed = max(time.monotonic() - started, 1e-6)
        await call.err(
            f"{blocks}+0 records in\n{blocks}+0 records out\n"
            f"{copied} bytes ({human_size(copied)}) copied, {elapsed:.6f} s, {human_size(copied / elapsed)}/s\n"
        )
    return 0


async def _block(source: Source, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (chunk := await source.read(size - len(data))):
        data += chunk
    return bytes(data)


def _amount(text: str) -> int:
    match = re.fullmatch(r"([0-9]+)([ckKmMgG]?)", text)
    if not match:
        raise Usage(f"dd: bad number '{text}'")
    amount = int(match.group(1)) * {"": 1, "c": 1, "k": 1024, "m": 1024**2, "g": 1024**3}[match.group(2).lower()]
    if amount > 2**40:
        raise Usage(f"dd: {text} is too much")
    return amount
