"""Chinese text has no blanks: a letter beside a name or a place is not of the same word, as it would be in Latin letters.

What stands there says whether the name ends: 上海市浦东新区 is an address, 上海市场 is a market, 上海银行 a bank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PLACES = frozenset({"city", "province"})
_LETTERS = "\u3400-\u9fff"
_TEXT = re.compile(f"[{_LETTERS}]{{2,}}")
_HANGUL = re.compile(r"[\uac00-\ud7a3]{2,8}")
_STEM = 2  # letters of a place's name without what it is
# What the five autonomous regions and the two special ones are called in full; all other provinces end in 省 or are cities.
_REGIONS = {
    "内蒙古": "内蒙古自治区", "广西": "广西壮族自治区", "西藏": "西藏自治区", "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区", "香港": "香港特别行政区", "澳门": "澳门特别行政区",
}  # fmt: skip
_CITIES = frozenset({"北京", "上海", "天津", "重庆"})  # that are provinces
_PROVINCES = frozenset({
    "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东",
    "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾",
})  # fmt: skip
_NAMES = frozenset({"name", "contact"})
_LOOKED_AT = 36  # bytes on either side
_RUN_BEFORE, _RUN_BEHIND = re.compile(f"[{_LETTERS}]*$"), re.compile(f"[{_LETTERS}]*")
_OWN = ("市", "省", "自治区", "行政区")
# Before a place in an address: a larger one, or a word that says that one follows.
_PLACE_FOLLOWS = re.compile("(?:[省区国市州县盟在于到住址県都府道]|来自|城市|省份|所在地|定位)$")
_LIVES = re.compile("(?:住在|居住在|居住地|位于|现居|来自|所在地|城市|省份|定位)$")
# Behind it: a smaller one. 城市, 超市, 地区 and such are none; roads and banks bear names of other cities.
_SMALLER = f"(?:(?![路街道巷站行店司场厅局])[{_LETTERS}]){{1,6}}?(?:(?<![地小社景校战专郊])区|县|(?<![城超股楼门夜早菜])市)"
_PLACE_BEHIND = re.compile(_SMALLER)
_BEHIND_SUFFIX = re.compile(f"(?![场区])[{_LETTERS}0-9a-z]{{1,10}}?[区县市州盟旗镇乡村路街道巷弄号區縣町村丁番]")
_NO_HOME = re.compile(f"[{_LETTERS}]{{0,3}}?[路街道巷站行店司场厅局校院]")
_NAME_FOLLOWS = re.compile(
    "(?:收货人|收件人|寄件人|联系人|持卡人|姓名|名字|昵称|我叫|我是|尊敬的|亲爱的|用户|客户|会员|乘客|患者)$"
)
_NAME_ENDS = re.compile(f"先生|女士|小姐|同学|老师|您好|你好|收(?![{_LETTERS}])|电话|手机|身份证|性别")


def written(field: str, value: str) -> Iterator[tuple[str, str]]:
    """(variant, text): a city or province with or without what it is: 上海市, 广东省, 广西壮族自治区."""
    if field in PLACES and _HANGUL.fullmatch(value):
        yield from _korean(value)
    if field not in PLACES or not _TEXT.fullmatch(value):
        return
    # 广州 is a city's name, 恩施州 is a name and what it is.
    if field == "city" and (len(value) == _STEM or not value.endswith(("市", "省", "县", "区", "州", "盟", "旗", "都"))):
        yield "with its suffix", f"{value}市"
    elif field == "province" and value in _FULL:
        yield "with its suffix", _FULL[value]
    stem = _STEMS.get(value) or (value[:-1] if value.endswith(("市", "省", "県", "府", "都")) else "")
    if len(stem) >= _STEM:
        yield "without its suffix", stem


def _korean(value: str) -> Iterator[tuple[str, str]]:
    for end in ("특별시", "광역시", "특별자치시", "특별자치도", "시", "도", "군"):
        if value.endswith(end) and len(value) >= _STEM + len(end):
            yield "without its suffix", value[: -len(end)]
            return
    for end in _KOREAN.get(value, ("시", "군")):
        yield "with its suffix", value + end


# What the Korean cities that are no part of a province are called in full.
_KOREAN = {
    "서울": ("특별시", "시"), "세종": ("특별자치시", "시"), "제주": ("특별자치도", "시", "도"),
} | dict.fromkeys(("부산", "대구", "인천", "광주", "대전", "울산"), ("광역시", "시"))  # fmt: skip
_FULL = _REGIONS | {name: f"{name}市" for name in _CITIES} | {name: f"{name}省" for name in _PROVINCES}
_STEMS = {full: name for name, full in _FULL.items()}


def ends_here(field: str, lowered: bytes, start: int, end: int) -> bool:
    """Whether the Chinese letters right beside a person's name or a place say that it is one: a label or a form of address; a
    step of an address above or below. A letter or digit of another script says nothing."""
    before = lowered[max(0, start - _LOOKED_AT) : start].decode("utf-8", "ignore")
    behind = lowered[end : end + _LOOKED_AT].decode("utf-8", "ignore")
    left, right = _RUN_BEFORE.search(before), _RUN_BEHIND.match(behind)
    run_before, run_behind = left[0] if left else "", right[0] if right else ""
    if not run_before and before[-1:].isalnum():
        return False
    if field in _NAMES:
        fits_before = not run_before or _NAME_FOLLOWS.search(run_before) is not None
        fits_behind = not behind[:1].isalnum() or _NAME_ENDS.match(behind) is not None
        return fits_before and fits_behind
    text = lowered[start:end].decode("utf-8", "ignore")
    if field not in PLACES or (run_before and not _PLACE_FOLLOWS.search(run_before)):
        return False
    if not behind[:1].isalnum():
        return True
    if text.endswith(_OWN):
        return _BEHIND_SUFFIX.match(behind) is not None
    if run_behind.startswith(("市", "省", _FULL.get(text, "\0")[len(text) :])):
        return False  # what it is follows: that spelling counts
    if _LIVES.search(run_before) and run_behind:
        return _NO_HOME.match(run_behind) is None
    return _PLACE_BEHIND.match(run_behind) is not None
