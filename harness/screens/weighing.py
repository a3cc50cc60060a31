"""What a window of an app is: points for what it speaks of, in its title, its prose and the captions of its controls.

Topics, points and what each kind needs stand in phrases/kinds.yaml; here stands what depends on the structure: fields to fill in,
boxes, answers that are there or missing, a large picture with a small cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.screens.bare_texts import answers_of
from harness.screens.controls import COUNTED, Surface
from harness.screens.features import of_control, of_window
from harness.screens.learned import Judgement, ends
from harness.screens.learned import load as load_model
from harness.screens.phrases import Phrases, fold
from harness.screens.reading import FoundControl, Reading

_NEGATIVE = frozenset({"refuse", "exit", "limited_mode"})
_ANSWERS = frozenset({"agree", "refuse", "exit", "limited_mode", "later", "close", "skip", "settings"})
_ASKING = (
    "permission_rationale", "settings_redirect", "cookie_banner", "marketing_push_prompt", "update_prompt", "rating_prompt",
)  # fmt: skip
_NO_ANSWERS = ("login", "ad_popup", "youth_mode")
_NOTICE, _SECOND = "policy_consent", "policy_second_chance"
_FEW = 7
"""Controls up to which a window with a way to the settings sends there, and is no page of settings."""
_ROWS = 3
"""Controls that answer nothing, beside a way to the settings, up to which a bare 设置 is an answer and no row of a menu."""
_WHAT_FOR = ("permission_thing", "permission_word", "switched_off", "permission_thing_hint", "permission_word_hint",
             "switched_off_hint")  # fmt: skip
_ON_CONSENT = (
    "PRIVACY_DOCUMENT", "TERMS_DOCUMENT", "personal_information", "personal_information_hint", "collects", "asks_consent",
    "asks_consent_hint", "by_using", "not_without", "not_without_hint", "not_agreed", "not_agreed_hint", "consent_word",
)  # fmt: skip
_SETTLED = ("checkbox", "link_policy")
_SURE, _SURER = 0.5, 0.85
"""Probability from which on the learned part's role is taken before that of the rules; and where they have a plain one."""
_TOLD, _UNLIKE = 0.5, 0.8
"""Probability from which on the learned part's kind is taken though no topic speaks for it; though it lacks what others have."""
_JUDGED = 30
"""Controls up to which a window asks something; of more none is judged."""
_LARGE_PICTURE = 0.12
"""Share of the window from which on a picture is what a pop-up is about."""


@dataclass
class Weight:
    """The points of one kind, and the words that gave them."""

    points: float = 0
    words: list[str] = field(default_factory=list)

    def add(self, points: float, words: str) -> None:
        self.points += points
        if points > 0 and words and words not in self.words:
            self.words.append(words)


class Window:
    """One window's words, each topic looked for once in each place."""

    def __init__(self, surface: Surface, phrases: Phrases) -> None:
        self.surface = surface
        self.phrases = phrases
        self.roles = surface.roles()
        self.strong = surface.roles(weak=False)
        self.logs_in = [
            c.text for c in surface.controls
            if c.role not in ("checkbox", "link_policy") and len(c.text) <= 40 and phrases.login.search(fold(c.text))
        ]  # fmt: skip
        self.boxed = bool(surface.with_role("checkbox"))
        self._places = {name: ends(text) for name, text in (
            ("title", surface.title), ("prose", surface.prose), ("captions", surface.captions))}  # fmt: skip
        self._found: dict[tuple[str, str], str] = {}

    def says(self, topic: str, place: str = "all") -> str:
        """The words of the topic that stand there, or "". Of a long text its beginning and its end are read."""
        if place == "all":
            return self.says(topic, "prose") or self.says(topic, "captions")
        key = (topic, place)
        if key not in self._found:
            match = self.phrases.topics[topic].search(self._places[place])
            self._found[key] = match[0][:40].strip() or "?" if match else ""
        return self._found[key]

    def weigh(self, points: Mapping[str, Mapping[str, int]]) -> Weight:
        weight = Weight()
        for place, topics in points.items():
            for topic, worth in topics.items():
                words = self.says(topic, place)
                if words:
                    weight.add(worth, words)
        return weight


