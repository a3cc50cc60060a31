"""What requests say in words that need no known value: that content is personalised, which interests a user is said to have;
and texts that the suite typed (fact `canary`), wherever they went."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.decoding import Tree
from harness.decoding.places import path_of
from harness.matching import Known
from harness.matching.digests import is_hash
from harness.model import Fact
from harness.tables.shared import over_tls
from harness.tables.values import Sighting

MARKS = ("flow", "t", "key", "value", "what", "where", "sender", "host", "party", "relation", "scenario", "stage", "base",
         "on_boundary")
"""what: `flag` (says that content is personalised, or not: `value` is "1" or "0"), `interests` (what a user is said to like)."""

TYPED = ("via", "event", "t", "text", "where", "encodings", "clear", "process", "sender", "host", "party", "relation", "scenario",
         "stage", "base")
"""via: flow, call, log. `event`: the flow, the call, or the fact that names the log; `clear`: it went unencrypted."""

_STEMS = re.compile(rb"(?i)personal|interest|tags|crowd|audience|segment|persona|portrait")
_PAIR = re.compile(
    r"""["']?([A-Za-z][A-Za-z0-9_.\-]{2,39})["']?\s*[=:]\s*("[^"\\]{0,200}"|'[^'\\]{0,200}'|\[[^\[\]]{0,400}\]|[^&\s,;}"'\[{]{1,200})""")
_FLAG = re.compile(
    r"(?:is|enable|allow|open|use|support)?(?:personali[sz](?:ed|ation|e)|personalrecommend(?:ation)?)"
    r"(?:ads?|content|recommend(?:ation)?|feed|push|switch|enabled?|on|status|state|flag)*")
_INTERESTS = re.compile(
    r"(?:user)?interests?(?:tags?|ids?|list)?|(?:user|profile|persona|portrait|interest|ad)tags?|tags|crowds?(?:ids?|tags?)?"
    r"|(?:user)?(?:audiences?|segments?)(?:ids?)?|userportrait|persona")
_ON = frozenset({"1", "true", "on", "yes", "y", "open", "enable", "enabled"})
_OFF = frozenset({"0", "false", "off", "no", "n", "close", "closed", "disable", "disabled"})
_NOTHING = frozenset({"", "null", "none", "nil", "[]", "{}", "0", "-1", "undefined", "false", "true"})
_LOG_LINE = re.compile(r"\s*(?P<seconds>\d+)\.(?P<fraction>\d{3,9})\s+(?P<pid>\d+)\s+\d+\s\S\s")
_LARGEST = 1 << 18
_TYPED_TEXT = "typed_text"
_ONE_WAY = frozenset({"mac", "digest"})


def marks_in(text: str) -> Iterator[tuple[str, str, str]]:
    """(key, value, what) of a text of a request: a query, a form, JSON."""
    for match in _PAIR.finditer(text):
        key, value = match[1], match[2].strip("\"'").strip()
        bare = re.sub(r"[_.\-]", "", key).lower()
        if _FLAG.fullmatch(bare) and value.lower() in _ON | _OFF:
            yield key, "1" if value.lower() in _ON else "0", "flag"
        elif _INTERESTS.fullmatch(bare) and value.lower() not in _NOTHING:
            yield key, value, "interests"


@dataclass
class Watch:
    """What is looked for in each request besides values that calls gave. `typed`: texts of the facts `canary`."""

    typed: Sequence[str] = ()
    marks: list[dict[str, Any]] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)

    def knowns(self) -> list[Known]:
        """The typed texts as values to follow, so that what is hashed or encrypted on its way is found as any other is."""
        return [Known(name=_TYPED_TEXT, value=text, kind=_TYPED_TEXT) for text in self.typed]

    def of(self, flow: Mapping[str, Any]) -> Callable[[Tree], None]:
        """Looks through one request, once it was taken apart."""
        return lambda tree: self._marks(flow, tree)

    def _marks(self, flow: Mapping[str, Any], tree: Tree) -> None:
        seen: set[tuple[str, str]] = set()
        for layer in tree.layers:
            if not layer.text or layer.root not in ("url", "body") or not _STEMS.search(layer.data[:_LARGEST]):
                continue
            text = layer.data[:_LARGEST].decode("utf-8", "replace")
            if layer.root == "url" and not layer.decoder:
                text = text.partition("?")[2]
            for key, value, what in marks_in(text):
                if (key, value) not in seen:
                    seen.add((key, value))
                    self.marks.append(_of(flow, MARKS) | {"key": key, "value": value, "what": what, "where": path_of(layer)})

    def took(self, flow: Mapping[str, Any], found: Sequence[Sighting]) -> list[Sighting]:
        """Keeps where typed texts stand in a request, once for each, least deep; gives back the sightings of values. A hash of a
        text hands nobody the text."""
        first: dict[str, Sighting] = {}
        for one in sorted(found, key=lambda one: len(one.encodings)):
            if one.kind == _TYPED_TEXT and not is_hash(one.variant) and _ONE_WAY.isdisjoint(one.encodings):
                first.setdefault(one.value, one)
        self.found += [_of(flow, TYPED) | {
            "via": "flow", "event": flow["flow"], "text": text, "where": one.where, "encodings": list(one.encodings),
            "clear": not over_tls(flow) and not one.via, "process": ""} for text, one in first.items()]
        return [one for one in found if one.kind != _TYPED_TEXT]

    def calls(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Calls that hand a typed text on. What reads the clipboard is told by its value, what writes it by its arguments."""
        for row in rows if self.typed else ():
            held = repr(row["value"]) + repr(row["arguments"])
            for text in self.typed:
                if text in held:
                    self.found.append({
                        "via": "call", "event": row["event_id"], "text": text, "where": row["method"], "encodings": [],
                        "clear": False, "process": row["process"], "sender": row["caller"], "host": "", "party": "",
                        "relation": ""} | {name: row[name] for name in ("t", "scenario", "stage", "base")})

    def log(self, lines: Iterable[bytes], facts: Sequence[Fact], offset_ns: int) -> None:
        """Lines of the device's log that hold a typed text and are of the app's own processes. Their event is the fact `log`."""
        event = next((fact.id for fact in reversed(facts) if fact.type == "log"), "")
        mine = {int(f.data["pid"]): str(f.data.get("process") or f.data.get("name") or "") for f in facts
                if f.type == "process" and str(f.data.get("pid", "")).isdigit()}
        if not event:
            return
        texts = [text.encode() for text in self.typed]
        for raw in lines:
            if not any(text in raw for text in texts):
                continue
            line = _LOG_LINE.match(raw.decode("utf-8", "replace"))
            if line is None or int(line["pid"]) not in mine:
                continue
            t = int(line["seconds"]) * 1_000_000_000 + int(line["fraction"].ljust(9, "0")[:9]) - offset_ns
            for text in self.typed:
                if text.encode() in raw:
                    self.found.append({
                        "via": "log", "event": event, "t": t, "text": text, "where": "device.log", "encodings": [],
                        "clear": False,
                        "process": mine[int(line["pid"])]} | dict.fromkeys(
                            ("sender", "host", "party", "relation", "scenario", "stage", "base"), ""))


def _of(flow: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    return {name: flow[name] for name in columns if name in flow}


def typed_texts(facts: Iterable[Fact]) -> list[str]:
    """The texts that the suite typed to follow them: facts `canary` with a text."""
    told = [fact.data.get("text") for fact in facts if fact.type == "canary"]
    return list(dict.fromkeys(text for text in told if isinstance(text, str) and len(text) >= 8))
