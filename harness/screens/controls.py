"""The controls of one window: which nodes take a tap, what they say, and the role that this gives them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from harness.screens.hierarchy import Node
from harness.screens.phrases import Phrases, caption, fold
from harness.screens.reading import FoundControl

_EDITABLE = ("EditText", "AutoCompleteTextView")
_BOXES = ("CheckBox", "RadioButton", "Switch", "CheckedTextView", "ToggleButton", "CompoundButton")
_SENTENCE_END = ("?", ":", "。", ".", "!", ";", ",")
_PROSE = 60            # characters from which on an editable text is a text to read, not a field to fill in
_MANY = 14             # controls from which on a window is a page, not a notice
MAX_CONTROLS = 200
COUNTED = "words with a number of votes"
_NO_LINK = ("PRIVACY_DOCUMENT", "TERMS_DOCUMENT", "not_agreed", "not_without")
_INLINE = 14           # characters of the shortest text that holds a link among other words
_BEHIND = 0.8          # share of the window from which on what takes a tap is its background
_LOOKED_UNDER = 8      # texts before a sheet of which one that lies under it tells that it covers them
_OVER = 0.9            # share of a panel that lies over the page
_PICTURED = 0.3        # share of a panel that its picture has at least, where it has few words
_BESIDE, _TRIED = 12, 8   # parts of a node of which one may be a panel; how many panels are looked into
_FRAMES = 6            # nodes looked through for one with several parts
_SPOKEN = 8            # characters that a panel says at least
_VOTED = re.compile(r"[^\d(\[{]+[\s·:](\d{1,9})(?:\.\d)?\s?[k万千w]?\+?")
_DENIED = re.compile(r"(?:暂时?|先)?不(?:要)?(.+)|(?:don't|do not|not|no) (.+)")


@dataclass(frozen=True)
class Surface:
    """One window, surveyed. `body`: all its texts folded; `prose`: those that are no control's caption, of which `title` is the
    first where that is short; `captions`: those of controls. `pictures`: the largest picture's share of the window;
    `covers`: whether a page lies behind; `height`: the share of the window's height that words and controls have; `top`: where
    they begin. `bare`: short texts for which no node takes taps, with the roles that the words would give a button."""

    controls: tuple[FoundControl, ...]
    body: str
    prose: str
    fields: tuple[FoundControl, ...]
    title: str = ""
    captions: str = ""
    pictures: float = 0.0
    covers: bool = False
    height: float = 1.0
    top: float = 0.0
    bare: tuple[FoundControl, ...] = ()

    @property
    def inputs(self) -> int:
        return len(self.fields)

    @property
    def is_small(self) -> bool:
        return len(self.controls) < _MANY

    def with_role(self, role: str) -> list[FoundControl]:
        return [c for c in self.controls if c.role == role]

    def roles(self, weak: bool = True) -> set[str]:
        return {c.role for c in self.controls if weak or not c.weak}


def survey(window: Node, phrases: Phrases, nodes: list[Node] | None = None) -> Surface:
    """Reads one window of an app, of that these nodes: else what lies in front."""
    nodes = in_front(window) if nodes is None else nodes
    texts: list[str] = []
    prose: list[str] = []
    captions: list[str] = []
    fields: list[FoundControl] = []
    for node in nodes:
        label = "" if node.cls.endswith("WebView") else node.label    # a page's own title is read by nobody
        if node.cls.endswith(_EDITABLE) and not (len(label) > _PROSE):
            fields.append(_field(node))
        if not label:
            continue
        folded = fold(label)
        texts.append(folded)
        if node.pressable() is None or phrases.caption.exceeded_by(folded) or _is_behind(node, window):
            prose.append(folded)
        else:
            captions.append(folded)
    controls = list(islice(_pressable_controls(window, nodes, phrases), MAX_CONTROLS))
    controls.extend(_linked_texts(window, nodes, controls, phrases))
    controls = _votes(_opposites(controls))
    top, height = _spread(nodes, window)
    return Surface(
        controls=tuple(controls[:MAX_CONTROLS]), body="\n".join(texts), prose="\n".join(prose), fields=tuple(fields),
        title="\n".join(text for text in prose[:2] if not phrases.title.exceeded_by(text)), captions="\n".join(captions),
        pictures=_largest_picture(nodes, window), covers=nodes[0] is not window, height=height, top=top,
        bare=tuple(islice(_bare_texts(window, nodes, phrases), _MANY)),
    )  # fmt: skip


@lru_cache(maxsize=8192)
def role_of(text: str, phrases: Phrases) -> tuple[str, bool, str]:
    """Role, whether only weakly so, and the words that say it, of a control's raw text."""
    said = caption(text)
    if not said:
        return "other", False, ""
    if phrases.link.fullmatch(said):
        return "link_policy", False, said[:40]
    if phrases.caption.exceeded_by(said):
        return "other", False, ""
    for phrase in phrases.roles:
        words = phrase.find(said)
        if words is not None:
            return phrase.role, phrase.weak, words
    return "other", False, ""


