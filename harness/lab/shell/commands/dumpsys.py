"""dumpsys: the parts of it that clients read."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from harness.lab.shell.battery import dump_battery
from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.commands.services import dump_alarms, dump_jobs, dump_notifications
from harness.lab.shell.package_dump import dump_package, dump_packages
from harness.lab.system.intents import short_component
from harness.lab.system.tasks import Activity

LAUNCHER_ACTIVITY = "com.android.launcher3/com.android.launcher3.uioverrides.QuickstepLauncher"

_OTHERS = frozenset({
    "accessibility", "account", "appops", "audio", "batteryinfo", "batterystats", "bluetooth_manager",
    "clipboard", "content", "cpuinfo", "dbinfo", "device_policy", "deviceidle", "diskstats", "dropbox", "gfxinfo",
    "graphicsstats", "iphonesubinfo", "isms", "location", "media_session", "mount", "netpolicy",
    "netstats", "permissionmgr", "phone", "procstats", "role", "sensorservice", "settings", "shortcut",
    "statusbar", "telecom", "telephony.registry", "usagestats", "usb", "user", "wallpaper", "webviewupdate", "wifi",
})  # fmt: skip
"""Services of Android that the lab does not have; they answer so."""


@command("dumpsys")
async def dump_services(call: Call) -> int:
    services: dict[str, Callable[[Call], str]] = {
        "activity": _activity, "window": _window, "package": _package, "display": _display, "battery": dump_battery,
        "power": _power, "input_method": _input_method, "connectivity": _connectivity, "meminfo": _meminfo,
        "SurfaceFlinger": _surface_flinger, "input": _input, "permission": _permission,
        "jobscheduler": dump_jobs, "alarm": dump_alarms, "notification": dump_notifications, "media.camera": _cameras,
    }  # fmt: skip
    args = list(call.args)
    while args and args[0] in ("-t", "-T", "--priority"):
        args = args[2:]
    if args[:1] == ["-l"] or not args:
        names = sorted({*services, *_OTHERS}, key=str.lower)
        await call.out("Currently running services:\n" + "".join(f"  {name}\n" for name in names))
        return 0
    name, rest = args[0], args[1:]
    dump = services.get(name)
    if dump is None:
        if name in _OTHERS:
            await call.err(f"dumpsys {name}: this lab device does not have it\n")
            return 1
        await call.err(f"Can't find service: {name}\n")
        return 0
    await call.out(dump(Call(call.name, rest, call.streams, call.shell, call.process)))
    return 0


def _cameras(call: Call) -> str:
    return call.system.app_services.cameras.describe()


def _flag(value: bool) -> str:
    return str(value).lower()


def _token(text: str) -> str:
    return f"{zlib.crc32(text.encode()) & 0xFFFFFFF:x}"


def _record(activity: Activity) -> str:
    return f"ActivityRecord{{{_token(activity.token)} u0 {short_component(activity.component)} t{activity.task.id}}}"


def _home_record(call: Call) -> str:
    home = call.system.tasks.home
    return f"ActivityRecord{{{_token('home')} u0 {short_component(LAUNCHER_ACTIVITY)} t{home.id}}}"


def _system_activity(call: Call) -> str:
    """package/class of an activity of the system's in front of all apps: a permission dialog, a settings page; else ""."""
    focus, top = call.system.focused_window(), call.system.tasks.top
    return "" if "/" not in focus or focus == LAUNCHER_ACTIVITY or (top and focus == top.component) else focus


def _resumed(call: Call) -> str:
    top = call.system.tasks.top
    if system := _system_activity(call):
        task = top.task if top is not None else call.system.tasks.home
        return f"ActivityRecord{{{_token(system)} u0 {short_component(system)} t{task.id}}}"
    return _record(top) if top is not None else _home_record(call)


def _pid_of(call: Call, activity: Activity) -> int:
    names = (activity.target.process, activity.package)
    return next((one.pid for one in call.system.running() if one.name in names), 0)


