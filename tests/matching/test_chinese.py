"""Chinese names and places in Chinese text: found where it says what they are, silent as pieces of other words."""

from __future__ import annotations

import json

import pytest
from test_search import hits, names

SHANGHAI, WITH_SUFFIX = ("city", "上海"), ("city", "上海市")


@pytest.mark.parametrize(("value", "field", "text"), [
    (SHANGHAI, "city", "上海市"), (WITH_SUFFIX, "city", "上海"), (SHANGHAI, "c", "上海市"), (WITH_SUFFIX, "c", "上海市"),
    (("city", "北京"), "city", "北京市"), (("city", "北京市"), "city", "北京"), (("province", "北京"), "province", "北京市"),
    (("province", "广东"), "province", "广东省"), (("province", "广东省"), "province", "广东"),
    (("province", "广西"), "province", "广西壮族自治区"), (("province", "内蒙古自治区"), "province", "内蒙古"),
    (SHANGHAI, "address", "上海市浦东新区世纪大道100号"), (WITH_SUFFIX, "address", "上海浦东新区世纪大道100号"),
    (SHANGHAI, "t", "中国上海市长宁区"), (SHANGHAI, "t", "地址：上海市中山路1号"), (SHANGHAI, "t", "上海浦东新区"),
    (("city", "深圳"), "address", "广东省深圳市南山区"), (("province", "广东"), "address", "广东省深圳市南山区"),
    (("province", "广东"), "address", "广东深圳市南山区"), (("city", "深圳"), "address", "广东省深圳"),
    (SHANGHAI, "msg", "收货人李小龙，住在上海浦东"), (("name", "李小龙"), "msg", "收货人李小龙先生，住在上海浦东"),
    (("name", "李小龙"), "msg", "李小龙您好"), (("name", "王芳"), "msg", "尊敬的王芳女士，您的订单"),
    (("name", "王芳"), "m", "联系人王芳"), (("name", "王芳"), "m", "王芳收"),
])  # fmt: skip
def test_it_is_found_where_its_neighbours_say_what_it_is(value: tuple[str, str], field: str, text: str) -> None:
    found = hits(json.dumps({field: text}, ensure_ascii=False), value)
    assert len(found) == 1 and found[0].known.value == value[1], "once, and not for each spelling"


@pytest.mark.parametrize(("value", "text"), [
    (SHANGHAI, "上海市场"), (WITH_SUFFIX, "上海市场部"), (SHANGHAI, "上海市民政局"), (SHANGHAI, "上海市区天气"),
    (SHANGHAI, "上海银行"),
    (SHANGHAI, "上海路12号"), (SHANGHAI, "大上海市浦东新区"), (SHANGHAI, "上海地区"), (SHANGHAI, "上海超市"),
    (("city", "南京"), "南京东路步行街"), (("city", "南京"), "黄浦区南京西路"), (("city", "中山"), "中山公园"),
    (("city", "海口"), "海口味小区"),
    (("city", "上海"), "我在上海工作"), (("city", "上海"), "住在上海路"), (("province", "广东"), "广东发展银行市北支行"),
    (("province", "广东"), "广东移动城市"), (("province", "海南"), "上海南站"), (("city", "北京"), "北京银行朝阳区支行"),
    (("name", "王芳"), "王芳草地"), (("name", "张伟"), "张伟大"), (("name", "高明"), "高明星先生"),
    (("name", "李明"), "张李明先生"),
    (("name", "李小龙"), "李小龙电影全集"), (("name", "李小龙"), "模仿李小龙"),
])  # fmt: skip
def test_it_is_silent_inside_other_words(value: tuple[str, str], text: str) -> None:
    for field in ("t", "address", "keyword"):
        assert names(hits(json.dumps({field: text}, ensure_ascii=False), value)) == set(), field


def test_a_value_under_its_name_with_more_behind_it_is_not_cut_off() -> None:
    assert hits('{"city":"上海市场"}', SHANGHAI) == [] and hits('{"name":"李小龙虾"}', ("name", "李小龙")) == []
