"""The verdicts of a bundle as JUnit XML, for build servers. docs/machine.md says what is a failure, an error and skipped.

No test of an app ever passes: what was not observed is `skipped`, since a build server shows everything else as passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from harness import __version__
from harness.bundle import Status
from harness.clauses import catalogue
from harness.model import Verdict, VerdictWord
from harness.render.forms import iso
from harness.render.machine import Machine, for_xml, span
from harness.render.masvs import room
from harness.rules.engine import all_rules
from harness.rules.identity import key
from harness.rules.rule import Rule

RUN = "harness.run"
"""The suite of what is said of the run and not of the app: that it came to its end, and that its bundle is as it was sealed."""
SHOWN = 40  # pieces of evidence that a test lists
_WORDS = {
    "zh": {"clauses": "依据条款", "evidence": "证据", "gaps": "未能观察", "advice": "整改建议", "more": "项未列出",
           "NOT_OBSERVED": "未观察到不等于符合要求"},
    "en": {"clauses": "clauses", "evidence": "evidence", "gaps": "not seen", "advice": "what to do", "more": "more",
           "NOT_OBSERVED": "not observed is not compliance"},
}  # fmt: skip


def write(machine: Machine) -> bytes:
    """UTF-8 XML with its declaration."""
    suites: dict[str, list[etree._Element]] = {RUN: [_complete(machine), _integrity(machine)]}
    rules = {rule.id: rule for rule in all_rules()}
    for name, verdict in _named(machine, rules):
        suites.setdefault(name.rpartition(".")[0], []).append(_case(machine, name, verdict, rules.get(verdict.rule)))
    first, last = span(machine.run)
    root = etree.Element("testsuites", {"name": "privacy-harness", "time": _seconds(first, last), **_counts(suites.values())})
    for suite, cases in suites.items():
        made = etree.SubElement(root, "testsuite", {
            "name": suite, "time": _seconds(first, last) if suite == RUN else "0.000", "skipped": str(_having(cases, "skipped")),
            "timestamp": (iso(first) or "1970-01-01T00:00:00").removesuffix("Z"), **_counts([cases])})
        made.append(_properties(machine))
        made.extend(cases)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _seconds(first: int, last: int) -> str:
    return f"{(last - first) / 1e9:.3f}"


def _having(cases: list[etree._Element], what: str) -> int:
    return sum(case.find(what) is not None for case in cases)


def _counts(suites: Iterable[list[etree._Element]]) -> dict[str, str]:
    cases = [case for suite in suites for case in suite]
    return {"tests": str(len(cases)), "failures": str(_having(cases, "failure")), "errors": str(_having(cases, "error"))}


def _named(machine: Machine, rules: Mapping[str, Rule]) -> Iterator[tuple[str, Verdict]]:
    """Each verdict with its suite and rule: harness.collection.sent-in-clear."""
    for verdict in machine.analysis.verdicts:
        rule = rules.get(verdict.rule)
        yield f"harness.{(room(rule) if rule else '') or 'other'}.{verdict.rule}", verdict


def _properties(machine: Machine) -> etree._Element:
    app, device = machine.run.fact("app"), machine.run.fact("device")
    told = {
        "tool": f"privacy-harness {__version__}", "bundle": machine.analysis.bundle.resolve().name,
        "package": app.get("package"), "version": app.get("version"), "sha256": app.get("sha256"), "device": device.get("kind"),
        "profile": machine.analysis.readings.name, "scenarios": " ".join(machine.run.scenarios),
        "masked": "yes" if machine.mask.on else "no",
    }  # fmt: skip
    made = etree.Element("properties")
    for name, value in told.items():
        etree.SubElement(made, "property", name=name, value=for_xml(machine.text(value)))
    return made


def _complete(machine: Machine) -> etree._Element:
    case = etree.Element("testcase", classname=RUN, name="run came to its end", time="0.000")
    if not machine.run.complete:
        error = etree.SubElement(case, "error", type="INCOMPLETE", message=for_xml(machine.why_incomplete))
        error.text = "What it did not see is no news of the app."
    return case


def _integrity(machine: Machine) -> etree._Element:
    case = etree.Element("testcase", classname=RUN, name="bundle is as it was sealed", time="0.000")
    if machine.integrity.status in {Status.ALTERED, Status.UNVERIFIABLE}:
        what = [f"{one.file}: {one.what}" for one in machine.integrity.differences]
        status = str(machine.integrity.status)
        error = etree.SubElement(case, "error", type=status.upper(), message=for_xml((what or [status])[0]))
        error.text = for_xml("\n".join(what))
    return case


def _case(machine: Machine, name: str, verdict: Verdict, rule: Rule | None) -> etree._Element:
    words = _WORDS[machine.language]
    word = str(verdict.verdict)
    title = (rule.title_zh if machine.zh else rule.title) if rule else verdict.rule
    about = [machine.text(part) for part in (verdict.item, verdict.caller, str(verdict.stage), verdict.party) if part]
    shown = f"{verdict.rule} [{', '.join(about)}]" if about else verdict.rule
    case = etree.Element("testcase", classname=name, name=for_xml(shown), time="0.000")
    said = machine.text(verdict.reason_zh if machine.zh else verdict.reason)
    if word == VerdictWord.NOT_OBSERVED:
        said = f"{words['NOT_OBSERVED']}. {said}"
    tag = "failure" if word == VerdictWord.VIOLATION else "skipped"
    what = etree.SubElement(case, tag, type=word, message=for_xml(f"{word}: {said}"))
    lines = [f"{word} {verdict.grade or ''}".strip(), title, said, f"key: {key(verdict, machine.run.package)}"]
    lines += [f"{words['clauses']}: {one} ({catalogue()[one].source}; {catalogue()[one].force})"
              for one in verdict.clauses if one in catalogue()]
    lines += _listing(words["evidence"], verdict.evidence, words["more"]) + _listing(words["gaps"], verdict.gaps, words["more"])
    if rule and tag == "failure":
        lines.append(f"{words['advice']}: {rule.advice_zh if machine.zh else rule.advice}")
    shown_in = what if tag == "failure" else etree.SubElement(case, "system-out")    # where build servers show a text
    shown_in.text = for_xml("\n".join(lines))
    return case


def _listing(word: str, ids: list[str], more: str) -> list[str]:
    if not ids:
        return []
    return [f"{word}: {' '.join(ids[:SHOWN])}" + (f" ({len(ids) - SHOWN} {more})" if len(ids) > SHOWN else "")]