def _window(call: Call) -> str:
    """windows, displays, policy or all of it."""
    focus = call.system.focused_window()
    display = call.system.display
    window = f"Window{{{_token('w' + focus)} u0 {focus}}}" if focus else "null"
    size = f"{display.width}x{display.height}"
    whole = f"[0,0][{display.width},{display.height}]"
    head = {
        "displays": "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)\n",
        "policy": "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n",
    }.get(call.args[0] if call.args else "", "WINDOW MANAGER WINDOWS (dumpsys window windows)\n")
    lines = [head.rstrip("\n")]
    if "displays" in head or not call.args:
        lines += [
            "  Display: mDisplayId=0 (organized)",
            f"    init={size} {display.density}dpi cur={size} app={size} rng={display.width}x{display.width}"
            f"-{display.height}x{display.height}",
            f"    mCurrentRotation=ROTATION_{display.rotation * 90} rotation={display.rotation}",
        ]
    if "policy" in head or not call.args:
        lines += ["    mAwake=true mScreenOnEarly=true mScreenOnFully=true", "    isKeyguardShowing=false",
                  "    mShowingDream=false mDreamingLockscreen=false"]  # fmt: skip
    if "windows" in head.lower():
        for index, one in enumerate(_window_names(call, focus)):
            lines += [
                f"  Window #{index} Window{{{_token('w' + one)} u0 {one}}}:",
                f"    mDisplayId=0 rootTaskId=1 mSession=Session{{{_token(one)}}} "
                f"mClient=android.os.BinderProxy@{_token('c' + one)}",
                f"    mOwnerUid=1000 showForAllUsers=false package={one.partition('/')[0]} appop=NONE",
                f"    Frames: parent={whole} display={whole} frame={whole}",
                f"    isOnScreen={str(one == focus).lower()}",
                f"    isVisible={str(one == focus).lower()}",
            ]
    if "displays" in head or not call.args:  # Android 10 and later do not say it of `windows`
        lines += [f"  mCurrentFocus={window}", f"  mFocusedApp={_resumed(call)}"]
    lines += [
        "  mHoldScreenWindow=null",
        f"  mGlobalConfiguration={{1.0 {call.system.profile.get('display', {}).get('qualifiers', '')}}}",
    ]
    return "\n".join(lines) + "\n"


def _window_names(call: Call, focus: str) -> list[str]:
    below = [one.component for one in reversed(call.system.tasks.activities()) if one.alive]
    names = dict.fromkeys([focus, *below, LAUNCHER_ACTIVITY] if focus else [*below, LAUNCHER_ACTIVITY])
    return list(names)


def _activity(call: Call) -> str:
    what = call.args[0] if call.args else "activities"
    if what in ("top", "top-resumed"):
        return _activity_top(call)
    if what in ("activities", "a", "all", "recents", "r"):
        return _activities(call)
    if what in ("processes", "p"):
        lines = ["ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)"]
        for one in call.system.running():
            lines.append(f"  *APP* UID {one.user} ProcessRecord{{{_token(one.name)} {one.pid}:{one.name}/{one.user}}}")
        return "\n".join(lines) + "\n"
    if what in ("services", "s", "broadcasts", "b", "providers", "prov", "permissions", "perm", "settings", "oom", "o"):
        return f"ACTIVITY MANAGER {what.upper()} (dumpsys activity {what})\n  (nothing)\n"
    raise Usage(f"dumpsys activity {what}: this lab device does not have it")


def _activity_top(call: Call) -> str:
    """Every task, the one in front last, as Android prints it."""
    lines: list[str] = []
    home = call.system.tasks.home
    launcher_pid = next((one.pid for one in call.system.running() if one.name == "com.android.launcher3"), 1000)
    for task in call.system.tasks.order:
        if task is home:
            lines += [
                f"TASK com.android.launcher3 id={task.id} userId=0",
                f"  ACTIVITY {short_component(LAUNCHER_ACTIVITY)} {_token('home')} pid={launcher_pid}",
            ]
            continue
        lines.append(f"TASK {task.affinity} id={task.id} userId=0")
        for activity in reversed(task.activities):
            lines += [
                f"  ACTIVITY {short_component(activity.component)} {_token(activity.token)} pid={_pid_of(call, activity)}",
                f"    Local Activity {_token(activity.token)} State:",
                f"      mResumed={_flag(activity.state == 'resumed')} mStopped={_flag(activity.state == 'stopped')} "
                "mFinished=false",
            ]
    if system := _system_activity(call):
        package = system.partition("/")[0]
        pid = next((one.pid for one in call.system.running() if one.name == package), 1000)
        lines += [f"TASK {package} userId=0", f"  ACTIVITY {short_component(system)} {_token(system)} pid={pid}"]
    return "\n".join(lines) + "\n"


