"""`dumpsys package NAME`, laid out as Android 15's PackageManager prints it (Settings.dumpPackageLPr)."""

from __future__ import annotations

import zlib
from datetime import datetime

from harness.lab.adbd.device import Device
from harness.lab.shell.clock import device_zone
from harness.lab.shell.package_view import ListedPackage, find_listed, listed_packages
from harness.lab.system.facts import Component
from harness.lab.system.intents import short_component
from harness.lab.system.packages import Package

_ENABLED = {"default": 0, "enabled": 1, "disabled": 2, "disabled-user": 3}
_KINDS = (
    ("Activity", ("activity", "alias")), ("Receiver", ("receiver",)), ("Service", ("service",)),
    ("Provider", ("provider",)),
)  # fmt: skip


def dump_package(device: Device, name: str) -> str:
    """The whole text; for an unknown package what Android prints then."""
    found = find_listed(device.system, name)
    if found is None:
        return f"Unable to find package: {name}\n"
    lines: list[str] = []
    if found.installed is not None:
        for title, kinds in _KINDS:
            lines += _resolver_table(title, [c for c in found.installed.facts.components if c.kind in kinds])
    lines += ["Key Set Manager:", f"  [{name}]", "      Signing KeySets: 1", "", "Packages:"]
    lines += _package(device, found)
    lines += ["", "Dexopt state:", f"  [{name}]", *(f"    path: {apk}" for apk in (found.apk, *found.splits))]
    return "\n".join(lines) + "\n"


def dump_packages(device: Device) -> str:
    """`dumpsys package packages`."""
    lines = ["Packages:"]
    for one in listed_packages(device.system):
        lines += _package(device, one)
    return "\n".join(lines) + "\n"


def _token(text: str) -> str:
    """The short hexadecimal identity that Android prints for an object."""
    return f"{zlib.crc32(text.encode()) & 0xFFFFFFF:x}"


def _resolver_table(title: str, components: list[Component]) -> list[str]:
    actions: dict[str, list[tuple[Component, int]]] = {}
    for component in components:
        for index, one in enumerate(component.filters):
            for action in one.actions:
                actions.setdefault(action, []).append((component, index))
    if not actions:
        return []
    lines = [f"{title} Resolver Table:", "  Non-Data Actions:"]
    for action in sorted(actions):
        lines.append(f"      {action}:")
        for component, index in actions[action]:
            short = short_component(component.component)
            lines.append(f"        {_token(component.name)} {short} filter {_token(component.name + str(index))}")
            intent_filter = component.filters[index]
            lines += [f'          Action: "{one}"' for one in intent_filter.actions]
            lines += [f'          Category: "{one}"' for one in intent_filter.categories]
            for data in intent_filter.data:
                lines += [f'          Scheme: "{data.scheme}"'] if data.scheme else []
                lines += [f'          Authority: "{data.host}": {data.port or -1}'] if data.host else []
                lines += [f'          Type: "{data.mime}"'] if data.mime else []
    return [*lines, ""]


