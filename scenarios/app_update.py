"""Agree to one version, switch a setting off, update to a later version: what is asked anew, what stays, what it may do now."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
from harness.suite.updating import need

scenario = Scenario(
    id="app-update",
    title="Update to a later version",
    title_zh="升级到新版本",
    clauses=("interimx-reconsent-on-change", "interimx-no-permission-state-change"),
    opens=("before_consent", "after_agree"),
    windows=("observe",),
    needs=("material.update", "pages.personalisation?"),
    suites=("full",),
)


def test_app_update(app, user, timeline, material, updating):
    later = need(material.update, "update", "the APK of a later version", user)
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("deny")
    updating.update(later)
    timeline.observe()
