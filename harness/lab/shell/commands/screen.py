"""input, wm, screencap, uiautomator, cmd: what is on the screen and what touches it."""

from __future__ import annotations

import io
import struct
from dataclasses import replace

from PIL import Image

from harness.lab.shell.call import Call, Run, Usage, command
from harness.lab.shell.commands.services import alarm_manager, fingerprint, job_scheduler, notification, sensors
from harness.lab.shell.keycodes import key_code

_SOURCES = frozenset(
    {
        "dpad",
        "keyboard",
        "mouse",
        "touchpad",
        "gamepad",
        "touchnavigation",
        "joystick",
        "touchscreen",
        "stylus",
        "trackball",
    }
)
LONG_PRESS_MS = 500


@command("input")
async def send_input(call: Call) -> int:
    args = list(call.args)
    while args and (args[0] in _SOURCES or args[0] == "-d"):
        args = args[2:] if args[0] == "-d" else args[1:]
    if not args:
        raise Usage("Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]")
    verb, words = args[0], args[1:]
    system = call.system
    if verb == "tap":
        x, y = _numbers(verb, words, 2)
        await system.tap(x, y)
    elif verb in ("swipe", "draganddrop"):
        x, y, x2, y2, ms = _numbers(verb, words + (["300"] if len(words) == 4 else []), 5)
        if (x, y) == (x2, y2):
            await system.tap(x, y, ms=ms)
        else:
            await system.swipe(x, y, x2, y2, ms=ms)
    elif verb == "text":
        if not words:
            raise Usage('Error: Argument expected after "text"')
        await system.text(words[0].replace("%s", " "))
    elif verb == "keyevent":
        await _keys(call, words)
    elif verb == "keycombination":
        codes = [_code(word) for word in words if (not word.startswith("-") and not word.isdigit()) or key_code(word)]
        await system.key(codes[-1], meta=_meta(codes[:-1]))
    elif verb == "motionevent":
        if words[:1] == ["UP"] or words[:1] == ["DOWN"]:
            x, y = _numbers(verb, words[1:], 2)
            if words[0] == "UP":
                await system.tap(x, y)
    elif verb in ("press", "roll"):
        await system.key(23)
    else:
        raise Usage(f"Error: Unknown command: {verb}")
    return 0


def _numbers(verb: str, words: list[str], count: int) -> list[int]:
    if len(words) != count:
        raise Usage(f"Error: Invalid arguments for command: {verb}")
    try:
        return [int(float(word)) for word in words]
    except (ValueError, OverflowError):
        raise Usage(f"Error: Invalid number in: {verb} {' '.join(words)}") from None


def _code(word: str) -> int:
    code = key_code(word)
    if code is None:
        raise Usage(f"Error: Invalid keycode: {word}")
    return code


def _meta(codes: list[int]) -> int:
    """META_*_ON with its left or right half (android.view.KeyEvent)."""
    masks = {59: 0x41, 60: 0x81, 113: 0x3000, 114: 0x5000, 57: 0x12, 58: 0x22, 117: 0x30000, 118: 0x50000}
    total = 0
    for code in codes:
        total |= masks.get(code, 0)
    return total


async def _keys(call: Call, words: list[str]) -> None:
    long = "--longpress" in words
    twice = "--doubletap" in words
    codes = [_code(word) for word in words if not word.startswith("--")]
    if not codes:
        raise Usage('Error: Argument expected after "keyevent"')
    for code in codes:
        for _ in range(2 if twice else 1):
            await call.system.key(code, long=long)


@command("wm")
async def window_manager(call: Call) -> int:
    display = call.system.display
    verb = call.args[0] if call.args else ""
    if verb == "size" and len(call.args) == 1:
        await call.out(f"Physical size: {display.width}x{display.height}\n")
    elif verb == "density" and len(call.args) == 1:
        await call.out(f"Physical density: {display.density}\n")
    elif (verb in ("size", "density") and call.args[1:] == ["reset"]) or verb in (
        "dismiss-keyguard",
        "fixed-to-user-rotation",
        "set-ignore-orientation-request",
    ):
        return 0
    elif verb == "user-rotation":
        await call.out("free\n")
    elif verb in ("size", "density"):
        await call.err(f"wm {verb}: the display of this lab device is fixed\n")
        return 1
    else:
        await call.err(f"Unknown command: {verb}\n")
        return 255
    return 0


