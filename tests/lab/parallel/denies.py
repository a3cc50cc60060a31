"""Agreement, denial of what is asked for, and a start after it that asks again."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
from tests.lab.parallel.planted import wait_for

scenario = Scenario(id="refuse-permissions", title="Deny", title_zh="拒绝权限")


def test_denies(app, user, timeline, findings):
    app.install_fresh()
    app.launch()
    user.agree(user.expect(PolicyNotice))
    user.answer_all("deny")
    app.restart()
    wait_for(timeline, lambda: findings(rule="repeated-permission-prompts"))
