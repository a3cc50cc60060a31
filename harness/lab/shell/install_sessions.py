"""Install sessions: pm install-create, install-write, install-commit."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

MAX_SESSIONS = 50  # PackageInstallerService.MAX_ACTIVE_SESSIONS_NO_PERMISSION
MAX_BYTES = 4 * 1024**3


@dataclass
class InstallSession:
    """What has been written so far. `options` are install-create's own, as `pm install` would take them."""

    id: int
    options: dict[str, str]
    folder: Path
    apks: dict[str, Path] = field(default_factory=dict)

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class InstallSessions:
    """The open sessions of one device; their files lie in a temporary folder of the host."""

    def __init__(self) -> None:
        self._sessions: dict[int, InstallSession] = {}
        self._ids = count(1_000_000_001)

    def create(self, options: dict[str, str]) -> InstallSession:
        """Raises PermissionError where there are too many."""
        if len(self._sessions) >= MAX_SESSIONS:
            raise PermissionError(f"Too many active sessions for UID 2000: {MAX_SESSIONS}")
        folder = Path(tempfile.mkdtemp(prefix="install-"))
        session = InstallSession(next(self._ids), options, folder)
        self._sessions[session.id] = session
        return session

    def get(self, number: int) -> InstallSession | None:
        return self._sessions.get(number)

    def end(self, session: InstallSession) -> None:
        self._sessions.pop(session.id, None)
        session.drop()

    def end_all(self) -> None:
        for session in list(self._sessions.values()):
            self.end(session)