def features_of(surface: Surface, phrases: Phrases) -> dict[str, float]:
    """What the learned part judges a window of the app's own by."""
    return _features(*_weighed(surface, phrases))


def _weighed(surface: Surface, phrases: Phrases) -> tuple[Window, dict[str, Weight]]:
    window = Window(surface, phrases)
    weights = {kind.name: window.weigh(kind.points) for kind in phrases.kinds}
    _structure(window, weights)
    return window, weights


def _features(window: Window, weights: Mapping[str, Weight]) -> dict[str, float]:
    points = {kind.name: weights[kind.name].points / kind.enough for kind in window.phrases.kinds}
    may = [name for name in weights if _may_be(name, window, weights)]
    second = _second(window, contextual(window.surface.controls)).points / window.phrases.second.enough
    topics = {
        place: [topic for topic in window.phrases.topics if window.says(topic, place)] for place in ("title", "prose", "captions")
    }
    return of_window(window.surface, topics, points, may, second)


def _speaks_for(kind: str, window: Window, weights: Mapping[str, Weight]) -> bool:
    """Whether any word, or a point for the structure, speaks for the kind: without any a window is none, however laid out."""
    if (weights[_NOTICE] if kind == _SECOND else weights[kind]).points > 0:
        return True
    own = next((one.points for one in window.phrases.kinds if one.name == kind), window.phrases.second.points)
    topics = {topic for told in own.values() for topic, worth in told.items() if worth > 0}
    topics |= {f"{topic}_hint" for topic in topics} & window.phrases.topics.keys()
    return any(window.says(topic) for topic in topics)


def _can_be_answered(kind: str, window: Window) -> bool:
    """A notice has something that answers it, however like one a text reads: a page with the policy alone is none."""
    return kind not in (_NOTICE, _SECOND) or any(c.role != "link_policy" for c in window.surface.controls)


def _could_be(kind: str, window: Window) -> bool:
    """What nothing makes up for: a question has something to answer it with, one that leads to the settings says what for, and an
    advertisement that nothing closes has few controls."""
    surface = window.surface
    answers = any(c.role != "link_policy" for c in surface.controls)
    if kind == "settings_redirect":
        return answers and any(window.says(topic) for topic in _WHAT_FOR if topic in window.phrases.topics)
    if kind in (_NOTICE, _SECOND):
        return answers and ("link_policy" in window.roles or any(window.says(topic) for topic in _ON_CONSENT))
    if kind == "ad_popup":
        pressed = sum(c.role not in _SETTLED for c in surface.controls)
        return answers and (pressed <= _FEW or bool(window.roles & {"close", "skip", "later", "refuse"}))
    return answers or bool(kind == "login" and surface.fields)


def _of_other_matter(window: Window) -> bool:
    """Whether what is agreed to or refused is no notice of the app: votes with their numbers, what is written to others, consent
    taken back, a consent of its own to one thing, an agreement on a payment or the like: where they name no document of one."""
    if window.says("withdraws", "captions") or any(c.why == COUNTED for c in window.surface.controls):
        return True
    if window.says("talks", "captions") and "agree" not in window.strong:
        return True
    if window.says("separate_consent", "prose") or window.says("separate_consent", "title"):
        return "link_policy" not in window.roles and not window.says("PRIVACY_DOCUMENT") and not window.says("TERMS_DOCUMENT")
    named = ("PRIVACY_DOCUMENT", "TERMS_DOCUMENT", "personal_information", "collects")
    return bool(window.says("other_document", "prose")) and not any(window.says(topic) for topic in named)


def _reasons(weight: Weight, judged: Judgement) -> list[str]:
    """The words that the rules found for the kind, and after them what weighed most for it."""
    most = [name.partition(":")[2] for name in judged.why[:4]]
    return [*weight.words[:4], f"weighed most: {'; '.join(most)}"]


