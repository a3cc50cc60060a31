"""Whether a text names a recipient, and the kinds that it says this recipient gets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.policy import Declared, SdkSaid, covering
from harness.policy.naming import same_company
from harness.rules.policies import GENERAL
from harness.rules.telling import quoted
from harness.rules.wording import Read, kinds_named, sentences
from harness.tables.domains import registrable
from harness.tables.noted import AppText

_BRACKETS = re.compile(r"[((].*?[))]")
_OF_INFORMATION = re.compile(r"信息|标识|位置|数据|设备|号码|权限|information|data|identifier|location|device", re.I)
_CLASS = re.compile(r"合作伙伴|合作方|第三方|服务商|供应商|机构|部门|partner|third.part|provider|vendor|affiliate", re.I)


@dataclass(frozen=True, kw_only=True)
class Named:
    """`said`: the word on a kind is asked of `word`. `passage`: the quote that names the recipient."""

    passage: str
    evidence: tuple[str, ...]
    sdks: tuple[tuple[Declared, SdkSaid], ...]
    sentences: tuple[str, ...]

    def word(self, kind: str) -> str:
        """yes, denied, general (a word that may or may not mean it), unsaid (nothing on kinds), or no."""
        if any(declared.sdk_declares(sdk, kind) for declared, sdk in self.sdks):
            return "yes"
        if any({kind, *covering(kind)} & kinds_named(said) for said in self.sentences):
            return "yes"
        if any(kind in sdk.denied for _, sdk in self.sdks):
            return "denied"
        if not self.sdks:
            return "unsaid"  # a name in a sentence: which kinds belong to it, only a record of it could tell
        wanted = {kind, *covering(kind)}
        if any(wanted & kinds_named(p.text) for _, sdk in self.sdks for p in (sdk.passage, *sdk.passages)):
            return "yes"
        told = [sdk.kinds for _, sdk in self.sdks if sdk.kinds]
        if any(GENERAL.get(kind) in kinds for kinds in told):
            return "general"
        if told:
            return "no"
        passages = [p.text for _, sdk in self.sdks for p in (sdk.passage, *sdk.passages)]
        return "unsaid" if any(_OF_INFORMATION.search(p) for p in passages) else "no"


def is_domain(party: str, host: str) -> bool:
    """Whether the party is known by its host only."""
    return host == party or host.endswith("." + party)


def plain(party: str) -> str:
    return _BRACKETS.sub("", party).strip()


def named(read: Read, host: str, party: str, senders: Sequence[str] = ()) -> Named | None:
    """Where the texts name the recipient: as an SDK, by its company, by its name or host in a sentence. An SDK that sends to a
    host of which nothing is known is its recipient. None where no text names it."""
    anonymous = is_domain(party, host)
    sdks: list[tuple[Declared, SdkSaid]] = []
    said: list[str] = []
    facts: list[str] = []
    for text, declared in read:
        found = [sdk for sdk in declared.sdks if _is(declared, sdk, host, party, senders if anonymous else (), anonymous)]
        lines = _lines(text, declared, host, party, anonymous)
        if found or lines:
            sdks += [(declared, sdk) for sdk in found]
            said += lines
            facts.append(text.note.id)
    if not facts:
        return None
    passage = sdks[0][1].passage.text if sdks else said[0]
    return Named(passage=quoted(passage), evidence=tuple(facts), sdks=tuple(sdks), sentences=tuple(said))


def _is(declared: Declared, sdk: SdkSaid, host: str, party: str, senders: Sequence[str], anonymous: bool) -> bool:
    if any(declared.sdk_named(one) == sdk for one in senders) or declared.sdk_named(hosts=(host,)) == sdk:
        return True
    if anonymous:
        return False
    company = plain(party)
    return same_company(company, sdk.company or sdk.name) or declared.sdk_named(company) == sdk


def _lines(text: AppText, declared: Declared, host: str, party: str, anonymous: bool) -> list[str]:
    """Sentences that name the host, or the company."""
    domain, company = registrable(host), plain(party)
    words = [host, domain] if anonymous or len(company) < 2 else [host, domain, company]
    found = [said for said in sentences(text.text) if any(word and word.lower() in said.lower() for word in words)]
    if found or anonymous:
        return found
    return [one.passage.text for one in declared.recipients
            if not _CLASS.search(one.name) and len(one.name) <= 30 and same_company(company, one.name)]


def spoken(word: str, kind_en: str, kind_zh: str, who: str) -> tuple[str, str]:
    """What a word that is not yes means, in English and Chinese."""
    return {
        "denied": (f"the policy says that {who} does not get {kind_en}", f"隐私政策声明{who}不收集{kind_zh}"),
        "general": (f"the policy names {who} with a general word that may or may not mean {kind_en}",
                    f"隐私政策对{who}的表述笼统,是否涵盖{kind_zh}无法判断"),
        "unsaid": (f"the policy names {who}, and which kinds it gets cannot be told from the passage",
                   f"隐私政策提及{who},但无法判断其所获信息种类"),
        "no": (f"the policy names {who} but not {kind_en}", f"隐私政策虽提及{who},但未披露{kind_zh}"),
    }[word]


def senders_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({str(row["sender"]) for row in rows} - {"unresolved", ""})
