"""The commands' output is what clients of Android 15 parse."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from memory_device import MemoryDevice, apk_bytes

from harness.lab.adbd.ownership import ROOT
from harness.lab.system.facts import Component, IntentFilter
from harness.lab.system.logs import LogLine

Out = Callable[..., str]
Sh = Callable[..., Any]


@pytest.fixture
def shop(device: MemoryDevice, out: Out) -> str:
    (device.root / "data/local/tmp/shop.apk").write_bytes(apk_bytes(debuggable=True))
    assert out("pm install -r -t /data/local/tmp/shop.apk") == "Success\n"
    return "com.example.shop"


# packages


def test_package_lists(out: Out, shop: str) -> None:
    assert out("pm list packages -3") == "package:com.example.notes\npackage:com.example.shop\n"
    assert "package:android\n" in out("pm list packages -s")
    assert re.fullmatch(r"package:/data/app/.*/base.apk=com.example.shop\n", out("pm list packages -f com.example.shop"))
    assert out("cmd package list packages -U com.example.shop") == "package:com.example.shop uid:10101\n"
    assert out("pm path com.example.shop").startswith("package:/data/app/")
    assert out("pm list packages --user 0 --show-versioncode shop") == "package:com.example.shop versionCode:7\n"


def test_unknown_packages(sh: Sh) -> None:
    assert (sh("pm path com.example.none").status, sh("pm path com.example.none").out) == (1, "")
    assert sh("pm clear com.example.none").out == "Failed\n"
    assert sh("pm uninstall com.example.none").out == "Failure [DELETE_FAILED_INTERNAL_ERROR]\n"
    assert sh("dumpsys package com.example.none").out == "Unable to find package: com.example.none\n"
    assert "Unknown package: com.example.none" in sh("pm grant com.example.none android.permission.CAMERA").err


def test_permissions_are_granted_and_refused_in_androids_words(sh: Sh, out: Out, shop: str) -> None:
    camera = "dumpsys package com.example.shop | grep 'permission.CAMERA: '"
    assert "granted=false" in out(camera)
    out("pm grant com.example.shop android.permission.CAMERA")
    assert "granted=true" in out(camera)
    out("pm revoke com.example.shop android.permission.CAMERA")
    assert "granted=false" in out(camera)
    for permission, why in (
        ("android.permission.INTERNET", "is not a changeable permission type"),
        ("android.permission.READ_SMS", "has not requested permission"),
        ("android.permission.NONE", "Unknown permission"),
    ):
        refused = sh(f"pm grant com.example.shop {permission}")
        assert refused.status == 255
        assert why in refused.err


def test_package_dump_has_what_clients_look_for(out: Out, shop: str) -> None:
    dump = out("dumpsys package com.example.shop")
    for pattern in (
        r"versionCode=7 minSdk=24 targetSdk=34", r"versionName=1\.2\.3",
        r"PackageSignatures\{\w+ version:3, signatures:\[ab12cd34\]",
        r"pkgFlags=\[ DEBUGGABLE HAS_CODE ALLOW_CLEAR_USER_DATA \]", r"firstInstallTime=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n",
        r"lastUpdateTime=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n",
        r"android\.intent\.action\.MAIN:\n +\w+ com\.example\.shop/\.MainActivity filter",
        r"android\.permission\.CAMERA: granted=false", r"android\.permission\.INTERNET: granted=true",
    ):  # fmt: skip
        assert re.search(pattern, dump), pattern
    assert out("pm dump com.example.shop").endswith(dump)


def test_who_answers_an_intent(out: Out, shop: str) -> None:
    brief = out("cmd package resolve-activity --brief -c android.intent.category.LAUNCHER com.example.shop")
    assert brief.splitlines()[-1] == "com.example.shop/.MainActivity"
    assert out("cmd package resolve-activity -a com.example.NONE") == "No activity found\n"


def test_enabling(out: Out, shop: str) -> None:
    assert out("pm disable-user com.example.shop") == "Package com.example.shop new state: disabled-user\n"
    assert "com.example.shop" in out("pm list packages -d")
    out("pm enable com.example.shop")
    assert out("pm list packages -d") == ""


def test_an_apk_that_comes_short_is_refused(sh: Sh) -> None:
    result = sh("cmd package install -S 5000", stdin=b"only this")
    assert (result.status, result.out) == (1, "Failure [INSTALL_FAILED_INVALID_APK: 4991 of 5000 bytes did not arrive]\n")


def test_what_is_no_file_is_not_installed(sh: Sh) -> None:
    for path in ("/data/local/tmp/none.apk", "/data/local/tmp", "/dev/zero", "/data/data/x"):
        assert sh(f"pm install {path}").status == 1


def test_run_as_works_for_debuggable_apps(sh: Sh, out: Out, device: MemoryDevice, shop: str) -> None:
    assert out("run-as com.example.shop sh -c 'echo mine > files/f; pwd; id -un; cat files/f'") == (
        "/data/data/com.example.shop\nu0_a101\nmine\n"
    )
    assert sh("cat /data/data/com.example.shop/files/f").status == 1
    assert out("su -c 'cat /data/data/com.example.shop/files/f'") == "mine\n"
    assert sh("run-as com.example.notes id").err == "run-as: unknown package: com.example.notes\n"


# activities


def test_starting(sh: Sh, out: Out, shop: str) -> None:
    started = out("am start -W -n com.example.shop/.MainActivity")
    assert started == (
        "Starting: Intent { cmp=com.example.shop/.MainActivity }\nStatus: ok\nLaunchState: COLD\n"
        "Activity: com.example.shop/.MainActivity\nTotalTime: 120\nWaitTime: 121\nComplete\n"
    )
    missing = sh("am start -n com.example.shop/.None")
    assert missing.status == 1
    assert "Error: Activity class {com.example.shop/com.example.shop.None} does not exist." in missing.err
    lost = sh("am start -a com.example.NONE -d x:y")
    assert "Error: Activity not started, unable to resolve Intent { act=com.example.NONE dat=x:y flg=0x10000000 }" in lost.err
    assert sh("am start").err == "Error: No intent supplied\n"
    assert sh("am start --nonsense").err == "Error: Unknown option: --nonsense\n"


def test_what_is_in_front(out: Out, device: MemoryDevice, shop: str) -> None:
    launcher = "com.android.launcher3/com.android.launcher3.uioverrides.QuickstepLauncher"
    assert f" u0 {launcher}}}" in out("dumpsys window displays | grep mCurrentFocus")
    assert "mCurrentFocus" not in out("dumpsys window windows"), "as since Android 10"
    assert "Events injected: 1\n" in out(f"monkey -p {shop} -c android.intent.category.LAUNCHER 1")
    assert re.search(r"mCurrentFocus=Window\{\w+ u0 com.example.shop/com.example.shop.MainActivity\}", out("dumpsys window"))
    assert re.search(
        r"topResumedActivity=ActivityRecord\{\w+ u0 com.example.shop/.MainActivity t2\}", out("dumpsys activity activities")
    )
    assert re.search(r"ACTIVITY com.example.shop/.MainActivity \w+ pid=5000", out("dumpsys activity top"))
    assert "taskId=2: com.example.shop/com.example.shop.MainActivity" in out("am stack list")
    device.system.dialog = (
        "com.android.permissioncontroller/com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
    )
    assert "GrantPermissionsActivity}" in out("dumpsys window | grep mCurrentFocus")
    assert "com.android.permissioncontroller/.permission.ui.GrantPermissionsActivity t2}" in out(
        "dumpsys activity activities | grep mResumedActivity"
    )
    assert out("dumpsys activity top").splitlines()[-1].startswith(
        "  ACTIVITY com.android.permissioncontroller/.permission.ui.GrantPermissionsActivity "
    )


def test_monkey_stays_until_the_app_is_drawn(out: Out, device: MemoryDevice, shop: str) -> None:
    device.system.draw = 0.1
    assert "Events injected: 1\n" in out(f"monkey -p {shop} -c android.intent.category.LAUNCHER 1")
    assert device.system.tasks.top.drawn


def test_monkey_needs_a_launcher_activity(sh: Sh) -> None:
    for package in ("com.example.none", "com.example.notes"):
        result = sh(f"monkey -p {package} -c android.intent.category.LAUNCHER 1")
        assert (result.status, result.err) == (252, "** No activities found to run, monkey aborted.\n")


def test_broadcasts_carry_their_extras(out: Out, device: MemoryDevice) -> None:
    said = out("am broadcast -a com.example.GO --es s 'a b' --ei i -3 --ez z true --esa l x,y --ef f 1.5 -f 0x20")
    assert said == "Broadcasting: Intent { act=com.example.GO flg=0x400020 (has extras) }\nBroadcast completed: result=0\n"
    assert device.system.inputs == [("broadcast", "com.example.GO", {"s": "a b", "i": -3, "z": True, "l": ["x", "y"], "f": 1.5})]
    assert out("am broadcast -a ADB_KEYBOARD_INPUT_TEXT --es text aGk=").endswith('result=-1, data="success"\n')


# processes


def test_ps_has_nine_columns_and_the_name_last(out: Out, shop: str) -> None:
    out(f"monkey -p {shop} 1")
    lines = out("ps -A").splitlines()
    assert lines[0].split() == ["USER", "PID", "PPID", "VSZ", "RSS", "WCHAN", "ADDR", "S", "NAME"]
    row = next(line.split() for line in lines if line.endswith(" com.example.shop"))
    assert (len(row), row[0], row[1]) == (9, "u0_a101", "5000")
    assert out("ps -A -o PID,NAME | grep shop").split() == ["5000", "com.example.shop"]
    assert out("pidof com.example.shop") == "5000\n"
    assert out("cat /proc/5000/cmdline") == "com.example.shop\0"


def test_only_root_kills_an_app(sh: Sh, out: Out, shop: str) -> None:
    out(f"monkey -p {shop} 1")
    assert sh("kill -9 5000").err == "kill: 5000: Operation not permitted\n"
    out("su -c 'kill -9 5000'")
    assert sh("pidof com.example.shop").status == 1
    out(f"monkey -p {shop} 1")
    out(f"am force-stop {shop}")
    assert sh("pidof com.example.shop").status == 1
    assert sh("kill 99999").err == "kill: 99999: No such process\n"


# settings, properties, screen


def test_settings(out: Out, sh: Sh) -> None:
    assert out("settings get global http_proxy") == "null\n"
    out("settings put global http_proxy 127.0.0.1:8080; settings put --user 0 secure k ''")
    assert out("settings get global http_proxy; settings get secure k") == "127.0.0.1:8080\n\n"
    assert "http_proxy=127.0.0.1:8080\n" in out("settings list global")
    assert out("settings delete global http_proxy") == "Deleted 1 rows\n"
    assert out("settings delete global http_proxy; cmd settings get global http_proxy") == "Deleted 0 rows\nnull\n"
    assert sh("settings get nowhere x").err == "Invalid namespace 'nowhere'\n"
    where = "content query --uri content://settings/global --projection name:value --where \"name='adb_enabled'\""
    assert out(where) == "Row: 0 name=adb_enabled, value=1\n"
    assert "address=5550100" in out("content query --uri content://sms")


def test_properties(out: Out, sh: Sh) -> None:
    assert out("getprop ro.build.version.sdk; getprop no.such; getprop no.such dflt") == "35\n\ndflt\n"
    assert "[init.svc.adbd]: [running]\n" in out("getprop")
    assert out("setprop debug.foo 0.5; getprop debug.foo") == "0.5\n"
    for script in ("setprop ro.build.version.sdk 36", "setprop sys.x 1"):
        assert sh(script).status == 1
    assert sh("setprop ro.build.version.sdk 36", who=ROOT).status == 1
    assert out("setprop sys.x 1; getprop sys.x", who=ROOT) == "1\n"
    assert sh(f"setprop debug.long {'x' * 92}").status == 1


def test_the_screen(out: Out, device: MemoryDevice) -> None:
    assert out("wm size; wm density") == "Physical size: 822x1462\nPhysical density: 320\n"
    assert re.search(
        r"DisplayViewport\{.*valid=true, .*orientation=0, .*deviceWidth=822, deviceHeight=1462\}", out("dumpsys display")
    )
    assert out("uiautomator dump /data/local/tmp/u.xml") == "UI hierchary dumped to: /data/local/tmp/u.xml\n"
    assert out("head -c 5 /data/local/tmp/u.xml") == "<?xml"
    out("screencap -p /data/local/tmp/s.png; screencap /data/local/tmp/s.raw")
    assert (device.root / "data/local/tmp/s.png").read_bytes().startswith(b"\x89PNG")
    raw = (device.root / "data/local/tmp/s.raw").read_bytes()
    assert len(raw) == 16 + 822 * 1462 * 4
    assert raw[16:20] == bytes((10, 200, 30, 255))


@pytest.mark.parametrize(
    ("script", "sent"),
    [
        ("input tap 1 2", ("tap", 1, 2, 0)), ("input touchscreen swipe 1 2 3 4", ("swipe", 1, 2, 3, 4, 300)),
        ("input swipe 5 5 5 5 800", ("tap", 5, 5, 800)), ("input text 'a%sb'", ("text", "a b")),
        ("input keyevent KEYCODE_APP_SWITCH", ("key", 187, 0, False)),
        ("input -d 0 keyevent VOLUME_MUTE", ("key", 164, 0, False)),
        ("input keyevent --longpress 26", ("key", 26, 0, True)), ("input keycombination 113 29", ("key", 29, 0x3000, False)),
    ],
)  # fmt: skip
def test_input(out: Out, device: MemoryDevice, script: str, sent: tuple[Any, ...]) -> None:
    out(script)
    assert device.system.inputs == [sent]


def test_bad_input_is_told(sh: Sh) -> None:
    for script in ("input", "input tap 1", "input tap a b", "input keyevent NOPE", "input wave"):
        assert sh(script).status == 1, script


def test_input_methods(out: Out) -> None:
    adb = "com.github.uiautomator/.AdbKeyboard"
    assert adb in out("ime list -s -a").split()
    assert adb not in out("ime list -s").split()
    out(f"ime enable {adb}; ime set {adb}")
    assert out("settings get secure default_input_method") == adb + "\n"
    assert adb in out("ime list -s").split()


def test_an_app_s_input_method_is_one_of_them(out: Out, sh: Sh, device: MemoryDevice, shop: str) -> None:
    package = device.system.packages.by_name[shop]
    filters = (IntentFilter(("android.view.InputMethod",), ()),)
    keys = Component(
        "service", shop, f"{shop}.Keys", shop, True, permission="android.permission.BIND_INPUT_METHOD", filters=filters
    )
    open_to_all = Component("service", shop, f"{shop}.Open", shop, True, filters=filters)
    package.facts = replace(package.facts, components=(*package.facts.components, keys, open_to_all))
    assert f"{shop}/.Keys" in out("ime list -a -s").split()
    assert f"{shop}/.Open" not in out("ime list -a -s").split(), "only the system may bind an input method"
    assert out(f"ime enable {shop}/{shop}.Keys") == f"Input method {shop}/.Keys: now enabled for user #0\n"
    assert out(f"ime set {shop}/.Keys") == f"Input method {shop}/.Keys selected for user #0\n"
    assert f"{shop}/.Keys" in out("ime list -s").split()
    out(f"ime disable {shop}/.Keys")
    assert f"{shop}/.Keys" not in out("ime list -s").split()
    assert out("settings get secure default_input_method") != f"{shop}/.Keys\n"
    assert sh(f"ime set {shop}/.Open").err == f"Unknown input method {shop}/.Open cannot be selected for user #0\n"



# files


def test_ls(out: Out, sh: Sh) -> None:
    out("cd /data/local/tmp; mkdir d; touch -d 2024-02-03T04:05:06 d/f; echo 12345 > d/f; touch -d @1700000000 d/f; ln -s f d/l")
    listing = out("TZ=GMT ls -la /data/local/tmp/d").splitlines()
    assert re.fullmatch(r"total \d+", listing[0])
    assert re.fullmatch(r"-rw-r--r-- 1 shell shell +6 2023-11-1\d \d\d:13 f", listing[3])
    assert listing[4].endswith(" l -> f")
    assert sh("ls /nope").err == "ls: /nope: No such file or directory\n"
    assert sh("ls /data/data").err == "ls: /data/data: Permission denied\n"
    assert out("ls -d /data/local/tmp/d; ls /data/local/tmp/d") == "/data/local/tmp/d\nf\nl\n"


def test_copy_move_remove_find(out: Out, sh: Sh) -> None:
    script = """cd /data/local/tmp; mkdir -p a/b; echo x > a/b/f; cp -r a c; mv c/b/f c/g; find . -type f | sort
    rm a 2>/dev/null || echo no; rm -r a; ls; find c -name 'g*' -delete; find c -mindepth 1; rm -rf nothing c; ls"""
    assert out(script) == "./a/b/f\n./c/g\nno\nc\nc/b\n"
    assert sh("cp -r /data/local/tmp /data/local/tmp/x").status == 1
    assert sh("rm /data/local/tmp/none").err == "rm: /data/local/tmp/none: No such file or directory\n"


def test_digests_and_stat(out: Out) -> None:
    out("printf abc > /data/local/tmp/f; chmod 640 /data/local/tmp/f")
    assert out("toybox md5sum /data/local/tmp/f") == "900150983cd24fb0d6963f7d28e17f72  /data/local/tmp/f\n"
    assert out("sha256sum < /data/local/tmp/f").startswith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert out("stat -c '%s %a %U %n' /data/local/tmp/f") == "3 640 shell /data/local/tmp/f\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("printf 'b\\na\\nb\\n' | sort | uniq -c", "      1 a\n      2 b\n"), ("printf '10\\n9\\n' | sort -n", "9\n10\n"),
        ("printf 'a:b:c\\n' | cut -d: -f2,3", "b:c\n"), ("echo hello | cut -c2-3", "el\n"),
        ("echo HeLLo | tr A-Z a-z", "hello\n"),
        ("echo aabbc | tr -s ab", "abc\n"), ("echo a-b | tr -d -- -", "ab\n"), ("seq 3 | tail -n 1", "3\n"),
        ("seq 5 | head -2", "1\n2\n"),
        ("printf 'Foo\\nbar\\n' | grep -i foo", "Foo\n"), ("printf 'a\\nb\\nc\\n' | grep -n -v b", "1:a\n3:c\n"),
        ("printf 'ab\\n' | grep -o 'a\\|b'", "a\nb\n"), ("printf 'x1\\nx\\n' | grep -E 'x[[:digit:]]+'", "x1\n"),
        ("printf 'a b\\nc\\n' | wc", "      2       3       6\n"), ("echo a b | xargs -n 1 echo", "a\nb\n"),
        ("printf '%05.1f|%-3s|%x\\n' 3.14159 a 255", "003.1|a  |ff\n"),
        ("basename /a/b.txt .txt; dirname /a/b.txt", "b\n/a\n"), ("echo aGk= | base64 -d", "hi"),
        ("date -u -d @0 +%F", "1970-01-01\n"),
        ("uname; uname -s", "Linux\nLinux\n"), ("which ls cd", None), ("cat /proc/uptime", "61.50 61.50\n"),
    ],
)  # fmt: skip
def test_text_tools(out: Out, sh: Sh, script: str, expected: str | None) -> None:
    if expected is None:
        assert (sh(script).status, sh(script).out) == (1, "/system/bin/ls\n")
    else:
        assert out(script) == expected


def test_grep_tells_by_its_status(sh: Sh) -> None:
    assert [sh(s).status for s in ("echo a | grep -q a", "echo a | grep -q b", "grep x /nope", "echo a | grep '['")] == [
        0,
        1,
        2,
        1,
    ]


def test_network(out: Out) -> None:
    assert "inet 192.0.2.17/24 brd 192.0.2.255" in out("ip addr show dev wlan0")
    assert re.search(r"inet addr:(.*?)\s", out("ifconfig wlan0")).group(1) == "192.0.2.17"  # type: ignore[union-attr]
    out("svc wifi disable")
    assert "192.0.2.17" not in out("ip addr; ifconfig wlan0")
    assert "127.0.0.1:27042" in out("netstat -tln")


# log


def test_formats_of_the_log(out: Out, device: MemoryDevice) -> None:
    device.system.logs.add(LogLine(1_700_000_000_123_456_789, 42, 43, "I", "Tag", "hello"))
    expected = {
        "brief": "I/Tag     (   42): hello", "process": "I(   42) hello  (Tag)", "tag": "I/Tag     : hello", "raw": "hello",
        "thread": "I(   42:   43) hello", "time": "11-15 06:13:20.123 I/Tag     (   42): hello",
        "threadtime": "11-15 06:13:20.123    42    43 I Tag     : hello",
        "threadtime,UTC,year": "2023-11-14 22:13:20.123    42    43 I Tag     : hello",
        "threadtime,epoch,usec": "1700000000.123456    42    43 I Tag     : hello",
    }  # fmt: skip
    for form, line in expected.items():
        assert out(f"logcat -d -v {form}") == f"--------- beginning of main\n{line}\n", form
    assert out("logcat -d -v long").endswith("[ 11-15 06:13:20.123    42:   43 I/Tag      ]\nhello\n\n")


def test_selection_of_log_lines(out: Out, sh: Sh) -> None:
    out("for i in 1 2 3; do log -t A -p d a$i; log -t B -p e b$i; done")

    def shown(options: str) -> list[str]:
        return out(f"logcat -d -v raw {options}").split("\n")[1:-1]

    assert shown("-s A") == ["a1", "a2", "a3"]
    assert shown("A:E B:E") == ["b1", "b2", "b3"]
    assert shown("*:E") == ["b1", "b2", "b3"]
    assert shown("-e 'a[23]'") == ["a2", "a3"]
    assert shown("-t 2") == ["a3", "b3"]
    assert shown("-m 2") == ["a1", "b1"]
    assert shown("-T '2099-01-01 00:00:00.000'") == []
    out("logcat -c")
    assert out("logcat -d") == ""
    for bad in ("-v nope", "-T yesterday", "--nope", "A:Q", "-e '['"):
        assert sh(f"logcat -d {bad}").status == 1, bad


def test_logcat_follows_until_it_has_enough(out: Out) -> None:
    assert out("(sleep 0.05; log -t T late) & logcat -v raw -s T -m 1").endswith("late\n")


def test_reboot_is_passed_on(device: MemoryDevice, sh: Sh) -> None:
    sh("reboot bootloader & sleep 0.05")
    assert device.reboots == ["bootloader"]
