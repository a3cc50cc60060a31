"""What `traffic_analysis` measures on: known values, ordinary requests and large bodies, made anew and alike from a seed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import string
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

from harness.matching import Known
from harness.traffic.exchange import Exchange

SEED = 20260
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
_STREETS = ("人民路", "中山路", "解放路", "建设路", "和平路", "新华路", "文化路", "长江路")
_WORDS = (
    "open", "view", "click", "page", "screen", "event", "start", "stop", "session", "launch", "config", "request", "update",
    "cache", "image", "video", "banner", "feed", "search", "product", "detail", "cart", "order", "coupon", "comment",
    "share", "follow", "login", "user", "profile", "setting", "network", "retry", "timeout", "error", "success", "result",
    "list", "item", "index", "position", "duration", "scroll", "expose", "channel", "source", "campaign", "version",
    "module", "default",
)  # fmt: skip
_BRANDS = ("samsung", "huawei", "xiaomi", "oppo", "vivo", "honor", "google", "oneplus", "realme", "meizu")
_CHINESE = "首页推荐商品详情购物车订单支付成功搜索结果用户评论分享收藏活动页面加载完成设置消息通知登录注册"
_AGENT = (
    "Mozilla/5.0 (Linux; Android {os}; {model} Build/{build}) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/{c}.0.{d}.{e} Mobile Safari/537.36"
)

Maker = Callable[[random.Random], str]


def _digits(r: random.Random, count: int) -> str:
    return "".join(r.choices(string.digits, k=count))


def _hex(r: random.Random, count: int) -> str:
    return "".join(r.choices("0123456789abcdef", k=count))


def _mac(r: random.Random) -> str:
    return ":".join(_hex(r, 2) for _ in range(6))


def _uuid(r: random.Random) -> str:
    return "-".join(_hex(r, n) for n in (8, 4, 4, 4, 12))


def _chinese_name(r: random.Random) -> str:
    return r.choice(_SURNAMES) + "".join(r.choices(_GIVEN, k=r.choice((1, 2, 2))))


def _model(r: random.Random) -> str:
    return f"{''.join(r.choices(string.ascii_uppercase, k=2))}-{r.choice('AGNSMX')}{_digits(r, 3)}{r.choice('BFNU')}"


def _email(r: random.Random) -> str:
    return f"{r.choice(_WORDS)}.{_hex(r, 5)}@example.{r.choice(('com', 'org', 'cn'))}"


# field -> (how many of 500, how one is made)
_KINDS: dict[str, tuple[int, Maker]] = {
    "imei": (40, lambda r: "86" + _digits(r, 13)),
    "imsi": (15, lambda r: "46000" + _digits(r, 10)),
    "android_id": (30, lambda r: _hex(r, 16)),
    "oaid": (15, _uuid),
    "ad_id": (20, _uuid),
    "install_id": (30, _uuid),
    "mac": (35, _mac),
    "bssid": (35, _mac),
    "ip": (20, lambda r: f"192.168.{r.randrange(256)}.{r.randrange(2, 255)}"),
    "device_serial": (15, lambda r: _hex(r, 8).upper()),
    "phone": (60, lambda r: "+861" + r.choice("3578") + _digits(r, 9)),
    "person_name": (60, _chinese_name),
    "email": (40, _email),
    "latitude": (20, lambda r: f"{r.uniform(18, 53):.6f}"),
    "longitude": (20, lambda r: f"{r.uniform(73, 135):.6f}"),
    "address": (10, lambda r: f"{r.choice(_STREETS)}{r.randrange(1, 300)}号"),
    "ssid_bssid": (10, lambda r: f"{r.choice(_WORDS).title()}-{_hex(r, 4)}"),
    "device_model": (5, _model),
}
_SHORT = {
    "manufacturer": "xiaomi", "os_version": "14", "api_level": "34", "language": "zh", "country": "CN", "screen_width": "1080",
    "screen_height": "2400", "density": "440", "network_type": "wifi", "carrier": "中国移动", "mcc_mnc": "46000", "battery": "87",
    "city": "杭州", "timezone": "Asia/Shanghai", "app_version": "3.2.1", "app_package": "com.example.shop", "gender": "female",
    "build_id": "UP1A.231005.007", "orientation": "portrait", "os_name": "Android",
}  # fmt: skip


def known_values(count: int = 500) -> list[Known]:
    """Mixed kinds, in the shares of `_KINDS`; a twenty-fifth are short or common ones."""
    r = random.Random(SEED)
    made = [Known(name=field, value=value, field=field) for field, value in _SHORT.items()]
    rows = [(field, maker) for field, (many, maker) in _KINDS.items() for _ in range(many)]
    r.shuffle(rows)
    for place in range(max(0, count - len(made))):
        field, maker = rows[place % len(rows)]
        made.append(Known(name=f"{field}_{place}", value=maker(r), field=field))
    return made[:count]


class Writer:
    """Makes values and records that look like an app's, from one source of chance. With `knowns`, some values are of these."""

    def __init__(self, r: random.Random, knowns: list[Known]) -> None:
        self.r, self.knowns = r, knowns

    def value(self) -> object:
        r = self.r
        return r.choice(self._VALUES)(r)

    _VALUES: tuple[Callable[[random.Random], object], ...] = (
        lambda r: r.choice(_WORDS),
        lambda r: r.choice(_WORDS),
        lambda r: "_".join(r.choices(_WORDS, k=r.randrange(2, 4))),
        lambda r: r.randrange(1000),
        lambda r: r.randrange(1000),
        lambda r: 1_700_000_000_000 + r.randrange(10**10),
        lambda r: r.randrange(10**6, 10**10),
        lambda r: r.random() < 0.5,
        lambda r: round(r.uniform(0, 1000), r.randrange(1, 7)),
        lambda r: "".join(r.choices(_CHINESE, k=r.randrange(2, 12))),
        lambda r: f"https://{r.choice(_WORDS)}.example.com/{r.choice(_WORDS)}/{r.choice(_WORDS)}?id={r.randrange(10**6)}",
        lambda r: f"com.example.{r.choice(_WORDS)}.{r.choice(_WORDS).title()}Activity",
        lambda r: f"{r.choice(_WORDS)} {r.choice(_WORDS)} {r.choice(_WORDS)} failed: {r.choice(_WORDS)}",
        lambda r: _uuid(r),
        lambda r: _hex(r, 32),
        lambda r: f"{r.randrange(20)}.{r.randrange(20)}.{r.randrange(200)}",
    )

    def record(self, size: int) -> dict[str, object]:
        """About `size` bytes of JSON, in objects of ten fields."""
        events: list[object] = []
        about = self.device()
        left = size - len(json.dumps(about))
        while left > 0:
            event = {f"{self.r.choice(_WORDS)}_{self.r.choice(_WORDS)}": self.value() for _ in range(10)}
            left -= len(json.dumps(event, ensure_ascii=False).encode())
            events.append(event)
        return {"device": about, "events": events}

    def device(self) -> dict[str, object]:
        r = self.r
        about: dict[str, object] = {
            "brand": r.choice(_BRANDS), "model": _model(r), "os": "Android", "osVersion": str(r.randrange(8, 16)),
            "lang": "en", "uuid": _uuid(r), "w": r.choice((720, 1080, 1440)), "h": r.choice((1600, 2340, 3200)),
            "net": r.choice(("wifi", "5g")),
        }  # fmt: skip
        for known in r.sample(self.knowns, k=min(3, len(self.knowns))):
            about[known.field] = self.spelled(known.value)
        return about

    def spelled(self, value: str) -> str:
        """As it is, in capitals, without signs, or hashed."""
        way = self.r.randrange(5)
        if way == 0:
            return hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()
        if way == 1:
            return hashlib.sha256(value.lower().encode()).hexdigest()
        return {2: value.upper(), 3: value.replace(":", "").replace("-", "")}.get(way, value)

    def flat(self, size: int) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name, value in self.device().items()]
        while size > 0:
            name, value = f"{self.r.choice(_WORDS)}{len(pairs) % 50}", str(self.value())
            size -= len(name) + len(quote(value)) + 2
            pairs.append((name, value))
        return pairs

    def protobuf(self, size: int) -> bytes:
        """Messages of six fields: text, number, double, bytes."""
        r, out = self.r, bytearray()
        out += _field(1, json.dumps(self.device()).encode())
        while len(out) < size:
            inner = _field(1, r.choice(_WORDS).encode()) + b"\x10" + _varint(1_700_000_000_000 + r.randrange(10**10))
            inner += _field(3, str(self.value()).encode()) + b"\x21" + r.randbytes(8) + _field(5, r.randbytes(16))
            out += _field(2, inner + b"\x30" + _varint(r.randrange(1000)))
        return bytes(out)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def flows(count: int, knowns: list[Known]) -> Iterator[Exchange]:
    """Ordinary requests. One of ten holds some of the known values."""
    r = random.Random(SEED + 1)
    plain, telling = Writer(r, []), Writer(r, knowns)
    for index in range(count):
        writer = telling if r.random() < 0.1 else plain
        size = int(min(20_000, max(200, r.lognormvariate(7.6, 1.0))))
        kind = r.choices(("json", "form", "gzip", "base64", "protobuf", "get"), weights=(35, 15, 20, 10, 10, 10))[0]
        coding, body = _body(kind, size, writer)
        agent = _AGENT.format(os=r.randrange(8, 16), model=_model(r), build=f"{_hex(r, 6).upper()}", c=r.randrange(80, 130),
                              d=r.randrange(7000), e=r.randrange(200))  # fmt: skip
        headers = [("User-Agent", agent), ("Accept-Language", "en-US,en;q=0.9"), ("X-Request-Id", _uuid(r))]
        headers.append(("Cookie", f"sid={_hex(r, 32)}; _ga=GA1.2.{_digits(r, 9)}.{_digits(r, 10)}; theme={r.choice(_WORDS)}"))
        if coding:
            headers.append(("Content-Encoding", coding))
        query = urlencode(writer.flat(120)) if kind == "get" else f"v={r.randrange(10)}&ts={1_700_000_000_000 + index}"
        url = f"https://{r.choice(_WORDS)}.example.com/{r.choice(_WORDS)}/v2/{r.choice(_WORDS)}?{query}"
        yield Exchange(index=index, method="POST", url=url, headers=headers, body=body)


