"""Every package the device lists: what is really installed, and what its profile says came with it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.lab.shell.system import System
from harness.lab.system.packages import Package

# what any Android 15 has and the lab's own windows belong to: name -> (folder of the APK, shared uid)
PLATFORM = {
    "android": ("/system/framework/framework-res.apk", 1000),
    "com.android.launcher3": ("/system_ext/priv-app/Launcher3QuickStep/Launcher3QuickStep.apk", 10050),
    "com.android.permissioncontroller": ("/apex/com.android.permission/priv-app/PermissionController.apk", 10051),
    "com.android.systemui": ("/system_ext/priv-app/SystemUI/SystemUI.apk", 10052),
    "com.android.settings": ("/system_ext/priv-app/Settings/Settings.apk", 1000),
    "com.android.providers.settings": ("/system/priv-app/SettingsProvider/SettingsProvider.apk", 1000),
    "com.android.shell": ("/system/priv-app/Shell/Shell.apk", 2000),
    "com.android.packageinstaller": ("/system/priv-app/PackageInstaller/PackageInstaller.apk", 10053),
    "com.android.inputmethod.latin": ("/product/app/LatinIME/LatinIME.apk", 10054),
}
PLATFORM_VERSION = 35


@dataclass(frozen=True)
class ListedPackage:
    """One line of `pm list packages`. `installed` is None for what only the profile names."""

    name: str
    label: str
    uid: int
    apk: str
    version_code: int
    version_name: str
    system: bool
    enabled: bool
    first_install_ms: int
    last_update_ms: int
    splits: tuple[str, ...] = ()
    installed: Package | None = None

    @property
    def installer(self) -> str | None:
        return None if self.system or self.installed is not None else "com.android.vending"


def listed_packages(system: System) -> Iterator[ListedPackage]:
    """Sorted by name."""
    found: dict[str, ListedPackage] = {}
    for name, (apk, uid) in PLATFORM.items():
        found[name] = ListedPackage(name, name, uid, apk, PLATFORM_VERSION, "15", True, True, 0, 0)
    for index, one in enumerate(system.profile.get("installed_apps", ())):
        name = str(one["package"])
        own = bool(one.get("system"))
        uid = found[name].uid if name in found else 10060 + index % 40
        base = f"/product/app/{name}/{name}.apk" if own else f"/data/app/{_folder(name)}/base.apk"
        when = int(one.get("first_install_ms", 0))
        found[name] = ListedPackage(
            name, str(one.get("label", name)), uid, found[name].apk if name in found else base,
            int(one.get("version_code", 1)), str(one.get("version_name", "1")), own, True, when, when,
        )  # fmt: skip
    for package in system.packages:
        found[package.name] = _really(package)
    return iter([found[name] for name in sorted(found)])


def find_listed(system: System, name: str) -> ListedPackage | None:
    return next((one for one in listed_packages(system) if one.name == name), None)


def _really(package: Package) -> ListedPackage:
    facts = package.facts
    return ListedPackage(
        name=package.name,
        label=facts.label,
        uid=package.uid,
        apk=device_path(package.apk),
        version_code=facts.version_code,
        version_name=facts.version_name,
        system=False,
        enabled=package.is_enabled(),
        first_install_ms=package.first_install_ms,
        last_update_ms=package.last_update_ms,
        splits=tuple(device_path(apk) for apk in package.apks[1:]),
        installed=package,
    )


def device_path(apk: Path) -> str:
    """An installed APK as the device names it: what follows the device's root on the host, from "/data/app" on."""
    parts = apk.parts
    for index in range(len(parts) - 1, 0, -1):
        if parts[index - 1 : index + 1] == ("data", "app"):
            return "/" + "/".join(parts[index - 1 :])
    return str(apk)


def _folder(name: str) -> str:
    return f"~~{zlib.crc32(name.encode()):08x}==/{name}-{zlib.crc32(name[::-1].encode()):08x}=="
