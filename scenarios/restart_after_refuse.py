"""Refuse the privacy notice, then start the app again and again: does it ask anew, and has a permission changed by itself?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="restart-after-refuse",
    title="Refuse the policy, start again and look on",
    title_zh="拒绝后多次重新启动",
    clauses=(
        "sz-guide-04f-no-processing-before-consent",
        "sz-guide-09b-no-frequent-popups-after-refusal",
        "szreg-package-agreement",
        "interimx-no-permission-state-change",
    ),
    opens=("before_consent", "after_refusal"),
    windows=("observe", "second"),
    suites=("full",),
)


def test_restart_after_refuse(app, user, timeline):
    app.install_fresh()
    app.launch()
    refusal = user.refuse(user.expect(PolicyNotice))
    if refusal.outcome == "exits":
        app.has_exited()
    user.answer_all("deny")
    before = app.permissions()
    for _ in range(user.limits.restarts):
        app.restart()
        timeline.observe()
        user.answer_all("deny")
        before = app.compare_permissions(before)
