"""Agree, allow everything, then take each permission back in the settings while the app is away: does it go on without?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="revoke-while-running",
    title="Take permissions back while the app runs",
    title_zh="运行中收回权限",
    clauses=(
        "sz-guide-09b-no-frequent-popups-after-refusal",
        "szreg-core-function",
        "interimx-no-forced-exit",
        "interimx-no-permission-state-change",
    ),
    opens=("after_agree", "background"),
    windows=("observe",),
    needs=("functions?", "pages.login?"),
    suites=("full",),
)


def test_revoke_while_running(app, user, timeline, functions, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    functions.use_all("allow")
    app.home()
    app.revoke_all()
    app.come_back()
    timeline.observe()
    user.answer_all("deny")
    functions.use_all("deny")
