"""pytest-xdist: each worker has a device and a bundle of its own; all bundles of a run lie in one folder.

The process that distributes the tests names the folder, by the run's uid (PYTEST_XDIST_TESTRUNUID); the workers make their
bundles in it; when all of them have ended, that process decides, once, from all bundles together. A worker's name says
nothing about its device: a worker that died is replaced by one of another name.
"""

from __future__ import annotations

import datetime
import warnings
from pathlib import Path
from typing import Any

import pytest

_FOLDER: pytest.StashKey[Path] = pytest.StashKey()


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def count_of(config: pytest.Config) -> int:
    """Workers of this run; 1 where it is not distributed."""
    return int(getattr(config, "workerinput", {}).get("workercount", 1))


def tell_worker(node: Any) -> None:
    """The controller tells a new worker where its bundle belongs. Makes nothing: a run without scenarios leaves no folder."""
    config: pytest.Config = node.config
    folder = config.stash.get(_FOLDER, None)
    if folder is None:
        at = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        out = Path(config.invocation_params.dir) / str(config.getoption("harness_output"))
        folder = config.stash[_FOLDER] = out / f"{at}-run-{node.workerinput['testrunuid'][:8]}"
    node.workerinput["harness_run"] = str(folder)
    node.workerinput["harness_dist"] = str(config.getoption("dist", "load"))


def run_folder(config: pytest.Config) -> Path | None:
    """Where the bundles of all workers are; None where the run is not distributed."""
    told = getattr(config, "workerinput", {}).get("harness_run")
    return Path(told) if told else config.stash.get(_FOLDER, None)


def is_controller(config: pytest.Config) -> bool:
    """Of a distributed run that has begun."""
    return not is_worker(config) and config.stash.get(_FOLDER, None) is not None


def warn_of_lost_groups(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers would take the tests of a stateful group apart. `loadgroup` says in a test's id that it keeps its
    group; with pytest 9.2 pytest-xdist 3.8 fails to (pytest-xdist#1386)."""
    how = getattr(config, "workerinput", {}).get("harness_dist", "")
    if count_of(config) < 2 or how in ("loadfile", "loadscope", "each"):
        return
    for item in items:
        marker = item.get_closest_marker("stateful")
        if marker is not None and "@" not in item.nodeid:
            lost = "this pytest-xdist does not keep groups (pytest-xdist#1386)"
            why = lost if how == "loadgroup" else f"--dist {how} takes it apart"
            warnings.warn(pytest.PytestWarning(
                f"{item.nodeid} is of a stateful group, but {why}: use --dist loadfile with the group in one file"), stacklevel=2)
