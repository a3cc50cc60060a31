"""ls, stat, find, du, df: looking at files, worded as toybox words it."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import time

from harness.lab.adbd.files import FileStat
from harness.lab.adbd.ownership import user_name
from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.trees import human_size, walk_tree

_KINDS = {
    stat.S_IFREG: ("-", "regular file"), stat.S_IFDIR: ("d", "directory"), stat.S_IFLNK: ("l", "symbolic link"),
    stat.S_IFCHR: ("c", "character device"), stat.S_IFBLK: ("b", "block device"),
    stat.S_IFIFO: ("p", "FIFO (named pipe)"),
    stat.S_IFSOCK: ("s", "socket"),
}  # fmt: skip


def _when(mtime_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(mtime_ns // 10**9))


@command("ls", "ll")
async def list_files(call: Call) -> int:
    found, names = call.options("lad1RhAFipsSrtnZ", stop_early=False)
    if call.name == "ll":
        found["l"] = ""
    targets = names or [call.shell.cwd if "l" not in found else "."]
    files: list[tuple[str, FileStat]] = []
    folders: list[str] = []
    status = 0
    for name in targets:
        try:
            info = call.files.lstat(call.path(name))
            if info.is_link and ("l" not in found or name.endswith("/")):
                info = _through(call, name, info)
        except OSError as error:
            status = await call.complain(name, error)
            continue
        if info.is_folder and "d" not in found:
            folders.append(name)
        else:
            files.append((name, info))
    await _show_entries(call, found, [(name, call.path(name), info) for name, info in files])
    titled = len(targets) > 1 or "R" in found
    while folders:
        name = folders.pop(0)
        if titled:
            await call.out(f"\n{name}:\n" if name != targets[0] else f"{name}:\n")
        try:
            entries = _entries(call, name, found)
        except OSError as error:
            status = await call.complain(name, error)
            continue
        if "l" in found:
            await call.out(f"total {sum(info.blocks for *_, info in entries) // 2}\n")
        await _show_entries(call, found, entries)
        if "R" in found:
            folders[:0] = [
                f"{name.rstrip('/')}/{child}" for child, _, info in entries if info.is_folder and child not in (".", "..")
            ]
        await call.pause()
    return status


def _through(call: Call, name: str, info: FileStat) -> FileStat:
    try:
        return call.files.stat(call.path(name))
    except OSError:
        return info


def _entries(call: Call, folder: str, found: dict[str, str]) -> list[tuple[str, str, FileStat]]:
    names = call.files.list(call.path(folder))
    if "a" in found:
        names = [".", "..", *names]
    elif "A" not in found:
        names = [name for name in names if not name.startswith(".")]
    entries = []
    for name in names:
        path = f"{call.path(folder).rstrip('/')}/{name}"
        try:
            entries.append((name, path, call.files.lstat(path)))
        except OSError:
            continue  # removed meanwhile
    if "t" in found or "S" in found:
        entries.sort(key=lambda one: -(one[2].mtime_ns if "t" in found else one[2].size))
    return entries[::-1] if "r" in found else entries


async def _show_entries(call: Call, found: dict[str, str], entries: list[tuple[str, str, FileStat]]) -> None:
    if "l" not in found:
        for name, _, info in entries:
            mark = ("/" if info.is_folder else "@" if info.is_link else "") if {"F", "p"} & set(found) else ""
            await call.out((f"{info.ino} " if "i" in found else "") + f"{name}{mark}\n")
        return
    rows = []
    for name, path, info in entries:
        shown = f"{name} -> {call.files.readlink(path)}" if info.is_link else name
        size = human_size(info.size) if "h" in found else str(info.size)
        owner = (str(info.uid), str(info.gid)) if "n" in found else (user_name(info.uid), user_name(info.gid))
        rows.append((stat.filemode(info.mode), str(info.nlink), *owner, size, _when(info.mtime_ns), shown))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    for mode, links, user, group, size, when, shown in rows:
        await call.out(
            f"{mode} {links:>{widths[1]}} {user:<{widths[2]}} {group:<{widths[3]}} {size:>{widths[4]}} {when} {shown}\n"
        )


@command("stat")
async def show_status(call: Call) -> int:
    found, names = call.options("Lft", "c", stop_early=False)
    status = 0
    for name in names:
        path = call.path(name)
        try:
            info = call.files.stat(path) if "L" in found else call.files.lstat(path)
        except OSError as error:
            status = await call.complain(f"'{name}'", error)
            continue
        await call.out(_formatted(found["c"], name, info) + "\n" if "c" in found else _described(name, info))
    return status


def _full_time(ns: int) -> str:
    local = time.localtime(ns // 10**9)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', local)}.{ns % 10**9:09d} {time.strftime('%z', local)}"


def _formatted(layout: str, name: str, info: FileStat) -> str:
    values = {
        "n": name, "N": f"'{name}'", "s": info.size, "a": f"{stat.S_IMODE(info.mode):o}",
        "A": stat.filemode(info.mode),
        "u": info.uid, "g": info.gid, "U": user_name(info.uid), "G": user_name(info.gid), "i": info.ino,
        "h": info.nlink, "f": f"{info.mode:x}", "F": _KINDS[stat.S_IFMT(info.mode)][1], "b": info.blocks, "B": 512,
        "X": info.atime_ns // 10**9, "Y": info.mtime_ns // 10**9, "Z": info.ctime_ns // 10**9,
        "x": _full_time(info.atime_ns), "y": _full_time(info.mtime_ns), "z": _full_time(info.ctime_ns), "%": "%",
        "d": info.dev, "o": 4096,
    }  # fmt: skip
    return re.sub(r"%(.)", lambda match: str(values.get(match.group(1), match.group())), layout)


def _described(name: str, info: FileStat) -> str:
    kind = _KINDS[stat.S_IFMT(info.mode)][1]
    return (
        f"  File: {name}\n"
        f"  Size: {info.size}\t Blocks: {info.blocks}\t IO Blocks: 512\t{kind}\n"
        f"Device: {info.dev:x}h/{info.dev}d\t Inode: {info.ino}\t Links: {info.nlink}\n"
        f"Access: ({stat.S_IMODE(info.mode):04o}/{stat.filemode(info.mode)})\t"
        f"Uid: ({info.uid:>5}/{user_name(info.uid):>8})\tGid: ({info.gid:>5}/{user_name(info.gid):>8})\n"
        f"Access: {_full_time(info.atime_ns)}\nModify: {_full_time(info.mtime_ns)}\n"
        f"Change: {_full_time(info.ctime_ns)}\n"
    )


@command("readlink", "realpath")
async def read_link(call: Call) -> int:
    found, names = call.options("fenqm", stop_early=False)
    status = 0
    for name in names:
        try:
            if call.name == "realpath" or "f" in found or "e" in found:
                if "e" in found or call.name == "realpath":
                    call.files.stat(call.path(name))
                await call.out(call.files.canonical(call.path(name)) + "\n")
            else:
                await call.out(call.files.readlink(call.path(name)) + "\n")
        except OSError as error:
            status = await call.complain(name, error) if call.name == "realpath" else 1
    return status


@command("basename")
async def base_name(call: Call) -> int:
    if not call.args:
        raise Usage("basename: Needs 1 argument")
    name = call.args[0].rstrip("/").rpartition("/")[2] or "/"
    suffix = call.args[1] if len(call.args) > 1 else ""
    await call.out((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


@command("dirname")
async def folder_name(call: Call) -> int:
    for arg in call.args:
        head, slash, _ = arg.rstrip("/").rpartition("/")
        await call.out((head or ("/" if slash else ".")) + "\n")
    return 0


@command("find")
async def find(call: Call) -> int:
    """find PATH... with -name -iname -path -type -maxdepth -mindepth -size -mmin -newer ! -delete -print."""
    args = list(call.args)
    roots = []
    while args and not args[0].startswith(("-", "!", "(")):
        roots.append(args.pop(0))
    tests: list[tuple[str, str, bool]] = []
    low, high, delete, negate = 0, 10**6, False, False
    while args:
        word = args.pop(0)
        if word in ("!", "-not"):
            negate = True
        elif word in ("-maxdepth", "-mindepth") and args and args[0].isdigit():
            depth = int(args.pop(0))
            low, high = (depth, high) if word == "-mindepth" else (low, depth)
        elif word in ("-name", "-iname", "-path", "-type", "-size", "-mmin", "-newer") and args:
            tests.append((word, args.pop(0), negate))
            negate = False
        elif word == "-delete":
            delete = True
        elif word not in ("-print", "-a", "-and"):
            raise Usage(f"find: bad arg '{word}'")
    status = 0
    for root in roots or ["."]:
        try:
            call.files.lstat(call.path(root))
        except OSError as error:
            status = await call.complain(f"'{root}'", error)
            continue
        found = walk_tree(call, root, high)
        hits = [path for path, depth in found if depth >= low and all(_passes(call, path, t) for t in tests)]
        for path in hits:
            if not delete:
                await call.out(path + "\n")
        for path in reversed(hits) if delete else ():
            if call.files.lstat(call.path(path)).is_folder:
                call.files.rmdir(call.path(path))
            else:
                call.files.unlink(call.path(path))
    return status


def _passes(call: Call, path: str, test: tuple[str, str, bool]) -> bool:
    kind, value, negated = test
    name = path.rstrip("/").rpartition("/")[2]
    try:
        info = call.files.lstat(call.path(path))
    except OSError:
        return False
    if kind in ("-name", "-iname"):
        folded = kind == "-iname"
        result = fnmatch.fnmatchcase(name.lower() if folded else name, value.lower() if folded else value)
    elif kind == "-path":
        result = fnmatch.fnmatchcase(path, value)
    elif kind == "-type":
        result = stat.filemode(info.mode)[0] == {"f": "-"}.get(value, value)
    elif kind == "-newer":
        result = info.mtime_ns > call.files.stat(call.path(value)).mtime_ns
    else:
        match = re.fullmatch(r"([-+]?)([0-9]+)([ckMG]?)", value)
        if not match:
            raise Usage(f"find: bad arg '{value}'")
        if kind == "-mmin":
            amount, wanted = (time.time_ns() - info.mtime_ns) // (60 * 10**9), int(match.group(2))
        else:
            unit = {"": 512, "c": 1, "k": 1024, "M": 1024**2, "G": 1024**3}[match.group(3)]
            amount, wanted = -(-info.size // unit), int(match.group(2))
        sign = match.group(1)
        result = amount > wanted if sign == "+" else amount < wanted if sign == "-" else amount == wanted
    return result != negated


@command("du")
async def disk_usage(call: Call) -> int:
    found, names = call.options("shakmc", "d", stop_early=False)
    status = 0
    for root in names or ["."]:
        sums: dict[str, int] = {}
        try:
            call.files.lstat(call.path(root))
        except OSError as error:
            status = await call.complain(root, error)
            continue
        paths = [path for path, _ in walk_tree(call, root)]
        for path in reversed(paths):
            try:
                info = call.files.lstat(call.path(path))
            except OSError:
                continue  # removed meanwhile
            sums[path] = sums.get(path, 0) + info.blocks * 512
            parent = path.rpartition("/")[0] or "/"
            if path != root:
                sums[parent] = sums.get(parent, 0) + sums[path]
            if (path == root) or ("s" not in found and (info.is_folder or "a" in found)):
                size = sums[path]
                shown = human_size(size) if "h" in found else str(-(-size // 1024))
                await call.out(f"{shown}\t{path}\n")
        await call.pause()
    return status


@command("df")
async def disk_free(call: Call) -> int:
    found, words = call.options("hkaPT", stop_early=False)
    tree = call.files.tree
    space = os.statvfs(tree.mounts.get("/data", tree.root))
    total, free = space.f_blocks * space.f_frsize, space.f_bavail * space.f_frsize
    rows = [
        ("/dev/block/dm-0", 1024**3, 0, "/"),
        ("/dev/block/dm-5", total, free, "/data"),
        ("/dev/fuse", total, free, "/storage/emulated"),
    ]
    status, named = 0, []
    for word in words:
        path = call.path(word)
        try:
            call.files.lstat(path)
        except OSError as error:
            status = await call.complain(word, error)
        else:
            around = [row for row in rows if f"{path}/".startswith(f"{row[3].rstrip('/')}/")]
            named.append(max(around, key=lambda row: len(row[3])))
    rows = named if words else rows
    human = "h" in found
    width = 5 if human else 10
    await call.out(
        f"{'Filesystem':<15} {'Size' if human else '1K-blocks':>{width}} {'Used':>{width}} "
        f"{'Avail' if human else 'Available':>{width}} Use% Mounted on\n"
    )
    for device, size, avail, where in rows:
        used = size - avail
        percent = 100 * used // size if size else 0
        columns = [human_size(n) if human else str(n // 1024) for n in (size, used, avail)]
        await call.out(f"{device:<15} {' '.join(f'{c:>{width}}' for c in columns)} {percent:>3}% {where}\n")
    return status
