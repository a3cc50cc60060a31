"""Personalisation was switched off, and requests still ask for it, or the switch is on again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model import Finding
from harness.rules.crawls import Paged, evidence, on_screen
from harness.rules.personalisation._marks import STRONG, marks
from harness.rules.readings import Readings
from harness.rules.rule import Boundary, Rule, Screens, Traffic
from harness.tables import Note, Tables


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    pages = [n for n in run.noted("page") if n.data.get("page") == "personalisation"]
    off = [n for n in pages if n.data.get("outcome") == "off" and not n.data.get("when")]
    for note in pages:
        if note.data.get("outcome") == "stays_on":
            yield on_screen(run, [note], "switch", "The switch for personalised content stays on when it is tapped.",
                            "点击个性化推荐开关后,其仍为开启状态。", stage="after_optout")
        elif note.data.get("outcome") == "is_on" and note.data.get("when") == "restart":
            before = [n for n in off if n.scenario == note.scenario and n.t < note.t]
            if before:
                yield on_screen(run, [before[-1], note], "switch", "Personalised content was switched off, and is on again after "
                    "a restart.",
                                "个性化推荐关闭后,重新启动应用又恢复为开启。", stage="after_optout")
    for note in off:
        yield from _requests(run, note)


def _requests(run: Tables, off: Note) -> Iterator[Finding]:
    for host, rows in marks(run, scenario=off.scenario).items():
        before = [r for r in rows if r["base"] != "after_optout"]
        after = [r for r in rows if r["base"] == "after_optout" and not r["on_boundary"]]
        flags = [r for r in after if r["what"] == "flag"]
        if flags and flags[-1]["value"] == "0":     # one that says 1 before it was under way when the switch was tapped
            flags = []
        flags = [r for r in flags if r["value"] == "1"]
        told = {(r["key"], r["value"]) for r in before}
        tags = [r for r in after if r["what"] == "interests" and (r["key"], r["value"]) in told
                and (STRONG.search(str(r["key"])) or flags)]
        weak = [r for r in after if r["what"] == "interests" and r not in tags]
        said = [*flags, *tags]
        if said:
            yield _finding(off, host, said, clear=True)
        elif weak:
            yield _finding(off, host, weak, clear=False)


def _finding(off: Note, host: str, rows: list[dict[str, Any]], *, clear: bool) -> Finding:
    shown = ", ".join(dict.fromkeys(f"{r['key']}={r['value']}" for r in rows))
    return Finding(
        item="requests", caller=str(rows[0]["sender"]), stage="after_optout", party=str(rows[0]["party"]), unclear=not clear,
        evidence=list(dict.fromkeys([*evidence(off), *(str(r["flow"]) for r in rows)])),
        reason=f"Personalised content was switched off, and requests to {host} still say {shown}" + (
            "." if clear else ": whether that follows the user is left open."),
        reason_zh=f"个性化推荐关闭后,发往 {host} 的请求仍携带 {shown}" + ("。" if clear else ",是否针对该用户无法判定。"))


rule = Rule(
    id="optout-without-effect",
    title="Switch for personalised content without effect",
    title_zh="个性化推荐关闭选项未真实有效",
    clauses=("sz-guide-10c-optout-works", "szreg-refuse-easy-effective"),
    scenarios=("personalisation-off",),
    needs=(Paged.of("personalisation", "off", "stays_on", "was_off"), Boundary("after_optout"), Traffic(), Screens()),
    decide=decide,
    sees="The switch after it was tapped and after a restart; flags in later requests that say that content is personalised, "
        "and interests that are the same as before.",
    cannot_see="Personalisation on the server, which no request shows; whether the lists differ for that reason.",
    advice="Keep the user's choice, and send it with each request so that nothing is personalised.",
    advice_zh="应持久保存用户选择并使其在各请求中生效。",
)
