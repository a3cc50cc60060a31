"""Limits for a device as a whole: set where the machine has the controllers, left alone where it has not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.lab.containment.cgroup import confine, machine_memory


@pytest.fixture
def kernel_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Makes a new folder below a pretended /sys/fs/cgroup come with these files, as the kernel does."""
    names: list[str] = []
    made = Path.mkdir

    def mkdir(self: Path, *arguments: int, **options: bool) -> None:
        made(self, *arguments, **options)
        for name in names:
            (self / name).touch()

    monkeypatch.setattr(Path, "mkdir", mkdir)
    return names


def test_the_unified_hierarchy(tmp_path: Path, kernel_files: list[str]) -> None:
    (tmp_path / "cgroup.controllers").touch()
    kernel_files += ["memory.max", "pids.max", "cgroup.procs"]
    group = confine(4711, 12, memory=1 << 30, tasks=99, root=tmp_path)
    assert group is not None
    texts = {file.name: file.read_text() for file in (tmp_path / "privacy-harness-12").iterdir()}
    assert texts == {"memory.max": "1073741824", "pids.max": "99", "cgroup.procs": "4711"}


def test_the_old_hierarchies(tmp_path: Path, kernel_files: list[str]) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "pids").mkdir()
    kernel_files += ["memory.limit_in_bytes", "pids.max", "cgroup.procs"]
    assert confine(4711, 12, memory=1 << 30, tasks=99, root=tmp_path) is not None
    assert (tmp_path / "memory" / "privacy-harness-12" / "memory.limit_in_bytes").read_text() == "1073741824"
    assert (tmp_path / "pids" / "privacy-harness-12" / "pids.max").read_text() == "99"


def test_without_the_controller_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").touch()
    assert confine(4711, 12, root=tmp_path) is None
    assert not (tmp_path / "privacy-harness-12").exists()
    assert confine(4711, 12, root=tmp_path / "nothing") is None


def test_what_a_killed_daemon_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").touch()
    for name in ("privacy-harness-4194999", f"privacy-harness-{os.getpid()}", "another"):
        (tmp_path / name).mkdir()
    confine(4711, 12, root=tmp_path)
    left = {folder.name for folder in tmp_path.iterdir() if folder.is_dir()}
    assert left == {f"privacy-harness-{os.getpid()}", "another"}


def test_the_limit_is_a_part_of_the_machines_memory() -> None:
    assert 0 < machine_memory() < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
