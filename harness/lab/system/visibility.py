"""What an app may learn of other packages: the answers to its `packages` asks.

Package visibility of Android 11 and later: an app that targets 30 sees itself, what its <queries> name, and
everything only with QUERY_ALL_PACKAGES.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.lab.system.facts import Component
from harness.lab.system.intents import Intent
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.resolution import find_answers, matches

_KINDS = {
    "activity": ("activity", "alias"),
    "service": ("service",),
    "receiver": ("receiver",),
    "provider": ("provider",),
}


class Visibility:
    """`planted`: the profile's installed_apps, which exist only as entries of this list."""

    def __init__(self, packages: Packages, permissions: Permissions, planted: Sequence[Mapping[str, Any]]) -> None:
        self._packages = packages
        self._permissions = permissions
        self._planted = planted

    def answer(self, asking: Package, query: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """query: installed; info {package}; resolve {intent, kind}. Raises ValueError for any other."""
        if query == "installed":
            return self._installed(asking)
        if query == "info":
            name = arguments.get("package")
            return [one for one in self._installed(asking) if one["package"] == name]
        if query == "resolve":
            intent = Intent.from_json(arguments.get("intent") or {})
            kinds = _KINDS.get(str(arguments.get("kind", "activity")))
            if kinds is None:
                raise ValueError(f"no kind {arguments.get('kind')!r}")
            return [
                _describe_component(package, component)
                for package, component in find_answers(intent, self._packages, kinds)
                if self.sees(asking, package)
            ]
        raise ValueError(f"no query {query!r}")

    def _installed(self, asking: Package) -> list[dict[str, Any]]:
        found = [self._describe(package) for package in self._packages if self.sees(asking, package)]
        sees_all = self._sees_all(asking)
        named = asking.facts.queries.packages
        found.extend(
            {**one, "enabled": True, "permissions": [], "last_update_ms": one["first_install_ms"]}
            for one in self._planted
            if sees_all or one["package"] in named
        )
        return sorted(found, key=lambda one: str(one["package"]))

    def _sees_all(self, asking: Package) -> bool:
        if asking.facts.target_sdk < 30:
            return True
        return self._permissions.is_granted(asking.name, "android.permission.QUERY_ALL_PACKAGES")

    def sees(self, asking: Package, other: Package) -> bool:
        """Whether `asking` may know of `other`."""
        if other.name == asking.name or self._sees_all(asking):
            return True
        queries = asking.facts.queries
        if other.name in queries.packages:
            return True
        authorities = {name for one in other.facts.components for name in one.authorities}
        if authorities & set(queries.authorities):
            return True
        wanted = [
            Intent(
                action=one.actions[0] if one.actions else "",
                categories=one.categories,
                data=f"{one.data[0].scheme}:" if one.data and one.data[0].scheme else "",
                type=one.data[0].mime if one.data else "",
            )
            for one in queries.intents
        ]
        return any(
            matches(declared, intent)
            for intent in wanted
            for component in other.facts.components
            for declared in component.filters
        )

    def _describe(self, package: Package) -> dict[str, Any]:
        facts = package.facts
        return {
            "package": package.name,
            "label": facts.label,
            "version_name": facts.version_name,
            "version_code": facts.version_code,
            "system": False,
            "enabled": package.is_enabled(),
            "uid": package.uid,
            "target_sdk": facts.target_sdk,
            "first_install_ms": package.first_install_ms,
            "last_update_ms": package.last_update_ms,
            "permissions": [one.name for one in facts.requested],
            "signers": list(facts.signer.certificates),
        }


def _describe_component(package: Package, component: Component) -> dict[str, Any]:
    return {
        "package": package.name,
        "component": component.component,
        "label": component.label or package.facts.label,
        "exported": component.exported,
        "process": component.process,
    }
