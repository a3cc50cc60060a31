"""Agree, then deny each permission that is asked for; start again, use the app, start again: what asks anew?

The first restart comes before any function is used. A system that was told "no" twice asks no more (Android 11 and
later), so a function that asks of its own right would hide what the app asks for unprompted.
"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="refuse-permissions",
    title="Deny each permission, go on, start again",
    title_zh="逐项拒绝权限后继续使用并再次启动",
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
    suites=("quick", "full"),
)


def test_refuse_permissions(app, user, timeline):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("deny")
    timeline.observe()
    user.answer_all("deny")
    app.restart()
    timeline.observe()
    user.answer_all("deny")
    app.explore(answer="deny")
    timeline.observe()
    user.answer_all("deny")
    app.restart()
    timeline.observe()
    user.answer_all("deny")
