"""Look on, refuse the privacy notice, follow that to its end, then start the app again and look on each time."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="refuse-restart",
    title="Refuse the policy, then start again",
    title_zh="拒绝隐私政策后再次启动",
    clauses=(
        "sz-guide-04d-no-bundled-consent",
        "sz-guide-04e-voluntary-explicit",
        "sz-guide-04f-no-processing-before-consent",
        "sz-guide-09b-no-frequent-popups-after-refusal",
        "szreg-package-agreement",
        "szreg-core-function",
        "interimx-no-permission-state-change",
    ),
    opens=("before_consent", "after_refusal"),
    windows=("observe",),
    suites=("quick", "full"),
)


def test_refuse_restart(app, user, timeline):
    app.install_fresh()
    app.launch()
    timeline.observe()
    refusal = user.refuse(user.expect(PolicyNotice))
    if refusal.outcome == "exits":
        app.has_exited()
    timeline.observe()
    for _ in range(user.limits.restarts):
        app.restart()
        timeline.observe()
