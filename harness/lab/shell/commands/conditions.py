"""test and [."""

from __future__ import annotations

import stat

from harness.lab.shell.call import Call, Usage, command


@command("test", "[", builtin=True)
async def test(call: Call) -> int:
    args = list(call.args)
    if call.name == "[" and (not args or args.pop() != "]"):
        raise Usage("[: missing ]")
    try:
        return int(not _true(call, args))
    except _BadTest as error:
        await call.err(f"{call.name}: {error}\n")
        return 2


class _BadTest(Exception):
    pass


def _true(call: Call, args: list[str]) -> bool:
    for joint, rule in (("-o", any), ("-a", all)):
        if joint in args[1:-1] and len(args) > 3:
            at = args.index(joint, 1)
            return rule([_true(call, args[:at]), _true(call, args[at + 1 :])])
    if args[:1] == ["!"] and len(args) > 1:
        return not _true(call, args[1:])
    if len(args) <= 1:
        return bool(args and args[0])
    if len(args) == 2:
        return _unary(call, *args)
    if len(args) == 3:
        return _binary(call, *args)
    raise _BadTest("too many arguments")


def _unary(call: Call, operator: str, value: str) -> bool:
    if operator == "-n":
        return bool(value)
    if operator == "-z":
        return not value
    if operator == "-t":
        return call.streams.terminal and value in ("0", "1", "2")
    try:
        path = call.path(value)
        info = call.files.lstat(path) if operator in ("-L", "-h") else call.files.stat(path)
    except OSError:
        return False
    kinds = {
        "-e": True, "-f": info.is_file, "-d": info.is_folder, "-L": info.is_link, "-h": info.is_link,
        "-s": info.size > 0, "-c": stat.S_ISCHR(info.mode), "-b": stat.S_ISBLK(info.mode),
        "-p": stat.S_ISFIFO(info.mode), "-S": stat.S_ISSOCK(info.mode),
    }  # fmt: skip
    if operator in kinds:
        return kinds[operator]
    bits = {"-r": 4, "-w": 2, "-x": 1}
    if operator not in bits:
        raise _BadTest(f"{operator}: unexpected operator/operand")
    shift = 6 if call.who.uid in (info.uid, 0) else 3 if info.gid in call.who.groups else 0
    return bool(info.mode >> shift & bits[operator]) or (call.who.uid == 0 and operator != "-x")


def _binary(call: Call, left: str, operator: str, right: str) -> bool:
    if operator in ("=", "=="):
        return left == right
    if operator == "!=":
        return left != right
    if operator in ("-nt", "-ot", "-ef"):
        try:
            a, b = call.files.stat(call.path(left)), call.files.stat(call.path(right))
        except OSError:
            return False
        if operator == "-ef":
            return (a.ino, a.dev) == (b.ino, b.dev)
        return a.mtime_ns > b.mtime_ns if operator == "-nt" else a.mtime_ns < b.mtime_ns
    try:
        x, y = int(left), int(right)
    except ValueError:
        raise _BadTest(f"{left if not left.lstrip('-').isdigit() else right}: bad number") from None
    results = {"-eq": x == y, "-ne": x != y, "-lt": x < y, "-le": x <= y, "-gt": x > y, "-ge": x >= y}
    if operator not in results:
        raise _BadTest(f"{operator}: unexpected operator/operand")
    return results[operator]
