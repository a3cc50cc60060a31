"""Agree, use the app, leave it, switch the screen off: what does it do, and does it come to the front by itself?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="background-idle",
    title="In the background, then with the screen off",
    title_zh="后台静置与熄屏静置",
    clauses=(
        "sz-guide-02e-practice-matches-policy",
        "sz-guide-07a-minimum-scope",
        "sz-guide-13c-third-party-conforms",
        "miit292-3-4d-sdk-no-self-start",
        "miit292-3-4e-sdk-no-associated-start",
        "interim-min-unrelated-scene",
        "interimx-sdk-no-self-wake",
        "szregx-minimum-five",
    ),
    opens=("after_agree", "background"),
    windows=("background", "idle"),
    needs=("functions?", "pages.login?"),
    suites=("full",),
)


def test_background_idle(app, user, timeline, functions, outside, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    functions.use_all("allow")
    timeline.background()
    outside.screen_off()
    timeline.idle()
    outside.screen_on()
    app.come_back()
    timeline.observe()
