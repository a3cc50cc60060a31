"""The installed packages: their files, state and who of them answers an intent."""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import HarnessError
from harness.lab.system import install_errors as errors
from harness.lab.system.apk import ABIS, digest_of, read_package
from harness.lab.system.apk_file import manifest_of, split_of
from harness.lab.system.device_state import DeviceState
from harness.lab.system.facts import Component, PackageFacts
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.native_libraries import extract_libraries, libraries_folder, primary_abi
from harness.lab.system.process_link import Translate

FIRST_APP_ID = 10100  # Process.FIRST_APPLICATION_UID is 10000; a phone's own apps come first

ENABLED_STATES = ("default", "enabled", "disabled", "disabled-user")


class UnknownPackage(HarnessError):
    """The package is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(f"The package {package} is not installed on the lab device.")
        self.package = package


@dataclass
class Package:
    """An installed package. `enabled`: package or class name -> one of ENABLED_STATES.

    `apks`: the base, then its splits in the order of `facts.splits`; `classes`: the translated jar of each.
    `stopped`: installed or force-stopped and not started since; such a package gets no broadcasts. `abi`: of the native code that
    its processes run, "" where it brings none.
    """

    facts: PackageFacts
    uid: int
    apks: tuple[Path, ...]
    classes: tuple[Path, ...]
    data: Path
    first_install_ms: int
    last_update_ms: int
    enabled: dict[str, str] = field(default_factory=dict)
    stopped: bool = True
    abi: str = ""

    @property
    def name(self) -> str:
        return self.facts.package

    @property
    def apk(self) -> Path:
        """The base."""
        return self.apks[0]

    @property
    def splits(self) -> dict[str, Path]:
        """Name -> APK."""
        return dict(zip((one.name for one in self.facts.splits), self.apks[1:], strict=True))

    @property
    def libraries(self) -> Path | None:
        """The folder of its native libraries."""
        return libraries_folder(self.apk.parent, self.abi) if self.abi else None

    @property
    def user(self) -> str:
        """The uid as Android writes it: u0_a100."""
        return f"u0_a{self.uid - 10000}"

    def is_enabled(self, component: Component | None = None) -> bool:
        """Whether the package, and the component of it, may run."""
        whole = self.enabled.get(self.name, "default")
        if whole.startswith("disabled"):
            return False
        if component is None:
            return True
        own = self.enabled.get(component.name, "default")
        return component.enabled if own == "default" else own == "enabled"

    @property
    def launcher(self) -> Component | None:
        """The activity or alias behind the icon, of those that are enabled now."""
        return next((one for one in self.facts.components if one.launchable and self.is_enabled(one)), None)


class Packages:
    """What is installed. Blocking: reading an APK and translating it take up to seconds, so call it in a thread."""

    def __init__(
        self,
        root: Path,
        state: DeviceState,
        *,
        locale: str,
        translate: Translate,
        abis: tuple[str, ...] = ABIS,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`root`: the folder that is "/" on the device; `locale`: "zh-CN", the language of labels."""
        self._root = root
        self._state = state
        self._locale = locale
        self._translate = translate
        self._abis = abis
        self._now_ms = now_ms
        self._installed: dict[str, Package] = {}
        self._next_uid = FIRST_APP_ID

    def load(self) -> None:
        """Takes up what an earlier daemon left, reading each APK's facts again."""
        content = self._state.load()
        self._next_uid = content.get("next_uid", FIRST_APP_ID)
        for name, kept in content.get("packages", {}).items():
            apks = tuple(self._root / apk for apk in kept.get("apks") or [kept["apk"]])
            if not all(apk.is_file() for apk in apks):
                continue
            facts = read_package(apks, self._locale, self._abis)
            self._installed[name] = Package(
                facts=facts,
                uid=kept["uid"],
                apks=apks,
                classes=tuple(self._translate(apk) for apk in apks),
                data=self._data_folder(name),
                first_install_ms=kept["first_install_ms"],
                last_update_ms=kept["last_update_ms"],
                enabled=dict(kept["enabled"]),
                stopped=kept["stopped"],
                abi=primary_abi(facts.native_abis, self._abis),
            )

    def store(self) -> None:
        """Writes the state; called after every change."""
        self._state.store(
            {
                "next_uid": self._next_uid,
                "packages": {
                    name: {
                        "apks": [str(apk.relative_to(self._root)) for apk in one.apks],
                        "uid": one.uid,
                        "first_install_ms": one.first_install_ms,
                        "last_update_ms": one.last_update_ms,
                        "enabled": one.enabled,
                        "stopped": one.stopped,
                    }
                    for name, one in self._installed.items()
                },
            }
        )

    def __iter__(self) -> Iterator[Package]:
        """Sorted by name."""
        return iter([self._installed[name] for name in sorted(self._installed)])

    def __contains__(self, name: str) -> bool:
        return name in self._installed

    def get(self, name: str) -> Package:
        """Raises UnknownPackage."""
        try:
            return self._installed[name]
        except KeyError:
            raise UnknownPackage(name) from None

    def find(self, name: str) -> Package | None:
        """None when it is not installed."""
        return self._installed.get(name)

    def joined(self, apks: Sequence[Path], inherit: str, without: Collection[str] = ()) -> list[Path]:
        """`apks`, and of the package `inherit` those that they do not take the place of, `without` some splits.

        Raises InstallFailed.
        """
        if not inherit:
            return list(apks)
        before = self._installed.get(inherit)
        if before is None:
            raise InstallFailed(errors.INVALID_APK, f"Missing existing base package for {inherit}")
        taken = {split_of(manifest_of(apk)) for apk in apks} | set(without)
        return [*apks, *(apk for name, apk in {"": before.apk, **before.splits}.items() if name not in taken)]

    def check(
        self, apks: Sequence[Path], *, replace: bool, downgrade: bool, test_only: bool
    ) -> tuple[PackageFacts, Package | None]:
        """The facts of a base and its splits and what is installed under their name, if they may be installed.

        Raises InstallFailed.
        """
        facts = read_package(apks, self._locale, self._abis)
        before = self._installed.get(facts.package)
        if facts.test_only and not test_only:
            raise InstallFailed(errors.TEST_ONLY, "Failed to install test-only apk. Did you forget to add -t?")
        if before is not None:
            _check_update(facts, before.facts, replace, downgrade)
        for other in self._installed.values():
            if other.name != facts.package:
                _check_conflicts(facts, other.facts)
        return facts, before

    def add(self, apks: Sequence[Path], facts: PackageFacts, before: Package | None) -> Package:
        """Copies the files in, has them translated, and registers the package; an update keeps its data."""
        folder = self._root / "data" / "app" / _token(digest_of(facts), "~~") / _token(facts.package, facts.package + "-")
        targets = [folder / "base.apk", *(folder / f"split_{one.name}.apk" for one in facts.splits)]
        sources = {split_of(manifest_of(apk)): apk for apk in apks}
        fresh = before is None or before.apk != targets[0]
        abi = primary_abi(facts.native_abis, self._abis)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, target in zip(["", *(one.name for one in facts.splits)], targets, strict=True):
                if sources[name] != target:
                    shutil.copyfile(sources[name], target)
                target.chmod(0o644)
            extract_libraries(targets, folder, abi)
            classes = tuple(self._translate(target) for target in targets)
            data = self._make_data_folder(facts.package)
        except OSError as fault:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            if fault.errno in (errno.ENOSPC, errno.EDQUOT):
                raise InstallFailed(errors.INSUFFICIENT_STORAGE, str(fault)) from fault
            raise
        except InstallFailed:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        except HarnessError as fault:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            raise InstallFailed(errors.DEXOPT, str(fault)) from fault
        now = self._now_ms()
        package = Package(
            facts=facts,
            uid=before.uid if before else self._take_uid(),
            apks=tuple(targets),
            classes=classes,
            data=data,
            first_install_ms=before.first_install_ms if before else now,
            last_update_ms=now,
            enabled=dict(before.enabled) if before else {},
            stopped=before.stopped if before else True,
            abi=abi,
        )
        self._installed[facts.package] = package
        self.store()
        if before is not None and fresh:
            _remove_code(before.apk)
        return package

    def remove(self, name: str, *, keep_data: bool = False) -> Package:
        """Raises UnknownPackage."""
        package = self.get(name)
        del self._installed[name]
        self.store()
        _remove_code(package.apk)
        if not keep_data:
            shutil.rmtree(package.data, ignore_errors=True)
            shutil.rmtree(self.external_folder(name), ignore_errors=True)
        return package

    def clear_data(self, name: str) -> None:
        """Empties the package's folders, internal and external."""
        package = self.get(name)
        shutil.rmtree(package.data, ignore_errors=True)
        shutil.rmtree(self.external_folder(name), ignore_errors=True)
        self._make_data_folder(name)
        package.stopped = True
        self.store()

    def set_enabled(self, target: str, state: str) -> str:
        """`target`: package or package/class. Gives the new state; raises UnknownPackage or ValueError."""
        if state not in ENABLED_STATES:
            raise ValueError(f"unknown state {state!r}")
        name, _, class_name = target.partition("/")
        package = self.get(name)
        key = name
        if class_name:
            key = name + class_name if class_name.startswith(".") else class_name
            if package.facts.component(key) is None:
                raise ValueError(f"Component class {key} does not exist in {name}")
        package.enabled[key] = state
        self.store()
        return state

    def set_stopped(self, name: str, stopped: bool) -> None:
        """Notes that the package was force-stopped, or runs again."""
        package = self._installed.get(name)
        if package is not None and package.stopped != stopped:
            package.stopped = stopped
            self.store()

    def find_component(self, component: str) -> tuple[Package, Component] | None:
        """By "package/full.Class"; None when there is none such."""
        name, _, class_name = component.partition("/")
        package = self._installed.get(name)
        found = package.facts.component(class_name) if package else None
        return (package, found) if package and found else None

    def _take_uid(self) -> int:
        self._next_uid += 1
        return self._next_uid - 1

    def _data_folder(self, name: str) -> Path:
        return self._root / "data" / "data" / name

    def external_folder(self, name: str) -> Path:
        """Its own folder of the shared storage."""
        return self._root / "storage" / "emulated" / "0" / "Android" / "data" / name

    def make_external_folder(self, name: str) -> Path:
        """The app finds it there as soon as it runs, also where adb has made the folders above for itself alone."""
        folder = self.external_folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        for above in (folder.parent, folder.parent.parent):
            above.chmod(0o755)
        return folder

    def _make_data_folder(self, name: str) -> Path:
        folder = self._data_folder(name)
        for inner in ("cache", "code_cache", "files"):
            (folder / inner).mkdir(parents=True, exist_ok=True)
        return folder


