"""Whether two names mean one SDK: by the catalogue, by the name without its trimmings, by packages, hosts and company."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.policy.folding import fold
from harness.policy.known import KnownSdk, bare, known_of, known_sdks, names_in

if TYPE_CHECKING:
    from harness.policy.declared import SdkSaid

_FORM = re.compile(r"\(.*?\)|(?:科技|网络|信息|技术|软件|计算机|系统|股份|有限|责任|公司|集团|北京|上海|深圳市?|广州|广东|杭州|南京|武汉|珠海市?|中国|\binc\b|\bllc\b|\bltd\b|\bcorp\w*|\bco\b|\blimited\b|[\s.,'\"])")


def company_core(company: str) -> str:
    """A company's name without its form, trade and town."""
    said = fold(company)
    return _FORM.sub("", said) or bare(said)


def same_company(one: str, other: str) -> bool:
    a, b = company_core(one), company_core(other)
    return bool(a and b) and (a in b or b in a)


def identity(name: str) -> str:
    """What two names of one SDK have in common: its name in hooks/sdks, else the bare name."""
    known = known_of(name)
    if known is not None:
        return "known:" + known.name
    names = names_in(name)
    return names[1] if len(names) > 1 and len(names[1]) > 1 else names[0] if names else bare(name)


def _lies_in(one: str, others: tuple[str, ...]) -> bool:
    return any(one == other or one.startswith(other + ".") or other.startswith(one + ".") for other in others)


def _host_in(one: str, others: tuple[str, ...]) -> bool:
    return any(one == other or one.endswith("." + other) for other in others)


def named(sdks: tuple[SdkSaid, ...], name: str, company: str, packages: tuple[str, ...], hosts: tuple[str, ...]) -> SdkSaid | None:
    """`Declared.sdk_named`."""
    wanted = {identity(name), *names_in(name)} if name else set()
    for sdk in sdks:
        if wanted & {key for n in sdk.names for key in (identity(n), *names_in(n))}:
            return sdk
    for sdk in sdks:
        if any(_lies_in(p, sdk.packages) for p in packages):
            return sdk
    meant = {k.name for k in known_sdks() if any(_lies_in(p, k.packages) for p in packages)}
    for sdk in sdks:
        if sdk.known and sdk.known in meant:
            return sdk
    for sdk in sdks:
        if any(_host_in(h.lower(), sdk.hosts) for h in hosts):
            return sdk
    if company:
        of_company = [s for s in sdks if same_company(company, s.company or company_of_known(s.known)) or same_company(company, s.name)]
        if len(of_company) == 1:
            return of_company[0]
    return None


def company_of_known(known: str) -> str:
    return next((k.company for k in known_sdks() if k.name == known), "") if known else ""


def catalogue_entry(known: str) -> KnownSdk | None:
    return next((k for k in known_sdks() if k.name == known), None) if known else None
