"""Agree to the privacy notice, allow what is asked for then, and look on: what is asked for, and how much of it at once?"""

from harness.suite import notices
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="agree",
    title="Agree and look on",
    title_zh="同意隐私政策后静置",
    clauses=(
        "sz-guide-02b-policy-covers-third-party",
        "sz-guide-02e-practice-matches-policy",
        "sz-guide-05a-sensitive-necessity-notice",
        "sz-guide-05b-sensitive-separate-consent",
        "sz-guide-07a-minimum-scope",
        "sz-guide-07b-least-impact",
        "sz-guide-08a-permission-at-function-start",
        "sz-guide-08b-no-bundled-permissions",
        "sz-guide-09a-no-deceptive-authorisation",
        "sz-guide-13a-share-notice",
        "sz-guide-13b-share-separate-consent",
        "miit292-1-3c-permission-purpose",
        "miit292-2e-collected-list-complete",
        "interim-min-beyond-consent",
        "szregx-minimum-five",
    ),
    opens=("before_consent", "after_agree"),
    windows=("observe",),
    suites=("full",),
)


def test_agree(app, user, timeline):
    app.install_fresh()
    app.launch()
    user.agree(notices.measure(user, user.expect(PolicyNotice), links=False))
    user.answer_all("allow")
    timeline.observe()
    user.answer_all("allow")
