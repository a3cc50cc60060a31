"""The controls of one window: which nodes take a tap, what they say, and the role that this gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from harness.suite.hierarchy import Node
from harness.suite.phrases import Phrases, caption, fold
from harness.suite.reading import FoundControl

_EDITABLE = ("EditText", "AutoCompleteTextView")
_BOXES = ("CheckBox", "RadioButton", "Switch", "CheckedTextView", "ToggleButton", "CompoundButton")
_SENTENCE_END = ("?", ":", "。", ".", "!", ";", ",")
_PROSE = 60            # characters from which on an editable text is a text to read, not a field to fill in
_MANY = 14             # controls from which on a window is a page, not a notice
MAX_CONTROLS = 200


@dataclass(frozen=True)
class Surface:
    """One window, surveyed. `body`: all its texts folded; `prose`: those that are no control's caption."""

    controls: tuple[FoundControl, ...]
    body: str
    prose: str
    inputs: int

    @property
    def is_small(self) -> bool:
        return len(self.controls) < _MANY

    def with_role(self, role: str) -> list[FoundControl]:
        return [c for c in self.controls if c.role == role]

    def roles(self, weak: bool = True) -> set[str]:
        return {c.role for c in self.controls if weak or not c.weak}


def survey(window: Node, phrases: Phrases) -> Surface:
    """Reads one window of an app."""
    nodes = list(window.walk())
    texts: list[str] = []
    prose: list[str] = []
    inputs = 0
    for node in nodes:
        label = node.label
        if node.cls.endswith(_EDITABLE) and not (len(label) > _PROSE):
            inputs += 1
        if not label:
            continue
        folded = fold(label)
        texts.append(folded)
        if node.pressable() is None or phrases.caption.exceeded_by(folded):
            prose.append(folded)
    controls = list(islice(_pressable_controls(nodes, phrases), MAX_CONTROLS))
    controls.extend(_linked_texts(nodes, controls, phrases))
    return Surface(
        controls=tuple(controls[:MAX_CONTROLS]), body="\n".join(texts), prose="\n".join(prose), inputs=inputs
    )


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


def _pressable_controls(nodes: list[Node], phrases: Phrases) -> Iterator[FoundControl]:
    for node in nodes:
        if not (node.clickable or node.checkable) or node.area == 0 or node.cls.endswith(_EDITABLE):
            continue
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
    """Whether a tick box stands beside or in this node, so that its text belongs to the box."""
    around = [*(node.parent.children if node.parent is not None else ()), *node.walk()]
    return any(
        other is not node
        and (other.checkable or other.cls.endswith(_BOXES)
             or (other.clickable and not other.spoken() and _looks_like_box(other, phrases)))
        for other in around
    )


def _linked_texts(
    nodes: list[Node], controls: list[FoundControl], phrases: Phrases
) -> Iterator[FoundControl]:
    """Short texts whose link has no node: a refusal drawn as a link in a TextView takes taps all the same."""
    present = {c.role for c in controls if not c.weak}
    for node in nodes:
        if not node.label or node.area == 0 or node.children or node.pressable() is not None:
            continue
        if len(node.label) > 2 * phrases.link_caption.other:
            continue
        role, weak, why = role_of(node.label, phrases)
        if weak or role not in ("refuse", "exit", "limited_mode", "link_policy") or role in present:
            continue
        if phrases.link_caption.exceeded_by(caption(node.label)) or fold(node.label).endswith(_SENTENCE_END):
            continue
        yield FoundControl(
            text=node.label[:200], role=role, bounds=node.bounds, resource_id=node.resource_id,
            package=node.package, enabled=node.enabled, tappable=False,
            why=f"{why} (a text without a clickable node)",
        )
