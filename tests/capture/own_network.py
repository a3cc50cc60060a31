"""Runs a piece of a test in a network namespace that it makes itself, so that it can have any address and reaches nobody.

pytest's own process has threads and stays where it is: the piece runs in a fork of it.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.lab.containment import kernel


def ip(*words: str) -> None:
    """iproute2's command. A word such as an address is a word of its own."""
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def enter_own_network() -> None:
    """This process, which must have one thread, in a network namespace with nothing but loopback and in a mount
    namespace. Raises OSError where that may not be made."""
    ids = os.geteuid(), os.getegid()
    own_user = 0 if ids[0] == 0 else kernel.CLONE_NEWUSER
    kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | own_user)
    if own_user:
        kernel.write_maps("self", [(0, ids[0], 1)], [(0, ids[1], 1)])
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.raise_loopback()


def in_own_network(piece: Callable[[], Any]) -> Any:
    """What `piece` returns, a failure of it raised here with its traceback as text. Skips where there is no way to."""
    if not sys.platform.startswith("linux") or not shutil.which("ip"):
        pytest.skip("no iproute2 here: a test cannot give a network namespace of its own an address")
    answer, told = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(answer)
        result: tuple[str, Any]
        try:
            enter_own_network()
        except OSError as error:
            result = ("skip", f"no network namespace may be made here: {error}")
        else:
            try:
                result = ("value", piece())
            except pytest.skip.Exception as reason:
                result = ("skip", str(reason))
            except BaseException:  # noqa: BLE001 - it is carried over to the test
                result = ("failure", traceback.format_exc())
        with os.fdopen(told, "wb") as pipe:
            pipe.write(pickle.dumps(result))
        os._exit(0)
    os.close(told)
    with os.fdopen(answer, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    assert data, "the process of the test died"
    what, value = pickle.loads(data)
    if what == "skip":
        pytest.skip(value)
    if what == "failure":
        raise AssertionError(value)
    return value


def name_address(name: str, address: str, folder: Path) -> None:
    """Lets the system resolve `name`, in this mount namespace only."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{address} {name}\n")
    kernel.mount(str(hosts), "/etc/hosts", "", kernel.MS_BIND)
