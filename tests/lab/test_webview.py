"""WebView on the lab device: pages come by the device's proxy, are read, pressed and scrolled as on a phone."""

from __future__ import annotations

import asyncio
import base64
import io
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from harness.lab.apps.builder import build_source
from harness.lab.apps.sources import AppSource
from tests.lab.small_daemon import Node, SmallDaemon, walk
from tests.lab.test_runtime_device import authority_of_localhost

pytestmark = pytest.mark.lab

FOLDER = Path(__file__).parent / "pages"
PACKAGE = "example.pages"
AGENT = "Mozilla/5.0 (Linux; Android 15; LAB-1; wv) Chrome/131.0.6778.39 Mobile Safari/537.36"
POLICY = """<!doctype html><html><head><title>Privacy policy 隐私政策</title><style>.no{display:none}</style></head><body>
<h1>隐私政策</h1><p>我们收集<b>设备信息</b>。We collect your <i>location</i>.</p><p class="no">never shown</p>
<p>See <a id="sdk" href="/sdk">the list of SDKs</a>, <a href="/mine">mine</a> or <a href="#end">the end</a>.</p>
<table border="1"><tr><th>SDK</th><th>用途</th></tr><tr><td>AdNimbus</td><td>广告</td></tr></table>
<form action="/answer" method="post"><input name="who" placeholder="your name"><label><input type="checkbox" name="agree">
同意</label><button name="go" value="1">Send 提交</button></form>
""" + "".join(f"<p>Paragraph {n} 第{n}条</p>" for n in range(60)) + "<h2 id='end'>The end 完</h2></body></html>"  # fmt: skip


def answer(content: bytes | str, kind: str = "text/html; charset=utf-8", status: str = "200 OK", **headers: str) -> bytes:
    body = content.encode() if isinstance(content, str) else content
    named = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


