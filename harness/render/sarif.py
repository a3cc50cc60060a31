"""The verdicts of a bundle as SARIF 2.1.0 (OASIS). docs/machine.md says what stands where, and why."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from harness import __version__
from harness.bundle.format import PREFIXES, SAMPLE
from harness.clauses import Clause, Force, catalogue
from harness.model import Gap, GapKind, Verdict
from harness.render.forms import iso
from harness.render.machine import Machine, base_ids, shown, span
from harness.render.manifest import listed
from harness.render.masvs import CONTROLS, MASVS_VERSION, controls
from harness.render.sarif_evidence import Evidence, recorded_at
from harness.rules.engine import all_rules, serving
from harness.rules.identity import key
from harness.rules.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS: Mapping[str, str] = {
    "VIOLATION": "fail",
    "CANDIDATE": "review",
    "INCONCLUSIVE": "open",
    "NOT_OBSERVED": "informational",
    "NOT_APPLICABLE": "notApplicable",
}
"""Verdict -> `kind` of a result. Never "pass". SARIF (3.27.10) has `level` for "fail" only; any other kind's is "none"."""
FINGERPRINT = "harness/v1"
BINDING = frozenset({Force.REGULATION, Force.NOTICE})
_PLACEHOLDER = re.compile(r"\{\d+\}")
NOT_OBSERVED = "Not observed in what was run: that is not compliance."
NOT_OBSERVED_ZH = "在已运行的场景中未观察到,不等于符合要求。"


