"""The policy tells no way to use the user's rights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.telling import listed, quoted
from harness.rules.wording import evidence, whole
from harness.tables import Tables

RIGHTS = {"access": "查询", "correct": "更正", "delete": "删除", "withdraw": "撤回同意", "deletion_of_account": "注销账号"}
_ANY_WAY = re.compile(
    r"https?://|www\.|[\w.+-]+@[\w-]+\.\w|\d{3,4}-\d{7,8}|400-?\d{3,4}-?\d{3,4}|我的.{0,3}[-—>→].{0,3}|设置.{0,3}[-—>→]|"
    r"客服|联系我们|意见反馈|\bsettings\b|\bcontact us\b", re.I)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, "policy")
    if not read:
        return
    paths = {right: next((d.rights[right].path for _, d in read if d.rights[right].path), "") for right in RIGHTS}
    channels = [channel for _, declared in read for channel in declared.channels]
    lacking = [right for right, path in paths.items() if not path]
    if not lacking or channels:
        return  # who can be written to is a way for each right
    none = len(lacking) == len(RIGHTS)
    doubt = not none or any(_ANY_WAY.search(text.text) for text, _ in read)
    told = next((path for path in paths.values() if path), "")
    yield Finding(
        item=listed(lacking),
        caller=run.package,
        stage="",
        unclear=doubt,
        evidence=evidence(read),
        reason="The policy tells no way in the app, address or telephone number for "
        + (f"{listed([one.replace('_', ' ') for one in lacking])}" if not none else "any right of the user's")
        + (f"; for others it does ({quoted(told, 50)!r})." if told else
           ", unless words of it that could not be read as one are a way." if doubt else "."),
        reason_zh="隐私政策未载明" + ("任何用户权利" if none else "、".join(RIGHTS[one] for one in lacking)) + "的行使路径"
        "(应用内路径、网址、邮箱或电话)"
        + (f";其他权利的路径为“{quoted(told, 50)}”。" if told else ",但文中个别表述可能为路径,需人工确认。" if doubt else "。"),
    )


rule = Rule(
    id="no-path-for-rights",
    title="Policy without a way to use the user's rights",
    title_zh="隐私政策未载明用户权利行使路径",
    clauses=("sz-guide-02c-policy-states-rights-path",),
    scenarios=("document-check",),
    needs=(Text.of("policy"),),
    decide=decide,
    sees="For each of access, correction, deletion, withdrawal and account deletion the way that the policy tells, and "
        "addresses and numbers for all of them.",
    cannot_see="Whether a way works (stated-path-missing drives it).",
    advice="Tell for each right the way to it in the app, and an address or a number to write or call.",
    advice_zh="隐私政策应逐项载明查询、更正、删除、撤回同意、注销账号的具体路径或联系方式。",
)
