"""Personalised content can be refused only by mail or telephone, or after a long way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, cited, looked_at, on_screen, policy_text, sought, way
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Tables

_ABOUT = re.compile(r"[^。;;\n]*(?:个性化|定向推送|精准推送|画像|personali[sz]|targeted)[^。;;\n]*", re.IGNORECASE)
_REFUSE = re.compile(r"拒绝|关闭|退出|停止|取消|refuse|opt[- ]?out|turn off|object", re.IGNORECASE)
_BY_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+|邮件|邮箱|电话|致电|拨打|来信|客服|e-?mail|call|phone|write to", re.IGNORECASE)
_IN_APP = re.compile(r"设置|开关|页面|点击|路径|[-→>]{1,2}\s*[\u4e00-\u9fff]|settings?\b|switch|tap", re.IGNORECASE)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = sought(run, "personalisation")
    if told.missing:
        said = [m[0].strip() for m in _ABOUT.finditer(policy_text(run) or "") if _REFUSE.search(m[0])]
        by_mail = [one for one in said if _BY_MAIL.search(one) and not _IN_APP.search(one)]
        if by_mail and len(by_mail) == len(said):
            looked, looked_zh = looked_at(told.absent[-1])
            yield on_screen(run, [*told.absent, *[text.note for text in run.texts("policy")][-1:]], "personalisation",
                            f"Personalised content can be refused by mail or telephone only ({by_mail[0]!r}); the app has no "
                            f"switch: {looked}.",
                            f"仅能通过邮件或电话拒绝个性化推荐(“{by_mail[0]}”),应用内无开关:{looked_zh}。")
        return
    nearest = told.nearest
    if nearest is None:
        return
    note, entry = nearest
    taps, many = int(entry.get("taps", 0)), readings.of("switch_taps")
    if taps > many:
        yield on_screen(run, [note], "personalisation", f"The switch for personalised content is {taps} taps from the first "
            f"page ({way(entry)}), more than {many:g}: the clause has no number, a person must say whether that is easy.",
                        f"个性化推荐开关自首页需 {taps} 次点击({way(entry)}),多于 {many:g} 次;条款无次数规定,"
                        "是否易于获取需人工判断。",
                        unclear=True, more=cited(note, entry))


rule = Rule(
    id="refusal-hard-to-find",
    title="Way to refuse personalised content hard to find",
    title_zh="拒绝个性化推荐的途径不易获取",
    clauses=("szreg-refuse-easy-effective",),
    scenarios=("ui-entry-crawl", "personalisation-off"),
    needs=(Crawled.of("personalisation"), Screens()),
    decide=decide,
    sees="The taps from the first page to the switch; where there is none, whether the policy names mail or telephone as the "
         "only way.",
    cannot_see="Whether a long way is too long: the clause has no number. A switch without effect is the offence "
               "optout-without-effect.",
    advice="Put the switch into the settings, a few taps from the first page.",
    advice_zh="在设置中以易获取的方式提供关闭选项。",
    readings=("switch_taps",),
)