@dataclass
class Internet:
    """The device's proxy and all that is behind it. `asked`: each request's first line, headers and body."""

    pages: dict[str, bytes]
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode().strip()
        headers: dict[str, str] = {}
        while text := (await reader.readline()).decode().strip():
            name, _, value = text.partition(": ")
            headers[name.lower()] = value
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append((line, headers, body))
        url = line.split(" ")[1].removeprefix("http://policy.example")
        writer.write(self.pages.get(url, answer("<p>nothing here</p>", status="404 Not Found")))
        await writer.drain()
        writer.close()

    def request(self, start: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of the one request whose first line begins so."""
        found = [(headers, body) for line, headers, body in self.asked if line.startswith(start)]
        assert len(found) == 1, [line for line, _, _ in self.asked]
        return found[0]


@asynccontextmanager
async def internet(pages: dict[str, bytes]) -> AsyncIterator[Internet]:
    made = Internet(pages)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@pytest.fixture(scope="module")
def apk() -> Path:
    return build_source(
        AppSource(name="pages", folder=FOLDER, package=PACKAGE, label="pages", version_code=1, version_name="1.0", code=(FOLDER,))
    )


def on_device(apk: Path, folder: Path, body: Callable[[SmallDaemon], Awaitable[None]], *, trust: str | None = None) -> None:
    async def main() -> None:
        daemon = SmallDaemon(apk, PACKAGE, folder)
        await daemon.start(profile={"user_agent": AGENT}, permissions={"android.permission.INTERNET": "granted"}, trust=trust)
        try:
            await daemon.launch(".MainActivity")
            await body(daemon)
        finally:
            await daemon.stop()

    asyncio.run(main())


async def order(daemon: SmallDaemon, text: str) -> None:
    left, top, _, _ = (await daemon.node("order"))["bounds"]
    await daemon.call("input", kind="set_text", x=left + 5, y=top + 5, text=text)
    await daemon.tap("go")


async def page(daemon: SmallDaemon) -> Node:
    """The page in the WebView: the node that has its title; empty before there is one."""
    view = next(n for w in await daemon.windows() for n in walk(w["root"]) if n.get("resource_id") == f"{PACKAGE}:id/web")
    inner = view.get("children", [{}])[0]
    assert {view["class"], inner.get("class", view["class"])} == {"android.webkit.WebView"}
    return dict(inner)


async def texts(daemon: SmallDaemon) -> list[str]:
    return [node["text"] for node in walk(await page(daemon)) if node.get("text")]


async def find(daemon: SmallDaemon, key: str, value: str, **wanted: object) -> Node:
    """Waits for a node whose `key` is `value` and that is what is wanted."""
    async with asyncio.timeout(30):
        while True:
            for window in await daemon.windows():
                for node in walk(window["root"]):
                    if node.get(key) == value and all(node.get(name) == one for name, one in wanted.items()):
                        return node
            await asyncio.sleep(0.05)


async def shows(daemon: SmallDaemon, text: str) -> None:
    """Waits until the page says so: a script's change is drawn within a tenth of a second."""
    async with asyncio.timeout(30):
        while not any(text in one for one in await texts(daemon)):
            await asyncio.sleep(0.05)


def test_a_policy_page_comes_by_the_proxy_and_is_read_and_pressed(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        pages = {
            "/": answer("", status="302 Found", Location="/policy", Set_Cookie="visit=1; Path=/; Max-Age=600"),
            "/policy": answer(POLICY),
            "/sdk": answer("<title>SDKs</title><p>第三方 SDK 清单</p>".encode("gbk"), "text/html; charset=gbk"),
            "/answer": answer("<p>received</p>"),
        }
        async with internet(pages) as net:
            await daemon.call("set", proxy={"host": "127.0.0.1", "port": net.port})
            await order(daemon, "headers http://policy.example/")
            await daemon.hear("finished http://policy.example/policy")
            assert daemon.said == [
                "default false null false",
                "progress 10",
                "override http://policy.example/policy true false",
                "started http://policy.example/policy",
                "progress 40",
                "title Privacy policy 隐私政策",
                "progress 80",
                "visible http://policy.example/policy",
                "progress 100",
                "finished http://policy.example/policy",
            ]
            headers, _ = net.request("GET http://policy.example/policy ")
            assert (headers["user-agent"], headers["x-requested-with"]) == (AGENT, PACKAGE)
            assert (headers["cookie"], headers["x-lab"]) == ("visit=1", "yes")

            said = await texts(daemon)
            assert {"隐私政策", "我们收集设备信息。We collect your location.", "the list of SDKs", "AdNimbus", "广告"}.issubset(
                said
            )
            assert "never shown" not in said
            assert "Paragraph 59 第59条" in said  # as on a phone, what is scrolled away is in the hierarchy too
            link = await daemon.node("the list of SDKs")
            assert (link["class"], link["clickable"]) == ("android.view.View", True)
            assert (await daemon.node("Send 提交"))["class"] == "android.widget.Button"

            await daemon.tap("同意")
            await find(daemon, "class", "android.widget.CheckBox", checked=True)
            left, top, _, _ = (await find(daemon, "hint", "your name"))["bounds"]
            await daemon.call("input", kind="set_text", x=left + 5, y=top + 5, text="张三")
            await daemon.tap("Send 提交")
            await daemon.hear("finished http://policy.example/answer")
            headers, sent = net.request("POST http://policy.example/answer ")
            assert sent == b"who=%E5%BC%A0%E4%B8%89&agree=on&go=1"
            assert headers["content-type"] == "application/x-www-form-urlencoded"
            await order(daemon, "back")
            await shows(daemon, "设备信息")

            await daemon.tap("mine")
            await daemon.hear("override http://policy.example/mine false true")
            await daemon.tap("the list of SDKs")
            await daemon.hear("finished http://policy.example/sdk")
            assert "第三方 SDK 清单" in await texts(daemon)
            assert not any("/mine" in line for line, _, _ in net.asked)
            await order(daemon, "facts")
            await daemon.hear("facts http://policy.example/sdk | SDKs | 100 | true | 2")

            await order(daemon, "cookie http://policy.example/x")
            await daemon.hear("cookie visit=1")

    on_device(apk, tmp_path, body)


def test_failures_downloads_and_content_of_the_apps_own_are_told_as_on_a_phone(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        pages = {"/gone": answer("<p>it is gone</p>", status="410 Gone"), "/file": answer(b"PK\0", "application/zip")}
        async with internet(pages) as net:
            await daemon.call("set", proxy={"host": "127.0.0.1", "port": net.port})
            await order(daemon, "load http://policy.example/gone")
            await daemon.hear("finished http://policy.example/gone")
            told = [line for line in daemon.said if not line.startswith(("progress", "title"))]
            assert told[1:] == [
                "http 410 Gone",
                "started http://policy.example/gone",
                "visible http://policy.example/gone",
                "finished http://policy.example/gone",
            ]
            assert "it is gone" in await texts(daemon)
            await order(daemon, "load http://policy.example/file")
            await daemon.hear("download application/zip 3")
            assert "it is gone" in await texts(daemon)
            await order(daemon, "post http://policy.example/posted")
            await daemon.hear("finished http://policy.example/posted")
            assert net.request("POST http://policy.example/posted ")[1] == b"a=1&b=2"
            await order(daemon, "load http://policy.example/intercepted")
            await shows(daemon, "the app answered this")
            assert not any("intercepted" in line for line, _, _ in net.asked)

        daemon.said.clear()
        await order(daemon, "load http://policy.example/none")
        await daemon.hear("finished http://policy.example/none")
        assert [line for line in daemon.said if not line.startswith(("progress", "title"))] == [
            "started http://policy.example/none",
            "error -6 net::ERR_CONNECTION_REFUSED",
            "old error -6 http://policy.example/none",
            "visible http://policy.example/none",
            "finished http://policy.example/none",
        ]
        await shows(daemon, "could not be loaded")

        await order(daemon, "load file:///android_asset/policy.html")
        await daemon.hear("finished file:///android_asset/policy.html")
        assert {"隐私政策", "第三方清单", "位置"} <= set(await texts(daemon))
        assert "this is not shown" not in await texts(daemon)  # its style sheet is an asset too
        await daemon.tap("第三方清单")
        await daemon.hear("finished file:///android_asset/detail.html")
        await order(daemon, "base <p>given <a href='policy.html'>by the app</a></p>")
        await daemon.hear("finished file:///android_asset/")
        await order(daemon, "facts")
        await daemon.until(lambda: any(line.startswith("facts about:blank") for line in daemon.said))
        await daemon.tap("by the app")
        await daemon.hear("override file:///android_asset/policy.html false true")
        await order(daemon, "data <p>data %E4%BD%A0</p>")
        await shows(daemon, "data 你")
        await order(daemon, "statics")
        await daemon.hear(f"application {AGENT}")
        await daemon.hear("package com.google.android.webview 131.0.6778.39")
        await daemon.hear("provided true b")

    on_device(apk, tmp_path, body)


def test_a_certificate_that_the_device_does_not_trust_is_the_apps_to_decide(apk: Path, tmp_path: Path) -> None:
    certificate, key = authority_of_localhost(tmp_path)
    other, _ = authority_of_localhost(tmp_path / "other")

    async def body(daemon: SmallDaemon) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        net = Internet({"/proceed": answer("<p>all the same</p>")})
        server = await asyncio.start_server(net.serve, "127.0.0.1", 0, ssl=context)
        address = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        await order(daemon, f"load {address}/stop")
        await daemon.hear("certificate 3")
        await daemon.hear(f"finished {address}/stop")
        assert not any(line.startswith(("error", "started")) for line in daemon.said)
        await order(daemon, f"load {address}/proceed")
        await shows(daemon, "all the same")
        assert [line for line, _, _ in net.asked] == ["GET /proceed HTTP/1.1"]
        server.close()

    on_device(apk, tmp_path, body, trust=str(other))


def test_scripts_run_where_the_app_lets_them_and_reach_it_by_its_bridge(apk: Path, tmp_path: Path) -> None:
    script = """<title>s</title><p id=o>before</p><button onclick="out(lab.greet('x', 3) + typeof lab.secret)">call</button>
        <script>function out(t) { document.getElementById('o').textContent = t }
        setTimeout(function () { out('timer') }, 50);
        fetch('/words').then(function (r) { return r.json() }).then(function (j) { alert(j.word) })</script>
        <noscript><p>no scripts</p></noscript>"""

    async def body(daemon: SmallDaemon) -> None:
        pages = {
            "/": answer(script),
            "/words": answer('{"word": "你好"}', "application/json"),
            "/new": answer("<p id=o>shown</p><script>class A { #x = 1 }</script>"),
        }
        async with internet(pages) as net:
            await daemon.call("set", proxy={"host": "127.0.0.1", "port": net.port})
            await order(daemon, "load http://policy.example/")
            await daemon.hear("finished http://policy.example/")
            assert {"before", "no scripts"} <= set(await texts(daemon))
            await order(daemon, "script on")
            await order(daemon, "bridge")
            await order(daemon, "reload")
            await daemon.hear("alert 你好")
            await shows(daemon, "timer")
            assert "no scripts" not in await texts(daemon)
            await daemon.tap("call")
            await daemon.hear("greeted x 3 JavaBridge")
            await shows(daemon, "hello xundefined")  # only annotated methods cross the bridge
            await order(daemon, "evaluate ({words: ['你', 1], title: document.title})")
            await daemon.hear('value {"words":["你",1],"title":"s"}')
            await order(daemon, "load javascript:out('by address')")
            await shows(daemon, "by address")
            assert not any(name == "unimplemented" for name, _ in daemon.events)
            await order(daemon, "load http://policy.example/new")
            await shows(daemon, "shown")
            gap = {"method": "android.webkit.WebView: a script that its engine does not understand"}
            await daemon.until(lambda: ("unimplemented", gap) in daemon.events)

    on_device(apk, tmp_path, body)


def test_a_page_is_drawn_and_scrolls(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        async with internet({"/": answer(POLICY.replace("<body>", "<body style='background:#204060;color:white'>"))}) as net:
            await daemon.call("set", proxy={"host": "127.0.0.1", "port": net.port})
            await order(daemon, "load http://policy.example/")
            await daemon.hear("finished http://policy.example/")
            left, top, right, bottom = (await page(daemon))["bounds"]
            before = await picture(daemon)
            assert before.getpixel((right - 4, bottom - 4)) == (0x20, 0x40, 0x60)
            title = (await daemon.node("隐私政策"))["bounds"]
            assert max(before.crop(title).convert("L").tobytes()) > 200  # white letters
            middle = (left + right) // 2
            await daemon.call("input", kind="swipe", x=middle, y=bottom - 50, x2=middle, y2=top + 50, ms=300)
            assert (await find(daemon, "text", "隐私政策"))["bounds"][1] == top  # gone above the edge
            await order(daemon, "scroll")
            await daemon.hear("scrolled true")
            end = (await daemon.node("The end 完"))["bounds"]
            assert top < end[1] < end[3] <= bottom

    on_device(apk, tmp_path, body)


async def picture(daemon: SmallDaemon) -> Image.Image:
    shot = await daemon.call("screenshot")
    return Image.open(io.BytesIO(base64.b64decode(shot["png"]))).convert("RGB")
