"""Agree, go to where the app wants a face or a finger, and refuse: is there another way?"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="biometric-refuse",
    title="Refuse biometric recognition",
    title_zh="拒绝生物识别",
    clauses=(
        "sz-guide-05b-sensitive-separate-consent",
        "szreg-biometric-alternative",
        "szreg-biometric-not-forced",
    ),
    opens=("after_agree",),
    windows=("observe",),
    needs=("pages.biometric?", "pages.login?"),
    suites=("full",),
)


def test_biometric_refuse(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    if pages.refuse_biometric().reached:
        timeline.observe()
