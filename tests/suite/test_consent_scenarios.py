"""The scenarios of consent and permissions whole, over the scripted shop: what each reaches and leaves in its bundle."""

from __future__ import annotations

import pytest
from suite_equipment import APP, equipment, shop

from harness.bundle import open_bundle
from harness.suite.limits import load_limits
from harness.suite.run import make_order, run_session
from harness.suite.scenario import select
from harness.suite.session import Session

LOCATION = "android.permission.ACCESS_FINE_LOCATION"


@pytest.fixture(autouse=True)
def own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))


def run(tmp_path, name, pages=None, grants=None, app_file=None):
    rig, clock = equipment(pages)
    rig.device.grants = grants or {}
    order = make_order(apk=None, package=APP, out=tmp_path / "out", limits=load_limits(), observe=2.0, app_file=app_file,
                       operator="", command_line=())
    made = Session(order, rig, clock=clock.time_ns, monotonic=clock.monotonic, sleep=clock.sleep)
    outcome = run_session(made, select([name]))
    reader = open_bundle(outcome.bundle)
    assert (outcome.complete, outcome.reason) == (True, "")
    facts = [(fact.type, fact.data) for fact in reader.facts()]
    return outcome.scenarios[name], [step.opens for step in reader.steps() if step.opens], facts


def of(facts, kind):
    return [data for type_, data in facts if type_ == kind]


@pytest.mark.parametrize(("name", "opens"), [
    ("first-launch-idle", []),
    ("agree", ["after_agree"]),
    ("refuse-policy", ["after_refusal"]),
    ("restart-after-refuse", ["after_refusal"]),
    ("dismiss-notice", []),
    ("function-walk", ["after_agree"]),
    ("background-idle", ["after_agree", "background", "background"]),
    ("revoke-while-running", ["after_agree", "background"]),
    ("sdk-share", ["after_agree", "background"]),
])  # fmt: skip
def test_a_scenario_reaches_its_stages(tmp_path, name, opens):
    ended, opened, _ = run(tmp_path, name)
    assert (ended, [stage for stage in opened if stage != "after_permission_denial"]) == ("done", opens)


def test_a_login_page_that_is_not_there_is_not_reached(tmp_path):
    assert run(tmp_path, "first-launch-login")[0] == "not_reached"


def test_each_way_to_leave_a_notice_has_its_answer(tmp_path):
    _, _, facts = run(tmp_path, "dismiss-notice")
    told = [(d["how"], d["outcome"]) for d in of(facts, "dismissal")]
    assert told == [("wait", "stays"), ("outside", "stays"), ("back", "exits")]


def test_an_app_that_asks_at_each_start_is_seen_to(tmp_path):
    _, _, facts = run(tmp_path, "restart-after-refuse")
    again = [(p["refusals"], p["launches_since"]) for p in of(facts, "prompt") if p["again"]]
    assert again == [(1, 1), (1, 2)]
    assert [c["changed"] for c in of(facts, "permission_change")] == [[], []]


def test_each_function_with_every_permission_denied(tmp_path):
    app_file = {"functions": [{"name": "stores", "open": ["附近门店"]}]}
    pages = shop()
    pages["where"].buttons["Don’t allow"] = "denied"
    pages["denied"] = pages["main"].__class__(body=("手动选择城市",), back="main")
    ended, opened, facts = run(tmp_path, "refuse-permission-each", pages, app_file=app_file)
    assert (ended, set(opened)) == ("done", {"after_agree", "after_permission_denial"})
    told = [(f["worked"], f["denied"], f["answer"]) for f in of(facts, "function")]
    location = ["android.permission-group.LOCATION"]
    assert told == [(True, location, "deny"), (True, location, "deny_forever")]


def test_what_was_granted_is_taken_back_while_the_app_is_away(tmp_path):
    _, _, facts = run(tmp_path, "revoke-while-running", grants={LOCATION: True})
    assert [(o["target"], o["after"]) for o in of(facts, "outside")] == [(LOCATION, {"granted": False})]
