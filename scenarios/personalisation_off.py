"""Agree, look on, switch personalisation off, look on, start again: does what is sent change, and does the switch stay off?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="personalisation-off",
    title="Switch personalisation off",
    title_zh="关闭个性化推荐",
    clauses=(
        "sz-guide-10a-recommendation-optout",
        "sz-guide-10b-marketing-optout",
        "sz-guide-10c-optout-works",
        "szreg-profile-disclose",
        "szreg-profile-refuse",
        "szreg-refuse-easy-effective",
        "szreg-minor-no-personalised",
        "interimx-no-permission-state-change",
    ),
    opens=("after_agree", "after_optout"),
    windows=("observe",),
    needs=("pages.personalisation?", "pages.login?"),
    suites=("full",),
)


def test_personalisation_off(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    timeline.observe()
    if not pages.personalisation_off().reached:
        return
    pages.home()
    timeline.observe()
    app.restart()
    timeline.observe()
    pages.personalisation_state("restart")
