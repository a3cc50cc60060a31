"""Agree, withdraw consent, use the app after it, start again, leave it: what is still read and sent?

The functions of the app file are used before and after, so that one that works no more is seen; an app without such a list is
walked through. Where there is no way to withdraw, the policy is read for one.
"""

from contextlib import suppress

from harness.suite import documents
from harness.suite.driver import NotReached, PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="withdraw-consent",
    title="Withdraw consent, use the app, leave it",
    title_zh="撤回同意后继续使用",
    clauses=(
        "sz-guide-02f-stated-paths-exist",
        "sz-guide-06a-withdraw-path",
        "sz-guide-06b-withdraw-effective",
        "sz-guide-06c-withdraw-not-retroactive",
        "sz-guide-06d-withdraw-no-service-refusal",
        "szreg-withdraw-path",
        "szreg-withdraw-no-restriction",
    ),
    opens=("after_agree", "after_withdrawal", "background"),
    windows=("observe", "background"),
    needs=("functions?", "pages.withdraw?", "pages.login?"),
    suites=("full",),
)


def test_withdraw_consent(app, user, timeline, pages, functions):
    app.install_fresh()
    app.launch()
    user.agree(user.expect(PolicyNotice))
    user.answer_all("allow")
    pages.sign_in()
    pages.home()
    if pages.functions:
        functions.use_all("allow")
    withdrawal = pages.withdraw()
    if not withdrawal.reached:
        with suppress(NotReached):      # a way that the policy states is a way; where it cannot be read a gap says so
            documents.read(pages, "policy")
        return
    timeline.observe()
    if pages.after("withdraw", "at once") == "continues":
        pages.home()
        functions.use_all("deny")
    app.restart()
    pages.after("withdraw", "restart")
    timeline.observe()
    timeline.background()
    app.come_back()
