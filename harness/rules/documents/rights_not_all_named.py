"""Of the seven rights of the guideline, one is named neither in the policy nor on the page of rights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.policies import looked_for
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.telling import listed
from harness.rules.wording import Read, cut, evidence, saying, whole
from harness.tables import Tables

TEXTS = ("policy", "rights", "summary")
# Right -> its name, words that may mean it. Where no such word stands anywhere, it is not named.
SEVEN = {
    "access": ("查阅", r"查阅|查询|查看|访问|获知|知悉|\baccess|\breview\b|\bview\b"),
    "copy": ("复制", r"复制|副本|拷贝|导出|下载|获取您的|\bcop(?:y|ies)\b|\bexport|\bdownload"),
    "transfer": ("转移", r"转移|可携|携带|迁移|\bportab|\btransfer"),
    "correct": ("更正", r"更正|修改|更改|纠正|修正|变更|编辑|\bcorrect|\brectif|\bamend|\bupdate|\bedit"),
    "supplement": ("补充", r"补充|完善|补正|补全|\bsupplement|\bcomplet"),
    "delete": ("删除", r"删除|清除|抹除|清空|\bdelet|\berase|\bremov"),
    "restrict": ("限制处理", r"限制|拒绝(?:我们|他人|对)|拒绝.{0,8}处理|反对.{0,8}处理|\brestrict|\bobject(?:ion)?\b|\blimit"),
}
_SUPPLEMENT = re.compile(r"补充|完善|补正|补全|\bsupplement|\bcomplete (?:your|the|incomplete)", re.I)
_OF_THE_USER = re.compile(r"您|你|用户|个人信息主体|\byou|\buser", re.I)


def _stated(read: Read, right: str, texts: str) -> bool:
    if right == "supplement":
        return any(_OF_THE_USER.search(said) for said in saying(_SUPPLEMENT, texts))
    return any(declared.rights[right].stated for _, declared in read)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, *TEXTS)
    if not any(text.page == "policy" for text, _ in read):
        return
    known = any(text.page == "rights" for text, _ in read) or bool(looked_for(run, "rights"))
    partly = cut(run, *TEXTS)
    texts = "\n".join(text.text for text, _ in read)
    named = [right for right in SEVEN if _stated(read, right, texts)]
    for right, (zh, words) in SEVEN.items():
        if right in named:
            continue
        like = next(saying(re.compile(words, re.I), texts), "")
        doubt = bool(like) or not known or partly
        why, why_zh = ".", "。"
        if like:
            why = f"; whether this sentence means it a person must say: {like[:80]!r}."
            why_zh = f";“{like[:80]}”是否属于对该权利的告知需人工判断。"
        elif doubt:
            why, why_zh = "; the app's page of rights was not read.", ";应用内权利页面未读取或未读至末尾。"
        yield Finding(
            item=right,
            caller=run.package,
            stage="",
            unclear=doubt,
            evidence=evidence(read),
            reason=f"Neither the policy nor the page of rights names the right to {right} ({zh}); named "
            f"are {listed(named) or 'none'}"
            + why,
            reason_zh=f"隐私政策及权利页面未告知用户的{zh}权;已告知:"
            + (listed([SEVEN[one][0] for one in named], "、") or "无") + why_zh,
        )


rule = Rule(
    id="rights-not-all-named",
    title="Users are not told all of their rights",
    title_zh="未充分告知个人信息主体权利",
    clauses=("sz-guide-14-rights-informed",),
    scenarios=("document-check",),
    needs=(Text.of("policy"),),
    decide=decide,
    sees="Access, copy, transfer, correction, supplement, deletion and restriction, by their usual words, in the policy and on "
        "the page of rights.",
    cannot_see="Whether a right that is named can be used (no-path-for-rights and the rules of rights).",
    advice="Name all seven rights in the policy, each with the way to it.",
    advice_zh="隐私政策应逐项告知查阅、复制、转移、更正、补充、删除、限制处理等权利及行使方式。",
)
