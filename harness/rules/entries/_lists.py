"""What the two lists of miit292 have in common: whether each is there, and what its page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import cited, looked_at, on_screen, policy_text, sought, way
from harness.tables import Tables

EMPTY = {"error": ("says that it does not open", "提示无法打开"), "blank": ("has no content", "没有内容")}
IN_POLICY = {
    "collected_list": re.compile(r"收集[^。;\n]{0,12}(?:清单|列表|明细)|list of (?:collected )?personal (?:information|data)",
    re.IGNORECASE),
    "shared_list": re.compile(r"第三方[^。;\n]{0,12}(?:清单|列表|目录|名单)|SDK ?(?:清单|列表|目录)|third[- ]party[^.\n]{0,"
                              r"20}list",
                              re.IGNORECASE),
}


def lacking(run: Tables, name: str) -> Iterator[Finding]:
    """Findings where a list is not there or is empty; unclear where it may stand in the policy, or behind a login."""
    told = sought(run, name)
    what, what_zh = told.names
    yield from _opened(run, name)
    if told.missing:
        looked, looked_zh = looked_at(told.absent[-1])
        policy = policy_text(run) or ""
        if IN_POLICY[name].search(policy):
            texts = [t.note for t in run.texts("policy")]
            yield on_screen(run, [*told.absent, *texts[-1:]], name,
                            f"The app has no entry for {what} ({looked}); only the privacy policy's text speaks of one.",
                            f"应用内未找到{what_zh}入口({looked_zh}),仅隐私政策正文提及。", unclear=True)
        else:
            yield on_screen(run, told.absent, name, f"The app has no entry for {what}: {looked}.",
                            f"应用内未找到{what_zh}入口:{looked_zh}。")
    nearest = told.nearest
    if nearest is not None and nearest[1].get("in_text") and not _reached(run, name):
        note, entry = nearest
        yield on_screen(run, [note], name, f"{what.capitalize()} is named only within a text ({way(entry)}): whether there is "
            "one was not seen.", f"{what_zh}仅在文字中提及({way(entry)}),是否存在无法判定。", unclear=True, more=cited(note,
                        entry))


def _reached(run: Tables, name: str) -> bool:
    return any(n.data.get("page") == name and n.data.get("outcome") == "opened" for n in run.noted("page"))


def _opened(run: Tables, name: str) -> Iterator[Finding]:
    told = sought(run, name)
    what, what_zh = told.names
    bad = [n for n in told.pages if n.data.get("outcome") in EMPTY]
    good = [n for n in told.pages if n.data.get("outcome") == "opened"]
    login = [n for n in told.pages if n.data.get("outcome") == "login"]
    if bad:
        says, says_zh = EMPTY[str(bad[0].data["outcome"])]
        yield on_screen(run, bad + good, name, f"The entry of {what} opens a page that {says}"
                        + (", though at another time it opened." if good else "."),
                        f"点击{what_zh}入口后,页面{says_zh}" + (",但另一次打开正常。" if good else "。"), unclear=bool(good))
    elif login and not good:
        yield on_screen(run, login, name, f"The entry of {what} leads to a login: what stands behind it was not seen.",
                        f"点击{what_zh}入口后要求登录,内容未能查看。", unclear=True)
