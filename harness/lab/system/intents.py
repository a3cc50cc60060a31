"""Intents as they pass between the daemon, the shell and app processes (docs/lab-protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

ACTION_MAIN = "android.intent.action.MAIN"
ACTION_VIEW = "android.intent.action.VIEW"
CATEGORY_LAUNCHER = "android.intent.category.LAUNCHER"
CATEGORY_HOME = "android.intent.category.HOME"
CATEGORY_DEFAULT = "android.intent.category.DEFAULT"

# android.content.Intent, Android 15
FLAG_ACTIVITY_NO_HISTORY = 0x40000000
FLAG_ACTIVITY_SINGLE_TOP = 0x20000000
FLAG_ACTIVITY_NEW_TASK = 0x10000000
FLAG_ACTIVITY_CLEAR_TOP = 0x04000000
FLAG_ACTIVITY_REORDER_TO_FRONT = 0x00020000
FLAG_ACTIVITY_CLEAR_TASK = 0x00008000
FLAG_ACTIVITY_RESET_TASK_IF_NEEDED = 0x00200000
PARCEL, FILLED = "lab.parcel", "lab.filled"
"""The extras with what JSON does not hold, and with those that the sender of a pending intent adds."""
FLAG_INCLUDE_STOPPED_PACKAGES = 0x00000020

LAUNCHER_FLAGS = FLAG_ACTIVITY_NEW_TASK | FLAG_ACTIVITY_RESET_TASK_IF_NEEDED


def full_class(package: str, name: str) -> str:
    """A component's class name written out: ".Main" and "Main" belong to the package."""
    if name.startswith("."):
        return package + name
    return name if "." in name else f"{package}.{name}"


def short_component(component: str) -> str:
    """`pkg/pkg.ui.Main` as `pkg/.ui.Main`, the way `am` and dumpsys print it."""
    package, _, name = component.partition("/")
    if name.startswith(package + "."):
        name = name[len(package) :]
    return f"{package}/{name}"


@dataclass(frozen=True)
class Intent:
    """An android.content.Intent. `component` is "package/full.class.Name" or ""; `binders`: nodes of system/binders.py."""

    action: str = ""
    data: str = ""
    type: str = ""
    package: str = ""
    component: str = ""
    categories: tuple[str, ...] = ()
    flags: int = 0
    extras: Mapping[str, Any] = field(default_factory=dict)
    binders: tuple[Any, ...] = ()

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Intent:
        """Reads what a stranger sent: anything of the wrong type raises ValueError."""
        for name in ("action", "data", "type", "package", "component"):
            if not isinstance(fields.get(name) or "", str):
                raise ValueError(f"intent: {name} is no string")
        categories = fields.get("categories") or []
        extras = fields.get("extras") or {}
        flags = fields.get("flags") or 0
        if not isinstance(categories, list) or not all(isinstance(one, str) for one in categories):
            raise ValueError("intent: categories is no list of strings")
        if not isinstance(extras, dict) or not isinstance(flags, int):
            raise ValueError("intent: extras is no object or flags no number")
        binders = fields.get("binders") or ()
        if not isinstance(binders, tuple):  # as the daemon has put them, never as JSON has them
            raise ValueError("intent: binders of nobody")
        component = fields.get("component") or ""
        package, slash, name = component.partition("/")
        if slash:
            component = f"{package}/{full_class(package, name)}"
        return cls(
            action=fields.get("action") or "",
            data=fields.get("data") or "",
            type=fields.get("type") or "",
            package=fields.get("package") or "",
            component=component,
            categories=tuple(categories),
            flags=flags,
            extras=dict(extras),
            binders=binders,
        )

    def to_json(self) -> dict[str, Any]:
        """Only what is set, as the protocol has it."""
        written: dict[str, Any] = {
            "action": self.action,
            "data": self.data,
            "type": self.type,
            "package": self.package,
            "component": self.component,
            "categories": list(self.categories),
            "flags": self.flags,
            "extras": dict(self.extras),
            "binders": self.binders,
        }
        return {key: value for key, value in written.items() if value}

    def describe(self) -> str:
        """As Intent.toShortString prints it in ActivityManager's log lines."""
        parts = []
        if self.action:
            parts.append(f"act={self.action}")
        if self.categories:
            parts.append(f"cat=[{','.join(self.categories)}]")
        if self.data:
            parts.append(f"dat={self.data}")
        if self.type:
            parts.append(f"typ={self.type}")
        if self.flags:
            parts.append(f"flg=0x{self.flags:x}")
        if self.package:
            parts.append(f"pkg={self.package}")
        if self.component:
            parts.append(f"cmp={short_component(self.component)}")
        if self.extras:
            parts.append("(has extras)")
        return "{ " + " ".join(parts) + " }"

    def with_component(self, component: str) -> Intent:
        """The same intent, addressed."""
        return replace(self, component=component)


def launcher_intent(component: str) -> Intent:
    """What a launcher sends when an icon is tapped."""
    return Intent(action=ACTION_MAIN, categories=(CATEGORY_LAUNCHER,), flags=LAUNCHER_FLAGS, component=component)
