"""What a test can ask and keep: evidence, calls, flows, findings; overrides, markers, properties, pages of each test."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from suite_door import READS, SCENARIO

from harness.bundle import open_bundle, verify
from harness.rules.analysis import analyse
from harness.rules.identity import key

pytest_plugins = ["pytester"]

NEVER = "--harness-fail-on=never"
HEAD = '''
"""Mine."""
import pytest
from pathlib import Path
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
scenario = Scenario(id="mine", title="mine", title_zh="我的", clauses=("sz-guide-04f-no-processing-before-consent",))
'''


def bundle_of(pytester) -> Path:
    [found] = [p for p in (pytester.path / "harness-results").iterdir() if not p.is_symlink()]
    return found


def page_of(bundle: Path, test: str) -> dict:
    pages = [json.loads(p.read_text("utf-8")) for p in bundle.glob("report/tests/*/index.json")]
    [page] = [p for p in pages if p["test"].endswith(test)]
    return page


def test_what_is_attached_is_kept_of_a_test_that_passes_too(door, pytester, tmp_path):
    (tmp_path / "note.txt").write_text("seen by hand", "utf-8")
    result = door(files={"mine": HEAD + f"""
def test_kept(app, user, evidence):
    app.install_fresh(); app.launch()
    user.expect(PolicyNotice)
    evidence.attach("什么都没有", "words.txt")
    evidence.attach(Path({str(tmp_path / "note.txt")!r}))
"""})
    assert result.parseoutcomes()["passed"] >= 1
    bundle = bundle_of(pytester)
    page = page_of(bundle, "::test_kept")
    assert [(a["name"], a["media_type"]) for a in page["attachments"]] == [
        ("words.txt", "text/plain"), ("note.txt", "text/plain")]
    here = next(bundle.glob("report/tests/*/index.json")).parent
    assert (here / page["attachments"][0]["file"]).resolve().read_text("utf-8") == "什么都没有"
    assert page["outcome"] == "done" and page["device"] == {"serial": "fake:1", "kind": "script"}
    notice = next(s for s in page["screens"] if s["kind"] == "policy_consent")
    assert (here / notice["hierarchy"]).is_file() and (here / notice["screenshot"]).is_file()
    assert page["steps"][0]["action"] == "scenario_start"
    assert str(verify(bundle).status) == "intact"     # the pages are signed, and outside of what was sealed
    fact = open_bundle(bundle).facts("attachment")[0]
    assert fact.data["test"] == page["test"]


def test_what_is_attached_needs_a_name(door):
    result = door("pass", NEVER, files={"mine": HEAD + """
def test_kept(app, evidence):
    app.install_fresh()
    evidence.attach(b"1234")
"""})
    result.stdout.fnmatch_lines(["*What is attached has no name.*"])


def test_a_finding_fails_the_test_that_asserts_there_is_none_and_says_where_it_is(door, pytester):
    result = door("pass", f"--junitxml={pytester.path}/j.xml", files={"mine": HEAD + READS + """
def test_silent(app, user, findings, calls, flows, bundle):
    app.install_fresh(); app.launch()
    findings.assert_none(stage="before_consent")
    reads(bundle)
    assert list(calls("before_consent")["kind"]) == ["android_id"] and len(calls("after_agree")) == 0
    assert len(flows()) == 0
    user.agree(user.expect(PolicyNotice))
    findings.assert_none(stage="after_agree")
    findings.assert_none(clause="sz-guide-13a-share-notice")
    assert [v.item for v in findings()] == ["android_id"]
    findings.assert_none(clause="sz-guide-04f-no-processing-before-consent", stage="before_consent")