def weigh_window(surface: Surface, owner: str, phrases: Phrases) -> Reading:
    """The reading of a window of the app's own."""
    window, weights = _weighed(surface, phrases)
    judged = load_model("kinds").judge(_features(window, weights))
    barred = (_NOTICE, _SECOND) if _of_other_matter(window) else ()
    likely = [(kind, sure) for kind, sure in judged.likely if kind not in barred]
    best = next(kind for kind, sure in likely if kind == "other" or (
        ((sure >= _UNLIKE and _can_be_answered(kind, window)) or _could_be(kind, window))
        and (_speaks_for(kind, window, weights) or (bool(surface.prose) and sure >= _TOLD))))
    if best == "other":
        policy = weights[_NOTICE]
        reason = f"speaks of {', '.join(policy.words)}, but nothing asks for an answer" if policy.points > 0 else (
            "nothing of a notice, a dialog of the system or a permission in it")
        return _reading("other", reason, by_rules("other", surface, phrases), surface, owner)
    words = ", ".join(_reasons(weights.get(best, weights[_NOTICE]), judged))
    controls = by_rules(best, surface, phrases)
    if best == _SECOND:
        second = _second(window, contextual(surface.controls))
        return _reading(_SECOND, f"speaks of {words}; asked again: {', '.join(second.words[:5])}", controls, surface, owner)
    if best == _NOTICE:
        notice = _reading(_NOTICE, f"speaks of {words}", controls, surface, owner)
        return notice if notice.with_role(*_NEGATIVE) else replace(notice, reason=f"{notice.reason}; no control refuses")
    return _reading(best, f"says {words}", controls, surface, owner)


def by_rules(kind: str, surface: Surface, phrases: Phrases) -> Sequence[FoundControl]:
    """The controls of a window of this kind, with the roles that the rules give them there."""
    controls: Sequence[FoundControl] = surface.controls
    if kind == "permission_rationale":
        controls = [_granting(c, phrases) for c in controls]
    if kind in _ASKING or kind in (_NOTICE, _SECOND):
        controls = contextual(controls)
    if kind == _SECOND:
        controls = _answers_of_leaving(Window(surface, phrases), controls)
    if kind == "other" or kind in _NO_ANSWERS:
        controls = unasked(controls, weak_only=kind != "youth_mode")
    if kind == "cookie_banner":
        modes = phrases.topics["mode"]    # the necessary cookies alone are a refusal, a mode of the app is none
        controls = [
            replace(c, role="refuse") if c.role == "limited_mode" and not modes.search(fold(c.text)) else c for c in controls
        ]  # fmt: skip
    if kind in ("ad_popup", "youth_mode"):    # nothing is asked that could be refused
        controls = [replace(c, role="close") if c.role == "refuse" else c for c in controls]
    return controls


def _reading(
    kind: str, reason: str, controls: Iterable[FoundControl], surface: Surface, owner: str
) -> Reading:
    judged, left = _judged(kind, tuple(controls), surface), tuple[str, ...]()
    if kind in (_NOTICE, _SECOND):
        judged, left = answers_of(judged, surface.bare, kind, surface.prose)
    return Reading(kind=kind, reason=reason, controls=judged, fields=surface.fields, package=owner, bare_texts=left)


def _judged(kind: str, controls: tuple[FoundControl, ...], surface: Surface) -> tuple[FoundControl, ...]:
    """The controls with the roles of the learned part, where it is sure of another than the rules have."""
    if len(controls) > _JUDGED:
        return controls
    model, out = load_model("roles"), []
    for control in controls:
        told = control.role == "other" and control.why and not control.weak    # words that refuse nothing: Learn more
        if control.role not in _SETTLED:
            judged = model.judge(of_control(control, controls, kind, surface.prose))
            plain = control.role != "other" and not control.weak
            sure = judged.sure >= (_SURER if plain else _SURE) and not (told and judged.label in _NEGATIVE)
            if judged.label != control.role and sure:
                why = f"weighed most: {'; '.join(name.partition(':')[2] for name in judged.why[:3])}"
                control = replace(control, role=judged.label, weak=True, why=why)
        out.append(control)
    return tuple(out)


