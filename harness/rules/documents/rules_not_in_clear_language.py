"""There is no text of the rules, or none in simplified Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.policies import looked_for
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Text
from harness.rules.telling import quoted
from harness.rules.wording import evidence, sentences, whole
from harness.tables import Tables

TEXTS = ("policy", "summary")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    none = looked_for(run, "policy")
    if none and not run.texts("policy") and not run.texts("summary"):
        yield Finding(
            item="rules text", caller=run.package, stage="", evidence=[one for note in none for one in note.evidence],
            reason="The app, searched to its end, shows no text of its rules for personal information.",
            reason_zh="经完整查找,应用内未提供个人信息处理规则文本。",
        )  # fmt: skip
        return
    read = whole(run, *TEXTS)
    if not read:
        return
    if not any("zh" in declared.languages for _, declared in read):
        languages = sorted({one for _, declared in read for one in declared.languages}) or ["a language not recognised"]
        yield Finding(
            item="language", caller=run.package, stage="", evidence=evidence(read),
            reason=f"The rules are not there in simplified Chinese, only in {', '.join(languages)}: {quoted(read[0][0].text)!r}.",
            reason_zh=f"个人信息处理规则无简体中文文本(仅 {'、'.join(languages)}):“{quoted(read[0][0].text)}”。",
        )  # fmt: skip
        return
    most = readings.of("sentence_length")
    for text, _ in read:
        said = [one for one in sentences(text.text) if len(one) > 1]
        long = [one for one in said if len(one) > most]
        if len(long) * 4 >= len(said) > 0:
            yield Finding(
                item="clarity", caller=run.package, stage="", unclear=True, evidence=text.note.evidence,
                reason=f"{len(long)} of {len(said)} sentences of the {text.page} ({len(text.text)} characters) are longer than "
                f"{readings.told('sentence_length')}; whether it is clear and easy a person must say.",
                reason_zh=f"文本共 {len(text.text)} 字、{len(said)} 句,其中 {len(long)} 句超过 {most:g} 字,"
                f"是否清晰易懂需人工判断。",
            )  # fmt: skip


rule = Rule(
    id="rules-not-in-clear-language",
    title="Rules not told in clear language",
    title_zh="未以清晰易懂的语言告知处理规则",
    clauses=("interim-consent-clear-language",),
    scenarios=("document-check", "first-launch-idle"),
    needs=(Text.of("policy", "summary"),),
    decide=decide,
    sees="Whether there is a text of the rules, in which languages, and how long its sentences are.",
    cannot_see="Whether it is clear: figures only, for a person.",
    advice="Tell the rules in simplified Chinese, in short sentences, with a summary.",
    advice_zh="应提供简体中文的个人信息处理规则,语句简明,并附摘要。",
    readings=("sentence_length",),
)
