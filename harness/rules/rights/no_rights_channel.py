"""The app offers no channel for the rights of its users: correct, delete, cancel, complain; or one that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, PolicyRead, looked_at, on_screen, policy_text, sought
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Note, Tables, records

_CHANNEL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:更正|删除|注销|行使|投诉|举报)[^。;\n]{0,40}(?:设置|页面|客服|邮箱|邮件|电话|联系|路径|"
    r"[-→>])"
    r"|(?:设置|页面|客服|邮箱|邮件|电话|联系)[^。;\n]{0,40}(?:更正|删除|注销|行使|投诉|举报)|(?:correct|delete|complain)[^.\n]{0,"
    r"60}(?:settings|e-?mail|contact)",
    re.IGNORECASE)


def _accounts(run: Tables) -> tuple[bool, list[Note], list[str]]:
    """Whether the app offers accounts, with what shows it."""
    logout = sought(run, "logout").found
    pages = [n for n in run.noted("page") if n.data.get("page") in ("login", "register") and n.data.get("outcome") != "no_way"]
    screens = [str(row["event_id"]) for row in records(run.screens) if row["kind"] == "login"][:1]
    notes = [note for note, _ in logout[:1]] + pages[:1]
    return bool(notes or screens), notes, screens


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for note in run.noted("page"):
        if note.data.get("page") == "rights" and note.data.get("outcome") in ("error", "blank"):
            yield on_screen(run, [note], "rights", "The entry for users' requests opens a page that does not work.",
                            "个人信息权利行使入口打开后页面无法使用。")
    rights, deletion = sought(run, "rights"), sought(run, "delete_account")
    policy = policy_text(run)
    if not (rights.missing and deletion.missing) or policy is None:
        return
    offers, notes, screens = _accounts(run)
    looked, looked_zh = looked_at(rights.absent[-1])
    all_notes = [*rights.absent, *deletion.absent, *notes, *[text.note for text in run.texts("policy")][-1:]]
    if _CHANNEL.search(policy):
        yield on_screen(run, all_notes, "rights", f"The app has no function to correct, delete or cancel ({looked}); its policy "
            "names a channel, which was not tried.", f"应用内未找到更正、删除、注销功能({looked_zh}),隐私政策载有渠道,"
                            "但未验证其是否有效。",
                        unclear=True, more=screens)
    elif not offers:
        yield on_screen(run, all_notes, "rights", f"The app has no function to correct, delete or cancel ({looked}), but no "
            "account either was seen in it.", f"应用内未找到更正、删除、注销功能({looked_zh}),但亦未见其提供账号。", unclear=True)
    else:
        yield on_screen(run, all_notes, "rights", "The app offers accounts, but no function to correct, delete or cancel "
            f"({looked}), and its policy names no channel.", f"应用提供账号,但未提供更正、删除、注销功能({looked_zh}),"
                            "隐私政策亦未载明渠道。", more=screens)


rule = Rule(
    id="no-rights-channel",
    title="No channel for users' rights and complaints",
    title_zh="未提供行使权利及投诉举报的有效渠道",
    clauses=("sz-guide-15a-rights-channel",),
    scenarios=("ui-entry-crawl", "rights-request", "account-deletion"),
    needs=(Crawled.of("rights", "delete_account"), PolicyRead(), Screens()),
    decide=decide,
    sees="Whether complete crawls find a page for requests or a way to delete the account, whether its page works, and whether "
        "the policy names a channel.",
    cannot_see="Whether a published address or telephone is answered (the checklist asks); what shows only to a real account.",
    advice="Add account deletion and a page for requests about one's own information to the settings, and name them in the "
           "policy.",
    advice_zh="在设置中提供注销账号与个人信息权利行使入口,并在隐私政策中公布。",
)
