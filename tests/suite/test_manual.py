"""What a person has to attach, and which scenarios of an earlier version are to be done again: told, never decided."""

from __future__ import annotations

import pytest
from suite_device import Page
from suite_rig import rig

from harness.bundle import Bundle
from harness.model import Fact, GapKind, Step
from harness.suite.driver import NotReached
from harness.suite.manual import Manual, rows
from harness.suite.material import Material
from harness.suite.retest import Retest


@pytest.fixture(autouse=True)
def own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))


def parts(scenario):
    made = rig({"main": Page(body=("首页",))}, "main")
    made.steps.scenario = scenario
    return made


@pytest.mark.parametrize("scenario", ["install-flow", "store-page-check", "relisting-watch", "checklist"])
def test_each_clause_of_a_scenario_says_what_is_to_be_attached(scenario):
    made = parts(scenario)
    lacking = Manual(made.steps, Material(), made.journal.put_object).ask()
    facts = [fact.data for fact in made.journal.facts if fact.type == "checklist"]
    assert lacking == [fact["clause"] for fact in facts] == [row.id for row in rows(scenario)]
    assert all(fact["wanted"] and fact["state"] == "to_attach" for fact in facts)
    assert [gap.kind for gap in made.journal.gaps] == [GapKind.NOT_REACHED]


def test_what_was_attached_is_kept(tmp_path):
    made = parts("install-flow")
    (clause,) = (row.id for row in rows("install-flow"))
    file = tmp_path / "warning.png"
    file.write_bytes(b"picture")
    assert Manual(made.steps, Material(attachments={clause: file}), made.journal.put_object).ask() == []
    (fact,) = (fact.data for fact in made.journal.facts if fact.type == "checklist")
    assert (fact["state"], fact["name"], made.journal.objects[fact["object"]]) == ("attached", "warning.png", b"picture")
    assert made.journal.gaps == []


def earlier(tmp_path, package="example.app"):
    bundle = Bundle.create(tmp_path / "earlier", package)
    bundle.append(Fact(host_ns=1, type="app", data={"package": package, "version_code": 1, "sha256": "aa"}))
    for name, outcome in (("refuse-restart", "done"), ("splash-ad", "not_reached"), ("self-start", "done")):
        bundle.append(Step(host_ns=2, end_ns=3, scenario=name, action="scenario_end", target=name, outcome=outcome))
    bundle.seal(complete=True)
    return bundle.path


def test_a_retest_names_what_is_still_to_be_done(tmp_path):
    made = parts("retest")
    outcomes = {"refuse-restart": "done", "self-start": "not_reached"}
    app = {"package": "example.app", "version_code": 2, "sha256": "bb"}
    assert Retest(made.user, earlier(tmp_path), app, outcomes).compare() == ["self-start"]
    (fact,) = (fact.data for fact in made.journal.facts if fact.type == "retest")
    assert fact["versions"] == {"earlier": 1, "now": 2, "earlier_sha256": "aa", "now_sha256": "bb"}
    assert fact["scenarios"][1] == {"id": "splash-ad", "earlier": "not_reached", "now": "not_run"}
    assert "self-start" in made.journal.gaps[-1].detail


def test_a_retest_of_another_app_or_of_nothing_is_not_reached(tmp_path):
    for path in (None, tmp_path / "nowhere", earlier(tmp_path, "example.other")):
        with pytest.raises(NotReached):
            Retest(parts("retest").user, path, {"package": "example.app"}, {}).compare()
