"""First launch: look on while nothing is answered, agree, use the app a little, leave it and come back."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="first-launch-agree",
    title="First launch, idle, then agree and use",
    title_zh="首次启动静置、同意隐私政策后使用",
    clauses=(
        "sz-guide-04e", "sz-guide-04f", "sz-guide-07a", "sz-guide-08a", "sz-guide-08b", "sz-guide-13a", "sz-guide-13b",
        "miit292-1-3a", "miit292-1-3c", "interim-consent-clear-language", "interim-min-beyond-consent",
    ),
    opens=("before_consent", "after_agree", "background"),
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
