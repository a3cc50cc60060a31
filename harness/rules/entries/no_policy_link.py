"""The privacy policy cannot be found inside the app, lies too many taps away, or its entry opens no policy."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, cited, looked_at, on_screen, sought, way
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Tables

EMPTY = {"error": ("says that it does not open", "提示无法打开"), "blank": ("shows no text of a policy", "未显示政策正文")}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    told = sought(run, "policy")
    yield from _opened(run)
    if told.missing:
        note = told.absent[-1]
        looked, looked_zh = looked_at(note)
        yield on_screen(run, told.absent, "policy", f"No control in the app names the privacy policy: {looked}.",
                        f"应用内未找到隐私政策入口:{looked_zh}。")
    nearest = told.nearest
    if nearest is None:
        return
    note, entry = nearest
    taps, most = int(entry.get("taps", 0)), readings.of("policy_taps")
    if taps > most:
        yield on_screen(
            run, [note], "policy",
            f"The privacy policy opens after {taps} taps from the first page ({way(entry)}); more than {most:g} is an offence by "
            "191号文, the clause itself has no number.",
            f"自首页需 {taps} 次点击才能访问隐私政策({way(entry)});多于 {most:g} 次的口径出自191号文,本条款自身未规定次数。",
            more=cited(note, entry), unclear=not note.data.get("complete"))
    elif entry.get("in_text") and not any(n.data.get("outcome") == "opened" for n in told.pages):
        yield on_screen(
            run, [note], "policy", f"The privacy policy is named only within a text ({way(entry)}), where no link has a place of "
            "its own: whether it opens was not seen.",
            f"隐私政策仅在文字中提及({way(entry)}),未见可点击的入口,能否打开无法判定。", unclear=True, more=cited(note, entry))


def _opened(run: Tables) -> Iterator[Finding]:
    """What came of opening it inside the app, not from the notice."""
    notes = [n for n in run.noted("page") if n.data.get("page") == "policy" and n.data.get("when") != "notice"]
    bad = [n for n in notes if n.data.get("outcome") in EMPTY]
    login = [n for n in notes if n.data.get("outcome") == "login"]
    good = [n for n in notes if n.data.get("outcome") == "opened"]
    if bad:
        what, what_zh = EMPTY[str(bad[0].data["outcome"])]
        also = " At another time it opened." if good else ""
        also_zh = "另一次打开正常。" if good else ""
        yield on_screen(run, bad + good, "policy", f"The entry of the privacy policy opens a page that {what}.{also}",
                        f"点击隐私政策入口后,页面{what_zh}。{also_zh}", unclear=bool(good))
    elif login and not good:
        yield on_screen(run, login, "policy", "The entry of the privacy policy leads to a login: what a visitor sees is not "
                                              "known.",
                        "点击隐私政策入口后要求登录,未登录用户能否查看无法判定。", unclear=True)


rule = Rule(
    id="no-policy-link",
    title="Privacy policy not found in the app, too far away, or not opening",
    title_zh="应用内无隐私政策入口、入口过深或无法打开",
    clauses=("sz-guide-01a-policy-link-in-app",),
    scenarios=("ui-entry-crawl", "document-check", "policy-link-recheck"),
    needs=(Crawled.of("policy"), Screens()),
    decide=decide,
    sees="Whether a complete crawl finds a control that names the policy, after how many taps it opens, and what its page shows.",
    cannot_see="An entry whose caption is a picture, or that has another name; what an app shows to others than this run's "
    "account; whether the text is a good policy.",
    advice="Put a link named 隐私政策 into the settings or the about page, at most four taps from the first page, open without "
           "login.",
    advice_zh="在“设置”或“关于”中提供名为“隐私政策”的入口,自首页不超过4次点击,且无需登录即可打开。",
    readings=("policy_taps",),
)