def _structure(window: Window, weights: dict[str, Weight]) -> None:
    """Points for what is there besides words."""
    surface = window.surface
    if window.logs_in:
        weights["login"].add(2, repr(window.logs_in[0]))
    if surface.fields and (window.logs_in or window.says("login")):
        weights["login"].add(3, "a field to fill in")
    if len(window.logs_in) >= 2:
        weights["login"].add(2, "several ways to log in")
    yes = "agree" in window.roles or any(c.role == "other" and c.text for c in surface.controls)
    if yes and window.roles & {"refuse", "later", "skip"} and len(surface.controls) <= _FEW:
        for name in ("update_prompt", "rating_prompt", "marketing_push_prompt", "youth_mode"):
            if weights[name].points:
                weights[name].add(1, "")
    if "agree" in window.strong and window.strong & {"refuse", "exit"}:
        weights[_NOTICE].add(2, "")
    closes = {"close", "skip"} & window.roles
    if closes and surface.pictures >= _LARGE_PICTURE and len(surface.body) < 160:
        weights["ad_popup"].add(3, "a large picture to be closed")
    elif closes and window.says("advertisement"):
        weights["ad_popup"].add(1, "can be closed")
    if "skip" in window.roles and len(surface.body) < 60:
        weights["ad_popup"].add(3, "can be skipped")
    if any(c.role == "settings" for c in surface.controls):
        weights["settings_redirect"].add(2, "leads to the settings")
    second = _second(window, contextual(surface.controls))
    if second.points >= window.phrases.second.enough and _of_consent(window) and window.roles & (_ANSWERS - {"settings"}):
        short = max(0.0, window_enough(window, _NOTICE) - weights[_NOTICE].points)
        weights[_NOTICE].add(short, ", ".join(second.words[:3]))


def _of_consent(window: Window) -> bool:
    return bool(window.says("consent_word") or window.says("not_agreed"))


def window_enough(window: Window, name: str) -> int:
    return next(kind.enough for kind in window.phrases.kinds if kind.name == name)


def _may_be(name: str, window: Window, weights: Mapping[str, Weight]) -> bool:
    """Whether the structure lets the window be of that kind at all."""
    surface = window.surface
    if name == _NOTICE:
        return _asks(window)
    if name == "login":
        negative = window.strong & {"refuse", "exit"}
        answered = negative and window.strong & {"agree", "limited_mode"}
        return not answered and bool(surface.fields or window.logs_in)
    if name == "permission_rationale":
        if surface.fields or not surface.is_small or ("settings" in window.strong and "agree" not in window.roles):
            return False
        answers = window.roles & {"agree", "refuse", "later", "close", "settings", "exit", "skip"}
        return bool(answers or window.says("grants", "captions") or not surface.controls)
    if name == "settings_redirect":
        leads = "settings" in window.roles and "agree" not in window.strong
        settings = window.phrases.topics["settings_word"]
        rows = sum(c.role == "other" and bool(c.text) for c in surface.controls)
        sends = any(c.role == "settings" and not settings.fullmatch(fold(c.text)) for c in surface.controls)
        return leads and len(surface.controls) <= _FEW and (sends or rows <= _ROWS) and bool(surface.prose)
    if name == "cookie_banner":
        return bool(window.roles & {"agree", "refuse", "settings"})
    if name == "ad_popup":
        return surface.is_small and bool(window.roles & {"close", "skip", "later", "refuse"})
    return surface.is_small and bool(window.roles & _ANSWERS or surface.controls)


def _asks(window: Window) -> bool:
    """Whether the window wants an answer on a policy, and is no page that names one."""
    surface, strong, roles = window.surface, window.strong, window.roles
    if window.logs_in and not (strong & {"agree", "limited_mode"} and strong & {"refuse", "exit"}):
        return False
    if surface.fields and not strong & {"refuse", "exit"}:
        return False
    if not roles & {"agree", "refuse", "exit", "limited_mode"}:
        # one control that nothing explains is the answer where the text asks for one, or boxes stand before it
        unknown = [c for c in surface.controls if c.role == "other" and c.text]
        if roles & {"close", "later", "skip", "settings"} and not window.boxed:
            return False
        told = window.boxed or window.says("by_using") or window.says("asks_consent", "prose")
        return len(unknown) == 1 and bool(told) and surface.is_small
    if strong & {"refuse", "exit", "limited_mode"} and "agree" in strong:
        return True
    if not surface.is_small and not window.boxed:
        return False
    topics = ("asks_consent", "by_using", "not_without", "not_agreed", "leaving")
    asked = any(window.says(topic, "prose") for topic in topics)
    if strong & {"refuse", "exit"} or "agree" in strong:
        links = "link_policy" in roles and len(surface.prose) > len(surface.title) + 10
        return bool(asked or links or window.says("personal_information", "prose"))
    return bool(asked)


