"""What a screen is and what its controls do, from a uiautomator hierarchy alone.

`recognise` is a pure function: the same dump gives the same reading, whenever a bundle is read again.
Words stand in harness/suite/phrases; here stands how they are weighed. Each label carries the words that
led to it, so that a person can argue with it. A role says what a control's text promises; what a tap on it
really does is judged from behaviour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.suite.controls import Surface, survey
from harness.suite.hierarchy import HierarchyUnreadable, Node, windows
from harness.suite.phrases import Phrases, fold, load
from harness.suite.reading import FoundControl, Reading
from harness.suite.system_windows import read_crash, read_permission

_RANK = (
    "system_permission", "system_crash", "policy_second_chance", "policy_consent", "permission_rationale",
    "settings_redirect", "cookie_banner", "youth_mode", "update_prompt", "rating_prompt",
    "marketing_push_prompt", "login", "ad_popup", "other",
)


def recognise(hierarchy_xml: str, package: str | None = None) -> Reading:
    """Reads a screen. `package`: the app under test; windows of others are not taken for its own.

    Never raises on any text: what is no hierarchy gives `readable=False`.
    """
    try:
        found = windows(hierarchy_xml)
    except HierarchyUnreadable as error:
        return Reading(kind="other", reason=f"the hierarchy cannot be read: {error}", readable=False)
    phrases = load()
    shown = [w for w in found if w.package not in phrases.decoration or _is_crash(w, phrases)]
    if not shown:
        return Reading(kind="other", reason="the hierarchy has no window of an app")
    readings = [_read(window, package, phrases) for window in shown]
    best = min(range(len(shown)), key=lambda i: (_RANK.index(readings[i].kind), shown[i].area, -i))
    if readings[best].kind != "other":
        return readings[best]
    front = _front(shown, package)
    controls = tuple(c for reading in readings for c in reading.controls)
    return replace(readings[front], controls=controls)


def _is_crash(window: Node, phrases: Phrases) -> bool:
    return any(node.label and phrases.crash.search(fold(node.label)) for node in window.walk())


def _front(shown: Sequence[Node], package: str | None) -> int:
    """The window whose reading names a screen of no special kind: focused, else the app's, else the first."""
    for i, window in enumerate(shown):
        if any(node.focused for node in window.walk()):
            return i
    for i, window in enumerate(shown):
        if window.package == package:
            return i
    return 0


def _read(window: Node, package: str | None, phrases: Phrases) -> Reading:
    owner = window.package or next((n.package for n in window.walk() if n.package), "")
    if owner in phrases.permission_packages and owner != package:
        return read_permission(window, owner, phrases)
    if owner in phrases.crash_packages and owner != package:
        crash = read_crash(window, owner, phrases)
        if crash is not None:
            return crash
    surface = survey(window, phrases)
    if package is not None and owner != package:
        return Reading(kind="other", reason=f"a window of {owner or 'an unnamed package'}, not of the app",
                       controls=surface.controls, package=owner)
    return _read_app(surface, owner, phrases)


def _read_app(surface: Surface, owner: str, phrases: Phrases) -> Reading:
    def reading(kind: str, reason: str, controls: Sequence[FoundControl] = surface.controls) -> Reading:
        return Reading(kind=kind, reason=reason, controls=tuple(controls), package=owner)

    strong_answers = surface.roles(weak=False)
    negative = strong_answers & {"refuse", "exit", "limited_mode"}
    login = _login(surface, phrases)
    if login and not ("agree" in strong_answers and negative):
        return reading("login", login)

    policy, policy_why = _policy_of(surface.body, phrases)
    permission, permission_why = _permission(surface, phrases)
    asks = bool(phrases.asks.search(surface.body))
    privacy = bool(phrases.privacy_document.search(surface.body))
    document = privacy or bool(phrases.terms_document.search(surface.body))

    if permission >= phrases.permission_enough and not (asks and document) and _answerable(surface):
        settings = surface.with_role("settings")
        controls = _contextual(surface.controls)
        if settings and phrases.permission_settings.search(surface.prose):
            return reading("settings_redirect", f"sends to the settings for: {permission_why}", controls)
        return reading("permission_rationale", f"explains a permission: {permission_why}", controls)

    notice = _is_notice(surface, policy, asks, strong_answers, phrases)
    if notice:
        controls = _contextual(surface.controls)
        second, second_why = _second_chance(surface, controls, phrases)
        if second >= phrases.second_enough:
            return reading("policy_second_chance", f"{policy_why}; asked again: {second_why}", controls)
        refusable = any(c.role in ("refuse", "exit", "limited_mode") for c in controls)
        return reading("policy_consent",
                       f"{policy_why}; {notice}{'' if refusable else '; no control refuses'}", controls)

    for other in phrases.others:
        match = other.pattern.search(surface.body)
        if match and surface.is_small and surface.roles() & other.controls:
            return reading(other.kind, f"says {match.group(0)!r}")
    if policy_why:
        return reading("other", f"{policy_why}, but nothing asks for an answer")
    return reading("other", "nothing of a notice, a dialog of the system or a permission in it")


