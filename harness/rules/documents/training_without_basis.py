"""What users put in is used for training, and no consent, choice or other basis is stated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Finding, Gap
from harness.rules.readings import Readings
from harness.rules.rule import Rule
from harness.rules.telling import quoted
from harness.rules.wording import Spoken, around, saying, whole
from harness.tables import Tables

TEXTS = ("policy", "summary")
_TRAINING = re.compile(
    r"(?:训练|优化|改进|微调|迭代).{0,16}(?:模型|算法|人工智能|AI\b)|(?:模型|算法).{0,10}(?:训练|优化|改进|微调|迭代)|"
    r"\b(?:train\w*|fine.?tun\w*|improv\w*)\b.{0,40}\b(?:models?|algorithms?|AI)\b|\bmodel training\b", re.I)
_USER_DATA = re.compile(r"您|你|用户|输入|对话|内容|信息|数据|\byour?\b|\busers?\b|\binput|\bcontent|\bdata\b", re.I)
_NOT = re.compile(r"(?:不会|不将|不得|绝不|不用于|不再?用|不使用)|\b(?:not|never)\b", re.I)
_UNLESS = re.compile(r"未经.{0,12}(?:同意|授权)|\bwithout (?:your )?consent\b", re.I)
_BASIS = re.compile(
    r"(?:经|取得|征得|获得|基于).{0,12}(?:同意|授权)|同意后|授权后|(?:可|可以|能够|随时|有权).{0,20}(?:关闭|拒绝|退出|"
    r"选择|撤回|停止)|"
    r"法律(?:法规|、行政法规)?.{0,10}(?:规定|允许)|法定|\bwith your consent\b|\bopt.?(?:in|out)\b|\byou (?:can|may)\b.{0,40}"
    r"\b(?:turn|disable|refuse|choose|withdraw)|\blegal basis\b|\blegitimate interest", re.I)
_OF_CHILDREN = re.compile(r"监护人|父母|家长|儿童|未成年|\b(?:guardian|parent|child|minor)", re.I)
"""What a guardian agrees to is a child's use of the app, and no basis of training."""
_ANONYMOUS = re.compile(r"匿名化|去标识|脱敏|anonymi[sz]|de-?identif", re.I)
_BOX = re.compile(r"体验(?:改进|优化|改善)计划|用于.{0,8}(?:模型|训练)|(?:模型|算法).{0,4}(?:训练|优化)|improvement "
r"(?:program|plan)|training", re.I)


@dataclass(frozen=True)
class TrainingSpokenOf:
    """A text speaks of training; where none does, what is done on servers is not known."""

    def missing(self, run: Tables, readings: Readings) -> list[Gap]:
        return Spoken(("policy",), _TRAINING, "No text says whether what users put in is used for training.",
                      "文本未说明是否将用户输入用于模型训练,服务器端的实际使用不可见。").missing(run, readings)


def decide(run: Tables, readings: Readings) -> Iterator[Finding]:
    for text, _ in whole(run, *TEXTS):
        bare = [said for said in saying(_TRAINING, text.text)
                if _USER_DATA.search(said) and not _NOT.search(said) and not _UNLESS.search(said)
                and not _BASIS.search(around(text.text, said, 2, _OF_CHILDREN))]
        sure = [said for said in bare if not _ANONYMOUS.search(around(text.text, said))]
        if bare:
            said = (sure or bare)[0]
            yield Finding(
                item="training",
                caller=run.package,
                stage="",
                unclear=not sure,
                evidence=text.note.evidence,
                reason=f"The app's {text.page} says that what users put in is used for training without consent, choice "
                f"or a legal basis beside it"
                + ("" if sure else "; it says that it is anonymised") + f": {quoted(said)!r}.",
                reason_zh="文本称将用户数据用于训练或优化模型,未说明取得同意、提供选择或其他法定情形"
                + ("" if sure else ",但称已匿名化或去标识化") + f":“{quoted(said)}”。",
            )
    for note in run.noted("notice"):
        for box in note.data.get("boxes") or ():
            said = str(box.get("text", "")) if isinstance(box, dict) else ""
            if box and isinstance(box, dict) and box.get("ticked") and _BOX.search(said):
                yield Finding(
                    item="training box",
                    caller=run.package,
                    stage=note.stage,
                    evidence=note.evidence,
                    reason=f"A box for training or improvement was ticked before the user did anything: {quoted(said)!r}.",
                    reason_zh=f"用于模型训练或体验优化的选项在用户操作前已默认勾选:“{quoted(said)}”。",
                )


rule = Rule(
    id="training-without-basis",
    title="Users' information used for training without consent",
    title_zh="将个人信息用于训练未取得同意",
    clauses=("sz-guide-12b-training-consent",),
    scenarios=("document-check", "genai-input-canary", "first-launch-idle"),
    needs=(TrainingSpokenOf(),),
    decide=decide,
    sees="Sentences that use what users put in for training or the improvement of models, and what stands beside them of "
        "consent, choice or law; boxes for it in the notice.",
    cannot_see="Training itself, which happens on servers; a switch deep in the settings.",
    advice="Ask for consent before users' information is used for training, and let it be refused.",
    advice_zh="将用户个人信息用于模型训练前应取得同意或具备其他法定情形,并提供拒绝的途径。",
)