def _pressable_controls(window: Node, nodes: list[Node], phrases: Phrases) -> Iterator[FoundControl]:
    for node in nodes:
        if not (node.clickable or node.checkable) or node.area == 0 or node.cls.endswith(_EDITABLE):
            continue
        if node.children and not node.label and node.area >= _BEHIND * max(1, window.area):
            continue    # what lies behind a dialog
        if node.checkable or node.cls.endswith(_BOXES):
            yield _box(node, node.checked, _label_beside(node), "a checkable node")
            continue
        text = node.spoken()
        if not text and _looks_like_box(node, phrases):
            beside = _label_beside(node)
            ticked = True if node.checked or node.selected else None
            yield _box(node, ticked, beside, "a small picture before a text of consent")
            continue
        role, weak, why = role_of(text, phrases)
        if role == "agree" and not weak and phrases.box_text.search(fold(text)) and _has_box(node, phrases):
            continue    # the text of a tick box, whose box is a control of its own
        if not text:
            role, why = _role_of_id(node, phrases)
        yield FoundControl(
            text=text[:200], role=role, bounds=node.bounds, resource_id=node.resource_id,
            package=node.package, enabled=node.enabled, weak=weak, why=why,
        )


def in_front(window: Node) -> list[Node]:
    """The window's nodes without those behind the last sheet that covers it: what takes every tap beside a dialog, or is drawn
    over words that stand before it in the same window."""
    nodes = list(window.walk())
    at_of = {id(node): at for at, node in enumerate(nodes)}
    worded = [at for at, node in enumerate(nodes) if node.label]
    last = max((at for at, node in enumerate(nodes) if node.clickable or node.checkable), default=0)
    large = _BEHIND * max(1, window.area)
    for at in range(min(last - 1, worded[-1]) if worded else 0, 0, -1):
        sheet = nodes[at]
        if sheet.area < large or sheet.label or sheet.scrollable:
            continue
        first = bisect_right(worded, at_of[id(sheet.parent)])
        beneath = worded[max(first, bisect_left(worded, at) - _LOOKED_UNDER) : bisect_left(worded, at)]
        if sheet.clickable or any(_within(nodes[one], sheet) for one in beneath):
            return nodes[at:]
    return nodes


def panel_of(window: Node, front: list[Node]) -> list[Node] | None:
    """Of what lies in front the last part that is drawn over a page beside it, covers a part of the window, and can be answered:
    a banner at the foot of a page, a card over it."""
    worded: set[int] = set()
    for node in reversed(front):
        if (node.label or id(node) in worded) and node.parent is not None:
            worded.add(id(node.parent))
    tried = 0
    for node in reversed(front):
        if not 2 <= len(node.children) <= _BESIDE:
            continue
        for at in range(len(node.children) - 1, 0, -1):
            panel = node.children[at]
            if panel.area >= _BEHIND * max(1, window.area) or not panel.children or tried >= _TRIED:
                continue
            if any(id(page) in worded and _overlaid(panel, page) and _is_page(page) for page in node.children[:at]):
                tried += 1
                if _can_answer(panel):
                    return list(panel.walk())
    return None


def _is_page(node: Node) -> bool:
    """Whether it has parts, itself or through a few frames."""
    return any(len(one.children) > 1 for one in islice(node.walk(), _FRAMES))