def _contextual(controls: Sequence[FoundControl]) -> list[FoundControl]:
    """Within a notice a bare 确定 agrees and a bare 取消 refuses, unless a plainer control does already.

    Beside a plain refusal the one control that nothing explains agrees, and beside a plain agreement it refuses:
    a notice asks for an answer, whatever words it has for it. Else such a control keeps the role "other".
    """
    plain = {c.role for c in controls if not c.weak}
    out = []
    for control in controls:
        outdone = {"agree": {"agree"}, "refuse": {"refuse", "exit"}}.get(control.role, set()) & plain
        out.append(replace(control, role="other") if control.weak and outdone else control)
    return _only_other(out)


def _only_other(controls: list[FoundControl]) -> list[FoundControl]:
    unknown = [c for c in controls if c.role == "other" and c.text and not c.weak and c.tappable and not c.why]
    known = {c.role for c in controls}
    if len(unknown) != 1:
        return controls
    if "agree" not in known and known & {"refuse", "exit"}:
        inferred = replace(unknown[0], role="agree", weak=True, why="the only other control beside a refusal")
    elif "agree" in known and not known & {"refuse", "exit", "limited_mode", "later", "close", "settings"}:
        inferred = replace(unknown[0], role="refuse", weak=True, why="the only other control beside an agreement")
    else:
        return controls
    return [inferred if c is unknown[0] else c for c in controls]


def _answerable(surface: Surface) -> bool:
    return bool(surface.roles() & {"agree", "settings", "later", "refuse"}) and not surface.inputs


def _is_notice(surface: Surface, policy: int, asks: bool, strong: set[str], phrases: Phrases) -> str:
    """Why the window asks for consent to a policy, or "" where it does not."""
    agree = surface.with_role("agree")
    boxed = bool(surface.with_role("checkbox"))
    if surface.inputs and not strong & {"refuse", "exit"}:
        return ""
    if not strong & {"refuse", "exit", "limited_mode"} and not boxed and not _policy_of(surface.prose, phrases)[0]:
        return ""           # rows of a settings page: nothing but captions, and no way to say no
    if "agree" in strong and policy >= phrases.policy_enough:
        return f"a control agrees ({_first_words(surface, 'agree')!r})"
    if strong & {"refuse", "exit"} and policy >= phrases.policy_enough and agree:
        return f"a control refuses ({_first_words(surface, 'refuse', 'exit')!r})"
    if strong & {"refuse"} and policy >= phrases.policy_enough and (asks or surface.with_role("later")):
        return f"a control refuses ({_first_words(surface, 'refuse')!r})"
    if agree and asks and policy >= phrases.policy_enough_weak and (surface.is_small or boxed):
        return f"asks for consent with a bare acknowledgement ({agree[0].text!r})"
    if boxed and asks and policy >= phrases.policy_enough_weak and agree:
        return "asks for a tick"
    return ""


def _first_words(surface: Surface, *roles: str) -> str:
    return next(c.text for role in roles for c in surface.with_role(role) if not c.weak)


def _policy_of(text: str, phrases: Phrases) -> tuple[int, str]:
    points, words = 0, []
    for topic in phrases.policy_topics:
        found = topic.find(text)
        if found is not None:
            points += topic.points
            words.append(found[:40])
    if not phrases.privacy_document.search(text):
        for pattern in phrases.against:
            match = pattern.search(text)
            if match:
                points -= 3
                words.append(f"against: {match.group(0)}")
    return points, f"speaks of {', '.join(words)}" if words else ""


def _permission(surface: Surface, phrases: Phrases) -> tuple[int, str]:
    points, words = 0, []
    for topic in phrases.permission_topics:
        found = topic.find(surface.prose)
        if found is not None:
            points += topic.points
            words.append(found[:40])
    return points, ", ".join(words)


def _second_chance(
    surface: Surface, controls: Sequence[FoundControl], phrases: Phrases
) -> tuple[int, str]:
    points, words = 0, []
    texts = [fold(c.text) for c in controls if c.role not in ("checkbox", "link_policy")]
    for topic in phrases.second_controls:
        hit = next((t for t in texts if len(t) <= 40 and topic.find(t)), None)
        if hit is not None:
            points += topic.points
            words.append(repr(hit))
    for topic in phrases.second_body:
        found = topic.find(surface.prose)
        if found is not None:
            points += topic.points
            if topic.points > 0:
                words.append(repr(found[:40]))
    return points, ", ".join(words)


def _login(surface: Surface, phrases: Phrases) -> str:
    buttons = [c for c in surface.controls if c.role not in ("checkbox", "link_policy")
               and len(c.text) <= 40 and phrases.login_button.fullmatch(fold(c.text))]
    if buttons and (surface.inputs or phrases.login_body.search(surface.body)):
        return f"has {buttons[0].text!r} with {'a field to fill in' if surface.inputs else 'an account'}"
    return ""
