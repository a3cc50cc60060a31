"""What the shell's commands ask of the system server.

`harness.lab.system.server.SystemServer` is the real one; only what the commands use stands here, so that
they can be tried without apps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package
from harness.lab.system.permissions import Permissions
from harness.lab.system.settings import Settings


class InstalledPackages(Protocol):
    """The part of `harness.lab.system.packages.Packages` that looks."""

    def __iter__(self) -> Iterator[Package]: ...

    def __contains__(self, name: str) -> bool: ...

    def find(self, name: str) -> Package | None: ...


class System(Protocol):
    """One device's system server. Raises as `SystemServer` does."""

    @property
    def packages(self) -> InstalledPackages: ...

    @property
    def permissions(self) -> Permissions: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def logs(self) -> LogBuffer: ...
