"""Download one file in the place of two accounts, in turns: how many bytes, in how long, by the proxy's own clock."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="two-profile-rate",
    title="One file's download for two profiles, in turns",
    title_zh="两个账号交替下载同一文件的速率",
    clauses=("miit292-1-5c-netdisk-free-rate",),
    opens=("before_consent", "after_agree"),
    needs=("material.profiles", "pages.download"),
    suites=("full",),
)


def test_two_profile_rate(app, user, profiles):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    for number, profile in profiles.turns():
        profiles.rate(number, profile)
