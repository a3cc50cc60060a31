"""Agree, write a marked text to the generative service, delete the account, start again: is the text still there?"""

import uuid

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="genai-retention",
    title="A marked text to a generative service, after the account was deleted",
    title_zh="注销账号后生成式人工智能输入是否仍留存",
    clauses=("sz-guide-11c-genai-no-illegal-retention",),
    opens=("after_agree", "after_deletion"),
    windows=("observe",),
    needs=("pages.genai?", "pages.delete_account?", "pages.login?"),
    suites=("full",),
)


def test_genai_retention(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    canary = f"canary{uuid.uuid4().hex[:16]}"
    if not pages.ask_genai(canary).reached:
        return
    user.answer_all("allow")
    if not pages.delete_account().reached:
        return
    app.restart()
    pages.genai_kept(canary)
    timeline.observe()
