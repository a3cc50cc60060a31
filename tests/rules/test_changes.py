"""What changed between two runs: fixed only where the new run would have shown it again."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from harness.model import VerdictWord
from harness.rules.analysis import Analysis, analyse
from harness.rules.changes import Change, Changes, compare
from harness.rules.differing import differences, same_file
from harness.rules.identity import key
from tests.rules.test_rules import write_bundle

SDK = ["com.adnimbus.sdk.Device.id(Device.java:9)", "example.shop.App.onCreate(App.java:5)"]
RULE = "collection-before-consent"
BUNDLED = "sz-guide-04f-no-processing-before-consent"    # decided by this rule alone
SHARED_CLAUSE = "interim-consent-voluntary-informed"    # decided by other rules, too
Event = dict[str, dict[str, Any]]


def step(at: int, action: str, **more: Any) -> Event:
    return {"step": {"at": at, "action": action, **more}}


def launch(*inside: Event, agreed: bool = True, ended: bool = True, outcome: str = "done") -> list[Event]:
    """The scenario first-launch-agree with what happens before the answer."""
    events = [step(0, "scenario_start", scenario="first-launch-agree"), step(10, "launch"), *inside]
    if agreed:
        events.append(step(900, "tap", control={"text": "同意", "role": "agree"}, opens="after_agree"))
    return events + ([step(2000, "scenario_end", outcome=outcome)] if ended else [])


def refusal(*inside: Event) -> list[Event]:
    return [step(3000, "scenario_start", scenario="refuse-restart"),
            step(3500, "tap", control={"text": "不同意", "role": "refuse"}, opens="after_refusal"), *inside,
            step(5000, "scenario_end")]


ANDROID_ID: Event = {"call": {"at": 100, "kind": "android_id", "method": "android.provider.Settings$Secure.getString",
                              "value": "9f3c5a7e1b2d4c68", "frames": SDK}}
SENT: Event = {"flow": {"at": 200, "url": "https://track.adnimbus.example/v1/e",
                        "body": '{"k":"89be12860f2d8cb477a096a83fd00510"}'}}
IMEI: Event = {"call": {"at": 120, "kind": "imei", "method": "android.telephony.TelephonyManager.getImei",
                        "value": "860000000000017"}}
AFTER_REFUSAL: Event = {"call": {"at": 4000, "kind": "imei", "method": "android.telephony.TelephonyManager.getImei",
                                 "value": "860000000000017"}}
VIOLATING = [*launch(ANDROID_ID, SENT, IMEI), *refusal()]
CLEAN = [*launch(), *refusal()]


def run(folder: Path, events: list[Event], **fixture: Any) -> Analysis:
    rules = fixture.pop("rules", [RULE])
    return analyse(write_bundle(folder, {"events": copy.deepcopy(events), **fixture}), rules=rules)


def told(changes: Changes) -> dict[str, list[str]]:
    return {str(change): sorted(one.shown.item for one in changes.of(change)) for change in Change if changes.of(change)}


def test_what_is_gone_where_the_same_was_done_again_is_fixed(tmp_path: Path) -> None:
    changes = compare(run(tmp_path, VIOLATING), run(tmp_path, CLEAN))
    assert told(changes) == {"fixed": ["android_id", "imei"]}
    (clause,) = [one for one in changes.clauses if one.clause == BUNDLED]
    assert (clause.change, clause.old, clause.new) == (Change.FIXED, VerdictWord.VIOLATION, VerdictWord.NOT_OBSERVED)
    assert changes.exit_status == 0


def test_half_fixed_says_which_half(tmp_path: Path) -> None:
    half = [*launch(ANDROID_ID, SENT), *refusal(AFTER_REFUSAL)]
    changes = compare(run(tmp_path, VIOLATING), run(tmp_path, half))
    assert [(one.change, one.shown.item, one.shown.stage) for one in changes.findings] == [
        (Change.STILL, "android_id", "before_consent"), (Change.NEW, "imei", "after_refusal"),
        (Change.FIXED, "imei", "before_consent")]
    (clause,) = [one for one in changes.clauses if one.clause == BUNDLED]
    assert (clause.change, dict(clause.counts)) == (Change.STILL, {Change.STILL: 1, Change.NEW: 1, Change.FIXED: 1})
    assert changes.exit_status == 1


def test_what_is_new_where_the_old_run_would_have_shown_it(tmp_path: Path) -> None:
    changes = compare(run(tmp_path, CLEAN), run(tmp_path, VIOLATING))
    assert told(changes) == {"new": ["android_id", "imei"]}
    assert [one.lacks for one in changes.findings] == [(), ()]


def test_what_the_old_run_could_not_show_is_new_and_says_so(tmp_path: Path) -> None:
    changes = compare(run(tmp_path, refusal()), run(tmp_path, VIOLATING))
    assert told(changes) == {"new": ["android_id", "imei"]}
    assert all("first-launch-agree" in " ".join(lack.text for lack in one.lacks) for one in changes.findings)


GAPS: list[tuple[str, list[Event], str]] = [
    ("its scenario was not run", refusal(), "not run to the end in the other run: first-launch-agree"),
    ("its scenario did not come to its end", [*launch(outcome="failed"), *refusal()], "not run to the end"),
    ("its scenario was broken off", launch(ended=False), "not run to the end"),
    ("a hook was not there", [{"gap": {"at": 5, "kind": "hook_not_installed", "detail": "getImei is not hooked"}}, *CLEAN],
     "getImei is not hooked"),
    ("a process was not seen", [{"gap": {"at": 5, "kind": "process_lost", "detail": "the process is gone"}}, *CLEAN],
     "the process is gone"),
    ("nothing was run at all", [], "None of the scenarios"),
]


@pytest.mark.parametrize(("why", "events", "words"), GAPS, ids=[one[0] for one in GAPS])
def test_it_is_never_fixed_where(why: str, events: list[Event], words: str, tmp_path: Path) -> None:
    changes = compare(run(tmp_path, VIOLATING), run(tmp_path, events))
    assert told(changes) == {"unobservable": ["android_id", "imei"]}
    assert all(words in " ".join(lack.text for lack in one.lacks) for one in changes.findings), changes.findings[0].lacks
    assert all(lack.text_zh for one in changes.findings for lack in one.lacks)
    assert {one.change for one in changes.clauses} <= {Change.UNOBSERVABLE, None}
    assert (changes.any_compared, changes.exit_status) == (False, 5)


def test_where_neither_found_anything_it_counts_whether_both_looked(tmp_path: Path) -> None:
    sides = {"clean": run(tmp_path / "clean", CLEAN), "idle": run(tmp_path / "idle", [])}
    found = {(a, b): compare(sides[a], sides[b]) for a in sides for b in sides}
    assert {pair: one.exit_status for pair, one in found.items()} == {
        ("clean", "clean"): 0, ("clean", "idle"): 5, ("idle", "clean"): 5, ("idle", "idle"): 5}
    assert all(one.change is None for changes in found.values() for one in changes.clauses)


ENDS: list[tuple[str, list[Event], VerdictWord]] = [
    ("all came to their end", CLEAN, VerdictWord.NOT_OBSERVED),
    ("none has an end", [*launch(ended=False), *refusal()[:-1]], VerdictWord.INCONCLUSIVE),
    ("one was done again in vain", [*CLEAN, step(6000, "scenario_start", scenario="first-launch-agree"),
                                    step(7000, "scenario_end", outcome="failed")], VerdictWord.NOT_OBSERVED),
]


@pytest.mark.parametrize(("why", "events", "word"), ENDS, ids=[one[0] for one in ENDS])
def test_the_engine_and_the_comparison_agree_on_what_came_to_its_end(
    why: str, events: list[Event], word: VerdictWord, tmp_path: Path
) -> None:
    later = run(tmp_path, events)
    assert [verdict.verdict for verdict in later.verdicts] == [word]
    assert told(compare(run(tmp_path, VIOLATING), later)) == {
        "fixed" if word is VerdictWord.NOT_OBSERVED else "unobservable": ["android_id", "imei"]}


def test_a_gap_counts_also_where_the_rule_found_something_else(tmp_path: Path) -> None:
    """The engine gives findings without the gaps beside them: what is gone was not looked for."""
    gap: Event = {"gap": {"at": 5, "kind": "process_lost", "detail": "the process is gone"}}
    changes = compare(run(tmp_path, VIOLATING), run(tmp_path, [gap, *launch(ANDROID_ID, SENT), *refusal()]))
    assert told(changes) == {"still": ["android_id"], "unobservable": ["imei"]}


@pytest.mark.parametrize(("fact", "kind", "unseen"), [
    ({"type": "process", "state": "hooked", "pid": 1}, "hooks_in_one", ["android_id", "imei"]),
    ({"type": "proxy", "proxy": "127.0.0.1:1"}, "proxy_in_one", ["android_id"]),
])
def test_nothing_is_fixed_on_a_device_without_what_had_shown_it(
    fact: dict[str, Any], kind: str, unseen: list[str], tmp_path: Path
) -> None:
    """The earlier run was instrumented, the later one is not."""
    there: Event = {"fact": {"at": 0, **fact}}
    old, new = run(tmp_path, [there, *VIOLATING]), run(tmp_path, CLEAN)
    assert told(compare(old, new)).get("unobservable") == unseen
    assert kind in [remark.kind for remark in differences(old, new).remarks]
    assert told(compare(old, run(tmp_path, [there, *CLEAN]))) == {"fixed": ["android_id", "imei"]}


def test_a_stage_that_was_not_reached_is_not_fixed(tmp_path: Path) -> None:
    violating = [*launch(), *refusal(AFTER_REFUSAL)]
    never_refused = [*launch(), step(3000, "scenario_start", scenario="refuse-restart"), step(5000, "scenario_end")]
    changes = compare(run(tmp_path, violating), run(tmp_path, never_refused))
    assert told(changes) == {"unobservable": ["imei"]}
    assert any("after_refusal" in lack.text for lack in changes.findings[0].lacks)


def test_a_clause_that_another_rule_left_open_is_not_fixed_though_its_findings_are(tmp_path: Path) -> None:
    both = [RULE, "consent-without-a-choice"]
    changes = compare(run(tmp_path, VIOLATING, rules=both), run(tmp_path, CLEAN, rules=both))
    assert told(changes) == {"fixed": ["android_id", "imei"]}
    by = {one.clause: one for one in changes.clauses}
    assert (by[SHARED_CLAUSE].change, by[SHARED_CLAUSE].new) == (Change.UNOBSERVABLE, VerdictWord.INCONCLUSIVE)
    assert by[SHARED_CLAUSE].open_rules == ("consent-without-a-choice",)
    assert by[BUNDLED].change is Change.FIXED
    assert changes.exit_status == 3


def test_no_clause_that_is_fixed_is_inconclusive_or_found_in_the_new_run(tmp_path: Path) -> None:
    """Over all rules."""
    changes = compare(run(tmp_path, VIOLATING, rules=[]), run(tmp_path, [*launch(), *refusal()], rules=[]))
    fixed = [one for one in changes.clauses if one.change is Change.FIXED]
    assert fixed and {one.new for one in fixed} == {VerdictWord.NOT_OBSERVED}


def test_two_runs_of_the_same_have_the_same_keys(tmp_path: Path) -> None:
    old = run(tmp_path, VIOLATING)
    changes = compare(old, run(tmp_path, VIOLATING))
    assert told(changes) == {"still": ["android_id", "imei"]}
    assert all(one.change in (Change.STILL, None) for one in changes.clauses)
    assert [key(v, "example.shop") for v in old.violations] == [one.key for one in changes.findings]


def test_a_key_is_of_rule_item_subject_party_and_stage_alone(tmp_path: Path) -> None:
    first, second = run(tmp_path, VIOLATING).violations
    assert key(first, "example.shop") != key(second, "example.shop")
    assert key(second, "example.shop") != key(second, "example.other"), "the app's own act is the app's"
    other = dataclasses.replace(second, evidence=["c99"], reason="otherwise said", grade=None)
    assert key(other, "example.shop") == key(second, "example.shop")
    renamed = dataclasses.replace(second, caller="example.shop.pro")
    assert key(renamed, "example.shop.pro") == key(second, "example.shop")
    for field, value in (("item", "imsi"), ("stage", "after_agree"), ("party", "x"), ("caller", "y"), ("rule", "z")):
        changed: dict[str, Any] = {field: value}
        assert key(dataclasses.replace(second, **changed), "example.shop") != key(second, "example.shop")


# -- what differs beside the findings ----------------------------------------------------------------------------------


def app(code: int, *permissions: str, sha: str = "0") -> dict[str, Any]:
    return {"version": f"{code}.0", "version_code": code, "sha256": sha * 64, "permissions": list(permissions)}


def policy(text: str) -> Event:
    return {"fact": {"at": 1000, "type": "page", "page": "policy", "outcome": "opened", "whole": True, "text_of_page": text}}


def test_permissions_hosts_recipients_sdks_and_kinds_are_told(tmp_path: Path) -> None:
    made = differences(run(tmp_path, VIOLATING, app=app(1, "a.CAMERA", "a.INTERNET")),
                       run(tmp_path, CLEAN, app=app(2, "a.INTERNET", "a.NFC", sha="1")))
    assert made.permissions is not None
    named = [[row["name"] for row in rows] for rows in (made.permissions.added, made.permissions.removed)]
    assert (named, made.permissions.both) == ([["a.NFC"], ["a.CAMERA"]], 1)
    assert [r["host"] for r in made.hosts.removed] == ["track.adnimbus.example"] and not made.hosts.added
    assert [r["party"] for r in made.recipients.removed] == ["云雀广告(虚构)"]
    assert [r["name"] for r in made.sdks.removed] == ["AdNimbus"]
    assert [r["kind"] for r in made.kinds_read.removed] == ["android_id", "imei"]
    assert [(r["kind"], r["party"]) for r in made.kinds_sent.removed] == [("android_id", "云雀广告(虚构)")]
    assert made.app["version_code"] == (1, 2) and made.remarks == []


def test_permissions_of_a_bundle_without_an_apk_are_not_known(tmp_path: Path) -> None:
    assert differences(run(tmp_path, CLEAN), run(tmp_path, CLEAN, app=app(2))).permissions is None


def test_what_the_policy_says_otherwise(tmp_path: Path) -> None:
    first, second = ("我们收集您的设备标识(Android ID)。", "我们收集您的设备标识(Android ID)和位置信息。")
    made = differences(run(tmp_path, [*launch(policy(first))]), run(tmp_path, [*launch(policy(second))]))
    (text,) = made.texts
    assert text.page == "policy" and text.changes is not None
    assert text.changes.text_added == (second,) and text.changes.text_removed == (first,)
    assert text.changes.kinds_added
    (one,) = differences(run(tmp_path, [*launch(policy(first))]), run(tmp_path, CLEAN)).texts
    assert one.changes is None and one.old and not one.new


REMARKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("swapped", {"app": app(2, sha="1")}, {"app": app(1)}),
    ("same_file", {"app": app(1)}, {"app": app(1)}),
    ("other_app_file", {"app": app(1), "app_file": {"first_party": ["a.example"]}}, {"app": app(2, sha="1")}),
    ("incomplete", {"app": app(1)}, {"app": app(2, sha="1"), "complete": False}),
]


@pytest.mark.parametrize(("kind", "old", "new"), REMARKS, ids=[one[0] for one in REMARKS])
def test_what_speaks_against_the_comparison_is_told(
    kind: str, old: dict[str, Any], new: dict[str, Any], tmp_path: Path
) -> None:
    runs = run(tmp_path, CLEAN, **old), run(tmp_path, CLEAN, **new)
    remarks = differences(*runs).remarks
    assert [remark.kind for remark in remarks] == [kind]
    assert all(remark.text and remark.text_zh for remark in remarks)
    assert same_file(*runs) is (kind == "same_file")


def test_scenarios_that_only_one_run_has_and_another_profile_are_told(tmp_path: Path) -> None:
    window: Event = {"fact": {"at": 1, "type": "profile", "name": "short", "observe": 5}}
    wider: Event = {"fact": {"at": 1, "type": "profile", "name": "long", "observe": 30}}
    kinds = {r.kind: r.text for r in differences(
        run(tmp_path, [window, *launch()], app=app(1)), run(tmp_path, [wider, *CLEAN], app=app(2, sha="1"))).remarks}
    assert set(kinds) == {"scenarios_only_in_new", "other_windows"}
    assert "observe 5 -> 30" in kinds["other_windows"] and "refuse-restart" in kinds["scenarios_only_in_new"]
