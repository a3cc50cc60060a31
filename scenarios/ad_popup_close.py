"""Look at an advertisement over the app's page, then get it away: by its close control, by back, by a tap beside it."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="ad-popup-close",
    title="Pop-up advertisement: close, back, tap beside",
    title_zh="弹窗广告:关闭、返回、旁点",
    clauses=("miit292-1-4b-popup-close", "miit292-1-4c-close-works", "miit292-1-4d-close-recognisable"),
    opens=("before_consent", "after_agree"),
    suites=("full",),
)


def test_ad_popup_close(app, user, adverts):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    adverts.popup_close(adverts.popup())
    for way in (adverts.popup_back, adverts.popup_beside):
        seen = adverts.popup_again()
        if seen is not None:
            way(seen)
