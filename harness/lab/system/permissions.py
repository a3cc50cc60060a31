"""Who may do what: the permission state of every package, kept over restarts of app and daemon.

The model is Android 15's: install-time permissions are granted with the package, runtime permissions
carry a grant and the flags that decide whether a dialog is shown again (AOSP PermissionManagerService,
PackageManager.FLAG_PERMISSION_*).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from harness.lab.system.device_state import DeviceState
from harness.lab.system.facts import PackageFacts
from harness.lab.system.permission_table import (
    POST_NOTIFICATIONS,
    PermissionTable,
    platform_table,
    split_from,
)

SDK = 35


@dataclass(frozen=True)
class Grant:
    """State of one runtime permission of one package.

    `user_set`: the user has decided once. `user_fixed`: a refusal that no dialog asks about again.
    `one_time`: the grant ends with the app's processes.
    """

    granted: bool = False
    user_set: bool = False
    user_fixed: bool = False
    one_time: bool = False

    @property
    def state(self) -> str:
        """As the protocol has it: granted, denied (never asked), refused (asked, may ask again), fixed."""
        if self.granted:
            return "granted"
        if self.user_fixed:
            return "fixed"
        return "refused" if self.user_set else "denied"

    @property
    def flags(self) -> list[str]:
        """As `dumpsys package` prints them."""
        names = []
        if self.user_set:
            names.append("USER_SET")
        if self.user_fixed:
            names.append("USER_FIXED")
        if self.one_time:
            names.append("ONE_TIME")
        return names


@dataclass
class PackagePermissions:
    """All of one package's."""

    facts: PackageFacts
    install_time: list[str] = field(default_factory=list)
    runtime: dict[str, Grant] = field(default_factory=dict)


class SecurityRefusal(Exception):
    """What `pm grant` prints when it is not allowed; the text is Android's SecurityException message."""


Changed = Callable[[str, dict[str, str]], None]