def _second(window: Window, controls: Sequence[FoundControl]) -> Weight:
    second = window.phrases.second
    weight = window.weigh(second.points)
    captions = [(c, fold(c.text)) for c in controls if c.role not in ("checkbox", "link_policy") and c.text]
    captions = [(c, text) for c, text in captions if len(text) <= 40]
    for points, pattern in (second.still_refuses, second.thinks_again):
        found = next((match[0] for _, text in captions if (match := pattern.search(text))), "")
        if found:
            weight.add(points, repr(found))
    if any(c.role == "exit" for c, _ in captions):
        weight.add(second.leaves, "can be left")
    bare = not window.strong & {"agree", "refuse", "exit"} and len(window.surface.prose) < 60
    if bare and window.says("not_without", "prose"):
        weight.add(2, "an acknowledgement only")
    for (length, points), wanted in ((second.long, True), (second.short, False)):
        if length.exceeded_by(window.surface.prose) is wanted:
            weight.add(points, f"{len(window.surface.prose)} characters")
    return weight


def _answers_of_leaving(window: Window, controls: Sequence[FoundControl]) -> list[FoundControl]:
    """Where the question is whether to leave, a bare yes leaves and a bare no stays."""
    if not window.says("leaving", "prose") or any(c.role == "exit" for c in controls):
        return list(controls)
    weak = {c.role for c in controls if c.weak}
    if weak != {"agree", "refuse"} or {c.role for c in controls if not c.weak} & {"agree", "refuse"}:
        return list(controls)
    to = {"agree": "exit", "refuse": "later"}
    return [
        replace(c, role=to[c.role], why=f"{c.why}: asked whether to leave") if c.weak and c.role in to else c for c in controls
    ]


def contextual(controls: Sequence[FoundControl]) -> list[FoundControl]:
    """Within a question a bare 确定 agrees and a bare 取消 refuses, unless a plainer control does already.

    Beside a plain refusal the one control that nothing explains agrees, and beside a plain agreement it refuses:
    a notice asks for an answer, whatever words it has for it. Else such a control keeps the role "other".
    """
    plain = {c.role for c in controls if not c.weak}
    out = []
    for control in controls:
        outdone = {"agree": {"agree"}, "refuse": {"refuse", "exit"}}.get(control.role, set()) & plain
        out.append(replace(control, role="other") if control.weak and outdone else control)
    return _only_other(out)


def _granting(control: FoundControl, phrases: Phrases) -> FoundControl:
    """A caption that says what is to be granted agrees: 打开麦克风."""
    match = phrases.topics["grants"].search(fold(control.text)) if control.role == "other" and not control.why else None
    return replace(control, role="agree", weak=True, why=match[0]) if match else control


def unasked(controls: Sequence[FoundControl], weak_only: bool = True) -> list[FoundControl]:
    """Where nothing is asked that could be agreed to, a bare 确定 or 下一步 is a button like any other."""
    return [replace(c, role="other") if c.role == "agree" and (c.weak or not weak_only) else c for c in controls]


def _only_other(controls: list[FoundControl]) -> list[FoundControl]:
    unknown = [c for c in controls if c.role == "other" and c.text and not c.weak and c.tappable and not c.why]
    known = {c.role for c in controls}
    if len(unknown) != 1:
        return controls
    beside = known & {"refuse", "exit", "later", "skip", "checkbox"} or not known - {"other", "link_policy", "checkbox"}
    if "agree" not in known and beside:
        inferred = replace(unknown[0], role="agree", weak=True, why="the only other control")
    elif "agree" in known and not known & {"refuse", "exit", "limited_mode", "later", "close", "settings"}:
        inferred = replace(unknown[0], role="refuse", weak=True, why="the only other control beside an agreement")
    else:
        return controls
    return [inferred if c is unknown[0] else c for c in controls]