"""})
    result.stdout.fnmatch_lines([
        "VIOLATION: collection-before-consent (grade B)",
        "  stage: before_consent",
        "  item: android_id",
        "  caller: com.example.fixture",
        "  1 call; the first *s after scenario mine began",
        "  from: com.example.fixture.Main.onCreate(Main.java:7)",
        "  clauses: sz-guide-04f-no-processing-before-consent, *",
        "  evidence: c1",
        "  again: pytest scenarios/mine.py::test_silent --harness-package=com.example.fixture --harness-observe=1",
    ])
    assert result.parseoutcomes()["failed"] == 2      # the test, and the rule's own
    [case] = [c for c in ElementTree.parse(pytester.path / "j.xml").iter("testcase") if c.get("name") == "test_silent"]
    properties = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert properties["finding"] == "collection-before-consent/android_id/com.example.fixture/before_consent"
    assert properties["scenario"] == "mine" and properties["device"] == "fake:1"
    assert properties["clauses"] == "sz-guide-04f-no-processing-before-consent"
    assert Path(properties["bundle"]) == bundle_of(pytester)
    analysis = analyse(bundle_of(pytester), rules=["collection-before-consent"])
    [wanted] = [key(v, analysis.run.package) for v in analysis.violations]
    assert properties["finding_key"] == wanted
    [verdict] = [c for c in ElementTree.parse(pytester.path / "j.xml").iter("testcase")
                 if c.get("name") == "collection-before-consent"]
    properties = {p.get("name"): p.get("value") for p in verdict.iter("property")}
    assert properties["finding"].startswith("collection-before-consent/android_id/")
    assert properties["verdict"].startswith("VIOLATION") and properties["finding_key"] == wanted
    [finding] = page_of(bundle_of(pytester), "::test_silent")["findings"]
    assert (finding["evidence"], finding["verdict"], finding["key"]) == (["c1"], "VIOLATION", wanted)
    assert (finding["rule"], finding["item"], finding["caller"], finding["stage"]) == (
        "collection-before-consent", "android_id", "com.example.fixture", "before_consent")


def test_where_something_could_not_be_seen_the_assertion_is_inconclusive(door):
    body = HEAD + """
def test_unseen(app, user, findings, bundle):
    from harness.model import Gap, GapKind
    app.install_fresh(); app.launch()
    bundle.append(Gap(host_ns=1, kind=GapKind.HOOK_NOT_INSTALLED, detail="No hook was there."))
    findings.assert_none(stage="before_consent")
"""
    result = door("pass", NEVER, files={"mine": body})
    assert result.parseoutcomes() == {"skipped": 1}
    result.stdout.fnmatch_lines(["*inconclusive: No hook was there.*"])
    assert door("pass", "--harness-fail-on=inconclusive", files={"mine": body}).parseoutcomes()["failed"] >= 1


@pytest.mark.parametrize(("asked", "told"), [
    ("stage='before_consnet'", "There is no stage 'before_consnet'"),
    ("clause='no-such'", "No rule decides the clause 'no-such'"),
    ("rule='no-such'", "No rule is named 'no-such'"),
])
def test_what_would_never_be_found_is_refused(door, asked, told):
    result = door("pass", NEVER, files={"mine": HEAD + f"""
def test_typo(app, findings):
    app.install_fresh()
    findings.assert_none({asked})
"""})
    result.stdout.fnmatch_lines([f"*{told}*"])
    assert result.parseoutcomes() == {"errors": 1}


def test_the_app_and_the_device_can_be_overridden(door, pytester):
    conftest = """
@pytest.fixture(scope="session")
def app_args(app_args):
    return {**app_args, "operator": "the conftest", "case": {"number": 7}}
"""
    door("pass", NEVER, conftest=conftest)
    [case] = open_bundle(bundle_of(pytester)).facts("case")
    assert (case.data["operator"], case.data["number"]) == ("the conftest", 7)


@pytest.mark.parametrize(("fixture", "known"), [("app_args", "apk, package"), ("android_device_args", "device, wait")])
def test_an_override_with_a_key_that_is_none_is_refused(door, fixture, known):
    conftest = f"""
from harness.suite.plugin import harness_equipment
@pytest.fixture(scope="session")
def {fixture}({fixture}):
    return {{**{fixture}, "serail": "x"}}
