"""What the code asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Sized

from harness.lab.check.content import Content
from harness.lab.check.needs import Need, Severity
from harness.lab.check.signs import packages_of, signs, table
from harness.lab.check.survey import Survey, Use
from harness.lab.translate import ReplacedMethod

_STOPS, _LIMITS, _NOTE = Severity.STOPS, Severity.LIMITS, Severity.NOTE
_LOAD_FAILS = "System.loadLibrary throws an UnsatisfiedLinkError, and so does each native method"
_MOST_GROUPS = 12
_OPENGL = ("android.opengl.GLES", "android.opengl.GLSurfaceView", "javax.microedition.khronos.opengles.GL")
_OF_LIBRARIES = ("androidx.", "android.support.", "com.google.android.material.", "kotlin.", "kotlinx.", "com.google.firebase.",
                 "com.google.android.gms.")  # fmt: skip


def needs(content: Content, survey: Survey) -> Iterator[Need]:
    packages = packages_of(survey.classes)
    packed = list(signs("packers", content, survey.classes, packages))
    yield from _packed(content, survey, [f"{one.name} ({', '.join(one.found[:3])})" for one in packed])
    engines = list(signs("engines", content, survey.classes, packages))
    for engine in engines:
        run = any(name in content.libraries for name in engine.found)
        yield Need.of(_STOPS if run else _LIMITS, "native-engine", f"{engine.name}, which runs and draws by native code",
                      f"found: {', '.join(engine.found[:3])} ({table()['engines_source']})",
                      "it runs on an emulated processor, without OpenGL: its first screen fails or stays empty" if run else
                      "the APK does not bring the engine's library for a phone: what uses it fails, as it may on a phone",
                      engine.found)
    yield from _native(content, survey)
    for page in signs("pages", content, survey.classes, packages):
        yield Need.of(_LIMITS, "web-app", f"{page.name}, whose screens are web pages", f"found: {', '.join(page.found)}",
                      "they are what the lab's WebView makes of them, see web-view", page.found)
    if drawn := [name for name in survey.refers if name.startswith(_OPENGL)]:
        use = survey.refers[drawn[0]]
        yield Need.of(_LIMITS, "opengl", "OpenGL ES", f"the code uses {use.name}, for instance {use.caller}",
                      "the lab has no OpenGL: what is drawn by it is not seen", drawn)
    if web := survey.refers.get("android.webkit.WebView"):
        yield Need.of(_LIMITS, "web-view", "WebView", f"{web.times} places use android.webkit.WebView, one is {web.caller}",
                      "HtmlUnit loads and shows the pages, not Chromium: what needs a newer browser may fail", [web.caller])
    for service in signs("services", content, survey.classes, packages):
        why = f"it brings {', '.join(service.found)}; the lab has no {service.package}"
        yield Need.of(_LIMITS, "phone-service", service.name, why,
                      "it is told that the service is missing; what needs it does not work", service.found)
    yield from _missing(survey)
    yield from _ends(survey.ends)


def translation(replaced: Sequence[ReplacedMethod]) -> Iterator[Need]:
    """Methods that the JVM cannot run, by cause."""
    causes = Counter(one.why for one in replaced)
    for cause, _ in causes.most_common(_MOST_GROUPS):
        of_cause = [f"{one.class_name}.{one.method.partition('(')[0]}" for one in replaced if one.why == cause]
        yield Need.of(_LIMITS, "translation", f"{_number(of_cause, 'method')} that cannot be translated for the JVM", cause,
                      "each throws a VerifyError when it is called; the others run", of_cause)


def _packed(content: Content, survey: Survey, packers: list[str]) -> Iterator[Need]:
    wanted = {"application": content.class_of(content.application)}
    if content.launcher is not None:
        wanted["first activity"] = content.class_of(content.launcher, "targetActivity") or content.class_of(content.launcher)
    gone = [f"{what} {name}" for what, name in wanted.items()
            if name and name not in survey.classes and not name.startswith("android.app.")]
    if packers:
        yield Need.of(_STOPS, "packed", "its code unpacked by native code at run time",
                      f"it is packed by {', '.join(packers)} ({table()['packers_source'].strip()})",
                      "native code runs on an emulated processor, but what packers patch of ART is not there: its real classes "
                      "do not appear", packers)
    elif gone:
        yield Need.of(_STOPS, "packed", "classes that are in none of its dex files", f"its {' and its '.join(gone)}: the APK is "
                      "packed, or a part of it is missing", "it dies with a ClassNotFoundException as it starts", gone)
    others = [name for name in dict.fromkeys(content.class_of(one) for one in
                                             content.components("activity", "service", "receiver", "provider"))
              if name and name not in survey.classes and name not in wanted.values() and not _on_device(name, survey)]
    if others and not packers:
        yield Need.of(_LIMITS, "absent-component", "components whose classes are in none of its dex files",
                      "its manifest names them", "starting one fails with a ClassNotFoundException, as it may on a phone", others)


def _on_device(name: str, survey: Survey) -> bool:
    return name.startswith("android.") or name in survey.refers


def _native(content: Content, survey: Survey) -> Iterator[Need]:
    if content.libraries:
        abis = sorted({abi for some in content.libraries.values() for abi in some})
        loaded = {f"lib{name}.so" for name in survey.loads}
        named = [f"{name} (loaded by {survey.loads[name[3:-3]]})" for name in content.libraries if name in loaded]
        rest = [name for name in content.libraries if name not in loaded]
        what = f"{_number(content.libraries, 'native library', 'native libraries')}, for {', '.join(abis)}"
        yield Need.of(_LIMITS, "native-library", what,
                      f"native code runs on an emulated processor; {len(named)} of them are loaded by a name in the code, "
                      f"{len(survey.natives)} native methods are declared",
                      "slow; what it calls in Java is seen, what it reads by itself is not. What it needs of Android beyond the "
                      "C library is missing (docs/lab-native.md)", [*named, *rest])
    unknown = [f"lib{name}.so (loaded by {caller})" for name, caller in survey.loads.items()
               if f"lib{name}.so" not in content.libraries]
    if unknown:
        yield Need.of(_NOTE, "native-library-elsewhere", "native libraries that the APK does not bring",
                      "they are loaded by a name in the code: part of a split, of the platform, or of no use here",
                      _LOAD_FAILS, unknown)


def _missing(survey: Survey) -> Iterator[Need]:
    """Of the core library what Android has and the lab's JDK has not fails here only; of the framework's own it fails on any
    Android of that level."""
    every = [(kind, use) for kind, uses in survey.missing.items() for use in uses]
    core = [use for _, use in every if use.name.startswith(("java.", "javax.", "sun.", "jdk.", "libcore.", "dalvik."))]
    rest = [use for _, use in every if use not in core]
    then = "a call of one of them throws NoClassDefFoundError or NoSuchMethodError; behind a check of the API level none is made"
    if core:
        what = f"{_number(core, 'class or member', 'classes or members')} of Android's core library that the lab does not have"
        yield Need.of(_LIMITS, "core-library", what, "the lab's core library is OpenJDK 17's", then, _told(core))
    if rest:
        what = f"{_number(rest, 'class or member', 'classes or members')} of the framework that the lab's does not have"
        yield Need.of(_NOTE, "framework-level", what,
                      "they belong to another API level than 35, to a phone's maker, or to the system's apps alone",
                      f"{then}, so it is on a phone of that level", _told(rest))


def _ends(ends: Sequence[Use]) -> Iterator[Need]:
    """Grouped by class, the most used first. What only the app's libraries use is counted for less."""
    groups: dict[str, list[Use]] = {}
    for use in ends:
        groups.setdefault(use.name.rpartition(".")[0], []).append(use)
    weight = {name: sum(use.times for use in uses if not use.caller.startswith(_OF_LIBRARIES)) for name, uses in groups.items()}
    order = sorted(groups, key=lambda name: (-weight[name], name))
    for name in order[:_MOST_GROUPS]:
        yield _ended(f"{_number(groups[name], 'method')} of {name}", groups[name], weight[name])
    if rest := [use for name in order[_MOST_GROUPS:] for use in groups[name]]:
        yield _ended(f"{_number(rest, 'method')} of {len(order) - _MOST_GROUPS} more", rest, 0)


def _ended(what: str, uses: Sequence[Use], weight: int) -> Need:
    reasons = Counter(use.why for use in uses)
    why = "; ".join(reason for reason, _ in reasons.most_common(3)) + ("; ..." if len(reasons) > 3 else "")
    return Need.of(_LIMITS if weight else _NOTE, "unimplemented", what, why,
                   "they give back null, zero or false; the run tells of each that is called", _told(uses))


def _number(some: Sized, one: str, more: str = "") -> str:
    return f"{len(some)} {one if len(some) == 1 else more or one + 's'}"


def _told(uses: Sequence[Use]) -> list[str]:
    return [f"{use.name} ({use.times} in {use.caller})" for use in sorted(uses, key=lambda use: (-use.times, use.name))]
