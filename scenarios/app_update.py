"""Agree to one version, switch a setting off, update to a later version: what is asked anew, what stays, what it may do now."""

from contextlib import suppress

from harness.suite import documents
from harness.suite.driver import NotReached, PolicyNotice
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


def read_policy(pages):
    """Of either version, where the app file tells the way: whether the rules are others can be seen then."""
    if "policy" in pages.known:
        with suppress(NotReached):      # told by its gap
            documents.read(pages, "policy")
            pages.home()


def test_app_update(app, user, timeline, material, updating, pages):
    later = need(material.update, "update", "the APK of a later version", user)
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("deny")
    read_policy(pages)
    updating.update(later)
    timeline.observe()
    seen = user.look()
    if seen is not None and not seen.reading.is_notice:
        read_policy(pages)
