"""A request of the user's whose fifteen working days have run out, and no answer is attached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from harness.model import Finding
from harness.rules.crawls import on_screen
from harness.rules.readings import Readings
from harness.rules.rule import Noted, Rule
from harness.tables import Tables, records

CHINA = timezone(timedelta(hours=8))
"""Days are counted where the term is owed."""
CLAUSE = "sz-guide-15d-actual-term"
_SETTLED = re.compile(r"已(?:完成|办理|处理完毕|办结|删除|更正|导出|发送)|(?:has been|was) (?:completed|deleted|corrected|sent)",
    re.IGNORECASE)


def _last(run: Tables) -> tuple[str, int]:
    """The last step of this run, and when it ended: later bundles of the same run included."""
    last = max(records(run.steps), key=lambda step: int(step["t"]))
    return str(last["event_id"]), int(last["end_ns"] or last["t"])


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    attached = [n for n in run.noted("checklist") if n.data.get("clause") == CLAUSE and n.data.get("state") == "attached"]
    for note in run.noted("request"):
        if not note.data.get("sent") or attached or _SETTLED.search(str(note.data.get("answer", ""))):
            continue
        try:
            due = date.fromisoformat(str(note.data.get("due")))
        except ValueError:
            continue
        days, begun = note.data.get("working_days"), note.data.get("begun")
        sure = "" if note.data.get("calendar_known", True) else " Its holidays are not known yet: weekends alone are counted."
        sure_zh = "" if note.data.get("calendar_known", True) else "该年度节假日安排尚未公布,仅扣除周末。"
        last, ended = _last(run)
        today = datetime.fromtimestamp(ended / 1e9, UTC).astimezone(CHINA).date()
        if today > due:
            yield on_screen(run, [note], "request", f"The request of {begun} had to be handled by {due} ({days} working days); "
                f"this run goes on until {today}, and no answer is attached: a person must say.{sure}",
                            f"{begun} 提交的申请应于 {due} 前({days}个工作日)受理并处理;本次运行至 {today} 仍未附处理结果,"
                            f"需人工确认。{sure_zh}",
                            candidate=True, more=[last])
        else:
            yield on_screen(run, [note], "request", f"The request of {begun} must be handled by {due} ({days} working days); "
                f"the answer is still to be attached.{sure}",
                            f"{begun} 提交的申请应于 {due} 前({days}个工作日)受理并处理,处理结果待附。{sure_zh}", unclear=True)


rule = Rule(
    id="request-overdue",
    title="A request not handled within fifteen working days",
    title_zh="未在15个工作日内受理并处理用户申请",
    clauses=(CLAUSE,),
    scenarios=("rights-request",),
    needs=(Noted.of("request", having=("outcome", ("sent",))),),
    decide=decide,
    sees="The day on which a request was sent, the last of its fifteen working days by the calendar of the PRC, and whether an "
        "answer is attached (material.attachments) or shown at once.",
    cannot_see="The answer itself: a person attaches it. After the term it names a candidate, never a violation.",
    advice="Answer each request within fifteen working days and keep proof of it.",
    advice_zh="在15个工作日内受理并处理用户申请,并留存凭证。",
)
