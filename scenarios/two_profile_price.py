"""Look at one product's price in the place of two accounts, in turns."""

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="two-profile-price",
    title="One product's price for two profiles, in turns",
    title_zh="两个账号交替查看同一商品价格",
    clauses=("szreg-price-discrimination",),
    opens=("before_consent", "after_agree"),
    needs=("material.profiles", "pages.product"),
    suites=("full",),
)


def test_two_profile_price(app, user, profiles):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    for number, profile in profiles.turns():
        profiles.price(number, profile)
