"""Finds the commands: every module below harness.lab.shell.commands that declares one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from types import ModuleType

from harness.lab.shell import commands
from harness.lab.shell.call import ShellCommand


class DuplicateCommand(Exception):
    """Two handlers claim one name."""


def load_commands() -> dict[str, ShellCommand]:
    """Name -> handler. A module that fails to import, or a name claimed twice, is an error."""
    modules = [importlib.import_module(f"{commands.__name__}.{found.name}") for found in pkgutil.iter_modules(commands.__path__)]
    return collect(modules)


def collect(modules: Iterable[ModuleType]) -> dict[str, ShellCommand]:
    """Raises DuplicateCommand."""
    found: dict[str, ShellCommand] = {}
    origin: dict[str, str] = {}
    for module in modules:
        for declared in vars(module).values():
            if not isinstance(declared, ShellCommand):
                continue
            for name in declared.names:
                if name in found and found[name] is not declared:
                    raise DuplicateCommand(f"{name}: in {origin[name]} and in {module.__name__}")
                found[name] = declared
                origin[name] = module.__name__
    return found


def files_in_bin(found: Mapping[str, ShellCommand]) -> list[str]:
    """The names that /system/bin lists."""
    return sorted(name for name, one in found.items() if not one.builtin and "/" not in name)