def write(machine: Machine) -> bytes:
    """UTF-8 JSON."""
    return (json.dumps(shown(sarif(machine)), ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def sarif(machine: Machine) -> dict[str, Any]:
    """The document. Texts are masked unless `machine` is not."""
    rules = {rule.id: rule for rule in all_rules()}
    names = sorted({verdict.rule for verdict in machine.analysis.verdicts})
    at = {name: number for number, name in enumerate(names)}
    cited = {clause for name in names for clause in (serving(rules[name]) if name in rules else ())}
    cited |= {clause for verdict in machine.analysis.verdicts for clause in verdict.clauses}
    taxonomies = _taxonomies(cited, machine.language)
    evidence = Evidence(machine)
    results = [_result(machine, verdict, at, rules, evidence) for verdict in machine.analysis.verdicts]
    run = {
        "tool": {"driver": {
            "name": "privacy-harness", "version": __version__, "semanticVersion": __version__,
            "language": "zh-CN" if machine.zh else "en-US",
            "rules": [_descriptor(rules.get(name), name, machine.zh) for name in names],
            "notifications": [_notification(kind) for kind in GapKind],
            "supportedTaxonomies": [{"name": one["name"], "index": number} for number, one in enumerate(taxonomies)],
        }},
        "taxonomies": taxonomies,
        "language": "zh-CN" if machine.zh else "en-US",
        "columnKind": "utf16CodeUnits",
        "automationDetails": {"id": f"privacy-harness/{machine.run.package}/",
                              "description": {"text": "What an app did with personal information, decided clause by clause."}},
        "originalUriBaseIds": _bases(machine),
        "invocations": [_invocation(machine)],
        "artifacts": evidence.artifacts(_listed(machine)),
        "webRequests": evidence.requests,
        "webResponses": evidence.responses,
        "results": results,
        "properties": _about(machine),
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _bases(machine: Machine) -> dict[str, Any]:
    """The folders that locations are relative to: named, without where they lie on the machine that wrote this."""
    several = len(machine.analysis.bundles) > 1
    return {
        name: {"description": {"text": f"The folder of the bundle {_bundle_name(machine, label)}."}}
        for label, name in base_ids(machine.analysis).items() if label == "" or several
    }  # fmt: skip


def _bundle_name(machine: Machine, label: str) -> str:
    for path in machine.analysis.bundles:
        if label and path.name.removesuffix(".zip").endswith(label):
            return path.name
    return machine.analysis.bundle.resolve().name


def _about(machine: Machine) -> dict[str, Any]:
    app, device = machine.run.fact("app"), machine.run.fact("device")
    return {
        "bundle": _bundle_name(machine, ""),
        "app": {name: app.get(name) for name in ("package", "version", "version_code", "sha256")},
        "device": {name: device.get(name) for name in ("kind", "brand", "model", "release", "sdk")},
        "complete": machine.run.complete,
        "integrity": str(machine.integrity.status),
        "manifest_sha256": machine.integrity.manifest_sha256,
        "signer": machine.integrity.signer.fingerprint if machine.integrity.signer else None,
        "profile": machine.analysis.readings.name,
        "scenarios": list(machine.run.scenarios),
        "counts": dict(Counter(str(verdict.verdict) for verdict in machine.analysis.verdicts)),
        "masked": machine.mask.on,
        "made": machine.made.isoformat(timespec="seconds"),
    }


def _descriptor(rule: Rule | None, name: str, zh: bool) -> dict[str, Any]:
    """A rule, as a scanner's: what it sees and cannot see, what to do, and under which clauses, each with its force."""
    words = "".join(part.capitalize() for part in name.split("-"))
    if rule is None:
        return {"id": name, "name": words, "shortDescription": {"text": name}}
    known = [catalogue()[one] for one in serving(rule) if one in catalogue()]
    advice = rule.advice_zh if zh else rule.advice
    told = ("该规则看到", "该规则看不到", "整改建议", "依据条款") if zh else ("It sees", "It cannot see", "What to do", "Clauses")
    lines = [f"{told[0]}: {rule.sees}", f"{told[1]}: {rule.cannot_see}", f"{told[2]}: {advice}"]
    clauses = [f"{one.id} ({one.source}; {one.force})" for one in known]
    return {
        "id": rule.id,
        "name": words,
        "shortDescription": {"text": _link_free(rule.title_zh if zh else rule.title)},
        "fullDescription": {"text": _link_free(f"{rule.title_zh if zh else rule.title}. " + " ".join(clauses))},
        "help": {"text": _link_free("\n".join([*lines, f"{told[3]}: " + "; ".join(clauses)]))},
        "defaultConfiguration": {"level": "error"},
        "relationships": [_bears_on(one.id, one.document) for one in known] + [_bears_on(one, "MASVS") for one in controls(rule)],
        "properties": {
            "title": rule.title, "title_zh": rule.title_zh, "advice": rule.advice, "advice_zh": rule.advice_zh,
            "clauses": [_clause(one) for one in known], "masvs": list(controls(rule)), "scenarios": list(rule.scenarios),
            "tags": ["privacy", *sorted({str(one.force) for one in known})],
        },
    }  # fmt: skip


def _bears_on(taxon: str, taxonomy: str) -> dict[str, Any]:
    return {"target": {"id": taxon, "toolComponent": {"name": taxonomy}}, "kinds": ["relevant"]}


def _notification(kind: GapKind) -> dict[str, Any]:
    """A kind of gap."""
    text = {"text": f"Something could not be seen: {str(kind).replace('_', ' ')}."}
    words = "".join(part.capitalize() for part in str(kind).split("_"))
    return {"id": str(kind), "name": f"{words}Gap", "shortDescription": text, "fullDescription": text, "help": text}


def _clause(one: Clause) -> dict[str, Any]:
    return {"id": one.id, "source": one.source, "force": one.force, "binding": one.force in BINDING, "severity": one.severity}


def _taxonomies(cited: set[str], language: str) -> list[dict[str, Any]]:
    """One for each document of clauses, and MASVS."""
    documents: dict[str, list[Clause]] = {}
    for one in catalogue().values():
        if one.id in cited:
            documents.setdefault(one.document, []).append(one)
    found = [{
        "name": document,
        "shortDescription": {"text": clauses[0].source.split(",")[0].strip()},
        "taxa": [{"id": one.id, "shortDescription": {"text": _link_free(one.said(language))},
                  "properties": _clause(one) | {"zh": one.zh, "en": one.en, "text_basis": one.text_basis}} for one in clauses],
    } for document, clauses in documents.items()]  # fmt: skip
    return [*found, {
        "name": "MASVS", "version": MASVS_VERSION, "organization": "OWASP",
        "shortDescription": {"text": "OWASP Mobile Application Security Verification Standard. Which control a rule bears on is "
                                     "this tool's reading, not OWASP's."},
        "taxa": [{"id": one, "shortDescription": {"text": text}} for one, text in CONTROLS.items()],
    }]  # fmt: skip


def _result(
    machine: Machine, verdict: Verdict, at: Mapping[str, int], rules: Mapping[str, Rule], evidence: Evidence
) -> dict[str, Any]:
    word = str(verdict.verdict)
    kind, known = KINDS[word], catalogue()
    said = machine.text(verdict.reason_zh if machine.zh else verdict.reason)
    rule = rules.get(verdict.rule)
    if word == "NOT_OBSERVED":
        said = f"{NOT_OBSERVED_ZH if machine.zh else NOT_OBSERVED} {said}".strip()
    result: dict[str, Any] = {
        "ruleId": verdict.rule,
        "ruleIndex": at[verdict.rule],
        "kind": kind,
        "level": "error" if kind == "fail" else "none",
        "message": {"text": _link_free(said or (rule.title if rule else verdict.rule))},
        "partialFingerprints": {FINGERPRINT: key(verdict, machine.run.package)},
        "taxa": [{"id": one, "toolComponent": {"name": known[one].document}} for one in verdict.clauses if one in known],
        "properties": {
            "verdict": word,
            "key": key(verdict, machine.run.package),
            "grade": str(verdict.grade) if verdict.grade else None,
            "stage": str(verdict.stage),
            "item": verdict.item,
            "caller": machine.text(verdict.caller),
            "party": machine.text(verdict.party),
            "clauses": list(verdict.clauses),
            "evidence": list(verdict.evidence),
            "gaps": list(verdict.gaps),
            "reason": machine.text(verdict.reason),
            "reason_zh": machine.text(verdict.reason_zh),
            "advice": (rule.advice_zh if machine.zh else rule.advice) if rule else "",
        },
    }
    if machine.analysis.run.fact("app").get("sha256"):
        result["analysisTarget"] = {"uri": f"{SAMPLE}/{machine.run.fact('app')['sha256']}.apk", "uriBaseId": "BUNDLE"}
    return result | evidence.of(verdict)


def _link_free(text: str) -> str:
    """A text in which nothing is taken for one of SARIF's links (3.11.6) or placeholders (3.11.5)."""
    text = text.replace("](", "] (")
    return text.replace("{", "{{").replace("}", "}}") if _PLACEHOLDER.search(text) else text


def _invocation(machine: Machine) -> dict[str, Any]:
    """The run that the bundle is of. What could not be seen is in its notifications: silence is no result."""
    first, last = span(machine.run)
    found: dict[str, Any] = {
        "executionSuccessful": machine.run.complete,
        "exitCode": machine.analysis.exit_status,
        "toolExecutionNotifications": [_told(machine, gap) for gap in machine.run.gaps],
    }
    for name, at in (("startTimeUtc", iso(first, 3)), ("endTimeUtc", iso(last, 3))):
        if at:
            found[name] = at
    if not machine.run.complete:
        found["exitCodeDescription"] = machine.why_incomplete
    return found


def _told(machine: Machine, gap: Gap) -> dict[str, Any]:
    said = machine.text((gap.detail_zh if machine.zh else "") or gap.detail) or str(gap.kind)
    found: dict[str, Any] = {
        "descriptor": {"id": str(gap.kind)},
        "level": "warning",
        "message": {"text": _link_free(said)},
        "properties": {"id": gap.id, "subject": machine.text(gap.subject), "cause": gap.cause, "count": gap.count},
    }
    if at := iso(gap.from_ns, 3):
        found["timeUtc"] = at
    if there := recorded_at(gap.id, base_ids(machine.analysis)):
        found["locations"] = [there]
    return found


def _listed(machine: Machine) -> Iterator[tuple[str, int, str]]:
    """(URI, bytes, SHA-256) of the journals and the sample, as the manifest has them."""
    for path, (size, digest) in listed(machine.bundle).items():
        if path in PREFIXES or path.startswith(f"{SAMPLE}/"):
            yield quote(path), size, digest
