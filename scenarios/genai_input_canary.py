"""Agree, write a text to the generative service that nobody else would write, and look where it goes."""

import uuid

from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario

scenario = Scenario(
    id="genai-input-canary",
    title="A marked text to a generative service",
    title_zh="生成式人工智能输入标记文本",
    clauses=(
        "sz-guide-11a-genai-protect-input",
        "sz-guide-11b-genai-no-unnecessary",
        "sz-guide-11c-genai-no-illegal-retention",
        "sz-guide-11d-genai-no-provision",
        "sz-guide-12b-training-consent",
    ),
    opens=("after_agree", "background"),
    windows=("observe", "background"),
    needs=("pages.genai?", "pages.login?"),
    suites=("full",),
)


def test_genai_input_canary(app, user, timeline, pages):
    app.install_fresh()
    app.launch()
    notice = user.find(PolicyNotice)
    if notice is not None:
        user.agree(notice)
    user.answer_all("allow")
    pages.sign_in()
    if not pages.ask_genai(f"canary{uuid.uuid4().hex[:16]}").reached:
        return
    user.answer_all("allow")
    timeline.observe()
    timeline.background()
    app.come_back()
