"""The shape of an app file (docs/app-file.md), checked key by key: what is misread here turns into a false verdict.

Each error names the file, the key and what is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from harness.errors import UsageError
from harness.tables.domains import why_no_domain
from harness.tables.kinds import known_kinds

KEYS = ("first_party", "recipients", "functions", "pages", "dialogs", "material", "carrier")
RECIPIENT_KEYS = ("name", "domains", "packages", "kinds")
_JAVA_PACKAGE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_SHAPE = "docs/app-file.md shows its shape."


@dataclass(frozen=True)
class Shape:
    """Reads one app file. `where`: how errors call it. `strict`: whether unknown keys and kinds are refused, as in a
    file that a tester wrote; what a newer version kept in a bundle may have some, which are left out."""

    where: str
    strict: bool

    def wrong(self, key: str, what: str, why: str, fix: str) -> UsageError:
        door = "" if self.strict else " Judge it with a corrected file: --app FILE."
        return UsageError(f"{self.where}: `{key}` {what}.", why, f"{fix} {_SHAPE}{door}")

    def keys(self, found: Mapping[Any, Any], known: Collection[str], key: str = "") -> None:
        """Raises UsageError for a key that is none of these."""
        for name in found if self.strict else ():
            if name not in known:
                at = f"{key}.{name}" if key else str(name)
                raise self.wrong(at, "is no key of an app file", _nearest(str(name), known), f"Known: {', '.join(known)}.")

    def entries(self, found: Mapping[Any, Any], name: str, key: str, example: str) -> list[Any]:
        """The list under this key; [] where the key is not there."""
        if name not in found:
            return []
        value = found[name]
        if not isinstance(value, list):
            raise self.wrong(key, "is no list", _is(value), f"Write a list, such as {name}: {example}; or leave it out.")
        return value

    def truth(self, found: Mapping[Any, Any], name: str) -> bool:
        """What stands under this key; False where the key is not there."""
        value = found.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(name, "is neither true nor false", _is(value), f"Write {name}: true; or leave it out.")
        return value

    def texts(self, found: Mapping[Any, Any], name: str, key: str, example: str) -> list[str]:
        listed = self.entries(found, name, key, example)
        for number, value in enumerate(listed):
            if not isinstance(value, str) or not value:
                raise self.wrong(f"{key}[{number}]", "is no text", _is(value), f"Write it as in {name}: {example}.")
        return listed

    def domains(self, found: Mapping[Any, Any], name: str, key: str) -> tuple[str, ...]:
        listed = self.texts(found, name, key, "[maps.example]")
        for number, domain in enumerate(listed):
            if why := why_no_domain(domain):
                raise self.wrong(f"{key}[{number}]", f"is no domain: {domain!r}", why, "Write it as in [maps.example].")
        return tuple(domain.lower().removeprefix("*.") for domain in listed)

    def packages(self, found: Mapping[Any, Any], name: str, key: str) -> tuple[str, ...]:
        listed = self.texts(found, name, key, "[com.maps.sdk]")
        for number, package in enumerate(listed):
            if not _JAVA_PACKAGE.fullmatch(package.removesuffix(".")):
                raise self.wrong(f"{key}[{number}]", f"is no Java package: {package!r}", "", "Write it as in [com.maps.sdk].")
        return tuple(listed)

    def kinds(self, found: Mapping[Any, Any], name: str, key: str) -> tuple[str, ...]:
        listed = self.texts(found, name, key, "[android_id]")
        if self.strict and name in found and not listed:
            raise self.wrong(key, "is empty", "A list of no kinds and no list at all mean the same: any kind.",
                             "Leave it out, or leave out the recipient.")
        for number, kind in enumerate(listed if self.strict else ()):
            if kind not in known_kinds():
                raise self.wrong(f"{key}[{number}]", f"is no kind of personal information: {kind!r}",
                                 _nearest(kind, known_kinds()), "Write ids of hooks/kinds.yaml, such as [android_id].")
        return tuple(listed)

    def name(self, found: Mapping[Any, Any], key: str) -> str:
        value = found.get("name")
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "is missing" if "name" not in found else "is no text", "" if value is None else _is(value),
                             "Give it a name: it is what reports call it.")
        return value


def _is(value: object) -> str:
    shown = repr(value)
    return "It is empty." if value is None else f"It is {shown if len(shown) <= 80 else shown[:80] + ' ...'}."


def _nearest(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"The nearest is {near[0]}." if near else ""