"""
    result = door("pass", NEVER, conftest=conftest)
    result.stdout.fnmatch_lines([f"*The fixture {fixture} gives unknown keys: serail.*", f"*Known: {known}*"])
    assert result.parseoutcomes() == {"errors": 1}


MARKED = HEAD + """
@pytest.mark.requires_device(kind="phone")
def test_phone(app): pass
@pytest.mark.requires_device(kind=("lab", "script"), sdk=30)
def test_new(app): pass
@pytest.mark.requires_device(root=True)
def test_root(app): pass
@pytest.mark.requires_device(sdk=26, root=False)
def test_any(app): pass
@pytest.mark.only_device("lab")
def test_lab(app): pass
@pytest.mark.skip_device("script")
def test_not(app): pass
@pytest.mark.requires_device(model="Pixel")
def test_wrong(app): pass
"""


def test_a_test_says_which_device_it_needs(door):
    result = door("pass", NEVER, "-v", files={"mine": MARKED}, facts={"sdk": 28, "root": ""})
    result.stdout.fnmatch_lines([
        "PASSED scenarios/mine.py::test_any",
        "SKIPPED *of kind phone; this one is script",
        "SKIPPED *with API level 30 or newer; this one has 28",
        "SKIPPED *with root; this one gives none",
        "SKIPPED *only for devices of kind lab; this one is script",
        "SKIPPED *not for devices of kind script",
        "ERROR *::test_wrong*",
    ])
    assert result.parseoutcomes() == {"passed": 1, "skipped": 5, "errors": 1}


def test_the_summary_is_a_table_of_clauses_with_the_gaps_last(door):
    result = door("user.agree(user.expect(PolicyNotice)); reads(bundle)", files={"mine": SCENARIO.replace(
        "timeline)", "timeline, bundle)").format(body="reads(bundle); user.agree(user.expect(PolicyNotice))") + READS})
    result.stdout.fnmatch_lines([
        "*= privacy verdicts =*",
        "VIOLATION  *04f-no-processing-before-consent *collection-before-consent *1 finding",
        "* rules were not decided: their scenarios were not run.",
        "not seen:",
        "  undecided *",
        "bundle: *",
        "*= 1 failed, *",
    ], consecutive=False)
    told = result.stdout.str().partition("= privacy verdicts =")[2].partition("bundle: ")[0]
    assert "INCONCLUSIVE" not in told and "not_reached" not in told and len(told.splitlines()) < 12


def test_what_was_asked_for_and_is_open_has_its_line(door):
    text = SCENARIO.replace('id="mine"', 'id="first-launch-agree"')
    text = text.format(body="app.kill(); user.expect(PolicyNotice, timeout=1)")
    result = door(files={"mine": text})
    result.stdout.fnmatch_lines([
        "INCONCLUSIVE  *collection-before-consent", "* rules were not decided: *", "not seen:", "  not_reached *"])


def test_rules_whose_scenarios_nobody_ran_are_one_line_and_whole_in_junit(door, pytester):
    result = door("user.agree(user.expect(PolicyNotice))", f"--junitxml={pytester.path}/j.xml")
    [told] = [line for line in result.outlines if line.startswith("SKIPPED") and "were not run" in line]
    cases = [c for c in ElementTree.parse(pytester.path / "j.xml").iter("testcase") if c.find("skipped") is not None]
    unasked = [c for c in cases if "were not run" in c.find("skipped").get("message")]
    assert len(unasked) > 50 and told.startswith(f"SKIPPED [[]{len(unasked)}]".replace("[[]", "["))
    reasons = [p.get("value") for c in unasked for p in c.iter("property") if p.get("name") == "reason"]
    assert len(reasons) == len(unasked) and all("this rule needs was run: " in reason for reason in reasons)


def test_a_rig_that_is_not_there_is_told_in_three_lines(door):
    result = door("pass", failing=("start",))
    result.stdout.fnmatch_lines(["RigError: start failed.", "  why: The script says so.", "  fix: Nothing."])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*def harness_session*")
    assert "failed" not in result.parseoutcomes()


VERBS = '''
"""Mine."""
from harness.suite.scenario import Scenario
scenario = Scenario(id="mine", title="mine", title_zh="我的")

def test_mine(app, android_device, outside, adverts, updating, profiles, differential, manual, material, retest):
    assert android_device.outside is outside
    assert [one.act for one in (outside.unlock(), outside.end_processes())] == ["unlock", "end_processes"]
    assert (material.update, manual.ask()) == (None, [])
    assert updating.version().permissions == {}
    app.install_fresh()
    assert [watched for watched in differential.each() if app.launch()] == [True, False, False, True]
'''


def test_the_other_verbs_are_fixtures_too(door) -> None:
    door("pass", NEVER, files={"mine": VERBS}).assert_outcomes(passed=1)
