"""Which components answer an intent (android.content.IntentFilter.match, PackageManagerService)."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from harness.lab.system.facts import Component, DataPattern, IntentFilter
from harness.lab.system.intents import CATEGORY_DEFAULT, Intent
from harness.lab.system.packages import Package


def find_answers(
    intent: Intent, packages: Iterable[Package], kinds: tuple[str, ...], *, needs_default: bool = False
) -> list[tuple[Package, Component]]:
    """Every enabled component that matches, best priority first.

    An explicit intent gives its component or nothing. `needs_default`: only filters of category DEFAULT,
    as startActivity asks for.
    """
    found = []
    for package in packages:
        if intent.package and package.name != intent.package:
            continue
        for component in package.facts.components:
            if component.kind not in kinds or not package.is_enabled(component):
                continue
            if intent.component:
                if intent.component == component.component:
                    found.append((0, package, component))
                continue
            priorities = [one.priority for one in component.filters if matches(one, intent, needs_default)]
            if priorities:
                found.append((-max(priorities), package, component))
    found.sort(key=lambda item: item[0])
    return [(package, component) for _, package, component in found]


def matches(one: IntentFilter, intent: Intent, needs_default: bool = False) -> bool:
    """Action, categories and data all pass."""
    if intent.action and intent.action not in one.actions:
        return False
    if not intent.action and not one.actions:
        return False
    if needs_default and CATEGORY_DEFAULT not in one.categories:
        return False
    if any(category not in one.categories for category in intent.categories):
        return False
    return _data_matches(one, intent)


def _data_matches(one: IntentFilter, intent: Intent) -> bool:
    schemes = {data.scheme for data in one.data if data.scheme}
    types = {data.mime for data in one.data if data.mime}
    if not intent.data:
        return not schemes and (_type_matches(types, intent.type) if types or intent.type else True)
    try:
        parts = urlsplit(intent.data)
        port = parts.port
    except ValueError:  # an address that no filter can mean, such as a port beyond 65535
        return False
    if not schemes:
        # a filter with types but no scheme takes content: and file:
        if not types or parts.scheme not in ("content", "file"):
            return False
    elif parts.scheme not in schemes:
        return False
    if not _authority_matches(one, parts.hostname or "", port) or not _path_matches(one, parts.path):
        return False
    return _type_matches(types, intent.type) if types or intent.type else True


def _type_matches(types: set[str], wanted: str) -> bool:
    if not wanted:
        return not types
    return any(fnmatch.fnmatchcase(wanted, mime) or fnmatch.fnmatchcase(mime, wanted) for mime in types)


def _authority_matches(one: IntentFilter, host: str, port: int | None) -> bool:
    hosts = [(data.host, data.port) for data in one.data if data.host]
    if not hosts:
        return True
    return any(
        (host.endswith(name[1:]) if name.startswith("*") else host == name) and (not number or number == str(port or ""))
        for name, number in hosts
    )


def _path_matches(one: IntentFilter, path: str) -> bool:
    if not any(data.host for data in one.data):
        return True
    rules = [data for data in one.data if data.path or data.path_prefix or data.path_pattern]
    if not rules:
        return True
    return any(path_matches(rule, path) for rule in rules)


def path_matches(rule: DataPattern, path: str) -> bool:
    """PatternMatcher.match, of whichever of the three kinds the rule is."""
    return (
        (bool(rule.path) and path == rule.path)
        or (bool(rule.path_prefix) and path.startswith(rule.path_prefix))
        or (bool(rule.path_pattern) and _glob(rule.path_pattern, path))
    )


def _glob(pattern: str, path: str) -> bool:
    """PatternMatcher.PATTERN_SIMPLE_GLOB: "." any character, "*" repeats what is before it, "\\" escapes."""
    built = ""
    at = 0
    while at < len(pattern):
        one = pattern[at]
        if one == "\\" and at + 1 < len(pattern):
            at += 1
            built += re.escape(pattern[at])
        elif one in ".*":
            built += one
        else:
            built += re.escape(one)
        at += 1
    try:
        return re.fullmatch(built, path) is not None
    except re.error:
        return False
