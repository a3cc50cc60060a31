"""Agree, deny every permission, use each function without it, and again when the system no longer asks: what still works?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="refuse-permission-each",
    title="Deny each permission, use each function",
    title_zh="逐项拒绝权限并使用各功能",
    clauses=(
        "sz-guide-05b-sensitive-separate-consent",
        "sz-guide-08b-no-bundled-permissions",
        "sz-guide-09b-no-frequent-popups-after-refusal",
        "szreg-package-agreement",
        "szreg-core-function",
        "miit292-1-3c-permission-purpose",
        "interim-min-beyond-consent",
        "interimx-no-forced-exit",
    ),
    opens=("after_agree", "after_permission_denial"),
    windows=("observe",),
    needs=("functions?", "pages.login?"),
    suites=("full",),
)


def test_refuse_permission_each(app, user, timeline, functions, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("deny")
    pages.sign_in()
    timeline.observe()
    functions.use_all("deny")
    timeline.observe()
    app.restart()
    timeline.observe()
    functions.use_all("deny_forever")