class Permissions:
    """Permission state of all packages. `changed(package, {permission: state})` is told of every change."""

    def __init__(self, state: DeviceState, changed: Changed = lambda _package, _states: None) -> None:
        self._state = state
        self._changed = changed
        self._packages: dict[str, PackagePermissions] = {}
        self._kept: dict[str, dict[str, dict[str, bool]]] = state.load()
        self._table = platform_table()

    @property
    def table(self) -> PermissionTable:
        """The platform's permissions and those that installed packages declare."""
        return self._table

    def install(self, facts: PackageFacts, *, grant_all: bool = False) -> None:
        """Takes a new or updated package in; earlier decisions about it are kept."""
        self._declare(facts)
        before = self._packages.get(facts.package)
        kept = before.runtime if before else self._load(facts.package)
        held = before.install_time if before else [name for name, grant in kept.items() if grant.granted]
        developers = {name for name in held if self._table.is_development(name)}
        record = PackagePermissions(facts)
        for name in self._wanted(facts):
            if self._table.is_runtime(name):
                grant = kept.get(name, Grant())
                if facts.target_sdk < 23 and not grant.user_set:
                    # a legacy app holds its runtime permissions from the start (AOSP: REVIEW_REQUIRED)
                    grant = replace(grant, granted=True)
                if grant_all:
                    grant = Grant(granted=True)
                record.runtime[name] = grant
            elif self._table.granted_at_install(name) or self._own_signature(name, facts) or name in developers:
                record.install_time.append(name)
        self._packages[facts.package] = record
        self._store()

    def uninstall(self, package: str) -> None:
        """Forgets the package and all decisions about it."""
        self._packages.pop(package, None)
        self._kept.pop(package, None)
        self._store()
        self._rebuild_table()

    def of(self, package: str) -> PackagePermissions:
        """KeyError when it is not installed."""
        return self._packages[package]

    def states(self, package: str) -> dict[str, str]:
        """Every permission the package asks for -> granted, denied, refused, fixed (`bind`, `set`)."""
        record = self._packages[package]
        states = dict.fromkeys(record.install_time, "granted")
        states.update((name, grant.state) for name, grant in record.runtime.items())
        for one in record.facts.requested:
            states.setdefault(one.name, "denied")
        return states

    def is_granted(self, package: str, permission: str) -> bool:
        """What checkPermission answers."""
        record = self._packages.get(package)
        if record is None:
            return False
        grant = record.runtime.get(permission)
        return grant.granted if grant else permission in record.install_time

    def update(self, package: str, changes: dict[str, Grant]) -> None:
        """Sets runtime states and tells of those that became another."""
        record = self._packages[package]
        told = {}
        for name, grant in changes.items():
            if record.runtime[name].state != grant.state:
                told[name] = grant.state
            record.runtime[name] = grant
        self._store()
        if told:
            self._changed(package, told)

    def grant(self, package: str, permission: str) -> None:
        """`pm grant`. Raises SecurityRefusal."""
        if self._check_changeable(package, permission):
            self._set_development(package, permission, granted=True)
        else:
            self.update(package, {permission: Grant(granted=True)})

    def revoke(self, package: str, permission: str) -> None:
        """`pm revoke`. Raises SecurityRefusal."""
        if self._check_changeable(package, permission):
            self._set_development(package, permission, granted=False)
        else:
            self.update(package, {permission: Grant()})

    def reset(self, package: str) -> None:
        """Back to the state of a fresh install (`pm reset-permissions`, `pm clear`)."""
        record = self._packages[package]
        legacy = record.facts.target_sdk < 23
        self.update(package, {name: Grant(granted=legacy) for name in record.runtime})

    def end_one_time(self, package: str) -> None:
        """The last process of the package is gone: grants for "only this time" end, and it may ask again."""
        record = self._packages.get(package)
        if record is None:
            return
        ended = {name: Grant() for name, grant in record.runtime.items() if grant.one_time}
        if ended:
            self.update(package, ended)

    def _set_development(self, package: str, permission: str, *, granted: bool) -> None:
        held = self._packages[package].install_time
        if granted == (permission in held):
            return
        if granted:
            held.append(permission)
        else:
            held.remove(permission)
        self._store()
        self._changed(package, {permission: "granted" if granted else "denied"})

    def _check_changeable(self, package: str, permission: str) -> bool:
        """Raises SecurityRefusal. True for a development permission, False for one that the user may be asked for."""
        record = self._packages.get(package)
        if record is None:
            raise SecurityRefusal(f"Unknown package: {package}")
        if permission not in self._table.levels:
            raise SecurityRefusal(f"Unknown permission: {permission}")
        if permission in record.runtime:
            return False
        if not any(one.name == permission for one in record.facts.requested):
            raise SecurityRefusal(f"Package {package} has not requested permission {permission}")
        if self._table.is_development(permission):
            return True
        raise SecurityRefusal(f"Permission {permission} requested by {package} is not a changeable permission type")

    def _wanted(self, facts: PackageFacts) -> Iterable[str]:
        """Requested permissions that exist at this level, and those they were split into."""
        names: dict[str, None] = {}
        for one in facts.requested:
            if one.max_sdk and one.max_sdk < SDK:
                continue
            names[one.name] = None
            names.update(dict.fromkeys(split_from(one.name, facts.target_sdk)))
        if facts.target_sdk < 33:
            # notifications are asked for on behalf of apps that do not know the permission yet
            names[POST_NOTIFICATIONS] = None
        return names

    def _own_signature(self, permission: str, facts: PackageFacts) -> bool:
        """A signature permission that a package with the same signer declares."""
        if not self._table.levels.get(permission, "").startswith("signature"):
            return False
        return any(
            permission in {one.name for one in other.declared} and other.signer.certificates == facts.signer.certificates
            for other in [facts, *(record.facts for record in self._packages.values())]
        )

    def _declare(self, facts: PackageFacts) -> None:
        known = platform_table().levels
        levels = dict(self._table.levels)
        groups = dict(self._table.groups)
        for one in facts.declared:
            if one.name and one.name not in known:
                levels[one.name] = one.level
                if one.group:
                    groups[one.name] = one.group
        self._table = PermissionTable(levels, groups)

    def _rebuild_table(self) -> None:
        self._table = platform_table()
        for record in self._packages.values():
            self._declare(record.facts)

    def _load(self, package: str) -> dict[str, Grant]:
        return {name: Grant(**flags) for name, flags in self._kept.get(package, {}).items()}

    def _store(self) -> None:
        for package, record in self._packages.items():
            self._kept[package] = {
                name: {key: True for key, on in grant.__dict__.items() if on} for name, grant in record.runtime.items()
            }
            self._kept[package].update(
                {name: {"granted": True} for name in record.install_time if self._table.is_development(name)}
            )
        content: dict[str, Any] = dict(self._kept)
        self._state.store(content)