@command("screencap")
async def capture(call: Call) -> int:
    """screencap [-p] [-d ID] [FILE]: PNG with -p or a name that ends in .png, else raw RGBA."""
    found, names = call.options("pjah", "d", stop_early=False)
    png = await call.system.screenshot()
    if "p" not in found and not (names and names[0].endswith(".png")):
        png = _raw(png)
    if names:
        call.files.write_bytes(call.path(names[0]), png)
    else:
        await call.out_bytes(png)
    return 0


def _raw(png: bytes) -> bytes:
    """Width, height, HAL_PIXEL_FORMAT_RGBA_8888 and the colour space, then the pixels (screencap.cpp)."""
    with Image.open(io.BytesIO(png)) as image:
        rgba = image.convert("RGBA")
        return struct.pack("<4I", rgba.width, rgba.height, 1, 1) + rgba.tobytes()


@command("uiautomator")
async def dump_screen(call: Call) -> int:
    """uiautomator dump [--compressed] [FILE]"""
    if call.args[:1] != ["dump"]:
        await call.err("uiautomator: this lab device has `dump` only\n" if call.args else "Usage: uiautomator dump\n")
        return 1
    words = [word for word in call.args[1:] if not word.startswith("--")]
    path = words[0] if words else "/sdcard/window_dump.xml"
    xml = await call.system.dump_hierarchy(compressed="--compressed" in call.args)
    if path == "/dev/tty":
        await call.out(xml)
    else:
        call.files.write_bytes(call.path(path), xml.encode())
    await call.out(f"UI hierchary dumped to: {path}\n")
    return 0


@command("cmd")
async def call_service(call: Call) -> int:
    """cmd SERVICE ARGS: the services that have a command of their own, and a few more."""
    args = [arg for arg in call.args if arg != "-w"]
    commands = {"package": "pm", "activity": "am", "window": "wm", "settings": "settings", "input": "input",
                "input_method": "ime", "appops": "appops"}  # fmt: skip
    if not args:
        await call.err("cmd: No service specified; use -l to list all running services. Use -w to start and wait.\n")
        return 20
    if args[0] == "-l":
        await call.out("Currently running services:\n" + "".join(f"  {name}\n" for name in sorted({*commands, *_OWN, *_MORE})))
        return 0
    if args[0] in commands:
        found = call.shell.commands[commands[args[0]]]
        return await found.run(replace(call, name=commands[args[0]], args=args[1:]))
    if args[0] in _OWN:
        return await _OWN[args[0]](replace(call, args=args[1:]))
    if args[0] in _MORE:
        return await _more(call, args)
    await call.err(f"cmd: Can't find service: {args[0]}\n")
    return 20


_OWN: dict[str, Run] = {"jobscheduler": job_scheduler, "alarm": alarm_manager, "notification": notification,
                       "fingerprint": fingerprint, "sensorservice": sensors}  # fmt: skip
_MORE = frozenset({"wifi", "connectivity", "statusbar", "uimode", "battery", "overlay"})


async def _more(call: Call, args: list[str]) -> int:
    switch: dict[tuple[str, ...], str] = {
        ("connectivity", "airplane-mode", "enable"): "1",
        ("connectivity", "airplane-mode", "disable"): "0",
    }
    if tuple(args) in switch:
        await call.system.put_setting("global", "airplane_mode_on", switch[tuple(args)])
        return 0
    if args[:2] == ["connectivity", "airplane-mode"]:
        on = call.system.settings.get("global", "airplane_mode_on") == "1"
        await call.out("enabled\n" if on else "disabled\n")
        return 0
    if args[:2] == ["wifi", "set-wifi-enabled"] and args[2:] in (["enabled"], ["disabled"]):
        await call.system.put_setting("global", "wifi_on", "1" if args[2] == "enabled" else "0")
        return 0
    if args[:2] == ["statusbar", "collapse"]:
        call.system.app_services.shade.close()
        return 0
    if args[:2] == ["statusbar", "expand-notifications"]:
        call.system.app_services.shade.open()
        return 0
    await call.err(f"cmd {' '.join(args[:2])}: this lab device does not have it\n")
    return 1
