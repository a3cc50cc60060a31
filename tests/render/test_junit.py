"""The JUnit export is what build servers take, and no test of an app ever passes in it."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml, Skipped
from lxml import etree

from harness.bundle import Difference, Status, Verification
from harness.model import Fact, VerdictWord
from harness.render import junit, sarif
from harness.render.machine import Machine, for_xml
from harness.rules.analysis import Analysis
from tests.render import hostile_run

XSD = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "standards" / "junit-10.xsd")))
Of = Callable[..., Machine]


def read(machine: Machine) -> etree._Element:
    """The file, valid by the schema."""
    root = etree.fromstring(junit.write(machine))
    XSD.assertValid(root)
    return root


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_valid_and_counts_as_many_as_the_bundle_has_verdicts(
    hostile: Analysis, of: Of, language: str, tmp_path: Path
) -> None:
    machine = of(hostile, language)
    read(machine)
    file = tmp_path / "junit.xml"
    file.write_bytes(junit.write(machine))
    parsed = JUnitXml.fromfile(str(file))
    words = Counter(str(v.verdict) for v in hostile.verdicts)
    assert (parsed.tests, parsed.failures, parsed.errors) == (len(hostile.verdicts) + 2, words["VIOLATION"], 0)
    of_app = [case for suite in parsed for case in suite if suite.name != junit.RUN]
    assert len(of_app) == len(hostile.verdicts)
    assert sum(case.is_skipped for case in of_app) == len(of_app) - words["VIOLATION"]
    for suite in parsed:
        assert (suite.tests, suite.failures) == (len(list(suite)), sum(case.is_failure for case in suite))


def test_each_word_is_a_failure_or_skipped_and_says_which_it_is(every_word: Analysis, of: Of) -> None:
    root = read(of(every_word))
    found = {}
    for case in root.iterfind("testsuite/testcase"):
        if case.get("classname") != junit.RUN:
            [told] = [child for child in case if child.tag in {"failure", "skipped", "error"}]
            found[told.get("type")] = told.tag
            assert told.get("message").startswith(f"{told.get('type')}: ")
    assert found == {
        "VIOLATION": "failure",
        "CANDIDATE": "skipped",
        "INCONCLUSIVE": "skipped",
        "NOT_OBSERVED": "skipped",
        "NOT_APPLICABLE": "skipped",
    }
    assert {str(word) for word in VerdictWord} <= set(found)
    [skipped] = root.xpath("//skipped[@type='NOT_OBSERVED']/@message")
    assert "not observed is not compliance" in skipped


def test_a_failure_names_its_clauses_with_their_force_its_evidence_and_what_to_do(every_word: Analysis, of: Of) -> None:
    [text] = read(of(every_word)).xpath("//failure/text()")
    for part in ("szreg-consent", "; regulation)", "evidence: c2 f1 v1 t2", "what to do: "):
        assert part in text


def test_a_run_that_did_not_end_and_a_bundle_that_was_altered_are_errors(hostile: Analysis, of: Of) -> None:
    ended = Fact(host_ns=hostile_run.T0, type="end", data={"reason": f"The device {hostile_run.IMEI} was lost."})
    run = dataclasses.replace(hostile.run, complete=False, facts=[*hostile.run.facts, ended])
    broken = of(dataclasses.replace(hostile, run=run))
    altered = dataclasses.replace(
        broken, integrity=Verification(status=Status.ALTERED, differences=[Difference(file=hostile_run.ALL, what="was changed")])
    )
    root = read(altered)
    assert [e.get("type") for e in root.iterfind("testsuite/testcase/error")] == ["INCOMPLETE", "ALTERED"]
    [why, _] = root.xpath("//error/@message")
    [invoked] = json.loads(sarif.write(broken))["runs"][0]["invocations"]
    assert why == invoked["exitCodeDescription"] == "The device ***********6789 was lost."
    assert (root.get("errors"), root.get("tests")) == ("2", str(len(hostile.verdicts) + 2))
    assert not read(of(hostile)).xpath("//error")


def test_nothing_of_the_app_is_markup_and_what_is_personal_is_masked(every_word: Analysis, of: Of) -> None:
    text = junit.write(of(every_word)).decode("utf-8")
    assert not read(of(every_word)).xpath("//script")
    for secret in (hostile_run.IMEI, hostile_run.SSID, "\u202e", "\x1b", "\ud83d"):
        assert secret not in text
    unmasked = junit.write(of(every_word, unmask=True)).decode("utf-8")
    assert "\\u202e" in unmasked
    assert "\\ud83d" in unmasked
    assert not {"\u202e", "\x1b", "\ud83d"} & set(unmasked)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_can_stand_in_xml(text: str) -> None:
    made = etree.Element("a", b=for_xml(text))
    made.text = for_xml(text)
    again = etree.fromstring(etree.tostring(made))
    assert (again.text, again.get("b")) == (made.text or None, made.get("b"))


def test_other_readers_of_the_classes_see_the_same(every_word: Analysis, of: Of, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_bytes(junit.write(of(every_word)))
    kinds = Counter(type(result) for suite in JUnitXml.fromfile(str(file)) for case in suite for result in case.result)
    assert kinds == {Failure: 1, Skipped: 4}    # and no Error