def _token(seed: str, prefix: str) -> str:
    """The random-looking folder names of /data/app, the same for the same file."""
    digest = hashlib.sha256(f"{prefix}{seed}".encode()).hexdigest()[:22]
    return f"{prefix}{digest}=="


def _remove_code(apk: Path) -> None:
    shutil.rmtree(apk.parent, ignore_errors=True)
    parent = apk.parent.parent
    if parent.is_dir() and not any(parent.iterdir()):
        parent.rmdir()


def _check_update(facts: PackageFacts, before: PackageFacts, replace: bool, downgrade: bool) -> None:
    if not replace:
        raise InstallFailed(
            errors.ALREADY_EXISTS,
            f"Attempt to re-install {facts.package} without first uninstalling.",
        )
    if facts.signer.certificates != before.signer.certificates:
        raise InstallFailed(
            errors.UPDATE_INCOMPATIBLE,
            f"Existing package {facts.package} signatures do not match newer version; ignoring!",
        )
    if facts.version_code < before.version_code and not downgrade:
        raise InstallFailed(
            errors.VERSION_DOWNGRADE,
            f"Downgrade detected: Update version code {facts.version_code} is older than current {before.version_code}",
        )


def _check_conflicts(facts: PackageFacts, other: PackageFacts) -> None:
    declared = {one.name for one in other.declared}
    same_signer = facts.signer.certificates == other.signer.certificates
    for one in facts.declared:
        if one.name in declared and not same_signer:
            raise InstallFailed(
                errors.DUPLICATE_PERMISSION,
                f"Package {facts.package} attempting to redeclare permission {one.name} already owned by {other.package}",
            )
    taken = {name for component in other.components for name in component.authorities}
    for component in facts.components:
        for name in component.authorities:
            if name in taken:
                raise InstallFailed(
                    errors.CONFLICTING_PROVIDER,
                    f"Scanning Failed.: Can't install because provider name {name} (in package {facts.package}) "
                    f"is already used by {other.package}",
                )