def _body(kind: str, size: int, writer: Writer) -> tuple[str, bytes]:
    """(content coding, body)"""
    if kind == "get":
        return "", b""
    if kind == "form":
        return "", urlencode(writer.flat(size)).encode()
    if kind == "protobuf":
        return "", writer.protobuf(size)
    text = json.dumps(writer.record(size), ensure_ascii=writer.r.random() < 0.5).encode()
    if kind == "gzip":
        return "gzip", gzip.compress(text, mtime=0)
    if kind == "base64":
        return "", json.dumps({"v": 2, "data": base64.b64encode(text).decode(), "t": writer.r.randrange(10**10)}).encode()
    return "", text


def large(name: str, size: int, knowns: list[Known]) -> bytes:
    """A body of about `size` bytes: json, ndjson (base64 of about 8 KiB in each line), form, protobuf or random. The known values
    stand in it once in every 100 KB or so."""
    r = random.Random(f"{SEED} {name}")
    plain, telling = Writer(r, []), Writer(r, knowns)
    if name == "random":
        return r.randbytes(size)
    pieces: list[bytes] = []
    made = 0
    while made < size:
        writer = telling if len(pieces) % 12 == 0 else plain
        pieces.append(_PIECES[name](writer))
        made += len(pieces[-1]) + 1
    return {"json": b'{"log":[' + b",\n".join(pieces) + b"]}", "ndjson": b"\n".join(pieces), "form": b"&".join(pieces)}.get(
        name, b"".join(pieces)
    )


_PIECES: dict[str, Callable[[Writer], bytes]] = {
    "json": lambda w: json.dumps(w.record(8000), ensure_ascii=False).encode(),
    "ndjson": lambda w: json.dumps(
        {"t": w.r.randrange(10**10), "payload": base64.b64encode(json.dumps(w.record(8000)).encode()).decode()}
    ).encode(),
    "form": lambda w: urlencode(w.flat(8000)).encode(),
    "protobuf": lambda w: w.protobuf(8000),
}
