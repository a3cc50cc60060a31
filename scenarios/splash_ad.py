"""Start until a splash advertisement shows: watch it untouched, then close it, tap beside its close control, shake.

Each of these is done at a launch of its own, and the facts say how many launches were made.
"""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="splash-ad",
    title="Splash advertisement: close, tap beside, shake",
    title_zh="开屏广告:关闭、旁点、摇动",
    clauses=(
        "miit292-1-4a-splash-close",
        "miit292-1-4c-close-works",
        "miit292-1-4d-close-recognisable",
        "miit292-1-4e-no-fullscreen-jump",
        "miit292-1-4f-no-induced-click",
    ),
    opens=("before_consent", "after_agree"),
    suites=("full",),
)


def test_splash_ad(app, user, adverts):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    first = adverts.splash()
    adverts.splash_close(first)
    adverts.splash_beside(first, points=user.limits.points)
    adverts.splash_shake()
