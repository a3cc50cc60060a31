"""What was shared with third parties does not stand in the list of shared information."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding, Grade
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Hooks, Rule, Text, Traffic
from harness.rules.sensitive import judged, name
from harness.rules.sharing._named import named, senders_of
from harness.rules.telling import earliest_stage, listed, quoted, some, times
from harness.rules.wording import cut, evidence, whole
from harness.tables import Tables, groups


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    read = whole(run, "shared_list")
    if not read or not len(run.sightings):
        return
    partly = cut(run, "shared_list")
    head = quoted(read[0][0].text, 40)
    rows = run.sightings[(run.sightings["relation"] != "first") & run.sightings["read_before"].astype(bool)]
    for (party, host, kind), group in groups(rows, "party", "host", "kind"):
        found = named(read, host, party, senders_of(group))
        word = "none" if found is None else found.word(kind)
        if word == "yes":
            continue
        unknown = group[0]["relation"] == "unknown"
        doubt = unknown or partly or word in ("general", "unsaid")
        lacks, lacks_zh = {
            "none": ("has no row for this recipient", "未列明该接收方"),
            "general": ("names it with a general word that may or may not mean that", "对该接收方仅有笼统表述,"
            "是否涵盖该信息无法判断"),
            "unsaid": ("names it in words out of which its kinds cannot be told", "提及该接收方,但无法判断其所获信息种类"),
            "denied": ("says that it does not get that", "声明该接收方不获取该信息"),
        }.get(word, ("has a row for it without that kind", "列明该接收方但未列明该类信息"))
        quote = head if found is None else found.passage
        flows = list(dict.fromkeys(row["flow"] for row in group))
        yield Finding(
            grade=Grade.A,
            item=kind,
            caller=listed(senders_of(group)) or "unresolved",
            stage=earliest_stage(row["base"] for row in group),
            party=party,
            unclear=doubt,
            evidence=[*evidence(read), *some(flows), *some(c for row in group for c in row["calls"])],
            reason=f"{name(kind)} went to {host} ({party}) {times(len(flows))}, and the list of shared "
            f"information {lacks} ({quote!r})"
            + ("; whose host it is is not known." if unknown else "; a list was not read to its end." if partly else "."),
            reason_zh=f"{name(kind, 'zh')}被发送至 {host}({party}){len(flows)} 次,第三方信息共享清单{lacks_zh}(“{quote}”)"
            + (";该域名归属未知。" if unknown else ";但清单未读至末尾。" if partly else "。"),
        )


rule = Rule(
    id="shared-list-incomplete",
    title="List of shared information lacks a recipient or a kind",
    title_zh="第三方信息共享清单与实际共享情况不一致",
    clauses=("miit292-2g-shared-list-complete",),
    scenarios=("sdk-share", "function-walk", "ui-entry-crawl", "agree", "first-launch-agree"),
    needs=(Text.of("shared_list"), Boundary("after_agree"), Hooks(judged()), Traffic(third=True)),
    decide=decide,
    sees="What left for each third party, in any stage, beside the recipients of the list and the kinds of each.",
    cannot_see="Sharing from server to server; rows behind further pages; whose an unknown host is.",
    advice="List each recipient with every kind that it gets; `harness lists BUNDLE` makes the rows from what was observed.",
    advice_zh="第三方信息共享清单应列明每一接收方及其实际获取的信息种类;可用 harness lists 依据观察结果生成条目。",
)
