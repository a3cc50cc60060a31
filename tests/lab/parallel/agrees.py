"""First launch and agreement, without a walk through the app."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
from tests.lab.parallel.planted import wait_for_planted

scenario = Scenario(id="first-launch-agree", title="Agree", title_zh="同意")


def test_agrees(app, user, timeline, findings):
    app.install_fresh()
    app.launch()
    wait_for_planted(timeline, findings, scenario.id, "before_consent")
    user.agree(user.expect(PolicyNotice))
