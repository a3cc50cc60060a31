"""Downloads of the system's download manager: over the device's proxy, outliving the app, with the documented reasons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.recording_proxy import RecordingProxy, Reply, Seen, recording_proxy
from tests.lab.service_bench import PACKAGE, ServiceBench, service_bench

pytestmark = pytest.mark.lab

PORT = 18_080
OWN = f"/storage/emulated/0/Android/data/{PACKAGE}/files/Download"
BODY = b"what is downloaded"


def answer(seen: Seen) -> Reply:
    name = seen.url.rpartition("/")[2]
    if name == "redirect":
        return Reply(302, headers={"Location": "/file.txt"})
    if name == "loop":
        return Reply(302, headers={"Location": "/loop"})
    if name.isdigit():
        return Reply(int(name))
    if name == "short":
        return Reply(200, BODY, {"Content-Type": "text/plain"}, len(BODY) + 10)
    headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Disposition": 'attachment; filename="named.txt"'}
    return Reply(200, BODY, headers)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingProxy]:
    with recording_proxy(tmp_path_factory.mktemp("proxy"), answer) as made:
        yield made


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory, proxy: RecordingProxy) -> Iterator[ServiceBench]:
    with service_bench(tmp_path_factory.mktemp("state")) as made:
        made.device.push(proxy.ca.read_bytes(), "/data/local/tmp/ca.pem")
        made.shell("su 0 cp /data/local/tmp/ca.pem /system/etc/security/cacerts/test.0")
        made.device.reverse(PORT, proxy.port)
        made.shell(f"settings put global http_proxy 127.0.0.1:{PORT}")
        yield made


@pytest.fixture
def lab(device: ServiceBench) -> Iterator[ServiceBench]:
    device.shell(f"am force-stop {PACKAGE}")
    device.forget()
    yield device
    device.shell("svc wifi enable; svc data enable")


def enqueue(lab: ServiceBench, url: str, extras: str = "") -> int:
    before = len([line for line in lab.said if line.startswith("enqueued ")])
    lab.in_front("download", f"--es url {url} {extras}")
    return int([line for line in lab.said if line.startswith("enqueued ")][before].split()[1])


def ends(lab: ServiceBench, number: int, status: int) -> None:
    lab.wait_for("logcat -d -s DownloadManager:D", rf"\[{number}\] Finished with status {status}$")


def test_the_shared_storage_is_one_for_the_apps_processes(lab: ServiceBench) -> None:
    lab.shell("mkdir -p /sdcard/Android/data/other.app/files")
    lab.in_front("storage")
    assert f"apps {PACKAGE}" in lab.said  # and no other's
    assert f"own {OWN} mounted true" in lab.said
    assert "public /storage/emulated/0/Download" in lab.said
    lab.kill()
    lab.in_front("storage")
    lab.hear("kept true made false")
    assert "kept" in lab.shell(f"ls /sdcard/Android/data/{PACKAGE}/files/Download")


def test_a_file_comes_over_the_proxy_and_the_app_is_told(lab: ServiceBench, proxy: RecordingProxy) -> None:
    lab.in_front("watchDownloads")
    number = enqueue(lab, "https://files.example/a/file.txt?x=1", "--es own mine.txt")
    lab.hear(f"changed content://downloads/my_downloads/{number}")
    lab.hear(f"complete {number}")
    (seen,) = proxy.asked("https://files.example/a/file.txt?x=1")
    assert seen.headers["x-own"] == "header of the app"
    assert seen.headers["user-agent"].startswith("AndroidDownloadManager/15 (Linux; U; Android 15; ")
    lab.in_front("progress")
    size = len(BODY)
    lab.hear(f"status 8 reason 0 bytes {size} of {size} title A title type text/plain at file://{OWN}/mine.txt")
    lab.in_front("readPath", f"--es path {OWN}/mine.txt")
    lab.hear(f"found {BODY.decode()}")
    again = enqueue(lab, "https://files.example/a/file.txt", "--es own mine.txt")
    lab.hear(f"complete {again}")
    assert {"mine-1.txt", "mine.txt"} <= set(lab.shell(f"ls {OWN}").split())
    assert lab.shell(f"cat {OWN}/mine-1.txt") == BODY.decode()


def test_another_process_finds_what_one_has_asked_for(lab: ServiceBench) -> None:
    public = enqueue(lab, "https://files.example/public", "--es shared public.txt")
    lab.hear(f"complete {public}")
    hidden = enqueue(lab, "https://files.example/cache")
    lab.hear(f"complete {hidden}")
    lab.kill()
    lab.in_front("progress", f"--es id {public}")
    lab.in_front("readPath", "--es path /storage/emulated/0/Download/public.txt")
    lab.hear(f"found {BODY.decode()}")
    lab.in_front("readDownload", f"--es id {hidden}")
    lab.hear(f"read {BODY.decode()}")
    lab.hear(f"resolved content://downloads/all_downloads/{hidden} {len(BODY)} text/plain")
    assert "public.txt" in lab.shell("ls /sdcard/Download")


def test_redirects_are_followed_and_not_for_ever(lab: ServiceBench, proxy: RecordingProxy) -> None:
    number = enqueue(lab, "https://files.example/redirect")
    lab.hear(f"complete {number}")
    assert proxy.asked("https://files.example/file.txt")
    number = enqueue(lab, "https://files.example/loop")
    lab.hear(f"complete {number}")
    lab.in_front("progress")
    assert [line for line in lab.said if line.startswith("status 16 reason 1005 ")]


@pytest.mark.parametrize(
    ("url", "reason"),
    [("https://files.example/404", 404), ("https://files.example/304", 1002), ("http://files.example/file.txt", 400)],
)
def test_what_fails_for_good_says_why(lab: ServiceBench, url: str, reason: int) -> None:
    number = enqueue(lab, url)
    lab.hear(f"complete {number}")
    lab.in_front("progress")
    assert [line for line in lab.said if line.startswith(f"status 16 reason {reason} ")], lab.said


def test_a_host_that_fails_is_tried_again_and_at_last_given_up(lab: ServiceBench, proxy: RecordingProxy) -> None:
    number = enqueue(lab, "https://files.example/500")
    ends(lab, number, 194)
    lab.in_front("progress")
    assert [line for line in lab.said if line.startswith("status 4 reason 1 ")], lab.said
    for tries in range(2, 6):
        lab.shell("logcat -c")
        lab.shell(f"cmd jobscheduler run -f com.android.providers.downloads {number}")
        ends(lab, number, 194 if tries < 5 else 500)
    assert len(proxy.asked("https://files.example/500")) == 5
    lab.in_front("progress")
    assert [line for line in lab.said if line.startswith("status 16 reason 500 ")], lab.said


def test_what_breaks_off_and_cannot_go_on_fails(lab: ServiceBench) -> None:
    number = enqueue(lab, "https://files.example/short", "--es own short.txt")
    lab.hear(f"complete {number}")
    lab.in_front("progress")
    assert [line for line in lab.said if line.startswith("status 16 reason 1008 ")], lab.said
    assert "short.txt" not in lab.shell(f"ls {OWN}")


def test_one_for_wifi_waits_for_it(lab: ServiceBench, proxy: RecordingProxy) -> None:
    lab.shell("svc wifi disable")
    number = enqueue(lab, "https://files.example/wifi", "--es wifi only")
    lab.in_front("progress")
    assert [line for line in lab.said if line.startswith("status 4 reason 3 ")], lab.said
    assert not proxy.asked("https://files.example/wifi")
    lab.shell("svc wifi enable")
    lab.hear(f"complete {number}")
    assert len(proxy.asked("https://files.example/wifi")) == 1


def test_it_goes_on_without_the_app_and_after_a_reboot(lab: ServiceBench, proxy: RecordingProxy) -> None:
    lab.shell("svc wifi disable")
    number = enqueue(lab, "https://files.example/later", "--es wifi only")
    lab.kill()
    lab.reboot()
    lab.device.reverse(PORT, proxy.port)
    lab.shell("svc wifi enable")
    ends(lab, number, 200)
    lab.in_front("readDownload", f"--es id {number}")
    lab.hear(f"read {BODY.decode()}")


def test_the_user_sees_what_the_app_wants_seen(lab: ServiceBench) -> None:
    number = enqueue(lab, "https://files.example/seen", "--es visibility 1")
    lab.hear(f"complete {number}")
    shown = lab.wait_for("dumpsys notification --noredact", f"pkg=com.android.providers.downloads .*id={number} ")
    assert "android.title=String (A title)" in shown
    lab.in_front("removeDownload")
    assert f"id={number} " not in lab.shell("dumpsys notification")
    number = enqueue(lab, "https://files.example/unseen")
    lab.hear(f"complete {number}")
    assert f"id={number} " not in lab.shell("dumpsys notification")
    lab.in_front("download", "--es url https://files.example/hidden --es visibility 2")
    assert "download threw java.lang.SecurityException: Invalid value for visibility: 2" in lab.said


def test_what_is_removed_is_gone_with_its_file(lab: ServiceBench) -> None:
    number = enqueue(lab, "https://files.example/file.txt", "--es own gone.txt")
    lab.hear(f"complete {number}")
    assert "gone.txt" in lab.shell(f"ls {OWN}")
    lab.in_front("removeDownload")
    lab.hear("removed 1")
    lab.in_front("progress")
    lab.hear(f"no download {number}")
    assert "gone.txt" not in lab.shell(f"ls {OWN}")


def test_no_path_leads_out_of_what_is_the_apps(lab: ServiceBench) -> None:
    for path in ("/data/local/tmp/x", "/storage/emulated/0/x", "/storage/emulated/0/Android/data/other.app/x",
                 "/storage/emulated/0/Download/../../../../data/x"):  # fmt: skip
        lab.forget()
        lab.in_front("download", f"--es url https://files.example/file.txt --es path {path}")
        assert [line for line in lab.said if line.startswith("download threw java.lang.SecurityException: Unsupported path")]
    lab.in_front("linkAway", "--es to /data/local/tmp")
    number = enqueue(lab, "https://files.example/file.txt", f"--es path /storage/emulated/0/Android/data/{PACKAGE}/files/away/x")
    lab.wait_for("logcat -d -s DownloadManager", rf"\[{number}\] Stop requested with status 492: ")
    assert "x" not in lab.shell("ls /data/local/tmp").split()