def _overlaid(above: Node, beneath: Node) -> bool:
    """Whether the one lies over the other, which is larger."""
    (a, b, c, d), (e, f, g, h) = above.bounds, beneath.bounds
    shared = max(0, min(c, g) - max(a, e)) * max(0, min(d, h) - max(b, f))
    return shared > _OVER * max(1, above.area) and beneath.area > above.area


def _can_answer(panel: Node) -> bool:
    nodes = list(panel.walk())
    said = [n.label for n in nodes if n.label and n.pressable() is None]
    pressed = any(n.clickable and n.area < _BEHIND * panel.area for n in nodes)
    pictures = any(n.cls.endswith(("ImageView", ".Image")) and n.area >= _PICTURED * panel.area for n in nodes)
    return pressed and (pictures or sum(map(len, said)) >= _SPOKEN)


def _within(node: Node, sheet: Node) -> bool:
    (left, top, right, bottom), outer = node.bounds, sheet.bounds
    return outer[0] <= left and outer[1] <= top and right <= outer[2] and bottom <= outer[3]


def _is_behind(node: Node, window: Node) -> bool:
    """Whether what takes a tap on this text is as large as the window: a click that closes the dialog, and no button."""
    pressable = node.pressable()
    return pressable is not None and pressable is not node and pressable.area >= _BEHIND * max(1, window.area)


def _spread(nodes: list[Node], window: Node) -> tuple[float, float]:
    """Where words and controls begin, and over how much they are spread, as shares of the window's height."""
    shown = [n.bounds for n in nodes if n.label or (n.clickable and n.area < _BEHIND * window.area)]
    if not shown:
        return 0.0, 0.0
    top, whole = min(b[1] for b in shown), max(1, window.height)
    return (top - window.bounds[1]) / whole, (max(b[3] for b in shown) - top) / whole


def _largest_picture(nodes: list[Node], window: Node) -> float:
    sizes = [n.area for n in nodes if n.cls.endswith(("ImageView", ".Image")) and n.area < window.area]
    return max(sizes, default=0) / max(1, window.area)


def _field(node: Node) -> FoundControl:
    """What can be written in: its text, else its hint or description, else the text beside it."""
    return FoundControl(
        text=(node.label or node.hint or _label_beside(node))[:200], role="input", bounds=node.bounds,
        resource_id=node.resource_id, package=node.package, enabled=node.enabled, why="an editable node",
    )  # fmt: skip


def _box(node: Node, checked: bool | None, text: str, why: str) -> FoundControl:
    return FoundControl(
        text=text[:200], role="checkbox", bounds=node.bounds, resource_id=node.resource_id,
        package=node.package, checked=checked, enabled=node.enabled, why=why,
    )


def _role_of_id(node: Node, phrases: Phrases) -> tuple[str, str]:
    """A picture without any text may still be named by its id. A text is always believed before the id."""
    for role, pattern in phrases.id_roles:
        if pattern.search(node.short_id):
            return role, f"id {node.short_id}"
    return "other", ""


def _label_beside(node: Node) -> str:
    if node.label:
        return node.label
    inside = node.spoken()
    if inside:
        return inside
    siblings = node.parent.children if node.parent is not None else []
    texts = [s.spoken() or s.label for s in siblings if s is not node]
    return " ".join(text for text in texts if text)


def _looks_like_box(node: Node, phrases: Phrases) -> bool:
    """A tick box that is only a picture: small, roughly square, and named or placed like one."""
    if not node.width or not node.height or max(node.width, node.height) > 160:
        return False
    if not 0.6 <= node.width / node.height <= 1.7:
        return False
    return bool(phrases.box_id.search(node.short_id) or phrases.box_text.search(fold(_label_beside(node))))


def _has_box(node: Node, phrases: Phrases) -> bool:
    """Whether a tick box without words of its own stands beside or in this node, so that its text belongs to the box."""
    around = [*(node.parent.children if node.parent is not None else ()), *node.walk()]
    return any(
        other is not node and not other.spoken()
        and (other.checkable or other.cls.endswith(_BOXES) or (other.clickable and _looks_like_box(other, phrases)))
        for other in around
    )


