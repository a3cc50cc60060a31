"""Apps that crash or hang: the log lines, the dialog, and what its buttons do."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Packages
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.ui.screen import Screen
from harness.lab.ui.strings import Texts
from harness.lab.ui.system_pages import ErrorDialog
from harness.lab.ui.window import OnTap

_AGAIN_NS = 60 * 10**9


class AppErrors:
    """`foreground` tells whether a package is in front: only then a dialog is shown (AppErrors.java)."""

    def __init__(
        self,
        packages: Packages,
        processes: Processes,
        screen: Screen,
        texts: Texts,
        logs: LogBuffer,
        foreground: Callable[[str], bool],
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._screen = screen
        self._texts = texts
        self._logs = logs
        self._foreground = foreground
        self._now_ns = now_ns
        self._last_crash: dict[str, int] = {}

    def crashed(self, process: RunningProcess, thread: str, stack: str) -> None:
        """An exception nobody caught."""
        process.crashed = True
        first = stack.strip().splitlines()[0] if stack.strip() else "unknown"
        self._logs.write(
            "am_crash",
            f"[{process.pid},0,{process.name},{thread},{first}]",
            buffer="events",
        )
        self._logs.system("ActivityManager", f"Process {process.name} has crashed on thread {thread}: {first}", priority="E")
        if not self._foreground(process.package):
            return
        last = self._last_crash.get(process.name)
        self._last_crash[process.name] = self._now_ns()
        again = last is not None and self._now_ns() - last < _AGAIN_NS
        label = self._label(process)
        self._show(process, self._texts("keeps_stopping" if again else "has_stopped", label), [])

    def not_responding(self, process: RunningProcess, why: str) -> None:
        """The app does not answer. "Wait" leaves it alone, "close" kills it."""
        self._logs.system("ActivityManager", f"ANR in {process.name}\nPID: {process.pid}\nReason: {why}", priority="E")
        self._logs.write("am_anr", f"[0,{process.pid},{process.name},0,{why}]", buffer="events")
        if process.ended or not self._foreground(process.package) or self._has_dialog(process):
            return

        async def wait() -> None:
            self._dismiss(process)

        self._show(process, self._texts("not_responding", self._label(process)), [("aerr_wait", self._texts("wait"), wait)])

    def ended(self, process: RunningProcess) -> None:
        """A process that has ended no longer hangs; the dialog of a crash stays until it is dismissed."""
        if not process.crashed:
            self._dismiss(process)

    def forget(self, package: str) -> None:
        """force-stop and uninstall take the dialog away."""
        for window in self._screen.all_system_windows:
            if isinstance(window, ErrorDialog) and window.app == package:
                self._screen.close(window)

    def _label(self, process: RunningProcess) -> str:
        package = self._packages.find(process.package)
        return package.facts.label if package else process.package

    def _has_dialog(self, process: RunningProcess) -> bool:
        return any(isinstance(one, ErrorDialog) and one.app == process.package for one in self._screen.all_system_windows)

    def _dismiss(self, process: RunningProcess) -> None:
        self.forget(process.package)

    def _show(self, process: RunningProcess, message: str, more: list[tuple[str, str, OnTap]]) -> None:
        self.forget(process.package)

        async def close() -> None:
            self._dismiss(process)
            for one in self._processes.of_package(process.package):
                if one is process:
                    one.link.kill()

        actions = [("aerr_close", self._texts("close_app"), close), *more]
        self._screen.show(ErrorDialog(self._screen.look, message, actions, process.package))
