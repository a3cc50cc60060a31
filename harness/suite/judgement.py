"""A pytest run judged once, when all its scenarios have ended: one bundle, or those of all workers together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.bundle import finish_seal, link_latest, seal_interrupted
from harness.errors import HarnessError, UsageError
from harness.rules.analysis import Analysis, analyse
from harness.suite import per_test
from harness.tables.parts import bundles_in


class NoRun(UsageError):
    """There is nothing to judge."""


class Judgement:
    """`sealed` gives the bundle, sealed, or the folder of the workers' bundles; None where no run was made. `told`: whether
    somebody has said already why there is no analysis."""

    def __init__(self, sealed: Callable[[], Path | None]) -> None:
        self._sealed = sealed
        self.told = False
        self._made: Analysis | HarnessError | None = None

    def analysis(self) -> Analysis:
        """Made at the first call. Raises HarnessError, the same each time, where there is nothing to judge (NoRun) or it cannot
        be judged."""
        if self._made is None:
            try:
                self._made = self._judge()
            except HarnessError as bad:
                self._made = bad
        if isinstance(self._made, HarnessError):
            raise self._made.with_traceback(None)       # which would grow with each time that it is raised
        return self._made

    def _judge(self) -> Analysis:
        path = self._sealed()
        if path is None or not path.is_dir():
            raise NoRun("No run was made.", "Its device or app could not be had, or no scenario was run.",
                        "See what is told of the scenarios.")
        for bundle in bundles_in(path):
            close_killed(bundle)
        analysis = analyse(path)
        per_test.write(analysis)
        return analysis


def close_killed(bundle: Path) -> None:
    """A worker that died has left its bundle open: closed and marked as interrupted."""
    finish_seal(bundle)
    seal_interrupted(bundle)


def of_workers(folder: Path) -> Path | None:
    """The folder of the workers' bundles, made known as the latest run; None where no worker made one."""
    if not folder.is_dir() or not bundles_in(folder):
        return None
    (folder / "latest").unlink(missing_ok=True)      # each worker has made its bundle the latest
    link_latest(folder)
    return folder
