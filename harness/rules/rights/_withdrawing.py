"""What several rules ask of the withdrawal of consent: how the policy speaks of it."""

from __future__ import annotations

import re

SPEAKS = re.compile(r"撤[回销][^。;\n]{0,20}(?:同意|授权)|(?:同意|授权)[^。;\n]{0,12}撤[回销]|(?:withdraw|revoke)\b[^.\n]{0,"
                    r"40}consent", re.IGNORECASE)
_OFFLINE = re.compile(r"邮寄|书面|传真|信函|来函|现场|到店|营业厅|by (?:post|letter)|in writing|in person", re.IGNORECASE)
_ONLINE = re.compile(
    r"设置|页面|点击|路径|开关|权限管理|在线|客服|邮箱|邮件|[-→>]{1,2}\s*[\u4e00-\u9fff]|@|settings?\b|e-?mail|\bapp\b",
    re.IGNORECASE)
_DELETING = re.compile(r"注销|卸载|删除账[号户]|delete (?:your |the )?account|uninstall", re.IGNORECASE)
_SENTENCE = re.compile(r"[^。;;\n]+")


def sentences(policy: str) -> list[str]:
    """Those in which the policy speaks of withdrawing consent."""
    return [match[0].strip() for match in _SENTENCE.finditer(policy) if SPEAKS.search(match[0])]


def offline_only(told: list[str]) -> bool:
    """Whether they name a letter, a visit or the like, and nothing else."""
    return bool(told) and any(_OFFLINE.search(one) for one in told) and not any(_ONLINE.search(one) for one in told)


def by_deleting_only(told: list[str]) -> bool:
    """Whether they name the deletion of the account, or uninstalling, and nothing else."""
    return bool(told) and any(_DELETING.search(one) for one in told) and not any(_ONLINE.search(one) for one in told)
