"""adb answers a failed connection in words, with no error: we raise one."""

from __future__ import annotations

import socket

import pytest

from harness.cli.lab import connect
from harness.errors import RigError


def test_a_port_where_no_device_answers_is_an_error() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        serial = f"127.0.0.1:{probe.getsockname()[1]}"     # bound, not listening: refused
        with pytest.raises(RigError, match=serial) as caught:
            connect(serial)
    assert "refused" in caught.value.why.lower()
