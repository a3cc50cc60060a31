"""Bundles that reports are made from in tests: one with planted personal information wherever a bundle can hold it, and one
whose app puts markup into every string that it controls."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image

from harness.bundle import Bundle
from harness.model import Call, Control, Fact, Flow, Gap, GapKind, Message, Outcome, Screen, Stack, Step

T0 = 1_750_000_000_000_000_000
SECOND = 1_000_000_000
SCENARIO = "first-launch-agree"
PLANTED = {
    "imei": "490154203237518",
    "android_id": "9f3c5a7e1b2d4c68",
    "mac": "3c:5a:b4:1e:7f:d2",
    "phone": "13912345678",
    "email": "liwenjing1987@mail.example",
    "name": "欧阳文静",
    "ssid_bssid": "Wenjing-Home-5G",
    "oaid": "8a6e0804-2bd0-4672-b79d-d97027f9071a",
    "clipboard": "verification 739205 for transfer",
    "location_precise": {"latitude": 31.2304162, "longitude": 121.4737019},
    "contacts": [{"name": "王小明明", "phone": "13800138000"}, {"name": "张丽华华", "phone": "13700137011"}],
    "account": "wenjing_private_42",
}
BOUNDS = (60, 900, 760, 980)  # where the picture shows the phone number

XSS = (
    "</script><script>pwned=1</script>",
    "<img src=x onerror=pwned=1>",
    "<svg/onload=pwned=1>",
    "\"'><script>pwned=1</script>",
    "' onmouseover='pwned=1' autofocus onfocus='pwned=1",
    "javascript:pwned=1",
    "</style><style>@import 'http://evil.example/'</style>",
    "</title><body onload=pwned=1>",
    "--><!-- <script>pwned=1</script>",
    "]]><script>pwned=1</script>",
    "{{constructor.constructor('pwned=1')()}}{% raw %}",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<a href='javascript:pwned=1'>x</a><base href='http://evil.example/'>",
    "<form action='http://evil.example/'><button id=evidence>x</button></form>",
    "<math><mtext></p><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=pwned=1&gt;'>",
    "\u202egpj.exe\u2066<script>pwned=1</script>",
    "\ud83d<script>pwned=1</script>\u0000\u2028",
    "=cmd|' /C calc'!A0<details open ontoggle=pwned=1>",
    "__proto__",
    "<object data='data:text/html,<script>pwned=1</script>'>",
    "⟦<img src=x onerror=pwned=1>⟧c1, t2",
)


def png(size: tuple[int, int] = (822, 1462)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (230, 240, 250)).save(out, "PNG")
    return out.getvalue()


def hierarchy(text: str, bounds: tuple[int, int, int, int] = BOUNDS) -> bytes:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    left, top, right, bottom = bounds
    return (f'<?xml version="1.0"?><hierarchy><node text="{safe}" class="android.widget.TextView" package="example.shop" '
            f'bounds="[{left},{top}][{right},{bottom}]"/></hierarchy>').encode()


class Writer:
    """Writes the events of a run one after another, each half a second after the one before."""

    def __init__(self, folder: Path) -> None:
        self.at = T0
        self.bundle = Bundle.create(folder, "example.shop", clock=self.later)
        self.calls = 0

    def later(self) -> int:
        self.at += SECOND // 2
        return self.at

    def fact(self, type: str, **data: Any) -> Fact:
        return self.bundle.append(Fact(host_ns=self.later(), type=type, data=data))

    def step(self, action: str, **about: Any) -> Step:
        at = self.later()
        return self.bundle.append(Step(**({"host_ns": at, "end_ns": at + 1000, "scenario": SCENARIO, "action": action} | about)))

    def stack(self, *frames: str) -> str:
        return self.bundle.append(Stack(host_ns=self.at, pid=7, frames=list(frames))).id

    def call(self, kind: str, value: Any, **about: Any) -> Call:
        at = self.later()
        self.calls += 1
        given = {
            "host_ns": at, "device_ns": at, "pid": 7, "process": "example.shop", "tid": 1, "thread": "main", "seq": self.calls,
            "hook": "h", "kind": kind, "method": f"a.b.C.{kind}", "value": value, "outcome": Outcome.VALUE,
        }  # fmt: skip
        return self.bundle.append(Call(**(given | about)))

    def flow(self, url: str, body: bytes = b"", **about: Any) -> Flow:
        message = Message(headers=about.pop("headers", []), body=self.bundle.put_object(body) if body else None, size=len(body))
        host = about.pop("host", "t.adnimbus.example")
        return self.bundle.append(Flow(
            **({"host_ns": self.later(), "protocol": "https", "method": "POST", "url": url, "host": host, "port": 443,
                "request": message, "status": 200} | about)))


def planted(folder: Path) -> Path:
    """A run in which values of PLANTED are read before consent and sent in many forms, and stand in texts of all kinds."""
    w = Writer(folder)
    imei, email, account = (str(PLANTED[kind]) for kind in ("imei", "email", "account"))
    w.fact("case", operator="A. Tester", number="2026-17", client="Office", command_line=["harness", "run", "shop.apk"])
    w.fact("app", package="example.shop", label="Shop", version="1.2", version_code=7, sha256="0" * 64, signers=["ab" * 32],
           permissions=["android.permission.READ_PHONE_STATE"], min_sdk=26, target_sdk=34, size=12345, file="shop.apk")
    w.fact("tools", harness="0.1.0", frida="17")
    w.fact("device", serial="LAB1", kind="lab", model="XH", brand="xihai", release="15", sdk=35, locale="zh-CN",
           properties={"ro.serialno": PLANTED["imei"], "net.hostname": PLANTED["account"]})
    w.fact("clock", at="start", offset_ns=-584_228, uncertainty_ns=794_459, source="date", rounds=8)
    w.fact("hook", method="a.b.C.imei", process="example.shop", status="failed", why=f"saw {PLANTED['imei']}")
    w.step("scenario_start")
    shot, tree = w.bundle.put_object(png()), w.bundle.put_object(hierarchy(f"您好 {PLANTED['phone']}"))
    screen = w.bundle.append(Screen(
        host_ns=w.later(), package="example.shop", kind="policy_consent", screenshot=shot, hierarchy=tree,
        controls=[Control(text="同意", role="agree", bounds=(400, 1200, 700, 1300))]))
    frames = w.stack("com.quillmetrics.sdk.Collector.read(Collector.java:7)", "android.os.Handler.dispatchMessage(Handler.java)")
    own = w.stack("example.shop.Main.start(Main.java:3)")
    for kind, value in PLANTED.items():
        w.call(kind, value, stack=frames, permission="android.permission.READ_PHONE_STATE" if kind == "imei" else None)
        w.call(kind, value, stack=own, arguments=[f"id={value}", {"who": email}], thread=f"worker {account}")
    w.call("crypto", {"input": imei, "output": base64.b64encode(imei.encode()).decode()}, stack=own, arguments=[email])
    w.call("http_write", {"head": f"GET /?i={imei} HTTP/1.1\r\nHost: t.adnimbus.example\r\nX-User: {account}",
                          "host": "t.adnimbus.example"}, stack=own)
    w.call("phone", None, outcome=Outcome.THROWN, error=f"java.lang.SecurityException: {PLANTED['phone']} may not", stack=own)
    send(w)
    w.step("tap", screen=screen.id, opens="after_agree", target=f"同意 {PLANTED['phone']}",
           control=Control(text=f"同意 {PLANTED['phone']}", role="agree", bounds=(400, 1200, 700, 1300)))
    w.step("type", target=email, detail={"text": email})
    w.bundle.append(Gap(host_ns=w.later(), kind=GapKind.TRAFFIC_NOT_READ, detail=f"A request with {imei} was not read.",
                        subject=account, detail_zh=f"未读取含 {imei} 的请求。"))
    w.fact("page", page="policy", outcome="opened", whole=True, scenario=SCENARIO, url=f"https://shop.example/?u={imei}",
           object=w.bundle.put_object("隐私政策 全文".encode()))
    w.fact("refusal", scenario=SCENARIO, outcome="continues", said=f"Welcome {PLANTED['name']}, {PLANTED['phone']}")
    w.step("scenario_end")
    w.bundle.seal(complete=True)
    return w.bundle.path


def send(w: Writer) -> None:
    """The planted values on the wire: as they are, percent-encoded, in JSON, gzip, Base64, hexadecimal and as digests."""
    everything = json.dumps(PLANTED, ensure_ascii=False)
    imei, email = str(PLANTED["imei"]), str(PLANTED["email"])
    query = "&".join(f"{key}={quote(str(value))}" for key, value in PLANTED.items())
    address = "https://t.adnimbus.example"
    w.flow(f"{address}/v1/{imei}/start?{query}", everything.encode(), headers=[["Content-Type", "application/json"]])
    w.flow(f"{address}/b?d={quote(base64.b64encode(everything.encode()).decode())}", gzip.compress(everything.encode(), mtime=0),
           headers=[["Content-Encoding", "gzip"]])
    digests = {name: hashlib.new(name, imei.encode()).hexdigest() for name in ("md5", "sha1", "sha256")}
    w.flow(f"{address}/c", json.dumps(digests | {"mail": hashlib.md5(email.encode()).hexdigest().upper()}).encode())
    w.flow(f"https://{imei}.t.adnimbus.example/e?{imei}#{email}", host=f"{imei}.t.adnimbus.example")
    form = f"imei={imei}&hex={imei.encode().hex()}&nick={quote(str(PLANTED['name']))}"
    w.flow(f"{address}/d", form.encode(), protocol="http",
           headers=[["Cookie", f"uid={PLANTED['account']}"], ["Content-Type", "application/x-www-form-urlencoded"]])


def of_events(value: Any) -> Iterator[str]:
    """All texts inside a planted value."""
    if isinstance(value, dict):
        for one in value.values():
            yield from of_events(one)
    elif isinstance(value, list):
        for one in value:
            yield from of_events(one)
    else:
        yield str(value)


def hostile(folder: Path) -> Path:
    """A run whose app puts each text of XSS into every string that it controls: names, labels, values, addresses, heads,
    bodies, stacks, texts of screens and of the device."""
    w = Writer(folder)
    all_of = " ".join(XSS)
    w.fact("case", operator=all_of, number=XSS[0], client=XSS[1], note=all_of)
    w.fact("app", package=XSS[3], label=all_of + "A" * 1_000_000, version=XSS[4], sha256=XSS[5],
           signers=list(XSS), permissions=list(XSS))
    w.fact("device", serial=XSS[6], kind="lab", model=XSS[7], brand=XSS[8], fingerprint=all_of, properties={XSS[9]: XSS[10]})
    w.fact("tools", **{"harness": XSS[11], "x" + XSS[12]: XSS[13]})
    w.fact("agent", agent=XSS[14], catalogue=XSS[15], hooks=1, methods=1)
    w.step("scenario_start")
    shot = w.bundle.put_object(png())
    for bad in XSS:
        stack = w.stack(f"com.quillmetrics.{bad}.a({bad}:1)", bad)
        screen = w.bundle.append(Screen(
            host_ns=w.later(), package=bad, activity=bad, kind="policy_consent", reason=bad, screenshot=shot, permission=bad,
            hierarchy=w.bundle.put_object(hierarchy(bad.encode("utf-8", "replace").decode().replace("\0", ""))),
            controls=[Control(text=bad, role="agree", resource_id=bad, package=bad, bounds=(1, 1, 300, 90))]))
        for kind in ("android_id", "imei", "permission_request", "http_write", "crypto", "clipboard"):
            w.call(kind, bad if kind != "http_write" else {"head": f"GET /{bad} HTTP/1.1", "host": bad}, stack=stack, process=bad,
                   thread=bad, method=f"a.B.{bad}", signature=f"({bad})", arguments=[bad, {bad: bad}], permission=bad)
        w.call("phone", None, outcome=Outcome.THROWN, error=bad, stack=stack)
        sent = bad.replace("\ud83d", "\udcf0")    # what is no UTF-8 on the wire
        w.flow(f"https://t.adnimbus.example/{sent}?{sent}={sent}", f"{bad}={bad}&imei={bad}".encode("utf-8", "replace"),
               method=sent, headers=[[sent, sent]], error=bad)
        w.flow("https://t.adnimbus.example/v", bad.encode("utf-8", "replace"), host=sent)
        w.fact("hook", method=bad, process=bad, status=bad, why=bad)
        w.fact("process", process=bad, state="hooked", pid=1)
        w.fact("refusal", scenario=SCENARIO, outcome=bad, screens=[screen.id], **{"k" + bad: bad})
        w.bundle.append(Gap(host_ns=w.later(), kind=GapKind.TRAFFIC_NOT_READ, detail=bad, subject=bad, detail_zh=bad))
        w.step("tap", screen=screen.id, target=bad, outcome=bad, control=Control(text=bad, role="agree", resource_id=bad,
                                                                                 bounds=(10, 20, 300, 90)))
    w.step("tap", opens="after_agree", target=all_of)
    w.step("scenario_end")
    w.bundle.seal(complete=True)
    return w.bundle.path
