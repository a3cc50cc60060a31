"""First launch: look on while nothing is answered, agree, use the app a little, leave it and come back."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="first-launch-agree",
    title="First launch, idle, then agree and use",
    title_zh="首次启动静置、同意隐私政策后使用",
    clauses=(
        "sz-guide-04e-voluntary-explicit",
        "sz-guide-04f-no-processing-before-consent",
        "sz-guide-07a-minimum-scope",
        "sz-guide-08a-permission-at-function-start",
        "sz-guide-08b-no-bundled-permissions",
        "sz-guide-13a-share-notice",
        "sz-guide-13b-share-separate-consent",
        "miit292-1-3a-policy-summary",
        "miit292-1-3c-permission-purpose",
        "interim-consent-clear-language",
        "interim-min-beyond-consent",
    ),
    opens=("before_consent", "after_agree", "background"),
    windows=("observe", "background"),
    suites=("quick", "full"),
)


def test_first_launch_agree(app, user, timeline):
    app.install_fresh()
    app.launch()
    timeline.observe()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    app.explore(answer="allow")
    timeline.background()
    app.come_back()
