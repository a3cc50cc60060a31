"""First launch up to the login or registration page, which is looked at and left empty: what does it ask to agree to, and how?"""

from harness.suite import login_pages
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="first-launch-login",
    title="First launch, the login page looked at",
    title_zh="首次启动至登录、注册页面",
    clauses=(
        "sz-guide-04a-notice-before-processing",
        "sz-guide-04c-no-preticked",
        "sz-guide-04d-no-bundled-consent",
        "interimx-notice-first-run",
    ),
    opens=("before_consent",),
    windows=("observe",),
    needs=("pages.login?", "pages.register?"),
    suites=("full",),
)


def test_first_launch_login(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    timeline.observe()
    login_pages.look_at(user, app, pages.known)
    timeline.observe()
