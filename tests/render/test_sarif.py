"""The SARIF export is valid, says each verdict in SARIF's words, and nothing from the app acts in it."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clauses import Force, catalogue
from harness.model import Verdict, VerdictWord
from harness.render import sarif
from harness.render.forms import visible
from harness.render.machine import Machine, shown
from harness.render.masvs import _OF_ROOM, CONTROLS, controls, room
from harness.rules.analysis import Analysis
from harness.rules.engine import all_rules
from harness.rules.identity import key
from tests.render import hostile_run

SCHEMA = json.loads((Path(__file__).parent / "standards" / "sarif-2.1.0.json").read_text("utf-8"))
Of = Callable[..., Machine]


def valid(document: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(document)


def run_of(machine: Machine) -> dict[str, Any]:
    document = json.loads(sarif.write(machine).decode("utf-8"))
    valid(document)
    [run] = document["runs"]
    assert isinstance(run, dict)
    return run


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


@pytest.mark.parametrize("unmask", [False, True])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_valid_by_the_schema_in_both_languages(hostile: Analysis, of: Of, language: str, unmask: bool) -> None:
    run = run_of(of(hostile, language, unmask=unmask))
    assert run["language"] == {"zh": "zh-CN", "en": "en-US"}[language]
    assert len(run["results"]) == len(hostile.verdicts)
    counted = Counter(result["properties"]["verdict"] for result in run["results"])
    assert counted == Counter(str(v.verdict) for v in hostile.verdicts) == run["properties"]["counts"]
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == len(hostile.run.gaps)


def test_the_schema_is_no_rubber_stamp(hostile: Analysis, of: Of) -> None:
    document = sarif.sarif(of(hostile))
    document["runs"][0]["results"][0]["kind"] = "passed"
    with pytest.raises(jsonschema.ValidationError):
        valid(document)


def test_each_word_has_its_kind_and_none_is_a_pass(every_word: Analysis, of: Of) -> None:
    run = run_of(of(every_word))
    kinds = {r["properties"]["verdict"]: (r["kind"], r["level"]) for r in run["results"]}
    assert kinds == {
        "VIOLATION": ("fail", "error"), "CANDIDATE": ("review", "none"), "INCONCLUSIVE": ("open", "none"),
        "NOT_OBSERVED": ("informational", "none"), "NOT_APPLICABLE": ("notApplicable", "none"),
    }  # fmt: skip
    assert set(sarif.KINDS) >= {str(word) for word in VerdictWord}
    said = {r["properties"]["verdict"]: r["message"]["text"] for r in run["results"]}
    assert said["NOT_OBSERVED"].startswith("Not observed in what was run: that is not compliance.")
    assert all(said.values())


def test_nothing_of_the_app_is_unseen_or_leads_astray_or_is_a_link(every_word: Analysis, of: Of) -> None:
    for unmask in (False, True):
        run = run_of(of(every_word, unmask=unmask))
        for text in strings(run):
            assert visible(text) == text
        for result in run["results"]:
            text = result["message"]["text"]
            assert "](" not in text
            assert "{0}" not in text.replace("{{0}}", "")


def test_what_is_personal_is_masked_unless_it_is_asked_for(hostile: Analysis, of: Of) -> None:
    masked, shown = (json.dumps(run_of(of(hostile, unmask=unmask)), ensure_ascii=False) for unmask in (False, True))
    for secret in (hostile_run.IMEI, hostile_run.SSID, hostile_run.TOKEN):
        assert secret not in masked
        assert secret in shown
    assert '"masked": true' in masked
    assert '"masked": false' in shown


def test_a_result_points_to_lines_of_the_journals_to_stacks_and_to_the_request(every_word: Analysis, of: Of) -> None:
    run = run_of(of(every_word))
    [found] = [r for r in run["results"] if r["properties"]["verdict"] == "VIOLATION"]
    places = [one["physicalLocation"] for one in (*found["locations"], *found["relatedLocations"])]
    assert [(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in places] == [
        ("calls.jsonl", 2),
        ("flows.jsonl", 1),
        ("screens.jsonl", 1),
        ("steps.jsonl", 2),
    ]
    assert [len(stack["frames"]) for stack in found["stacks"]] == [2]
    assert found["occurrenceCount"] == 2
    request = run["webRequests"][found["webRequest"]["index"]]
    assert (request["method"], request["protocol"], request["version"]) == ("POST", "HTTP", "1.1")
    assert set(request["headers"]) == {"Content-Type", "Cookie", "Authorization", "X-Device"}
    assert run["webResponses"][found["webResponse"]["index"]]["statusCode"] == 200
    listed = {one["location"]["uri"]: one["hashes"]["sha-256"] for one in run["artifacts"]}
    assert "calls.jsonl" in listed
    assert all(len(digest) == 64 for digest in listed.values())


def test_a_verdict_without_evidence_points_to_its_gap_or_to_the_run(every_word: Analysis, of: Of) -> None:
    at = {r["properties"]["verdict"]: r["locations"][0]["physicalLocation"] for r in run_of(of(every_word))["results"]}
    assert at["INCONCLUSIVE"]["artifactLocation"]["uri"] == "gaps.jsonl"
    assert (at["NOT_OBSERVED"]["artifactLocation"]["uri"], at["NOT_OBSERVED"]["region"]["startLine"]) == ("run.jsonl", 1)


def test_no_path_of_the_machine_is_in_it(hostile: Analysis, of: Of) -> None:
    assert str(hostile.bundle.parent) not in sarif.write(of(hostile)).decode()
    assert "uri" not in run_of(of(hostile))["originalUriBaseIds"]["BUNDLE"]


def test_a_rule_says_its_clauses_with_their_force_and_a_draft_does_not_bind(hostile: Analysis, of: Of) -> None:
    run = run_of(of(hostile))
    documents = {one["name"]: {taxon["id"] for taxon in one["taxa"]} for one in run["taxonomies"]}
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["help"]["text"]
        for clause in rule["properties"]["clauses"]:
            known = catalogue()[clause["id"]]
            assert clause["force"] == known.force
            assert clause["binding"] == (known.force in {Force.REGULATION, Force.NOTICE})
            assert clause["id"] in documents[known.document]
        for relation in rule["relationships"]:
            assert relation["target"]["id"] in documents[relation["target"]["toolComponent"]["name"]]


def test_every_room_of_rules_has_been_read_against_masvs() -> None:
    for rule in all_rules():
        assert room(rule) in _OF_ROOM
        assert set(controls(rule)) <= set(CONTROLS)


def test_fingerprints_are_the_same_in_every_run_and_differ_between_findings(every_word: Analysis, of: Of) -> None:
    first, again = (run_of(of(every_word, language)) for language in ("en", "zh"))
    prints = [[r["partialFingerprints"][sarif.FINGERPRINT] for r in run["results"]] for run in (first, again)]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == len(prints[0])
    later = dataclasses.replace(
        every_word, verdicts=[dataclasses.replace(v, evidence=["c3"], reason="other", gaps=[]) for v in every_word.verdicts]
    )
    assert [r["partialFingerprints"][sarif.FINGERPRINT] for r in run_of(of(later))["results"]] == prints[0]


@given(st.text(), st.text(), st.text(), st.text())
def test_a_key_tells_findings_apart_by_each_of_its_parts(item: str, caller: str, party: str, stage: str) -> None:
    def made(**other: str) -> str:
        parts = {"item": item, "caller": caller, "party": party, "stage": stage} | other
        return key(Verdict(rule="r", clauses=[], verdict=VerdictWord.VIOLATION, **parts), "example.shop")  # type: ignore[arg-type]

    for name, value in (("item", item), ("caller", caller), ("party", party), ("stage", stage)):
        assert made(**{name: value + "x"}) != made()
    assert made(caller="example.shop") == made(caller="app")


@given(
    st.recursive(
        st.text(st.characters(codec=None, exclude_categories=())) | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_whatever_a_text_holds_a_document_is_utf8_and_shows_it(value: Any) -> None:
    document = shown(value)
    text = json.dumps(document, ensure_ascii=False).encode("utf-8").decode("utf-8")
    assert json.loads(text) == document
    assert all(visible(one) == one for one in strings(document))
