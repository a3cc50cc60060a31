"""Commands are found by walking; a name has one handler."""

from __future__ import annotations

from types import ModuleType

import pytest

from harness.lab.shell.absent import ABSENT
from harness.lab.shell.call import Call, command
from harness.lab.shell.catalogue import DuplicateCommand, collect, files_in_bin, load_commands

WANTED = [
    "echo", "cat", "ls", "mkdir", "rm", "cp", "mv", "touch", "chmod", "stat", "md5sum", "toybox", "sha256sum",
    "pwd", "cd", "id", "whoami", "su", "getprop", "setprop", "settings", "wm", "date", "ps", "pidof", "kill",
    "sleep", "true", "false", "test", "[", "which", "uname", "df", "du", "find", "grep", "head", "tail", "wc",
    "sort", "tr", "cut", "logcat", "log", "input", "am", "pm", "cmd", "monkey", "dumpsys", "ime", "screencap",
    "uiautomator", "content", "svc", "reboot", "ip", "netstat", "ss", "app_process", "ifconfig", "run-as", "dd",
    "nc",
]  # fmt: skip


def test_every_command_that_is_needed_is_there() -> None:
    assert set(WANTED) <= set(load_commands())


def test_a_name_is_either_there_or_named_as_absent() -> None:
    assert not set(load_commands()) & ABSENT


def test_builtins_are_no_files() -> None:
    names = files_in_bin(load_commands())
    assert "ls" in names
    assert "cd" not in names


def test_two_handlers_for_one_name_are_an_error() -> None:
    first, second = ModuleType("first"), ModuleType("second")

    @command("same", "other")
    async def one(call: Call) -> int:
        return 0

    @command("same")
    async def two(call: Call) -> int:
        return 0

    first.one, second.two = one, two  # type: ignore[attr-defined]
    with pytest.raises(DuplicateCommand, match="same: in first and in second"):
        collect([first, second])
    second.two = one  # type: ignore[attr-defined]
    assert set(collect([first, second])) == {"same", "other"}
