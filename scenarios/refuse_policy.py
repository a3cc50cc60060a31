"""Refuse the privacy notice, follow that to its end, then use what is left of the app and look on."""

from harness.suite import notices
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="refuse-policy",
    title="Refuse the policy, use what is left",
    title_zh="拒绝隐私政策后使用剩余功能",
    clauses=(
        "sz-guide-04d-no-bundled-consent",
        "sz-guide-04e-voluntary-explicit",
        "sz-guide-04f-no-processing-before-consent",
        "sz-guide-09b-no-frequent-popups-after-refusal",
        "szreg-package-agreement",
        "szreg-core-function",
    ),
    opens=("before_consent", "after_refusal"),
    windows=("observe", "second"),
    suites=("full",),
)


def test_refuse_policy(app, user, timeline):
    app.install_fresh()
    app.launch()
    notice = notices.measure(user, user.expect(PolicyNotice), links=False)
    refusal = user.refuse(notice)
    if refusal.outcome == "exits":
        app.has_exited()
    timeline.observe()
    if refusal.outcome in ("continues", "limited"):
        app.explore(answer="deny")
        timeline.observe()
