"""How fast a bundle is verified, as a ratio to sha256sum over the same files in the same run.

    python -m benchmarks.verify [MiB of bodies, 512] [calls, 100000]

Each is run three times in turns, in a process of its own; the least processor time counts, since others may use the machine.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.bundle import Bundle, check_bundle
from harness.model import Call, Outcome

PIECE = 1 << 20


def bundle(folder: Path, mib: int, calls: int) -> Path:
    made = Bundle.create(folder, "example.app")
    for _ in range(mib):
        made.put_object(os.urandom(PIECE))
    for number in range(calls):
        made.append(Call(
            host_ns=number, device_ns=number, pid=1, process="example.app", tid=1, thread="main", seq=number + 1, stack="s1",
            hook="device-identifier", kind="android_id", method="android.provider.Settings$Secure.getString",
            arguments=["android_id"], value=f"{number:016x}", outcome=Outcome.VALUE,
        ))  # fmt: skip
    made.seal(True)
    return made.path


def seconds(words: list[str], folder: Path) -> float:
    """Processor time of a command, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    mib, calls = (int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((1, 512), (2, 100_000)))
    with tempfile.TemporaryDirectory(prefix="verify-") as work:
        made = bundle(Path(work), mib, calls)
        files = sorted(str(path) for path in made.rglob("*") if path.is_file())
        size = sum(Path(path).stat().st_size for path in files)
        commands = {
            "sha256sum": ["sha256sum", *files],
            "harness verify": [sys.executable, "-m", "harness.cli.main", "verify", str(made)],
            "check_bundle.py": [sys.executable, str(check_bundle.__file__), str(made)],
        }
        turns = [{name: seconds(words, Path.cwd()) for name, words in commands.items()} for _ in range(3)]
        least = {name: min(turn[name] for turn in turns) for name in commands}
    print(f"{size >> 20} MiB in {len(files)} files, {calls} calls")
    for name, took in least.items():
        ratio = least["sha256sum"] / took
        print(f"{name:16} {took:6.2f} s of a processor, {size / took / 2**20:6.0f} MiB/s, {ratio:.2f} of sha256sum's speed")


if __name__ == "__main__":
    main()
