"""The two lists are not shown within the app's second-level menu."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Finding
from harness.rules.crawls import Crawled, cited, looked_at, on_screen, sought, way
from harness.rules.readings import Readings
from harness.rules.rule import Rule, Screens
from harness.tables import Tables

LISTS = ("collected_list", "shared_list")


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    meets, fails = readings.of("second_level"), readings.of("beyond_second_level")
    for name in LISTS:
        told = sought(run, name)
        what, what_zh = told.names
        nearest = told.nearest
        if nearest is None:
            gone = [n for n in (*told.absent, *told.short) if int(n.data.get("depth", 0)) + 1 >= fails]
            if gone and not told.pages:
                looked, looked_zh = looked_at(gone[-1])
                yield on_screen(run, gone, name, f"{what.capitalize()} is not shown in a second-level menu: {looked}.",
                                f"二级菜单中未展示{what_zh}:{looked_zh}。")
            continue
        note, entry = nearest
        seen = int(entry.get("seen_after", max(0, int(entry.get("taps", 1)) - 1)))
        more, sure = cited(note, entry), bool(note.data.get("complete"))
        if entry.get("in_text"):
            yield on_screen(run, [note], name, f"{what.capitalize()} is shown only within a text ({way(entry)}), not in a menu.",
                            f"{what_zh}仅在文字中提及({way(entry)}),未在二级菜单中展示。", more=more,
                            unclear=not sure)
        elif seen >= fails:
            yield on_screen(
                run, [note], name,
                f"The entry of {what} is seen only after {seen} taps from the first page ({way(entry)}). By our reading up to "
                f"{meets:g} is a second-level menu, {fails:g} or more is none.",
                f"{what_zh}入口自首页需 {seen} 次点击后方可见({way(entry)});本工具口径:{meets:g} 次以内为二级菜单,"
                f"{fails:g} 次及以上不符合。", more=more, unclear=not sure)
        elif seen > meets:
            yield on_screen(
                run, [note], name,
                f"The entry of {what} is seen after {seen} taps from the first page ({way(entry)}): whether that is a "
                    "second-level menu the clause leaves open.",
                f"{what_zh}入口自首页经 {seen} 次点击后可见({way(entry)}),是否属于二级菜单条款未明确。", unclear=True, more=more)


rule = Rule(
    id="lists-too-deep",
    title="The two lists are not in the second-level menu",
    title_zh="双清单未在二级菜单中展示",
    clauses=("miit292-2c-second-level-menu",),
    scenarios=("ui-entry-crawl", "document-check"),
    needs=(Crawled.of(*LISTS, within="beyond_second_level"), Screens()),
    decide=decide,
    sees="The fewest taps from the first page until each list's entry is seen, and whether it is a control or words in a text.",
    cannot_see="Which page an operator calls its main page where the app opens on another; menus that a swipe brings out. What a "
               "crawl that was not complete found far away is left to a person.",
    advice="Show both lists' entries directly on the settings page (我的 - 设置 - 清单).",
    advice_zh="在“我的—设置”页面直接展示两份清单的入口。",
    readings=("second_level", "beyond_second_level"),
)
