"""What the device shows below /proc, and the names in /system/bin: files that exist only when read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from harness.lab.adbd.files import VirtualFiles
from harness.lab.adbd.ownership import user_id
from harness.lab.adbd.properties import Properties
from harness.lab.shell.catalogue import files_in_bin, load_commands
from harness.lab.shell.processes import ShellProcesses
from harness.lab.system.process_list import ProcessInfo

_HOST_FILES = ("/proc/meminfo", "/proc/stat", "/proc/loadavg")
_MOUNTS = (
    "/dev/block/dm-0 / erofs ro,relatime 0 0\n/dev/block/dm-5 /data f2fs rw,nosuid,nodev,noatime 0 0\n"
    "/dev/fuse /storage/emulated fuse rw,nosuid,nodev,noexec,noatime 0 0\n"
)


def device_files(
    properties: Properties,
    processes: ShellProcesses,
    running: Callable[[], Sequence[ProcessInfo]],
    uptime_s: Callable[[], float],
    ports: Callable[[], Iterable[int]] = lambda: (),
) -> VirtualFiles:
    """`uptime_s`: seconds since the device started; `ports`: those that the daemon answers from the start. Figures of memory
    and CPU are the host's, nothing else is."""
    fixed: dict[str, Callable[[], bytes]] = {
        "/proc/uptime": lambda: f"{uptime_s():.2f} {uptime_s():.2f}\n".encode(),
        "/proc/version": lambda: _version(properties),
        "/proc/mounts": _MOUNTS.encode,
        "/proc/cpuinfo": _cpuinfo,
        "/proc/filesystems": lambda: b"nodev\tproc\n\tf2fs\n\terofs\n",
        "/system/build.prop": lambda: _build_prop(properties.items()),
    }
    fixed |= {path: partial(_host_file, path) for path in _HOST_FILES}
    fixed |= {f"/system/bin/{name}": _command_file for name in files_in_bin(load_commands())}
    fixed["/proc/net/tcp"] = lambda: _listening({*ports(), *(port for one in processes.all() for port in one.ports)})
    return VirtualFiles(
        fixed, partial(_of_process, processes, running), partial(_link_of_process, processes, running),
        partial(_names_of_processes, processes, running))


_Running = Callable[[], Sequence[ProcessInfo]]
_OF_PROCESS = ("cmdline", "comm", "exe", "oom_score_adj", "stat", "status")


def _listening(ports: Iterable[int]) -> bytes:
    """/proc/net/tcp, sockets that listen only."""
    lines = ["  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"]
    lines += [f"{n:4}: 0100007F:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 {n + 1} 1"
              for n, port in enumerate(sorted(ports))]
    return "".join(f"{line}\n" for line in lines).encode()


def _names_of_processes(processes: ShellProcesses, running: _Running, folder: str) -> Iterable[str]:
    if not folder.startswith("/proc"):
        return ()
    pids = {str(one.pid) for one in running()} | {str(one.pid) for one in processes.all()}
    if folder.rstrip("/") == "/proc":
        return pids
    return _OF_PROCESS if folder.rstrip("/").removeprefix("/proc/") in pids else ()


def _link_of_process(processes: ShellProcesses, running: _Running, path: str) -> str | None:
    """/proc/PID/exe: the program of a process. The system's own are told apart no further than those of phones need to be."""
    parts = path.split("/")
    if len(parts) != 4 or parts[1] != "proc" or parts[3] != "exe" or not (parts[2].isascii() and parts[2].isdigit()):
        return None
    shell = processes.get(int(parts[2]))
    if shell is not None:
        return shell.program or "/system/bin/sh"
    app = next((one for one in running() if str(one.pid) == parts[2]), None)
    if app is None:
        return None
    return "/system/bin/init" if app.pid == 1 else "/system/bin/adbd" if app.name == "adbd" else "/system/bin/app_process64"


def _host_file(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(64 * 1024)
    except FileNotFoundError:
        return b""


def _command_file() -> bytes:
    return b"# a command of the lab device's shell\n"


def _version(properties: Properties) -> bytes:
    return f"Linux version 6.6-android15-lab ({properties.get('ro.build.user', 'lab')}) #1 SMP PREEMPT\n".encode()


def _build_prop(items: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}={value}\n" for name, value in items if name.startswith("ro.")).encode()


def _cpuinfo() -> bytes:
    count = os.cpu_count() or 1
    return "".join(f"processor\t: {index}\nBogoMIPS\t: 38.40\n\n" for index in range(count)).encode()


def _of_process(processes: ShellProcesses, running: Callable[[], Sequence[ProcessInfo]], path: str) -> bytes | None:
    """/proc/PID/cmdline, comm, status and stat."""
    parts = path.split("/")
    if len(parts) != 4 or parts[1] != "proc" or not (parts[2].isascii() and parts[2].isdigit()):
        return None
    pid = int(parts[2])
    shell = processes.get(pid)
    app = next((one for one in running() if one.pid == pid), None) if shell is None else None
    if shell is not None:
        name, argv, ppid, uid, rss = shell.name, list(shell.argv), shell.ppid, shell.who.uid, 3000
    elif app is not None:
        name, argv, ppid, uid, rss = app.name, [app.name], app.ppid, user_id(app.user) or 0, app.rss
    else:
        return None
    texts = {
        "cmdline": "".join(f"{argument}\0" for argument in argv),
        "comm": f"{name[:15]}\n",
        "oom_score_adj": "0\n",
        "status": f"Name:\t{name[:15]}\nState:\tS (sleeping)\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t{ppid}\n"
        f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nVmRSS:\t{rss} kB\nThreads:\t1\n",
        "stat": f"{pid} ({name[:15]}) S {ppid} {pid} {pid} 0 -1 4194560 " + " ".join(["0"] * 43) + "\n",
    }
    text = texts.get(parts[3])
    return None if text is None else text.encode()
