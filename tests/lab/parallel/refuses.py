"""Refusal and one start after it."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
from tests.lab.parallel.planted import wait_for_planted

scenario = Scenario(id="refuse-restart", title="Refuse", title_zh="拒绝")


def test_refuses(app, user, timeline, findings):
    app.install_fresh()
    app.launch()
    wait_for_planted(timeline, findings, scenario.id, "before_consent")
    refusal = user.refuse(user.expect(PolicyNotice))
    if refusal.outcome == "exits":
        app.has_exited()
    app.restart()
    wait_for_planted(timeline, findings, scenario.id, "after_refusal")