def _activities(call: Call) -> str:
    lines = ["ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)", "Display #0 (activities from top to bottom):"]
    for task in reversed(call.system.tasks.order):
        kind = "home" if task.is_home else "standard"
        lines.append(f"  * Task{{{_token(str(task.id))} #{task.id} type={kind} A=0:{task.affinity}}}")
        if task.is_home:
            lines.append(f"    * Hist  #0: {_home_record(call)}")
            continue
        for index, activity in reversed(list(enumerate(task.activities))):
            lines += [
                f"    * Hist  #{index}: {_record(activity)}",
                f"      packageName={activity.package} processName={activity.target.process}",
                f"      Intent {activity.intent.describe()}",
                f"      state={activity.state.upper()} finishing={str(activity.state == 'finishing').lower()}",
            ]
        if task.top is not None and task.top.state == "resumed" and not _system_activity(call):
            lines.append(f"    mResumedActivity: {_record(task.top)}")
    lines += [
        *([f"    mResumedActivity: {_resumed(call)}"] if _system_activity(call) else []),
        f"  topResumedActivity={_resumed(call)}",
        f"  ResumedActivity: {_resumed(call)}",
        f"  mFocusedApp={_resumed(call)}",
    ]
    return "\n".join(lines) + "\n"


def _package(call: Call) -> str:
    words = [word for word in call.args if not word.startswith("-")]
    if not words or words[0] in ("packages", "p"):
        return dump_packages(call.device)
    return dump_package(call.device, words[0])


def _display(call: Call) -> str:
    display = call.system.display
    width, height = display.width, display.height
    frame = f"Rect(0, 0 - {width}, {height})"
    return (
        "DISPLAY MANAGER (dumpsys display)\n"
        "  mSafeMode=false\n"
        f"  mViewports=[DisplayViewport{{type=INTERNAL, valid=true, isActive=true, displayId=0, uniqueId='local:0', "
        f"physicalPort=0, orientation={display.rotation}, logicalFrame={frame}, physicalFrame={frame}, "
        f"deviceWidth={width}, deviceHeight={height}}}]\n"
        "  mDefaultDisplayDefaultColorMode=0\n"
        "Display Devices: size=1\n"
        f'  DisplayDeviceInfo{{"Built-in Screen": uniqueId="local:0", {width} x {height}, '
        f"density {display.density}, {display.density}.0 x {display.density}.0 dpi, rotation {display.rotation}, "
        "type INTERNAL, state ON}\n"
        "Logical Displays: size=1\n"
        f'  mBaseDisplayInfo=DisplayInfo{{"Built-in Screen", displayId 0, real {width} x {height}, '
        f"rotation {display.rotation}, density {display.density}}}\n"
    )


def _power(call: Call) -> str:
    on = call.system.display_on
    return (
        "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n"
        f"  mWakefulness={'Awake' if on else 'Asleep'}\n  mWakefulnessChanging=false\n"
        "  mIsPowered=true\n  mStayOn=true\n  mHoldingWakeLockSuspendBlocker=false\n"
        "  mHoldingDisplaySuspendBlocker=true\n"
        f"Display Power: state={'ON' if on else 'OFF'}\n"
    )


def _input_method(call: Call) -> str:
    method = call.system.settings.get("secure", "default_input_method") or "null"
    return (
        "Current Input Method Manager state:\n"
        f"  mCurMethodId={method}\n  mCurId={method} mHaveConnection=true mBoundToMethod=true\n"
        "  mShowRequested=false mShowExplicitlyRequested=false mShowForced=false mInputShown=false\n"
    )


