"""Makes a lab device's namespaces and puts its init in them: `python -m harness.lab.containment.enter CHANNEL`.

Run by the daemon in its own namespaces, with the stage as working folder. This process stays outside the
device's pid namespace and lives as long as the init does; each of the two dies with its parent, so nothing of a device
outlives its daemon, however that ends.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback

from harness.lab.containment import init, kernel

_DEVICE_NAMESPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWCGROUP
)
SELF = "init-root"


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    if os.geteuid() == 0:
        _drop_groups()
    kernel.unshare(kernel.CLONE_NEWUSER)
    channel.send(b"map")
    if channel.recv(16) != b"mapped":
        sys.exit("the daemon could not map the device's users")
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # reset by the change of uid; without it /proc/PID/ns cannot be read
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.unshare(_DEVICE_NAMESPACES)
    pid = os.fork()
    if pid == 0:
        _be_init(channel)
    channel.close()
    _, status = os.waitpid(pid, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _drop_groups() -> None:
    """Root's own groups must not go along. In a user namespace that denies setgroups there are none to drop."""
    try:
        os.setgroups([])
    except PermissionError:
        return


def _be_init(channel: socket.socket) -> None:
    try:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        kernel.rename_process("lab-init")
        # Mounts that came along are locked (mount_namespaces(7)); a copy of the stage made here may become the root.
        kernel.mount(".", SELF, "", kernel.MS_BIND | kernel.MS_REC)
        kernel.mount("proc", f"{SELF}/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
        kernel.pivot_into(SELF)
        socket.sethostname("localhost")
        os.setsid()
        init.serve(channel)
    except BaseException:  # noqa: BLE001 - the end of a forked child: what it says here is all that is known
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
