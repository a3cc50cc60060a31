"""Agree, say that the user is under fourteen, look on; then the mode for children and the switch for personalisation."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="minors",
    title="A user under fourteen",
    title_zh="未满十四周岁用户与青少年模式",
    clauses=(
        "sz-guide-03a-minors-rules",
        "szreg-minor-sensitive",
        "szreg-minor-no-personalised",
        "szregx-guardian-consent",
    ),
    opens=("after_agree",),
    windows=("observe",),
    needs=("pages.age?", "pages.login?"),
    suites=("full",),
)


def test_minors(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    pages.enter_age(user.limits.minor)
    timeline.observe()
    app.restart()
    pages.entries(("child_mode", "personalisation"))
    pages.child_mode()
    pages.personalisation_state("minor")
    timeline.observe()
