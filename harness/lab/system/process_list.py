"""The list that `ps` prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.lab.appprocess import AppProcess
from harness.lab.system.processes import RunningProcess, user_name


@dataclass(frozen=True)
class ProcessInfo:
    """One line of `ps`: user as Android writes it ("u0_a101", "root", "system"), sizes in KiB."""

    pid: int
    ppid: int
    user: str
    name: str
    package: str = ""
    vsz: int = 0
    rss: int = 0


_ZYGOTE = 300
_DOWNLOADS = "com.android.providers.downloads"
# the system's processes stand in this list so that it looks as on a phone; they are parts of the daemon
_SYSTEM = (
    ProcessInfo(1, 0, "root", "init", vsz=10_800_000, rss=9_000),
    ProcessInfo(_ZYGOTE, 1, "root", "zygote64", vsz=14_000_000, rss=120_000),
    ProcessInfo(410, 1, "shell", "adbd", vsz=10_900_000, rss=8_000),
    ProcessInfo(1000, _ZYGOTE, "system", "system_server", vsz=18_000_000, rss=300_000),
    ProcessInfo(1150, _ZYGOTE, "u0_a41", _DOWNLOADS, _DOWNLOADS, 14_000_000, 70_000),
    ProcessInfo(1200, _ZYGOTE, "u0_a50", "com.android.launcher3", "com.android.launcher3", 15_000_000, 110_000),
)


def list_processes(running: Iterable[RunningProcess], warm: Iterable[AppProcess]) -> list[ProcessInfo]:
    """The system's, the warm ones (Android's unspecialised app processes) and the apps'."""
    found = list(_SYSTEM)
    for link in warm:
        found.append(ProcessInfo(link.pid, _ZYGOTE, "root", "usap64", "", *_sizes(link)))
    for process in running:
        user = user_name(process.uid)
        found.append(ProcessInfo(process.pid, _ZYGOTE, user, process.name, process.package, *_sizes(process.link)))
    return found


def _sizes(link: AppProcess) -> tuple[int, int]:
    """Virtual and resident size in KiB as the host's kernel has them; zeros where it cannot be read."""
    try:
        status = Path(f"/proc/{link.host_pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0, 0
    values = {line.partition(":")[0]: line.split()[1] for line in status.splitlines() if line.endswith("kB")}
    return int(values.get("VmSize", 0)), int(values.get("VmRSS", 0))
