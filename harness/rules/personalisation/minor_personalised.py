"""A user who said to be under fourteen gets personalised recommendations."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import evidence, on_screen
from harness.rules.personalisation._marks import identified, marks
from harness.rules.readings import Readings
from harness.rules.rights._minors import AgeSaid, child_guardian, told
from harness.rules.rule import Rule, Screens, Traffic
from harness.tables import Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for age in told(run):
        if age.data.get("outcome") in ("refused", "exits"):
            continue
        years = age.data.get("years")
        asked = age.data.get("outcome") != "accepted" or bool(child_guardian(run, age))
        after = [n for n in run.noted("page") if n.data.get("page") == "personalisation" and n.scenario == age.scenario
            and n.t > age.t]
        on = [n for n in after if n.data.get("outcome") == "is_on"]
        if on:
            yield on_screen(
                run, [age, *on], "personalisation",
                f"The switch for personalised content is on for a user who said to be {years}" + (
                    ", after a step for a guardian or children whose consent was not verified." if asked else ", and no guardian "
                        "was asked."),
                f"用户填写年龄 {years} 岁后,个性化推荐开关仍为开启" + ("(此前出现监护人或未成年人环节,未见核验)。" if asked
                else ",且未征得监护人同意。"),
                unclear=asked)
        for host, rows in marks(run, scenario=age.scenario, after=age.t).items():
            said = [r for r in rows if (r["what"] == "flag" and r["value"] == "1") or r["what"] == "interests"]
            if not said:
                continue
            flags = [r for r in said if r["what"] == "flag"]
            ids = identified(run, {str(r["flow"]) for r in said})
            shown = ", ".join(dict.fromkeys(f"{r['key']}={r['value']}" for r in said))
            yield Finding(
                item="personalisation", caller=str(said[0]["sender"]), stage=age.stage, party=str(said[0]["party"]),
                unclear=asked or not (flags or ids),
                evidence=list(dict.fromkeys([*evidence(age), *(str(r["flow"]) for r in said), *ids])),
                reason=f"After the user had said to be {years}, requests to {host} still ask for personalised content ({shown})"
                + (", after a step for a guardian or children." if asked else
                   "." if flags or ids else ", without a flag or an identifier: whether it follows the user is left open."),
                reason_zh=f"用户填写年龄 {years} 岁后,发往 {host} 的请求仍要求个性化内容({shown})"
                + (",此前出现监护人或未成年人环节。" if asked else "。" if flags or ids else ",但无标志位或标识符,"
                    "是否针对该用户无法判定。"))


rule = Rule(
    id="minor-personalised",
    title="Personalised recommendation to a user under fourteen",
    title_zh="向未满十四周岁未成年人进行个性化推荐",
    clauses=("szreg-minor-no-personalised",),
    scenarios=("minors",),
    needs=(AgeSaid(), Traffic(), Screens()),
    decide=decide,
    sees="How the switch for personalised content stands once an age under fourteen was said, and requests that say in words "
        "that content is personalised or name interests.",
    cannot_see="Personalisation that a server does without a word in the request.",
    advice="Switch personalisation off as soon as an age under fourteen is known.",
    advice_zh="获知用户未满十四周岁后,应默认关闭个性化推荐。",
)
