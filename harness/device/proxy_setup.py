"""The device's way to the proxy: adb reverse, the proxy setting, the certificate; and all of it back again.

The app under test is among what is taken back: an app that outlives its run would talk through the next one's
proxy, and what it sends would be taken for another app's. What is about to be changed is written to a restore file
first, so that the next run can put the device right after a kill. A restore file lists acts that undo, in the order in
which the changes were made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.device import authority, frida_server, staging
from harness.device.authority import Authority
from harness.device.device import Device
from harness.device.restore_file import RestoreFile
from harness.errors import HarnessError, RigError

PROXY_SETTINGS = (
    "http_proxy",
    "global_http_proxy_host",
    "global_http_proxy_port",
    "global_http_proxy_exclusion_list",
    "global_proxy_pac_url",
)
STOP_LOOKS = 30
NO_PROXY = ":0"  # what Android takes as "no proxy from now on"; to delete the setting alone changes nothing


def set_up(device: Device, host_port: int | None, ca_pem: bytes, *, restore: RestoreFile | None = None) -> dict[str, Any]:
    """Leads the device's HTTP and HTTPS through the proxy on 127.0.0.1:`host_port`, and lets it trust the proxy's CA;
    without a port only the latter. What was left over from a killed run is undone first. Returns what was done, for the
    journal; on failure everything is undone."""
    restore = restore or RestoreFile.of(device.serial)
    put_back(device, restore=restore)
    try:
        if host_port is not None:
            _lead(device, host_port, restore)
        method = _trust(device, Authority.read(ca_pem), restore)
    except HarnessError:
        put_back(device, restore=restore)
        raise
    return {
        "proxy": None if host_port is None else f"127.0.0.1:{host_port}",
        "certificate": Authority.read(ca_pem).sha256,
        "store": method,
        "undo": restore.acts(),
    }


def put_back(device: Device, *, restore: RestoreFile | None = None) -> list[str]:
    """Undoes what the restore file lists, last first, and returns it in words. What cannot be undone stays listed
    and raises RigError."""
    restore = restore or RestoreFile.of(device.serial)
    done = []
    while acts := restore.acts():
        act = acts[-1]
        if not _undo(device, act):
            raise RigError(
                f"{device.serial} could not be put back: {words_of(act)}.",
                f"It is kept in {restore.path}.",
                "Restart the device, then run again: each run begins by undoing what is listed there.",
            )
        done.append(words_of(act))
        restore.drop_last()
    return done


def still_led(device: Device, host_port: int) -> bool:
    """Whether traffic still goes to the proxy; a lost adb reverse (cable, adb restart) is opened again."""
    if device.get_setting("global", "http_proxy") != f"127.0.0.1:{host_port}":
        return False
    if (host_port, host_port) not in device.reversed():
        device.reverse(host_port, host_port)
    return True


def lead_again(device: Device, host_port: int | None, ca_pem: bytes, *, restore: RestoreFile | None = None) -> None:
    """What `set_up` did and a restart of the device has undone: adb's reverse port, and a certificate that was mounted."""
    if host_port is not None and not still_led(device, host_port):
        device.put_setting("global", "http_proxy", f"127.0.0.1:{host_port}")
        still_led(device, host_port)
    ours = Authority.read(ca_pem)
    if not authority.trusts(device, ours):
        _trust(device, ours, restore or RestoreFile.of(device.serial))


def will_run(device: Device, package: str, *, restore: RestoreFile | None = None) -> None:
    """From now on, taking back means to end the processes of this package, too."""
    (restore or RestoreFile.of(device.serial)).add({"act": "app", "package": package})


def will_install(device: Device, package: str, *, restore: RestoreFile | None = None) -> None:
    """An app of ours is about to be installed: taking back means to uninstall it, unless it is there already."""
    if package not in device.packages():
        (restore or RestoreFile.of(device.serial)).add({"act": "package", "package": package})


def will_bring(device: Device, path: str, *, restore: RestoreFile | None = None) -> None:
    """A file is about to be put there by a tool of ours: taking back means to remove it, unless there is one already."""
    if not staging.there(device, path):
        (restore or RestoreFile.of(device.serial)).add({"act": "file", "path": path})


@contextmanager
def led(device: Device, host_port: int, ca_pem: bytes) -> Iterator[dict[str, Any]]:
    """`set_up` for as long as it lasts."""
    done = set_up(device, host_port, ca_pem)
    try:
        yield done
    finally:
        put_back(device)


def _lead(device: Device, port: int, restore: RestoreFile) -> None:
    restore.add({"act": "reverse", "port": port})
    device.reverse(port, port)
    for key in PROXY_SETTINGS:
        before = device.get_setting("global", key)
        if key == "http_proxy":
            restore.add({"act": "setting", "key": key, "value": before})
            device.put_setting("global", key, f"127.0.0.1:{port}")
        elif before is not None:
            restore.add({"act": "setting", "key": key, "value": before})
            device.put_setting("global", key, None)


def _trust(device: Device, ours: Authority, restore: RestoreFile) -> str:
    if authority.trusts(device, ours):
        return "was there"
    if authority.writable(device):
        name = authority.free_name(device, ours)
        restore.add({"act": "certificate", "name": name})
        if authority.write(device, ours, name):
            return "written"
        if authority.remove(device, name):
            restore.drop_last()
    restore.add({"act": "mount"})
    unreached = authority.mount(device, ours)
    return f"mounted; not seen by {len(unreached)} running processes" if unreached else "mounted"


def _undo(device: Device, act: dict[str, Any]) -> bool:
    match act["act"]:
        case "reverse":
            if any(port == act["port"] for port, _ in device.reversed()):
                device.unreverse(act["port"])
            return True
        case "setting":
            space, key, value = act.get("namespace", "global"), act["key"], act["value"]
            if value is None and key == "http_proxy":
                device.put_setting(space, key, NO_PROXY)
            device.put_setting(space, key, value)
            return bool(device.get_setting(space, key) == value)
        case "certificate":
            return authority.remove(device, act["name"])
        case "mount":
            return authority.unmount(device)
        case "file":
            return staging.remove_file(device, act["path"])
        case "frida-server":
            return frida_server.take_away(device, act["path"])
        case "app":
            return _end_processes(device, act["package"])
        case "package":
            if act["package"] in device.packages():
                device.uninstall(act["package"])
            return act["package"] not in device.packages()
    return False


def _end_processes(device: Device, package: str) -> bool:
    """Whether none is left. A killed process may still be listed for a moment."""
    for _ in range(STOP_LOOKS):
        if not device.pids(package):
            return True
        device.stop(package)
        time.sleep(0.1)
    return not device.pids(package)


def words_of(act: dict[str, Any]) -> str:
    """What undoing it puts back."""
    match act["act"]:
        case "reverse":
            return f"adb reverse of port {act['port']}"
        case "setting":
            return f"the setting {act['key']} to {act['value'] or 'none'}"
        case "certificate":
            return f"the certificate {act['name']}"
        case "mount":
            return "the mount over the certificate store"
        case "file":
            return f"the file {act['path']}, removed"
        case "frida-server":
            return f"the frida-server {act['path']}, ended and removed"
        case "app":
            return f"the processes of {act['package']}"
        case "package":
            return f"the app {act['package']}, uninstalled"
    return str(act)
