"""Agree, delete the account, start again: what does it ask for, and what is still read and sent?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="account-deletion",
    title="Delete the account",
    title_zh="注销账号",
    clauses=(
        "sz-guide-02f-stated-paths-exist",
        "sz-guide-11c-genai-no-illegal-retention",
        "sz-guide-15a-rights-channel",
        "sz-guide-15b-no-unreasonable-conditions",
    ),
    opens=("after_agree", "after_deletion"),
    windows=("observe",),
    needs=("pages.delete_account?", "pages.login?"),
    suites=("full",),
)


def test_account_deletion(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    deletion = pages.delete_account()
    if not deletion.reached:
        return
    timeline.observe()
    app.restart()
    pages.after("delete_account", "restart")
    timeline.observe()
