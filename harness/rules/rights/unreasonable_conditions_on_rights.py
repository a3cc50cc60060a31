"""Exercising a right, above all deleting the account, asks for documents, a visit or a letter, or never comes to its end."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Paged, on_screen
from harness.rules.readings import Readings
from harness.rules.rights._demands import UNFINISHED, asked, at_registration, words
from harness.rules.rule import Rule, Screens
from harness.tables import Note, Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("page"):
        if note.data.get("page") == "delete_account" and not note.data.get("when"):
            if note.data.get("outcome") in UNFINISHED:
                yield from _in_the_way(run, note)
            elif note.data.get("outcome") == "done" and note.data.get("terms"):
                term = ", ".join(map(str, note.data["terms"]))
                yield on_screen(run, [note], "delete_account", f"The account was deleted; the page names a term ({term}): "
                    "whether that is a cooling-off period, and how long one may be, the clause leaves open.",
                                f"账号注销已完成,页面载有期限({term}),是否属于冷静期及其合理性条款未明确。", unclear=True)
    for note in run.noted("request"):
        heavy = [d for d in map(str, note.data.get("demands", ())) if d in ("id_card", "face", "bank_card", "letter", "visit")]
        if heavy and not note.data.get("sent"):
            what, what_zh = words(heavy)
            yield on_screen(run, [note], "rights", f"The page for users' requests speaks of {what}; no request was sent, so "
                "whether it is asked for is not known.", f"权利行使页面提及{what_zh};本次未提交申请,是否实际要求无法判定。",
                            unclear=True)


def _in_the_way(run: Tables, note: Note) -> Iterator[Finding]:
    heavy, light, spoken = asked(note)
    said = "; ".join(map(str, note.data.get("demand_texts", ())))
    path = " > ".join([*map(str, note.data.get("way", ())), *map(str, note.data.get("taps", ()))])
    also = f" It names the term {', '.join(map(str, note.data['terms']))}." if note.data.get("terms") else ""
    also_zh = f"页面载明期限:{'、'.join(map(str, note.data['terms']))}。" if note.data.get("terms") else ""
    anyway = [page for demand in heavy for page in at_registration(run, demand)]
    if heavy:
        what, what_zh = words(heavy)
        more = " The app takes that of its users elsewhere, too." if anyway else ""
        yield on_screen(
            run, [note, *anyway], "delete_account",
            f"Deleting the account ({path}) asks for {what} ({said!r}).{also}{more}",
            f"注销账号({path})要求提供{what_zh}(“{said}”)。{also_zh}" + ("该应用在其他环节亦收集此类信息。" if anyway else ""),
            unclear=bool(anyway))
    elif note.data.get("outcome") == "disabled":
        yield on_screen(run, [note], "delete_account", f"The button that deletes the account ({path}) stays disabled.{also}",
                        f"注销账号({path})的按钮始终不可用。{also_zh}")
    else:
        what, what_zh = words(light + spoken) if light or spoken else ("nothing that was recognised", "未能识别的内容")
        yield on_screen(run, [note], "delete_account", f"Deleting the account ({path}) was not come to its end; the page asks "
            f"for or speaks of {what}.{also}", f"注销账号({path})未能完成,页面涉及{what_zh}。{also_zh}", unclear=True)


rule = Rule(
    id="unreasonable-conditions-on-rights",
    title="Unreasonable conditions on exercising rights",
    title_zh="为行使权利设置不必要或不合理条件",
    clauses=("sz-guide-15b-no-unreasonable-conditions",),
    scenarios=("account-deletion", "rights-request"),
    needs=(Paged.of("delete_account", "done", "exits", "asks_consent", "no_way"), Screens()),
    decide=decide,
    sees="The driven deletion of the account: what it asks for, its fields, the terms it names, and whether its last button "
         "works.",
    cannot_see="What was collected when the account was made, unless the run saw that page; what happens after the last tap. A "
        "code by SMS, a cooling-off period and a balance to be cleared are left to a person.",
    advice="Ask for nothing that was not collected at registration; delete by a tap and a confirmation.",
    advice_zh="注销等权利行使不得要求注册时未收集的信息,应以在线方式确认完成。",
)
