"""First launch: measure the notice, open its links, answer nothing and look on."""

from harness.suite import notices
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="first-launch-idle",
    title="First launch, nothing answered",
    title_zh="首次启动静置,不作任何选择",
    clauses=(
        "sz-guide-01a-policy-link-in-app",
        "sz-guide-04a-notice-before-processing",
        "sz-guide-04b-notice-content",
        "sz-guide-04c-no-preticked",
        "sz-guide-04d-no-bundled-consent",
        "sz-guide-04e-voluntary-explicit",
        "sz-guide-04f-no-processing-before-consent",
        "sz-guide-08a-permission-at-function-start",
        "sz-guide-08b-no-bundled-permissions",
        "sz-guide-13a-share-notice",
        "miit292-1-3a-policy-summary",
        "interim-consent-clear-language",
        "interimx-notice-first-run",
        "interimx-sdk-no-self-wake",
    ),
    opens=("before_consent",),
    windows=("observe",),
    suites=("full",),
)


def test_first_launch_idle(app, user, timeline):
    app.install_fresh()
    app.launch()
    shown = timeline.observe()
    notice = user.find(PolicyNotice)
    if notice is not None:
        notices.measure(user, notice)
    else:
        notices.none_shown(user, shown)
    timeline.observe()
