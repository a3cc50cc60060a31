"""All checks of one app: an APK, or a base with its splits. No device is needed, and nothing of the APK is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadApk
from harness.lab.check import code_needs, manifest_needs
from harness.lab.check.content import Content, name_of, read_content
from harness.lab.check.needs import Need, Severity
from harness.lab.check.survey import survey_all
from harness.lab.translate import replaced_methods, translate

NEWEST_DEX = 40
"""The highest dex version that the translator reads: "040", of Android 14."""


@dataclass(frozen=True)
class Checked:
    """`needs`: the weightiest first."""

    apk: Path
    splits: tuple[Path, ...]
    package: str
    version: str
    needs: tuple[Need, ...]

    @property
    def stops(self) -> bool:
        return any(need.severity is Severity.STOPS for need in self.needs)


def grouped(apks: Sequence[Path]) -> list[tuple[Path, ...]]:
    """Each app's files, a base before its splits, in the order in which they were named.

    A split belongs to the base of its package; where several of these are named, to that of its version. One whose base is not
    there stands alone. Raises BadApk.
    """
    if len(apks) == 1:
        return [(apks[0],)]
    named = [name_of(apk) for apk in apks]
    found = {number: [one.apk] for number, one in enumerate(named)}
    for number, one in enumerate(named):
        bases = [at for at, other in enumerate(named) if not other.split and other.package == one.package]
        if one.split and bases:
            found.pop(number)
            found[next((at for at in bases if named[at].version_code == one.version_code), bases[0])].append(one.apk)
    return [tuple(files) for files in found.values()]


def check_apk(apk: Path, splits: Sequence[Path] = ()) -> Checked:
    """What the app needs that the lab device lacks. Raises BadApk for what is no APK, or a damaged one.

    It takes seconds: the code is gone through once, and translated as installing it would.
    """
    content = read_content(apk, splits)
    order = list(Severity)
    found = sorted(_needs(content), key=lambda need: order.index(need.severity))
    return Checked(apk, content.splits, content.package, content.version, tuple(found))


def _needs(content: Content) -> Iterator[Need]:
    newer = {name: version for name, version in content.dex.items() if not version.isdigit() or int(version) > NEWEST_DEX}
    if newer:
        told = ", ".join(f"{name} ({version or 'no dex file'})" for name, version in newer.items())
        yield Need.of(Severity.STOPS, "dex-version", "a reader of newer dex files, or a key to encrypted ones",
                      f"the translator reads dex files up to version 0{NEWEST_DEX}; here is {told}",
                      "it cannot be installed", newer)  # fmt: skip
    if newer or not content.dex:
        yield from manifest_needs.needs(content, None)
        return
    seen = survey_all(content.apks)
    yield from manifest_needs.needs(content, seen)
    yield from code_needs.needs(content, seen)
    try:
        replaced = [one for apk in content.apks for one in replaced_methods(translate(apk))]
    except BadApk as bad:
        yield Need.of(Severity.STOPS, "translation", "a class that cannot be translated for the JVM", f"{bad.what} {bad.why}",
                      "it cannot be installed")
        return
    yield from code_needs.translation(replaced)
