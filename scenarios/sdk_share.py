"""Agree, use each function, leave the app: what goes to whom, and does an SDK go on by itself?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="sdk-share",
    title="What SDKs get while the app is used and after",
    title_zh="使用中及退到后台后向第三方共享",
    clauses=(
        "sz-guide-02b-policy-covers-third-party",
        "sz-guide-02e-practice-matches-policy",
        "sz-guide-13a-share-notice",
        "sz-guide-13b-share-separate-consent",
        "sz-guide-13c-third-party-conforms",
        "miit292-2e-collected-list-complete",
        "miit292-2g-shared-list-complete",
        "interimx-sdk-no-sharing",
    ),
    opens=("after_agree", "background"),
    windows=("observe", "background"),
    needs=("functions?", "pages.login?", "recipients?"),
    suites=("full",),
)


def test_sdk_share(app, user, timeline, functions, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    timeline.observe()
    functions.use_all("allow")
    timeline.background()
