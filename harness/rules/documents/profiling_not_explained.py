"""Users are profiled, and the texts state no specific use or no rule of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.rules.telling import quoted
from harness.rules.wording import Spoken, around, saying, whole
from harness.tables import Tables

TEXTS = ("policy", "rights", "summary")
_PROFILE = re.compile(r"画像|(?:用户|兴趣|偏好|特征)标签|个性化|精准(?:推送|营销|广告)|profil(?:e of you|ing)|"
r"personali[sz]|interest.based", re.I)
_NOT = re.compile(r"(?:不会|不|从不|未)(?:对您)?(?:进行|使用|形成|构建|提供|建立)?[^。;]{0,8}(?:画像|个性化|"
r"标签)|\bnot\b.{0,30}(?:profil|personali)", re.I)
_OFF = re.compile(r"关闭|退出|拒绝|\bopt.?out\b|\bturn(?:ing)? off\b", re.I)
_USE = re.compile(
    r"(?:推荐|推送|展示|投放|排序|呈现|营销|风控|评估|定价|优惠)[^。;]{0,16}(?:商品|内容|广告|新闻|视频|音乐|服务|"
    r"资讯|信息|优惠|门店|课程)|"
    r"(?:商品|内容|广告|新闻|视频|音乐|资讯|信用|风险)[^。;]{0,10}(?:推荐|推送|展示|投放|评估|评分)|"
    r"\b(?:recommend|show|rank|target|deliver)\w*\b.{0,30}\b(?:products?|content|ads?|news|videos?|offers?)\b", re.I)
_RULE = re.compile(
    r"(?:根据|基于|结合|通过|利用|分析|依据|统计).{0,50}(?:浏览|搜索|点击|购买|交易|订单|收藏|观看|行为|记录|位置|兴趣|"
    r"偏好|历史|年龄|性别)|"
    r"\b(?:based on|from|using|analy[sz]\w*)\b.{0,50}\b(?:brows\w+|search\w*|click\w*|purchas\w+|orders?|view\w*|location|"
    r"history|interests?)", re.I)
GENERAL = re.compile(r"(?:根据|基于|结合|通过|利用|分析).{0,30}(?:信息|数据|情况)|提供.{0,8}服务|\bbased on\b.{0,"
r"30}\b(?:data|information)\b", re.I)


@dataclass(frozen=True)
class ProfilingSpokenOf:
    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        return Spoken(("policy",), _PROFILE, "No text speaks of profiles, labels or personalisation: whether users are "
        "profiled is not known.",
                      "文本未提及画像、标签或个性化,是否进行用户画像无法得知。").missing(run, readings)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, *TEXTS)
    found = [(text, said) for text, _ in read for said in saying(_PROFILE, text.text, _NOT)]
    about = [(text, said) for text, said in found if not (_OFF.search(said) and not _RULE.search(said) and not _USE.search(said))]
    if not found:
        return
    near = " ".join(around(text.text, said, 2) for text, said in (about or found))
    checks = (("specific use", "具体用途", _USE), ("main rule", "主要规则", _RULE))
    elsewhere = any(_USE.search(said) for text, _ in read for said in saying(_RULE, text.text))
    for item, zh, words in checks:
        if words.search(near):
            continue
        text, said = max(about or found, key=lambda one: len(one[1]) > 12)
        doubt = bool(GENERAL.search(near)) or elsewhere
        yield Finding(
            item=item,
            caller=run.package,
            stage="",
            unclear=doubt,
            evidence=text.note.evidence,
            reason=f"The app's texts speak of profiling, and no {item} of that is stated"
            + (", unless words of it in another place or general ones mean it" if doubt else "") + f": {quoted(said)!r}.",
            reason_zh=f"文本表明对用户进行画像或个性化处理,但未明示{zh}" + (","
            "仅有笼统表述或见于其他段落" if doubt else "") + f":“{quoted(said)}”。",
        )


rule = Rule(
    id="profiling-not-explained",
    title="Profiling without its uses and rules",
    title_zh="用户画像未明示具体用途和主要规则",
    clauses=("szreg-profile-disclose",),
    scenarios=("document-check", "personalisation-off"),
    needs=(ProfilingSpokenOf(),),
    decide=decide,
    sees="Sentences on profiles, labels and personalisation in policy, summary and page of rights, with their neighbours: what "
        "it is used for and out of what it is made.",
    cannot_see="Profiling that no text speaks of; whether the rules told are those in use.",
    advice="Say for what a profile is used and from which information, and how, it is made.",
    advice_zh="进行用户画像的,应明示画像的具体用途,以及所依据的信息和标签生成的主要规则。",
)
