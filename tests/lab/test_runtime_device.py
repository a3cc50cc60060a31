"""What an app sees of the lab device: a real app process runs the APK of tests/lab/probe."""

from __future__ import annotations

import asyncio
import base64
import io
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.apps.builder import build_source
from harness.lab.apps.sources import AppSource
from tests.lab.small_daemon import SmallDaemon, walk

pytestmark = pytest.mark.lab

FOLDER = Path(__file__).parent / "probe"
PACKAGE = "example.probe"
BASIC = ("INTERNET", "ACCESS_WIFI_STATE", "BLUETOOTH", "BLUETOOTH_CONNECT")
PERSONAL = (
    "READ_PHONE_STATE", "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "READ_CONTACTS", "READ_SMS", "READ_CALL_LOG",
    "READ_CALENDAR", "READ_MEDIA_IMAGES", "GET_ACCOUNTS", "QUERY_ALL_PACKAGES",
)  # fmt: skip
PROFILE: dict[str, Any] = {
    "timezone": "Asia/Shanghai",
    "cameras": [{"facing": "back", "marker": "0" * 32}, {"facing": "front", "marker": "f" * 32}],
    "build": {"model": "LAB-1", "serial": "LABSERIAL1"},
    "telephony": {
        "sims": [
            {
                "slot": 0,
                "imei": "004400000000001",
                "meid": "A0000000000001",
                "imsi": "001010000000001",
                "iccid": "8900100000000000001",
                "phone_number": "+8615400000001",
                "operator_numeric": "00101",
                "operator_name": "LabTel",
                "country_iso": "cn",
            }
        ],
        "network_type": 13,
        "cell": {"mcc": "001", "mnc": "01", "tac": 7, "ci": 77, "pci": 3, "dbm": -90},
        "neighbours": [],
    },
    "wifi": {
        "mac": "02:11:22:33:44:55",
        "ssid": "lab-net",
        "bssid": "02:aa:bb:cc:dd:ee",
        "ip": "10.1.2.3",
        "dns": [],
        "scan": [{"ssid": "other", "bssid": "02:aa:bb:cc:dd:ef"}],
    },
    "bluetooth": {"mac": "02:99:88:77:66:55", "name": "lab", "bonded": [{"name": "ear", "mac": "02:99:88:77:66:56"}]},
    "location": {"track": [{"latitude": 31.234567, "longitude": 121.498765, "accuracy_m": 8, "after_s": 0}]},
    "contacts": [{"id": 1, "name": "张三", "phones": ["+8615400000002"], "emails": []}],
    "sms": [{"id": 1, "address": "10690000", "body": "code 1234", "date_ms": 1, "type": "inbox", "read": True}],
    "calls": [{"id": 1, "number": "+8615400000003", "date_ms": 1, "duration_s": 2, "type": "incoming"}],
    "calendar": [{"id": 1, "title": "Meet", "begin_ms": 1, "end_ms": 2, "attendees": []}],
    "media": [{"id": 1, "kind": "image", "name": "IMG_1.jpg", "mime": "image/jpeg", "size": 3, "date_ms": 1}],
    "accounts": [{"name": "u@mail.example", "type": "com.example.account"}],
    "installed_apps": [{"package": "com.example.chat", "label": "Chat", "version_name": "1", "version_code": 1}],
    "clipboard": {"text": "copied"},
    "ids": {"drm_id": "AAECAw=="},
    "user_agent": "Lab/1",
}
PLANTED = {
    "imei": "004400000000001",
    "deviceId": "004400000000001",
    "meid": "A0000000000001",
    "imsi": "001010000000001",
    "iccid": "8900100000000000001",
    "line1": "+8615400000001",
    "operator": "00101 LabTel",
    "subscriber": "004400000000001",
    "cells": "1",
    "serial": "LABSERIAL1",
    "model": "LAB-1 35",
    "androidId": "0123456789abcdef",
    "wifi": '"lab-net" 02:aa:bb:cc:dd:ee 02:11:22:33:44:55',
    "scan": "1",
    "bluetooth": "02:99:88:77:66:55",
    "bonded": "1",
    "location": "31.234567,121.498765",
    "contacts": "张三",
    "phones": "+8615400000002",
    "phonesOfOne": "+8615400000002",
    "sms": "code 1234",
    "calls": "+8615400000003",
    "events": "Meet",
    "images": "IMG_1.jpg",
    "early": "early",
    "drm": "4",
    "userAgent": "Lab/1",
    "link": "[10.1.2.3/24]",
    "cameras": "2",
    "accounts": "1",
    "apps": "example.probe com.example.chat",
    "clip": "copied",
}


@pytest.fixture(scope="module")
def apk() -> Path:
    return build_source(
        AppSource(
            name="probe",
            folder=FOLDER,
            package=PACKAGE,
            label="probe",
            version_code=1,
            version_name="1.0",
            code=(FOLDER,),
        )
    )


