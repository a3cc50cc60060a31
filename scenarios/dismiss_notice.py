"""Leave the privacy notice without an answer: wait, tap beside it, press back. Is it still there, and does the app go on?"""

from harness.suite.driver import PolicyNotice
from harness.suite.refusing import HOWS
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="dismiss-notice",
    title="Leave the notice without an answer",
    title_zh="不作选择:等待、点击弹窗外、返回",
    clauses=(
        "sz-guide-04e-voluntary-explicit",
    ),
    opens=("before_consent",),
    windows=("dismiss", "observe"),
    suites=("full",),
)


def test_dismiss_notice(app, user, timeline):
    app.install_fresh()
    app.launch()
    notice = user.expect(PolicyNotice)
    for how in HOWS:
        dismissal = user.dismiss_notice(notice, how)
        if dismissal.outcome == "stays":
            notice = PolicyNotice(dismissal.seen)
            continue
        if dismissal.outcome == "exits":
            app.has_exited()
        timeline.observe()
        if how != HOWS[-1]:
            app.install_fresh()
            app.launch()
            notice = user.expect(PolicyNotice)
