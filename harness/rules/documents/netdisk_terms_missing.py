"""A net disk's product page lacks storage, speed, functions or price."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model import Finding
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.rules.telling import quoted
from harness.rules.wording import Attached
from harness.tables import Tables

CLAUSE = "miit292-1-5a-netdisk-terms"
_DISK = re.compile(r"网盘|云盘|云存储|云空间|net ?disk|cloud (?:drive|storage)", re.I)
ITEMS = {
    "storage space": ("存储空间", re.compile(r"\d+ ?(?:T|G|M)B?\b|空间|容量|\bstorage\b", re.I)),
    "transfer rate": ("传输速率", re.compile(r"[KMG]B?(?:ps|/s)|速率|速度|限速|极速|加速|\bspeed\b|\brate\b", re.I)),
    "functions": ("功能权益", re.compile(r"权益|功能|特权|服务内容|\bfeatures?\b|\bbenefits?\b", re.I)),
    "price": ("资费水平", re.compile(r"[¥¥]\s?\d|\d+(?:\.\d+)? ?元|资费|价格|免费|\bprice\b|\bfree\b|\$\d", re.I)),
}


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for text in run.texts(CLAUSE):
        if not _DISK.search(text.text):
            yield Finding(
                item="attachment", caller=run.package, stage="", unclear=True, evidence=text.note.evidence,
                reason=f"Whether the page attached is a net disk's is not told by it: {quoted(text.text)!r}.",
                reason_zh=f"所附页面是否为网盘产品页无法判断:“{quoted(text.text)}”。",
            )  # fmt: skip
            continue
        lacking = [item for item, (_, words) in ITEMS.items() if not words.search(text.text)]
        if lacking:
            yield Finding(
                item=", ".join(lacking), caller=run.package, stage="", evidence=text.note.evidence,
                reason=f"The net disk's page attached does not state {' and '.join(lacking)}: {quoted(text.text)!r}.",
                reason_zh=f"所附网盘产品页未明示{'、'.join(ITEMS[one][0] for one in lacking)}:“{quoted(text.text)}”。",
            )  # fmt: skip


rule = Rule(
    id="netdisk-terms-missing",
    title="Net disk without its terms",
    title_zh="网盘未明示存储空间、速率、功能权益及资费",
    clauses=(CLAUSE,),
    scenarios=("document-check", "checklist"),
    needs=(Attached(CLAUSE),),
    decide=decide,
    sees="The text of a net disk's product page that a person attached. Not about personal information: where none is attached "
        "it decides nothing.",
    cannot_see="Whether what is stated is kept; plans on other pages.",
    advice="State storage space, transfer rate, functions and price of each plan on its page.",
    advice_zh="网盘类服务应明示存储空间、传输速率、功能权益及资费水平。",
)
