"""settings, content, svc: the settings provider and its switches."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.lab.shell.call import Call, Usage, command
from harness.lab.system.settings import NAMESPACES


@command("settings")
async def change_settings(call: Call) -> int:
    args = list(call.args)
    while "--user" in args:
        at = args.index("--user")
        del args[at : at + 2]
    if len(args) < 2:
        raise Usage("Settings provider (settings) commands:\n  get, put, delete, reset, list NAMESPACE [KEY] [VALUE]")
    verb, namespace, words = args[0], args[1], args[2:]
    if namespace not in NAMESPACES:
        raise Usage(f"Invalid namespace '{namespace}'")
    if verb == "list":
        await call.out("".join(f"{key}={value}\n" for key, value in call.system.settings.items(namespace)))
        return 0
    if verb == "reset":
        return 0
    if not words:
        raise Usage("Bad arguments")
    key = words[0]
    if verb == "get":
        await call.out(f"{call.system.settings.get(namespace, key) or _null(call, namespace, key)}\n")
    elif verb == "put":
        if len(words) < 2:
            raise Usage("Bad arguments")
        await call.system.put_setting(namespace, key, words[1])
    elif verb == "delete":
        known = call.system.settings.get(namespace, key) is not None
        await call.system.put_setting(namespace, key, None)
        await call.out(f"Deleted {int(known)} rows\n")
    else:
        raise Usage(f"Invalid command: {verb}")
    return 0


def _null(call: Call, namespace: str, key: str) -> str:
    return "null" if call.system.settings.get(namespace, key) is None else ""


@command("svc")
async def switch_service(call: Call) -> int:
    names = {"wifi": "wifi_on", "data": "mobile_data", "bluetooth": "bluetooth_on"}
    if len(call.args) < 2:
        raise Usage("Available commands:\n    help\n    power\n    data\n    wifi\n    usb\n    nfc\n    bluetooth")
    service, verb = call.args[0], call.args[1]
    if service in names and verb in ("enable", "disable"):
        await call.system.put_setting("global", names[service], "1" if verb == "enable" else "0")
        return 0
    if service == "power" and verb == "stayon":
        on = call.args[2:] == ["true"]
        await call.system.put_setting("global", "stay_on_while_plugged_in", "7" if on else "0")
        return 0
    if service == "power" and verb == "reboot":
        return await call.shell.execute(["reboot", *call.args[2:]], call.streams)
    await call.err(f"svc {service} {verb}: this lab device does not have it\n")
    return 1


# content: the tables that the profile fills, as a phone's providers name their columns

_PEOPLE = ("contacts", {"_id": "id", "display_name": "name"})
_TABLES: dict[str, tuple[str, Mapping[str, str]]] = {
    "content://sms": (
        "sms",
        {"_id": "id", "address": "address", "date": "date_ms", "read": "read", "type": "type", "body": "body"},
    ),
    "content://call_log/calls": (
        "calls",
        {"_id": "id", "number": "number", "date": "date_ms", "duration": "duration_s", "type": "type", "name": "name"},
    ),
    "content://com.android.calendar/events": (
        "calendar",
        {
            "_id": "id", "title": "title", "description": "description", "eventLocation": "location",
            "dtstart": "begin_ms", "dtend": "end_ms", "organizer": "organizer",
        },
    ),
    "content://com.android.contacts/contacts": _PEOPLE,
    "content://contacts/people": _PEOPLE,
    "content://com.android.contacts/data/phones": (
        "contacts", {"_id": "id", "display_name": "name", "data1": "phones"},
    ),
}  # fmt: skip
_NUMBERS = {"inbox": 1, "sent": 2, "incoming": 1, "outgoing": 2, "missed": 3}


@command("content")
async def ask_provider(call: Call) -> int:
    """content query|insert|update|delete --uri URI, with --projection, --where "name='x'", --bind NAME:TYPE:VALUE."""
    verb = call.args[0] if call.args else ""
    options: dict[str, list[str]] = {}
    rest = list(call.args[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or not rest:
            raise Usage(f"[ERROR] Unsupported argument: {word}")
        options.setdefault(word, []).append(rest.pop(0))
    uri = options.get("--uri", [""])[0].rstrip("/")
    match = re.fullmatch(r"content://settings/(system|secure|global)(?:/([^/]+))?", uri)
    if match:
        return await _settings(call, verb, match.group(1), match.group(2) or "", options)
    if verb != "query" or uri not in _TABLES:
        await call.err(f"Error while accessing provider: this lab device does not answer `content {verb}` for {uri}\n")
        return 1
    key, columns = _TABLES[uri]
    rows = [{column: _cell(record, name) for column, name in columns.items()} for record in call.system.profile.get(key, ())]
    return await _show(call, _chosen(rows, options), options)


def _cell(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return str(value[0]) if value else "NULL"
    if name == "type":
        return str(_NUMBERS.get(str(value), value))
    return "NULL" if value is None else str(value)


def _chosen(rows: Sequence[Mapping[str, str]], options: dict[str, list[str]]) -> list[Mapping[str, str]]:
    where = options.get("--where", [""])[0]
    if not where:
        return list(rows)
    match = re.fullmatch(r"\s*([A-Za-z_0-9]+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^\s'\"]+))\s*", where)
    if not match:
        raise Usage(f"[ERROR] this lab device reads --where \"name='value'\" only, not: {where}")
    wanted = next(part for part in match.groups()[1:] if part is not None)
    return [row for row in rows if row.get(match.group(1)) == wanted]


async def _show(call: Call, rows: Sequence[Mapping[str, str]], options: dict[str, list[str]]) -> int:
    names = options.get("--projection", [""])[0].split(":")
    if not rows:
        await call.out("No result found.\n")
    for index, row in enumerate(rows):
        shown = {name: row.get(name, "NULL") for name in names} if names != [""] else row
        await call.out(f"Row: {index} " + ", ".join(f"{name}={value}" for name, value in shown.items()) + "\n")
    return 0


async def _settings(call: Call, verb: str, namespace: str, key: str, options: dict[str, list[str]]) -> int:
    if verb == "query":
        rows: list[Mapping[str, str]] = [
            {"_id": str(index), "name": name, "value": value}
            for index, (name, value) in enumerate(call.system.settings.items(namespace), 1)
            if not key or name == key
        ]
        return await _show(call, _chosen(rows, options), options)
    bound = {}
    for text in options.get("--bind", []):
        name, _, typed = text.partition(":")
        bound[name] = typed.partition(":")[2]
    where = re.search(r"name\s*=\s*['\"]([^'\"]+)['\"]", options.get("--where", [""])[0])
    name = bound.get("name") or key or (where.group(1) if where else "")
    if verb not in ("insert", "update", "delete") or not name:
        raise Usage(f"[ERROR] Unsupported operation: {verb}")
    await call.system.put_setting(namespace, name, None if verb == "delete" else bound.get("value", ""))
    return 0
