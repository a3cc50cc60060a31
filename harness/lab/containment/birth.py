"""How a process of the device is born: its namespaces, its root, its limits. Runs in children of the init.

Three processes take part in an app process's birth, because a pid namespace must have its process 1 before a
process with a chosen number can be put in it:

    init ── builder   makes user, mount, pid, ipc, uts and cgroup namespaces, builds the root, forks the anchor, ends
         ── anchor    process 1 of the new pid namespace; when it is killed the kernel kills all others there
         └─ process   has the same number in the app's pid namespace as in the device's, so that Process.myPid(),
                      Frida, ps and the system server all mean the same process by it

The anchor keeps one capability, so the app, which shares its user namespace and uid but has none, may neither
trace it nor read its memory (ptrace(2): the caller's capabilities must be a superset of the target's).
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.lab.containment import kernel, seccomp
from harness.lab.containment.limits import Limits
from harness.lab.containment.stage import SERVICE_SCRATCH

BASE = "/app-root"
SERVICE_BASE = "/service-root"
VIEWS = "/views"
_APP_NAMESPACES = (
    kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWNS
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWCGROUP
)
_OUT_OF_THE_WAY = 100
_QUIET = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC


@dataclass(frozen=True)
class Order:
    """What to start. `fds`: descriptor n of the process is `fds[n]`; all others are closed."""

    argv: Sequence[str]
    env: Mapping[str, str]
    fds: Sequence[int]
    limits: Limits
    directory: str = "/"
    uid: int = 10000


def fork_child(work: Callable[[], None], report: int) -> int:
    """Forks; the child does `work` and never returns. Its failure is written to `report` as text."""
    pid = os.fork()
    if pid == 0:
        run_child(work, report)
    return pid


def run_child(work: Callable[[], None], report: int) -> None:
    """Never returns: the end of a forked child."""
    status = 127
    try:
        signal.set_wakeup_fd(-1)
        work()
        status = 0
    except BaseException as error:  # noqa: BLE001 - the child's last act is to say why it failed
        detail = "".join(traceback.format_exception_only(error)).strip()
        os.write(report, f"{detail} [{_place(error)}]".encode())
    finally:
        os._exit(status)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return ", ".join(f"{frame.name}:{frame.lineno}" for frame in frames[-3:])


def build_world(view: str, order: Order, report: int) -> None:
    """The builder's work. Writes the anchor's pid (device's numbering) and a line feed to `report`, then ends."""
    uid = os.getuid()
    gid = os.getgid()
    kernel.unshare(_APP_NAMESPACES)
    kernel.write_maps("self", [(order.uid, uid, 1)], [(order.uid, gid, 1)])
    root = f"{view}/root"
    kernel.mount(BASE, root, "", kernel.MS_BIND | kernel.MS_REC)
    kernel.mount("tmpfs", f"{root}/tmp", "tmpfs", _QUIET, f"size={order.limits.temporary},nr_inodes=65536,mode=1777")
    kernel.mount(f"{view}/data", f"{root}/data", "", kernel.MS_BIND | kernel.MS_REC)
    ready, told = os.pipe()
    anchor = os.fork()
    if anchor == 0:
        os.close(ready)
        run_child(lambda: _be_anchor(root, told), report)
    os.close(told)
    if os.read(ready, 1) != b"+":
        os._exit(127)  # the anchor has said why
    os.write(report, b"%d\n" % anchor)


def _be_anchor(root: str, told: int) -> None:
    mount_proc(f"{root}/proc")
    _remount_read_only(f"{root}/data")
    _remount_read_only(root)
    kernel.pivot_into(root)
    socket.sethostname("localhost")
    os.setsid()
    kernel.keep_capabilities([kernel.CAP_KILL])
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps orphans of the app
    os.write(told, b"+")
    close_all_but([])
    while True:
        signal.pause()


def mount_proc(target: str) -> None:
    """Only the processes, nothing of the machine (subset=pid, Linux 5.8), and of these only what the reader may trace
    (hidepid=2): an app sees its own process and not the anchor."""
    try:
        kernel.mount("proc", target, "proc", _QUIET, "subset=pid,hidepid=2")
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        kernel.mount("proc", target, "proc", _QUIET, "hidepid=2")


def _remount_read_only(target: str) -> None:
    """Only the mount itself: the package's data folder, mounted below it later, is to be writable."""
    kernel.mount("none", target, "", kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.kept_flags(target))


def become_app(anchor: int, order: Order, listener_to: int, report: int) -> None:
    """The app process's last steps before exec: it is in the pid namespace already, in no other of the app's."""
    folder = f"/proc/{anchor}/ns"
    kinds = ("user", "mnt", "ipc", "uts", "cgroup")
    flags = (kernel.CLONE_NEWUSER, kernel.CLONE_NEWNS, kernel.CLONE_NEWIPC, kernel.CLONE_NEWUTS, kernel.CLONE_NEWCGROUP)
    spaces = [os.open(f"{folder}/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in kinds]
    for space, flag in zip(spaces, flags, strict=True):
        kernel.setns(space, flag)
    os.setsid()
    os.umask(0o077)
    _arrange(order.fds, [listener_to, report])
    order.limits.apply()
    with open("/proc/self/oom_score_adj", "w") as badness:
        badness.write("1000")  # when memory runs out, the app goes first
    kernel.keep_capabilities([])
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    os.chdir(order.directory)
    listener = seccomp.install()
    with socket.socket(fileno=listener_to) as channel:
        socket.send_fds(channel, [b"L"], [listener])
    os.close(listener)
    # From here on only exec: the supervisor lets exactly one through.
    _exec(order, report)


def become_service(order: Order, report: int, capabilities: Sequence[int]) -> None:
    """A trusted helper (the Frida service): the device's user and pid namespaces, a mount namespace and root of its
    own with Python in it, and only the capabilities named."""
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount(SERVICE_BASE, SERVICE_BASE, "", kernel.MS_BIND | kernel.MS_REC)  # only a mount can become the root
    kernel.mount("proc", f"{SERVICE_BASE}/proc", "proc", _QUIET)
    kernel.mount("tmpfs", f"{SERVICE_BASE}{SERVICE_SCRATCH}", "tmpfs", _QUIET, f"size={order.limits.temporary},mode=1777")
    kernel.pivot_into(SERVICE_BASE)
    os.setsid()
    _arrange(order.fds, [report])
    order.limits.apply()
    kernel.keep_capabilities(capabilities)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    os.chdir(order.directory)
    _exec(order, report)


def _exec(order: Order, report: int) -> None:
    os.set_inheritable(report, False)
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.execve(order.argv[0], list(order.argv), dict(order.env))


def _arrange(wanted: Sequence[int], kept: Sequence[int]) -> None:
    """Puts `wanted[n]` at n and closes all else but `kept`, which must be out of the way (`out_of_the_way`)."""
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY) for fd in wanted]
    for number, fd in enumerate(moved):
        os.dup2(fd, number, inheritable=True)
    close_all_but([*range(len(wanted)), *kept])


def out_of_the_way(fd: int) -> int:
    """The descriptor under a number that no order for a process uses; the old one is closed."""
    moved: int = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY)
    os.close(fd)
    return moved


def close_all_but(kept: Sequence[int]) -> None:
    start = 0
    for fd in sorted(kept):
        if start < fd:  # closerange(0, 0) closes everything (it turns its end into -1)
            os.closerange(start, fd)
        start = fd + 1
    os.closerange(start, 1 << 16)
