"""What the manifest asks for."""

from __future__ import annotations

from collections.abc import Iterator

from harness.lab.check.content import Content
from harness.lab.check.needs import Need, Severity
from harness.lab.check.signs import table
from harness.lab.check.survey import Survey
from harness.lab.system import install_errors as errors
from harness.lab.system.apk import SDK
from harness.lab.system.facts import Element
from harness.lab.system.phone_features import FEATURES

_STOPS, _LIMITS, _NOTE = Severity.STOPS, Severity.LIMITS, Severity.NOTE
_LOWEST_TARGET = 24  # Android 15 installs no app that targets less (PackageManagerService, MIN_INSTALLABLE_TARGET_SDK)
_WHAT = {
    errors.NO_MATCHING_ABIS: "a processor that phones do not have",
    errors.OLDER_SDK: "a newer Android than the lab's",
    errors.MISSING_SPLIT: "the other parts of its app bundle",
    errors.NO_CERTIFICATES: "a signature that holds",
    errors.TEST_ONLY: "an installer that takes apps for tests only",
}
_PARTS = "a base and splits that belong together"


def needs(content: Content, survey: Survey | None) -> Iterator[Need]:
    """`survey`: None where the APK has no code."""
    if content.refused is not None:
        yield Need.of(_STOPS, "install", _WHAT.get(content.refused.code, _PARTS), content.refused.detail,
                      f"the lab refuses it as a phone does, with {content.refused.code}. {content.refused.fix}".strip())
    if content.flag(content.application, "testOnly"):
        yield Need.of(_NOTE, "test-only", "an installer that takes apps for tests only", "the manifest says testOnly",
                      "the harness installs it; `adb install` does with -t")
    yield from _levels(content)
    yield from _libraries(content, survey)
    yield from _features(content)
    if shared := content.text(content.manifest, "sharedUserId"):
        yield Need.of(_LIMITS, "shared-user", f"to share the user {shared} with other apps", "sharedUserId in the manifest",
                      "each app of the lab has a user of its own: it cannot read the others' files", [shared])
    yield from _processes(content)
    if content.launcher is None and not content.split:
        yield Need.of(_NOTE, "no-launcher", "to be started by something else than a tap on its icon",
                      "no activity has the action MAIN and the category LAUNCHER", "the launcher does not show it")


def _levels(content: Content) -> Iterator[Need]:
    target = content.target_sdk
    if target > SDK:
        yield Need.of(_NOTE, "target-sdk", f"the behaviour of API level {target}", f"the lab is API level {SDK}",
                      f"it runs as on a phone with API level {SDK}")
    elif target < _LOWEST_TARGET:
        yield Need.of(_NOTE, "target-sdk", f"the behaviour of API level {target}",
                      f"Android 15 itself installs nothing that targets less than {_LOWEST_TARGET}",
                      "the lab installs it; a phone needs `adb install --bypass-low-target-sdk-block`")


def _libraries(content: Content, survey: Survey | None) -> Iterator[Need]:
    """Libraries of the platform: whether the lab has their classes is seen by what the code refers to."""
    packages = table()["libraries"]
    for element in content.application.each("uses-library"):
        name = content.text(element, "name")
        required = content.flag(element, "required", True)
        known = packages.get(name)
        absent = [one for one in survey.absent.values() if one.name.startswith(tuple(known))] if survey and known else []
        if known and not absent:
            continue
        then = "it is installed all the same; what uses these classes gets a NoClassDefFoundError"
        yield Need.of(_LIMITS if required and name else _NOTE, "platform-library", f"the platform's library {name}",
                      "the lab does not have its classes" if known else "the lab knows no library of that name",
                      then if required else f"{then}; the app says that it can do without",
                      [one.name for one in absent] or [name])
    named = {content.text(element, "name") for element in content.application.each("uses-library")}
    legacy = [one.name for one in (survey.absent.values() if survey else ()) if one.name.startswith("org.apache.http.")]
    if legacy and "org.apache.http.legacy" not in named:
        yield Need.of(_LIMITS, "platform-library", "the classes of org.apache.http", "Android had them until "
                      "API level 27; the lab does not have them", "what uses them gets a NoClassDefFoundError", legacy)
    for element in content.application.each("uses-native-library"):
        name, required = content.text(element, "name"), content.flag(element, "required", True)
        yield Need.of(_LIMITS if required else _NOTE, "platform-library", f"the platform's native library {name}",
                      "the lab has no phone's libraries but the C library",
                      "it is installed all the same; loading it throws an UnsatisfiedLinkError", [name])


def _features(content: Content) -> Iterator[Need]:
    wanted: dict[str, bool] = {}
    level = 0
    for element in content.manifest.each("uses-feature"):
        required = content.flag(element, "required", True)
        if name := content.text(element, "name"):
            wanted[name] = wanted.get(name, False) or required
        elif required:
            level = max(level, content.number(element, "glEsVersion"))
    lacking = [name for name, required in wanted.items() if required and name not in FEATURES]
    if lacking:
        what = f"what the lab's phone does not have: {', '.join(lacking[:5])}"
        yield Need.of(_LIMITS, "feature", what, "uses-feature in the manifest, required",
                      "it is installed all the same, and told that there is none", lacking)
    optional = [name for name, required in wanted.items() if not required and name not in FEATURES]
    if optional:
        yield Need.of(_NOTE, "feature", f"if there is any: {', '.join(optional[:5])}",
                      "uses-feature in the manifest, not required", "it is told that there is none", optional)
    if level:
        version = f"{level >> 16}.{level & 0xFFFF}"
        yield Need.of(_LIMITS if level > 0x20000 else _NOTE, "opengl", f"OpenGL ES {version}", "uses-feature in the manifest",
                      "the lab has no OpenGL: what is drawn by it is not seen")


def _processes(content: Content) -> Iterator[Need]:
    components = content.components("activity", "service", "receiver", "provider")
    isolated = [content.class_of(one) for one in components if one.tag == "service" and content.flag(one, "isolatedProcess")]
    if isolated:
        yield Need.of(_LIMITS, "isolated-process", "services in processes without any rights", "isolatedProcess in the manifest",
                      "each in a process of its own, without permissions, but it sees the app's data", isolated)
    own = content.text(content.application, "process") or content.package
    apart: dict[str, list[Element]] = {}
    for one in components:
        process = content.text(one, "process")
        process = content.package + process if process.startswith(":") else process
        if process and process != own:
            apart.setdefault(process, []).append(one)
    if apart:
        yield Need.of(_NOTE, "other-process", f"further processes: {', '.join(sorted(apart))}", "android:process in the manifest",
                      "each is a process of its own, as on a phone", sorted(apart))
