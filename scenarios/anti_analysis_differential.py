"""The first minutes of the app, in turns with hooks in its processes and without: what happens only where nothing watches?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="anti-analysis-differential",
    title="With and without instrumentation",
    title_zh="插桩与不插桩的行为对比",
    clauses=("interim-technical-confrontation",),
    opens=("before_consent", "after_agree"),
    windows=("observe",),
    suites=("full",),
)


def test_anti_analysis_differential(app, user, timeline, differential):
    for _watched in differential.each():
        app.install_fresh()
        app.launch()
        notice = user.find(PolicyNotice)
        if notice is not None:
            user.agree(notice)
        user.answer_all("deny")
        timeline.observe()
