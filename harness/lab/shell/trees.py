"""Trees of files, and sizes for people; nothing here recurses, since a hostile tree is deeper than a stack."""

from __future__ import annotations

from collections.abc import Iterator

from harness.lab.shell.call import Call


def human_size(size: float) -> str:
    for unit in ("", "K", "M", "G"):
        if size < 1000:
            return f"{size:.0f}{unit}" if unit == "" or size >= 10 else f"{size:.1f}{unit}"
        size /= 1024
    return f"{size:.1f}T"


def walk_tree(call: Call, root: str, deepest: int = 10**6) -> Iterator[tuple[str, int]]:
    """(path, depth) of `root` and all below it, parents first, links not followed."""
    waiting = [(root, 0)]
    while waiting:
        path, depth = waiting.pop()
        yield path, depth
        try:
            if depth < deepest and call.files.lstat(call.path(path)).is_folder:
                names = call.files.list(call.path(path))
                waiting += [(f"{path.rstrip('/')}/{name}", depth + 1) for name in reversed(names)]
        except OSError:
            continue  # not ours to read, or gone: whoever uses the path says so


async def remove_tree(call: Call, path: str, *, recursive: bool) -> None:
    """Depth first, without recursion: a hostile tree can be deeper than Python's stack."""
    if not call.files.lstat(path).is_folder:
        call.files.unlink(path)
        return
    if not recursive:
        raise IsADirectoryError(21, "Is a directory", path)
    waiting = [(path, False)]
    while waiting:
        current, emptied = waiting.pop()
        if emptied:
            call.files.rmdir(current)
            continue
        if not call.files.lstat(current).is_folder:
            call.files.unlink(current)
            continue
        waiting.append((current, True))
        waiting += [(f"{current}/{name}", False) for name in call.files.list(current)]
        await call.pause()
