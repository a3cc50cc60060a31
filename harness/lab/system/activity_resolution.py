"""Which activity an intent starts, and whether the caller may start it (ActivityStarter, ActivityTaskSupervisor)."""

from __future__ import annotations

from harness.lab.system.facts import Component
from harness.lab.system.identity import Caller
from harness.lab.system.intents import Intent
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.resolution import find_answers


class ActivityRefused(Exception):
    """The start is not allowed or leads nowhere.

    `code` is ActivityManager's: START_CLASS_NOT_FOUND -92, START_INTENT_NOT_RESOLVED -91, START_PERMISSION_DENIED -94.
    """

    def __init__(self, why: str, code: int) -> None:
        super().__init__(why)
        self.code = code


def resolve_activity(
    intent: Intent, packages: Packages, permissions: Permissions, caller: Caller | None
) -> tuple[Package, Component, Component]:
    """Package, the component that was meant, and the activity that runs. Raises ActivityRefused."""
    if intent.component:
        found = packages.find_component(intent.component)
        if found is None or found[1].kind not in ("activity", "alias"):
            raise ActivityRefused(f"Activity class {{{intent.component}}} does not exist.", -92)
        package, declared = found
        if not package.is_enabled(declared):
            raise ActivityRefused(f"Activity class {{{intent.component}}} does not exist.", -92)
    else:
        answers = find_answers(intent, packages, ("activity", "alias"), needs_default=True)
        if not answers:
            raise ActivityRefused(f"Activity not started, unable to resolve Intent {intent.describe()}", -91)
        package, declared = answers[0]
    target = declared
    if declared.kind == "alias":
        target = package.facts.component(declared.target) or declared
    _check_allowed(intent, package, declared, permissions, caller)
    return package, declared, target


def _check_allowed(
    intent: Intent, package: Package, declared: Component, permissions: Permissions, caller: Caller | None
) -> None:
    own = caller is not None and caller.uid == package.uid
    by_launcher = caller is None and declared.launchable
    denial = f"Permission Denial: starting Intent {intent.with_component(declared.component).describe()}"
    if not declared.exported and not own and not by_launcher:
        raise ActivityRefused(f"{denial} not exported from uid {package.uid}", -94)
    held = caller is not None and permissions.is_granted(caller.package, declared.permission)
    if declared.permission and not own and not by_launcher and not held:
        raise ActivityRefused(f"{denial} requires {declared.permission}", -94)