def granted(*names: str) -> dict[str, str]:
    return {f"android.permission.{name}": "granted" for name in names}


def on_device(
    apk: Path,
    folder: Path,
    body: Callable[[SmallDaemon], Awaitable[None]],
    *,
    permissions: dict[str, str],
    profile: dict[str, Any] | None = None,
) -> None:
    async def main() -> None:
        daemon = SmallDaemon(apk, PACKAGE, folder)
        await daemon.start(
            profile=profile or PROFILE,
            permissions=permissions,
            settings={"secure": {"android_id": "0123456789abcdef"}},
        )
        try:
            await body(daemon)
        finally:
            await daemon.stop()

    asyncio.run(main())


async def readings(daemon: SmallDaemon) -> dict[str, str]:
    await daemon.tap("read")
    await daemon.until(lambda: any(line.startswith(("clip=", "clip!")) for line in daemon.said))
    found = {}
    for line in daemon.said:
        name, mark, value = line.partition("=")
        if not mark:
            name, _, value = line.partition("!")
        found[name] = value
    return found


def test_with_its_permissions_an_app_reads_what_was_planted(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")
        found = await readings(daemon)
        assert {name: found.get(name) for name in PLANTED} == PLANTED
        await daemon.hear("update=31.234567")

    on_device(apk, tmp_path, body, permissions=granted(*BASIC, *PERSONAL))


def test_without_permissions_an_app_reads_what_android_15_lets_it(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")
        found = await readings(daemon)
        refused = ("imei", "deviceId", "meid", "imsi", "iccid", "line1", "serial", "subscriber", "cells", "location", "updates")
        refused += ("contacts", "phones", "sms", "calls", "events")
        assert {name: found[name] for name in refused} == dict.fromkeys(refused, "SecurityException")
        assert found["wifi"].split() == ["<unknown", "ssid>", "02:00:00:00:00:00", "02:11:22:33:44:55"]
        assert (found["scan"], found["images"], found["accounts"], found["apps"]) == ("0", "", "0", PACKAGE)

    on_device(apk, tmp_path, body, permissions=granted(*BASIC))


def test_identifiers_as_on_android_10_are_refused_even_with_the_permission(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")
        found = await readings(daemon)
        assert {found[name] for name in ("imei", "imsi", "iccid", "serial", "subscriber")} == {"SecurityException"}
        assert found["bluetooth"] == "02:00:00:00:00:00"
        assert found["wifi"].endswith("02:00:00:00:00:00")

    on_device(
        apk,
        tmp_path,
        body,
        permissions=granted(*BASIC, *PERSONAL),
        profile={**PROFILE, "identifiers": "android10"},
    )


def test_no_code_of_the_app_runs_before_release(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.call("dump")
        assert daemon.said == []
        await daemon.call("release")
        await daemon.hear("application after provider: true")

    on_device(apk, tmp_path, body, permissions=granted(*BASIC))


def test_activities_dialogs_services_receivers_and_results_work_as_on_a_phone(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")
        await daemon.hear("delayed in real time true")
        await daemon.hear("window focus true")

        await daemon.tap("ask")
        await daemon.hear("permissions 11 android.permission.CAMERA true true")

        await daemon.tap("answer")
        await daemon.hear("result 12 -1 42")

        await daemon.tap("service")
        for line in ("service started 3", "service bound", "service destroyed"):
            await daemon.hear(line)

        await daemon.tap("send")
        await daemon.hear("registered receiver example.probe.LOCAL")
        ping = {"action": "example.probe.PING", "extras": {"word": "hello"}}
        answer = await daemon.call("broadcast", intent=ping, receiver=f"{PACKAGE}/.BootReceiver")
        assert answer == {"result_code": 7, "result_data": "pong", "extras": None, "abort": False}
        assert "received example.probe.PING hello" in daemon.said

        await daemon.tap("load")
        await daemon.hear("no native library")
        [library] = [fields for name, fields in daemon.events if name == "native"]
        assert library == {"library": "probe", "error": "the APK has no such library"}
        await daemon.hear("no faces")
        ended = [fields for name, fields in daemon.events if name == "unimplemented"]
        told = [fields["asked"] for fields in ended if fields["method"] == "android.media.FaceDetector.fft_initialize"]
        assert told == ["android.media.FaceDetector.<init>"]    # once, though it was called twice
        assert not [fields for fields in ended if "FaceDetector" not in fields["method"]], "nothing else is wanting"

        await daemon.tap("dialog")
        await daemon.hear("window focus false")
        window = (await daemon.windows())[-1]
        left, top, right, _ = window["bounds"]
        assert (window["type"], window["focused"]) == ("dialog", True)
        assert abs((left + right) - 822) <= 2
        assert {"隐私政策", "同意吗?", "同意", "不同意"} <= {node.get("text") for node in walk(window["root"])}
        shot = await daemon.call("screenshot")
        picture = Image.open(io.BytesIO(base64.b64decode(shot["png"]))).convert("L")
        assert picture.size == (shot["width"], shot["height"]) == (822, 1462)
        assert picture.getpixel((right - 100, top + 60)) > picture.getpixel((411, 1400)) + 40  # the dialog over a dimmed screen
        await daemon.tap("同意")
        await daemon.until(lambda: ("toast", {"text": "谢谢", "duration": 2000}) in daemon.events)
        assert len(await daemon.windows()) == 1

    on_device(apk, tmp_path, body, permissions={**granted(*BASIC), "android.permission.CAMERA": "denied"})


def test_a_tap_on_a_row_of_a_list_is_answered_after_its_click(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")
        await daemon.tap("list")
        await daemon.hear("window focus false")
        await daemon.tap("second")
        assert "row 1" in daemon.said

    on_device(apk, tmp_path, body, permissions=granted(*BASIC))


def test_text_is_typed_in_any_script_and_set_as_a_whole(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")
        await daemon.tap("field")
        await daemon.call("input", kind="text", text="你好 ")
        await daemon.call("input", kind="text", text="lab")
        assert (await daemon.node("field"))["text"] == "你好 lab"
        left, top, _, _ = (await daemon.node("field"))["bounds"]
        assert (await daemon.call("input", kind="set_text", x=left + 5, y=top + 5, text="new")) == {"handled": True}
        assert (await daemon.node("field"))["text"] == "new"

    on_device(apk, tmp_path, body, permissions=granted(*BASIC))


def test_the_proxy_can_be_changed_while_the_app_runs(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        heard: list[bytes] = []

        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.readline())
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await daemon.launch(".MainActivity")
        left, top, _, _ = (await daemon.node("field"))["bounds"]
        await daemon.call("input", kind="set_text", x=left + 5, y=top + 5, text="http://tracker.example/x")
        await daemon.call("set", proxy={"host": "127.0.0.1", "port": port})
        await daemon.tap("fetch")
        await daemon.hear("fetched=204")
        assert heard == [b"GET http://tracker.example/x HTTP/1.1\r\n"]
        await daemon.call("set", proxy=None)
        await daemon.tap("fetch")
        await daemon.until(lambda: any(line.startswith("fetched!") for line in daemon.said))
        assert len(heard) == 1
        server.close()

    on_device(apk, tmp_path, body, permissions=granted(*BASIC))


def test_https_is_trusted_by_the_devices_certificates_and_no_others(apk: Path, tmp_path: Path) -> None:
    certificate, key = authority_of_localhost(tmp_path)

    async def fetched(trust: str) -> str:
        daemon = SmallDaemon(apk, PACKAGE, tmp_path)
        await daemon.start(permissions=granted(*BASIC), trust=trust)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        try:
            await daemon.launch(".MainActivity")
            left, top, _, _ = (await daemon.node("field"))["bounds"]
            address = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
            await daemon.call("input", kind="set_text", x=left + 5, y=top + 5, text=address)
            await daemon.tap("fetch")
            await daemon.until(lambda: any(line.startswith("fetched") for line in daemon.said))
            return next(line for line in daemon.said if line.startswith("fetched"))
        finally:
            server.close()
            await daemon.stop()

    assert asyncio.run(fetched(str(certificate))) == "fetched=204"
    other, _ = authority_of_localhost(tmp_path / "other")
    assert "SSLHandshakeException" in asyncio.run(fetched(str(other)))


def authority_of_localhost(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for localhost, and its key, as PEM files."""
    folder.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


def test_a_crash_is_told_with_a_phones_stack_and_ends_the_process(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")

        async def press() -> None:
            await daemon.tap("crash")
            await daemon.call("dump")

        with pytest.raises(ProcessGone):
            await press()
        stack = next(fields["stack"] for name, fields in daemon.events if name == "crash")
        assert stack.startswith("java.lang.IllegalStateException: asked to crash\n\tat example.probe.MainActivity.onClick")
        assert "at android.view.View.performClick(View.java:" in stack
        assert "robo" not in stack
        assert daemon.process.exit_reason == "crash"

    on_device(apk, tmp_path, body, permissions=granted(*BASIC))


def test_what_the_daemon_asks_in_error_is_refused_and_the_app_lives_on(apk: Path, tmp_path: Path) -> None:
    async def body(daemon: SmallDaemon) -> None:
        await daemon.launch(".MainActivity")
        for op, arguments in (("nothing", {}), ("bind", {"package": PACKAGE}), ("input", {"kind": "wink"})):
            with pytest.raises(AppProcessError):
                await daemon.call(op, **arguments)
        assert await daemon.windows()

    on_device(apk, tmp_path, body, permissions=granted(*BASIC))
