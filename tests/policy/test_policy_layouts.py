"""One list of SDKs in many layouts, with the columns in any order, cells that are missing and cells of several lines: each is
read back as what was written. Every text is our own; of the names some are of SDKs that the catalogue knows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from harness.policy import read

COLUMNS = ("name", "company", "purpose", "kinds", "link")


@dataclass(frozen=True)
class Row:
    """A record as it is written: `kinds` as a listing, `found` the kinds that it means."""

    name: str
    company: str
    purpose: str
    kinds: str
    link: str
    found: frozenset[str]

    def cell(self, column: str) -> str:
        return str(getattr(self, column))


@dataclass(frozen=True)
class Tongue:
    """The words of a language: `heads` of the columns, to choose from; what an empty cell says; the title of the part."""

    heads: dict[str, tuple[str, ...]]
    nothing: tuple[str, ...]
    title: str
    ordinal: str
    colon: str
    rows: tuple[Row, ...]


def _row(name: str, company: str, purpose: str, kinds: str, link: str, *found: str) -> Row:
    return Row(name, company, purpose, kinds, link, frozenset(found))


ZH = Tongue(
    {
        "name": ("SDK名称", "第三方SDK名称", "第三方SDK", "产品名称"),
        "company": ("公司名称", "第三方主体", "SDK提供方", "运营方", "合作方名称"),
        "purpose": ("使用目的", "用途", "功能描述", "使用场景"),
        "kinds": ("收集的个人信息", "收集个人信息类型", "共享信息", "获取信息"),
        "link": ("隐私政策链接", "官网链接", "隐私政策"),
    },
    ("无", "不涉及", "未收集", "/"), "第三方SDK目录", "序号", "：",
    (
        _row("青鸾推送SDK", "杭州青鸾科技有限公司", "向用户推送消息", "IMEI、OAID、IP地址", "https://qingluan.example/privacy",
             "imei", "oaid", "ip"),
        _row("白泽地图", "白泽信息技术（北京）有限公司", "展示地图", "经纬度、设备型号", "https://baize.example/p",
             "location_precise", "device_model"),
        _row("毕方统计SDK", "毕方数据科技股份有限公司", "统计使用情况", "Android ID、操作系统版本、应用列表", "https://bifang.example",
             "android_id", "os_version", "installed_apps"),
        _row("飞鸾支付", "上海飞鸾网络有限公司", "完成支付", "IMSI、MAC地址", "https://feiluan.example/a/b", "imsi", "mac"),
        _row("Kunpeng IM", "鲲鹏云计算有限公司", "即时通讯", "手机号码、剪切板", "https://kp.example", "phone", "clipboard"),
        _row("烛龙认证 SDK", "烛龙（深圳）科技有限公司", "实名认证", "姓名、身份证号", "https://zl.example", "name", "id_card"),
    ),
)  # fmt: skip
EN = Tongue(
    {
        "name": ("SDK name", "Third-party service", "Service name", "Name of SDK"),
        "company": ("Company", "Provider", "Vendor", "Third party"),
        "purpose": ("Purpose", "Purpose of use", "Function"),
        "kinds": ("Data collected", "Information collected", "Data types"),
        "link": ("Privacy policy", "Link", "Website"),
    },
    ("None", "N/A", "-", "Not collected"), "Third-party services", "No.", ": ",
    (
        _row("Bluebird Analytics", "Bluebird Software Inc.", "Usage statistics", "IP address, device model",
             "https://bluebird.example/privacy", "ip", "device_model"),
        _row("Fernleaf Crash SDK", "Fernleaf GmbH", "Crash reports", "Crash logs, Android ID", "https://fernleaf.example",
             "crash_log", "android_id"),
        _row("Northwind Maps", "Northwind Ltd.", "Showing maps", "GPS location, MAC address", "https://northwind.example/p",
             "location_precise", "mac"),
        _row("Tidepool", "Tidepool LLC", "Push messages", "IMEI, advertising ID", "https://tidepool.example/x", "imei", "ad_id"),
        _row("Quillpost Mailer", "Quillpost Corp.", "Sending mail", "Email address", "https://quillpost.example", "email"),
    ),
)  # fmt: skip


ZH_KNOWN = replace(ZH, rows=(
    *ZH.rows[:3],
    _row("极光推送SDK", "深圳市和讯华谷信息技术有限公司", "推送通知", "IMEI、OAID", "https://a.example", "imei", "oaid"),
    _row("高德地图SDK", "高德软件有限公司", "展示地图", "经纬度、MAC地址", "https://b.example", "location_precise", "mac"),
    _row("Bugly", "深圳市腾讯计算机系统有限公司", "排查崩溃", "Android ID、设备型号", "https://c.example", "android_id",
         "device_model"),
    _row("微信SDK", "腾讯科技（深圳）有限公司", "分享内容", "剪切板", "https://d.example", "clipboard"),
))  # fmt: skip
EN_KNOWN = replace(EN, rows=(
    *EN.rows[1:3],
    _row("Sentry", "Functional Software Inc.", "Crash reports", "IP address, crash logs", "https://a.example", "ip", "crash_log"),
    _row("Mixpanel", "Mixpanel Inc.", "Usage statistics", "Device model, email address", "https://b.example", "device_model",
         "email"),
    _row("OneSignal", "OneSignal Inc.", "Push messages", "Advertising ID", "https://c.example", "ad_id"),
    _row("AppsFlyer", "AppsFlyer Ltd.", "Attribution", "IMEI, MAC address", "https://d.example", "imei", "mac"),
))  # fmt: skip


@dataclass
class Draw:
    """What is drawn for one text: the columns in their order, the heads, the rows."""

    tongue: Tongue
    columns: list[str]
    heads: list[str]
    rows: list[Row]
    rng: random.Random

    def cells(self) -> list[list[str]]:
        return [[row.cell(c) for c in self.columns] for row in self.rows]


def draw(tongue: Tongue, seed: int) -> Draw:
    """Four or five columns in any order but with the names in front of half of them; of one row the kinds may be none."""
    rng = random.Random(seed)
    columns = ["name", "kinds", *rng.sample(("company", "purpose", "link"), rng.choice((2, 3)))]
    rng.shuffle(columns)
    if rng.random() < 0.5:
        columns.remove("name")
        columns.insert(0, "name")
    rows = rng.sample(tongue.rows, rng.randint(3, len(tongue.rows)))
    quiet = rng.randrange(len(rows) * 2)
    rows = [
        replace(row, kinds=rng.choice(tongue.nothing), found=frozenset()) if n == quiet else row for n, row in enumerate(rows)
    ]
    return Draw(tongue, columns, [rng.choice(tongue.heads[c]) for c in columns], rows, rng)


def _html(heads: str, rows: str) -> str:
    return f"<table>{heads}{rows}</table>"


def _tr(cells: list[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


def html_table(d: Draw) -> str:
    return f"<h2>{d.tongue.title}</h2>" + _html(_tr(d.heads, "th"), "".join(map(_tr, d.cells())))


def html_without_head_row(d: Draw) -> str:
    heads = "<thead>" + "".join(f"<th>{h}</th>" for h in d.heads) + "</thead>"
    return f"<h2>{d.tongue.title}</h2>" + _html(heads, "<tbody>" + "".join(map(_tr, d.cells())) + "</tbody>")


def html_unclosed(d: Draw) -> str:
    rows = "".join("<tr>" + "".join(f"<td><p>{c}" for c in cells) for cells in [d.heads, *d.cells()])
    return f"<h2>{d.tongue.title}</h2><table>{rows}</table>"


def html_within_layout(d: Draw) -> str:
    inner = _html(_tr(d.heads), "".join(map(_tr, d.cells())))
    return f"<table><tr><td><h2>{d.tongue.title}</h2><div>{inner}</div></td></tr></table>"


def html_numbered(d: Draw) -> str:
    rows = "".join(_tr([str(n), *cells]) for n, cells in enumerate(d.cells(), 1))
    return f"<h2>{d.tongue.title}</h2>" + _html(_tr([d.tongue.ordinal, *d.heads]), rows)


def html_titled(d: Draw) -> str:
    title = f"<tr><td colspan='{len(d.heads)}'>{d.tongue.title}</td></tr>"
    return _html(title + _tr(d.heads), "".join(map(_tr, d.cells())))


def html_one_table_each(d: Draw) -> str:
    tables = ("<table>" + "".join(_tr([h, c]) for h, c in zip(d.heads, cells, strict=True)) + "</table>" for cells in d.cells())
    return f"<h2>{d.tongue.title}</h2>" + "<p></p>".join(tables)


def html_divs(d: Draw) -> str:
    rows = [d.heads, *d.cells()]
    return f"<h2>{d.tongue.title}</h2>" + "".join("<div>" + "".join(f"<div>{c}</div>" for c in row) + "</div>" for row in rows)


def html_definitions(d: Draw) -> str:
    at = d.columns.index("name")
    parts = []
    for cells in d.cells():
        said = [f"<dd>{h}{d.tongue.colon}{c}</dd>" for n, (h, c) in enumerate(zip(d.heads, cells, strict=True)) if n != at]
        parts.append(f"<dt>{cells[at]}</dt>" + "".join(said))
    return f"<h2>{d.tongue.title}</h2><dl>{''.join(parts)}</dl>"


def markdown(d: Draw) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [d.heads, ["---"] * len(d.heads), *d.cells()]]
    return f"## {d.tongue.title}\n\n" + "\n".join(lines) + "\n"


def markdown_open(d: Draw) -> str:
    lines = [" | ".join(row) for row in [d.heads, ["---"] * len(d.heads), *d.cells()]]
    return f"## {d.tongue.title}\n\n" + "\n".join(lines) + "\n"


def _wrapped(d: Draw, cells: list[str]) -> str:
    said = ""
    for n, cell in enumerate(cells):
        said += cell + ("" if n + 1 == len(cells) else "|" + d.rng.choice((" ", "\n")))
    return said


def markdown_wrapped(d: Draw) -> str:
    rows = ["| ".join(d.heads) + "  \n" + "|".join(["---"] * len(d.heads)) + "  ", *(_wrapped(d, c) + "  " for c in d.cells())]
    return f"## {d.tongue.title}\n\n" + "\n".join(rows) + "\n\n"


def markdown_wrapped_trimmed(d: Draw) -> str:
    return "\n".join(line.rstrip() for line in markdown_wrapped(d).split("\n"))


def markdown_cell_a_line(d: Draw) -> str:
    rows = ["\n|\n".join(d.heads), "|".join(["---"] * len(d.heads)), *("\n|\n".join(c) for c in d.cells())]
    return f"## {d.tongue.title}\n\n" + "  \n  \n".join(rows) + "  \n  \n"


def markdown_bold_heads(d: Draw) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [[f"**{h}**" for h in d.heads], [":--"] * len(d.heads), *d.cells()]]
    return f"## {d.tongue.title}\n\n" + "\n".join(lines) + "\n"


def tabs(d: Draw) -> str:
    return f"{d.tongue.title}\n\n" + "\n".join("\t".join(row) for row in [d.heads, *d.cells()]) + "\n"


def columns_apart(d: Draw) -> str:
    return f"{d.tongue.title}\n\n" + "\n".join("    ".join(row) for row in [d.heads, *d.cells()]) + "\n"


def flattened_lines(d: Draw) -> str:
    return f"{d.tongue.title}\n\n" + "\n".join("\n".join(row) for row in [d.heads, *d.cells()]) + "\n"


def flattened_paragraphs(d: Draw) -> str:
    return f"## {d.tongue.title}\n\n" + "\n\n".join("\n\n".join(row) for row in [d.heads, *d.cells()]) + "\n"


def flattened_numbered(d: Draw) -> str:
    rows = [[d.tongue.ordinal, *d.heads], *([str(n), *cells] for n, cells in enumerate(d.cells(), 1))]
    return f"## {d.tongue.title}\n\n" + "\n\n".join("\n\n".join(row) for row in rows) + "\n"


def _labels(d: Draw, cells: list[str]) -> list[str]:
    return [f"{h}{d.tongue.colon}{c}" for h, c in zip(d.heads, cells, strict=True)]


def labelled_lines(d: Draw) -> str:
    return f"{d.tongue.title}\n\n" + "\n\n".join("\n".join(_labels(d, cells)) for cells in d.cells()) + "\n"


def labelled_paragraphs(d: Draw) -> str:
    return f"<h2>{d.tongue.title}</h2>" + "".join(f"<p>{said}</p>" for cells in d.cells() for said in _labels(d, cells))


def labelled_breaks(d: Draw) -> str:
    return f"<h2>{d.tongue.title}</h2>" + "".join(f"<p>{'<br>'.join(_labels(d, cells))}</p>" for cells in d.cells())


def _named(d: Draw) -> list[tuple[str, list[str]]]:
    at = d.columns.index("name")
    return [(cells[at], [s for n, s in enumerate(_labels(d, cells)) if n != at]) for cells in d.cells()]


def headings_over_items(d: Draw) -> str:
    parts = (f"### {name}\n\n" + "\n".join(f"- {s}" for s in said) for name, said in _named(d))
    return f"## {d.tongue.title}\n\n" + "\n\n".join(parts) + "\n"


def numbered_over_lines(d: Draw) -> str:
    parts = (f"{n}. {name}\n" + "\n".join(said) for n, (name, said) in enumerate(_named(d), 1))
    return f"{d.tongue.title}\n\n" + "\n\n".join(parts) + "\n"


def bold_over_paragraphs(d: Draw) -> str:
    parts = (f"<p><strong>{name}</strong></p>" + "".join(f"<p>{s}</p>" for s in said) for name, said in _named(d))
    return f"<h2>{d.tongue.title}</h2>" + "".join(parts)


def nested_items(d: Draw) -> str:
    parts = (f"<li>{name}<ul>" + "".join(f"<li>{s}</li>" for s in said) + "</ul></li>" for name, said in _named(d))
    return f"<h2>{d.tongue.title}</h2><ul>{''.join(parts)}</ul>"


def one_line_each(d: Draw) -> str:
    sep = "；" if d.tongue is ZH else "; "
    return f"{d.tongue.title}\n\n" + "\n".join(sep.join(_labels(d, cells)) for cells in d.cells()) + "\n"


def _is_none(d: Draw, row: Row) -> bool:
    return row.kinds in d.tongue.nothing


def _said_zh(d: Draw, row: Row) -> str:
    takes = "不会收集您的个人信息" if _is_none(d, row) else f"会收集您的{row.kinds}"
    return d.rng.choice((
        f"为了{row.purpose}，我们接入了{row.name}，该SDK由{row.company}提供，{takes}。",
        f"由{row.company}提供，用于{row.purpose}。该SDK{takes}。",
        f"用于{row.purpose}，{takes}。",
    ))  # fmt: skip


def _said_en(d: Draw, row: Row) -> str:
    takes = "It does not collect personal information." if _is_none(d, row) else f"It collects your {row.kinds}."
    return d.rng.choice((f"Used for {row.purpose.lower()}. {takes}", f"Provided by {row.company}. {takes}", takes))


def _said(d: Draw, row: Row) -> str:
    return _said_zh(d, row) if d.tongue is ZH_KNOWN else _said_en(d, row)


def numbered_titles_over_sentences(d: Draw) -> str:
    a, b = d.rng.choice((("（", "）"), ("", "、"), ("", "）"), ("", ". ")))
    parts = (f"{a}{n}{b}{row.name}\n{_said(d, row)}" for n, row in enumerate(d.rows, 1))
    return f"## {d.tongue.title}\n\n" + "\n".join(parts) + "\n"


def headings_over_sentences(d: Draw) -> str:
    return f"<h2>{d.tongue.title}</h2>" + "".join(f"<h3>{row.name}</h3><p>{_said(d, row)}</p>" for row in d.rows)


def bold_over_sentences(d: Draw) -> str:
    return f"## {d.tongue.title}\n\n" + "".join(f"**{row.name}**\n\n{_said(d, row)}\n\n" for row in d.rows)


def numbered_colons(d: Draw) -> str:
    parts = (f"（{n}）{row.name}{d.tongue.colon}{_said(d, row)}" for n, row in enumerate(d.rows, 1))
    return f"## {d.tongue.title}\n\n" + "\n".join(parts) + "\n"


def items_with_colons(d: Draw) -> str:
    return f"## {d.tongue.title}\n\n" + "".join(f"- {row.name}{d.tongue.colon}{_said(d, row)}\n" for row in d.rows)


def html_items_with_dashes(d: Draw) -> str:
    items = "".join(f"<li><b>{row.name}</b> – {_said(d, row)}</li>" for row in d.rows)
    return f"<h2>{d.tongue.title}</h2><ul>{items}</ul>"


LAYOUTS: tuple[Callable[[Draw], str], ...] = (
    html_table, html_without_head_row, html_unclosed, html_within_layout, html_numbered, html_titled, html_one_table_each,
    html_divs, html_definitions, markdown, markdown_open, markdown_wrapped, markdown_wrapped_trimmed, markdown_cell_a_line,
    markdown_bold_heads, tabs, columns_apart, flattened_lines, flattened_paragraphs, flattened_numbered, labelled_lines,
    labelled_paragraphs,
    labelled_breaks, headings_over_items, numbered_over_lines, bold_over_paragraphs, nested_items, one_line_each,
)  # fmt: skip


SENTENCES: tuple[Callable[[Draw], str], ...] = (
    numbered_titles_over_sentences, headings_over_sentences, bold_over_sentences, numbered_colons, items_with_colons,
    html_items_with_dashes,
)  # fmt: skip


def _read_back(text: str) -> dict[str, frozenset[str]]:
    media = "text/html" if text.startswith("<") else "text/markdown"
    return {sdk.name: frozenset(sdk.kinds) for sdk in read(text, media_type=media).sdks}


@pytest.mark.parametrize("tongue", [ZH, EN], ids=("zh", "en"))
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_a_list_is_read_back_from_any_layout(layout: Callable[[Draw], str], tongue: Tongue) -> None:
    for seed in range(20):
        drawn = draw(tongue, seed)
        text = layout(drawn)
        assert _read_back(text) == {row.name: row.found for row in drawn.rows}, text


@pytest.mark.parametrize("tongue", [ZH_KNOWN, EN_KNOWN], ids=("zh", "en"))
@pytest.mark.parametrize("layout", SENTENCES, ids=lambda layout: layout.__name__)
def test_a_list_of_sentences_is_read_back(layout: Callable[[Draw], str], tongue: Tongue) -> None:
    for seed in range(20):
        drawn = draw(tongue, seed)
        text = layout(drawn)
        assert _read_back(text) == {row.name: row.found for row in drawn.rows}, text
