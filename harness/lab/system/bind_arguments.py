"""What a process is told of its app and of the device before any of the app's code runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.lab.system.packages import Package
from harness.lab.system.processes import RunningProcess
from harness.lab.system.trust import write_trust_store

if TYPE_CHECKING:
    from harness.lab.system.server import SystemServer


def bind_arguments(
    server: SystemServer, package: Package, process: RunningProcess, inside: Callable[[Path], str]
) -> dict[str, Any]:
    """The arguments of `bind` (docs/lab-protocol.md). `inside` gives the path at which the process sees a file."""
    settings = server.settings.tables()
    settings["secure"]["android_id"] = server.profile.android_id(package.facts.signer.certificates[0])
    trust = write_trust_store(
        server.root,
        server.root / "data" / "misc" / "lab",
        user_store=package.facts.trusts_user_store,
        on_bad=lambda why: server.logs.system("LabDevice", f"CA store: {why}", priority="E"),
    )
    return {
        "package": package.name,
        "process": process.name,
        "uid": process.uid,
        "apks": [inside(apk) for apk in package.apks],
        "classes": [inside(jar) for jar in package.classes],
        "libraries": inside(package.libraries) if package.libraries else None,
        "abi": package.abi or None,
        "installed_ms": [package.first_install_ms, package.last_update_ms],
        "data": inside(package.data),
        "external": None if process.isolated else inside(server.packages.make_external_folder(package.name)),
        "profile": {**server.profile, "battery": server.app_services.conditions.battery},
        "permissions": {} if process.isolated else server.permissions.states(package.name),
        "queries": list(package.facts.queries.packages),
        "settings": settings,
        "proxy": server.proxy(),
        "trust": inside(trust) if trust else None,
        "qualifiers": server.profile["display"]["qualifiers"],
        "timezone": server.app_services.timezone,
    }