def _package(device: Device, one: ListedPackage) -> list[str]:
    def moment(ms: int) -> str:
        return datetime.fromtimestamp(ms // 1000, device_zone(device)).strftime("%Y-%m-%d %H:%M:%S")

    package = one.installed
    code_path = one.apk.rpartition("/")[0]
    target = package.facts.target_sdk if package else 35
    least = package.facts.min_sdk if package else 35
    lines = [
        f"  Package [{one.name}] ({_token(one.name)}):",
        f"    appId={one.uid}",
        f"    pkg=Package{{{_token(one.name + '#')} {one.name}}}",
        f"    codePath={code_path}",
        f"    resourcePath={code_path}",
        f"    legacyNativeLibraryDir={code_path}/lib",
        "    extractNativeLibs=false",
        f"    primaryCpuAbi={package.abi if package and package.abi else 'null'}",
        "    secondaryCpuAbi=null",
        "    cpuAbiOverride=null",
        f"    versionCode={one.version_code} minSdk={least} targetSdk={target}",
        "    minExtensionVersions=[]",
        f"    versionName={one.version_name}",
        "    hiddenApiEnforcementPolicy=2",
        "    usesNonSdkApi=false",
        f"    splits=[{', '.join(['base', *(package.splits if package else ())])}]",
        f"    apkSigningVersion={max(package.facts.signer.schemes, default=1) if package else 3}",
        f"    flags=[ {_flags(one)} ]",
        "    privateFlags=[ PRIVATE_FLAG_ACTIVITIES_RESIZE_MODE_RESIZEABLE ]",
        "    forceQueryable=false",
        f"    dataDir=/data/user/0/{one.name}",
        "    supportsScreens=[small, medium, large, xlarge, resizeable, anyDensity]",
        f"    timeStamp={moment(one.last_update_ms)}",
        f"    lastUpdateTime={moment(one.last_update_ms)}",
        f"    installerPackageName={one.installer or 'null'}",
        "    initiatingPackageName=com.android.shell",
        f"    signatures=PackageSignatures{{{_token(one.name + 'sig')} version:3, signatures:[{_signature(package)}], "
        "past signatures:[]}",
        "    installPermissionsFixed=true",
        f"    pkgFlags=[ {_flags(one)} ]",
    ]
    if package is not None:
        lines += _permissions(device, package)
    lines += _user(device, one, moment(one.first_install_ms))
    return lines


def _flags(one: ListedPackage) -> str:
    flags = ["SYSTEM"] if one.system else []
    facts = one.installed.facts if one.installed else None
    if facts is not None and facts.debuggable:
        flags.append("DEBUGGABLE")
    if facts is None or facts.has_code:
        flags.append("HAS_CODE")
    flags.append("ALLOW_CLEAR_USER_DATA")
    if facts is not None and facts.test_only:
        flags.append("TEST_ONLY")
    return " ".join(flags)


def _signature(package: Package | None) -> str:
    if package is None or not package.facts.signer.certificates:
        return "b4addb29"
    return package.facts.signer.certificates[0][:8]


def _permissions(device: Device, package: Package) -> list[str]:
    lines: list[str] = []
    facts = package.facts
    if facts.declared:
        lines.append("    declared permissions:")
        lines += [f"      {one.name}: prot={one.level}, INSTALLED" for one in facts.declared]
    if facts.requested:
        lines.append("    requested permissions:")
        for one in facts.requested:
            lines.append(f"      {one.name}" + (f":maxSdkVersion={one.max_sdk}" if one.max_sdk else ""))
    state = device.system.permissions.of(package.name)
    lines.append("    install permissions:")
    lines += [f"      {name}: granted=true" for name in state.install_time]
    return lines


def _user(device: Device, one: ListedPackage, first: str) -> list[str]:
    package = one.installed
    enabled = _ENABLED[package.enabled.get(package.name, "default")] if package else 0
    stopped = str(package.stopped if package else False).lower()
    lines = [
        f"    User 0: ceDataInode={zlib.crc32(one.name.encode()) % 10**6} deDataInode=0 installed=true hidden=false "
        f"suspended=false distractionFlags=0 stopped={stopped} notLaunched={stopped} enabled={enabled} instant=false "
        "virtual=false",
        "      installReason=0",
        f"      firstInstallTime={first}",
        f"      dataDir=/data/user/0/{one.name}",
    ]
    if package is None:
        return lines
    for word in ("disabled", "enabled"):
        names = [name for name, state in package.enabled.items() if name != package.name and state.startswith(word)]
        if names:
            lines += [f"      {word}Components:", *(f"        {name}" for name in sorted(names))]
    state = device.system.permissions.of(package.name)
    lines += ["      gids=[3003]", "      runtime permissions:"]
    for name, grant in state.runtime.items():
        flags = "|".join(grant.flags)
        lines.append(f"        {name}: granted={str(grant.granted).lower()}" + (f", flags=[ {flags}]" if flags else ""))
    return lines
