"""From one version of the app to a later one: what is asked anew, what it may, and whether the user's settings are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.model import GapKind
from harness.suite import ways
from harness.suite.app import App
from harness.suite.app_file import KnownPage
from harness.suite.driver import NotReached, UiDriver

_VERSION = re.compile(r"versionCode=(\d+)")
_VERSION_NAME = re.compile(r"versionName=(\S+)")


@dataclass(frozen=True)
class Version:
    """What is installed. `permissions`: those asked for, with whether each is granted."""

    code: int | None
    name: str
    permissions: dict[str, bool]


class Updating:
    """`page`: the way to a switch of the user's, where the tester told one; else the app's first page is looked at."""

    def __init__(self, app: App, user: UiDriver, page: KnownPage | None = None) -> None:
        self._app = app
        self._user = user
        self._page = page

    def version(self) -> Version:
        dump = self._app.phone.shell("dumpsys", "package", self._app.package).output
        code, name = _VERSION.search(dump), _VERSION_NAME.search(dump)
        permissions = {one.name: one.granted for one in self._app.phone.permissions(self._app.package)}
        return Version(int(code.group(1)) if code else None, name.group(1) if name else "", permissions)

    def set_off(self) -> dict[str, bool]:
        """Switches off what is on, of the settings on the page, and gives them as they are then. None on the page is a gap:
        whether settings are kept is not known then."""
        seen = self._go()
        for box in seen.reading.with_role("checkbox") if seen is not None else ():
            if box.checked and seen is not None:
                seen = self._user.tap(box, seen, patience=2.0, detail={"purpose": "setting"}) or seen
        found = self._states(seen)
        if not found:
            name = self._user.steps.scenario
            detail = f"No switch of the user's was found in scenario {name}: whether an update keeps it is not known."
            self._user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"settings {name}")
        return found

    def update(self, apk: Path) -> None:
        """Installs it over the version that is there, starts it, and tells what changed in the fact `update`."""
        steps = self._user.steps
        settings = self.set_off()
        before = self.version()
        self._app.kill()
        self._app.update(apk)
        after = self.version()
        seen = self._app.launch()
        if seen is not None and not seen.reading.is_notice:
            shown = self._user.capture.watch(self._user.limits.observe, stop=lambda s: s.reading.is_notice)
            seen = next((s for s in shown if s.reading.is_notice), self._user.capture.last)
        asked = seen is not None and seen.reading.is_notice
        steps.fact(
            "update", scenario=steps.scenario,
            versions={"from": before.code, "to": after.code, "from_name": before.name, "to_name": after.name},
            permissions={
                "before": before.permissions, "after": after.permissions,
                "added": sorted(set(after.permissions) - set(before.permissions)),
                "removed": sorted(set(before.permissions) - set(after.permissions)),
                "granted": sorted(name for name, held in after.permissions.items() if held and not before.permissions.get(name)),
            },
            notice_again=asked, screen=seen.event.id if seen is not None else None,
            settings=self._compared(settings, asked),
        )  # fmt: skip

    def _compared(self, before: dict[str, bool], asked: bool) -> dict[str, Any] | None:
        """The settings before and after; None where there were none to see, or the notice that asks again hides them."""
        if not before or asked:
            return None
        after = self._states(self._go())
        changed = sorted(name for name, on in before.items() if name in after and after[name] != on)
        return {"before": before, "after": after, "changed": changed, "gone": sorted(set(before) - set(after))}

    def _go(self) -> Any:
        if self._page is None:
            return self._user.look()
        try:
            return ways.follow(self._user, self._page.open, "settings").seen
        except NotReached:
            return None     # told by its gap

    @staticmethod
    def _states(seen: Any) -> dict[str, bool]:
        boxes = seen.reading.with_role("checkbox") if seen is not None else ()
        return {box.text or box.resource_id: bool(box.checked) for box in boxes if box.checked is not None}


def need(what: Path | None, name: str, why: str, user: UiDriver) -> Path:
    """A file of the tester's, or NotReached with its gap where it was not brought."""
    if what is not None and what.exists():
        return what
    detail = f"{user.steps.scenario} needs material.{name} in the app file: {why}."
    if what is not None:
        detail = f"{user.steps.scenario} needs material.{name}, and {what.name} is not there."
    user.steps.gap(GapKind.NOT_REACHED, detail, subject=f"{name} {user.steps.scenario}")
    raise NotReached(detail, "", "docs/app-file.md shows how it is told.")
