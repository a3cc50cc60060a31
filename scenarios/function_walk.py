"""Agree, then use each function that the app file describes, allowing what it asks for; else walk through the app."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="function-walk",
    title="Use each function",
    title_zh="逐项使用功能",
    clauses=(
        "sz-guide-02b-policy-covers-third-party",
        "sz-guide-02e-practice-matches-policy",
        "sz-guide-05a-sensitive-necessity-notice",
        "sz-guide-06d-withdraw-no-service-refusal",
        "sz-guide-07a-minimum-scope",
        "sz-guide-07b-least-impact",
        "sz-guide-08a-permission-at-function-start",
        "sz-guide-08b-no-bundled-permissions",
        "sz-guide-09a-no-deceptive-authorisation",
        "sz-guide-13a-share-notice",
        "sz-guide-13b-share-separate-consent",
        "szreg-core-function",
        "miit292-1-3c-permission-purpose",
        "miit292-2e-collected-list-complete",
        "miit292-2g-shared-list-complete",
        "miit292-3-4e-sdk-no-associated-start",
        "interim-min-purpose",
        "interim-min-beyond-consent",
        "interim-min-unrelated-scene",
        "szregx-minimum-five",
    ),
    opens=("after_agree",),
    windows=("observe",),
    needs=("functions?", "pages.login?"),
    suites=("full",),
)


def test_function_walk(app, user, timeline, functions, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    functions.use_all("allow")
    timeline.observe()