def _connectivity(call: Call) -> str:
    wifi = call.system.profile.get("wifi", {})
    conditions = call.system.app_services.conditions
    if not conditions.connected:
        return "NetworkProviders for:\n\nActive default network: none\n\nCurrent Networks:\n"
    if not conditions.wifi:
        return (
            "NetworkProviders for: TelephonyNetworkFactory\n\nActive default network: 101\n\nCurrent Networks:\n"
            "  NetworkAgentInfo{network{101}  ni{MOBILE[LTE] CONNECTED extra: }  lp{{InterfaceName: rmnet_data0}}  "
            "nc{[ Transports: CELLULAR Capabilities: INTERNET&NOT_RESTRICTED&TRUSTED&NOT_VPN&VALIDATED ]}}\n"
        )
    address = wifi.get("ip", "192.0.2.2")
    return (
        "NetworkProviders for: WifiNetworkFactory\n\nActive default network: 100\n\nCurrent Networks:\n"
        f"  NetworkAgentInfo{{network{{100}}  ni{{WIFI CONNECTED extra: }}  lp{{{{InterfaceName: wlan0 LinkAddresses: "
        f"[ {address}/24 ] DnsAddresses: [ {' '.join('/' + one for one in wifi.get('dns', ()))} ]}}}}  "
        "nc{[ Transports: WIFI Capabilities: NOT_METERED&INTERNET&NOT_RESTRICTED&TRUSTED&NOT_VPN&VALIDATED ]}}\n"
    )


def _meminfo(call: Call) -> str:
    words = [word for word in call.args if not word.startswith("-")]
    running = call.system.running()
    if not words:
        rows = "".join(f"    {one.rss:>9,}K: {one.name} (pid {one.pid})\n" for one in running)
        return f"Applications Memory Usage (in Kilobytes):\n\nTotal PSS by process:\n{rows}"
    shown = [one for one in running if words[0] in (one.name, one.package, str(one.pid))]
    if not shown:
        return f"No process found for: {words[0]}\n"
    text = "Applications Memory Usage (in Kilobytes):\nUptime: 0 Realtime: 0\n"
    for one in shown:
        text += (
            f"\n** MEMINFO in pid {one.pid} [{one.name}] **\n"
            "                   Pss  Private  Private  SwapPss      Rss\n"
            "                 Total    Dirty    Clean    Dirty    Total\n"
            "                ------   ------   ------   ------   ------\n"
            f"        TOTAL {one.rss:>8} {one.rss:>8}        0        0 {one.rss:>8}\n\n"
            f" App Summary\n           TOTAL PSS: {one.rss:>8}            TOTAL RSS: {one.rss:>8}"
            "      TOTAL SWAP PSS:        0\n"
        )
    return text


def _surface_flinger(call: Call) -> str:
    if "--display-id" in call.args:
        return 'Display 4619827259835644672 (HWC display 0): port=0 pnpId=LAB displayName="Built-in Screen"\n'
    if "--list" in call.args:
        return "".join(f"{name}#0\n" for name in _window_names(call, call.system.focused_window()))
    display = call.system.display
    return f"Display 4619827259835644672 (active) HWC layers:\n  size={display.width}x{display.height}\n"


def _input(call: Call) -> str:
    display = call.system.display
    return (
        "INPUT MANAGER (dumpsys input)\n\nInput Reader State:\n"
        f"  Viewport INTERNAL: displayId=0, uniqueId=local:0, port=0, orientation={display.rotation}, "
        f"logicalFrame=[0, 0, {display.width}, {display.height}], physicalFrame=[0, 0, {display.width}, "
        f"{display.height}], deviceSize=[{display.width}, {display.height}], isActive=[1]\n"
        f"      SurfaceOrientation: {display.rotation}\n"
    )


def _permission(call: Call) -> str:
    lines = ["Permission state:"]
    for package in call.system.packages:
        lines.append(f"  {package.name}:")
        state = call.system.permissions.of(package.name)
        lines += [f"    {name}: {grant.state}" for name, grant in state.runtime.items()]
    return "\n".join(lines) + "\n"
