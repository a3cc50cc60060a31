"""adb answers a failed connection in words, with no error: we raise one."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator

import adbutils
import pytest

from harness.cli.lab import connect
from harness.errors import RigError


@pytest.fixture
def _own_adb(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An adb server of the test's own, brought up by the first question as on a machine that has none."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(probe.getsockname()[1]))
    yield
    subprocess.run([adbutils.adb_path(), "kill-server"], check=True, capture_output=True)


@pytest.mark.usefixtures("_own_adb")
def test_a_port_where_no_device_answers_is_an_error() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        serial = f"127.0.0.1:{probe.getsockname()[1]}"     # bound, not listening: refused
        with pytest.raises(RigError, match=serial) as caught:
            connect(serial)
    assert "refused" in caught.value.why.lower()