def _bare_texts(window: Node, nodes: list[Node], phrases: Phrases) -> Iterator[FoundControl]:
    """Short texts after the first one, no sentences, that stand for themselves and have no node that takes their taps."""
    first = next((node for node in nodes if node.label), None)
    for node in nodes:
        if node is first or not node.label or node.area == 0 or node.children or node.cls.endswith(_EDITABLE):
            continue
        if node.pressable() is not None and not _is_behind(node, window):
            continue
        if phrases.link_caption.exceeded_by(caption(node.label)) or fold(node.label).endswith(_SENTENCE_END[1:]):
            continue
        role, weak, why = role_of(node.label, phrases)
        if role != "link_policy" and not _has_box(node, phrases):
            yield FoundControl(
                text=node.label[:200], role=role, bounds=node.bounds, resource_id=node.resource_id, package=node.package,
                enabled=node.enabled, tappable=False, weak=weak, why=f"{why} (a text without a clickable node)" if why else "",
            )  # fmt: skip


def _linked_texts(
    window: Node, nodes: list[Node], controls: list[FoundControl], phrases: Phrases
) -> Iterator[FoundControl]:
    """Short texts whose link has no node, and links within longer ones: a refusal drawn as a link in a TextView takes taps
    all the same. A text that says yes counts only beside one that says no."""
    present = {c.role for c in controls if not c.weak}
    agreeing: list[FoundControl] = []
    for node in nodes:
        if not node.label or node.area == 0 or node.children:
            continue
        if node.pressable() is not None and not _is_behind(node, window):
            continue
        found = _link(node, phrases)
        if found is None or found.role in present or _has_box(node, phrases):
            continue
        if found.role == "agree":
            agreeing.append(found)
            continue
        yield found
        present = present | ({found.role} if found.role != "link_policy" else set())
    if present & {"refuse", "exit", "limited_mode"}:
        yield from agreeing[:1]


def _link(node: Node, phrases: Phrases) -> FoundControl | None:
    def found(text: str, role: str, why: str) -> FoundControl:
        return FoundControl(
            text=text[:200], role=role, bounds=node.bounds, resource_id=node.resource_id, package=node.package,
            enabled=node.enabled, tappable=False, why=f"{why} (a text without a clickable node)",
        )  # fmt: skip

    said = caption(node.label)
    if not phrases.link_caption.exceeded_by(said) and not fold(node.label).endswith(_SENTENCE_END):
        role, weak, why = role_of(node.label, phrases)
        unlike = _NO_LINK if role == "agree" else _NO_LINK[2:3]
        tells = any(phrases.topics[topic].search(said) for topic in unlike)
        if role == "link_policy" or (not weak and not tells and role in ("refuse", "exit", "limited_mode", "agree")):
            return found(node.label, role, why)
    whole = fold(node.label)
    for role, pattern in phrases.inline if len(whole) > _INLINE else ():
        match = pattern.search(whole)
        if match and len(whole) > len(match[0]):
            return found(match[0], role, "a link within a text")
    return None


def _votes(controls: list[FoundControl]) -> list[FoundControl]:
    """Captions of which several end in bare numbers, not all the same, count what others said: 赞成 312, 反对 4. A count-down has
    a bracket or a unit, or stands on one control."""
    counted = {at: match[1] for at, c in enumerate(controls) if (match := _VOTED.fullmatch(fold(c.text)))}
    if len(set(counted.values())) < 2:
        return controls
    return [replace(c, role="other", weak=False, why=COUNTED) if at in counted else c for at, c in enumerate(controls)]


def _opposites(controls: list[FoundControl]) -> list[FoundControl]:
    """Of two captions of which one is the other denied, that one refuses and the other agrees: 订阅 and 不订阅."""
    texts = {caption(c.text): i for i, c in enumerate(controls) if c.text and c.role in ("other", "agree", "refuse")}
    out = list(controls)
    for text, at in texts.items():
        match = _DENIED.fullmatch(text)
        denied = (match[1] or match[2]) if match else ""
        if denied and denied in texts:
            other = texts[denied]
            out[at] = replace(out[at], role="refuse", weak=False, why=out[at].why or f"denies {denied!r}")
            if out[other].role == "other":
                out[other] = replace(out[other], role="agree", weak=False, why=f"denied by {text!r}")
    return out
