"""am, monkey: starting and stopping what apps consist of."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.intent_arguments import parse_intent
from harness.lab.shell.package_view import find_listed
from harness.lab.system.activities import ActivityRefused, StartResult
from harness.lab.system.components import ComponentRefused
from harness.lab.system.intents import FLAG_ACTIVITY_NEW_TASK, Intent, short_component
from harness.lab.system.processes import StartFailed

_PLAIN = (
    "-D -N -W -S --streaming --track-allocation --lock-task --splashscreen-icon --splashscreen-show-icon "
    "--dismiss-keyguard --allow-background-activity-starts --task-overlay"
)
_VALUED = (
    "--user -R -P --start-profiler --sampling --windowingMode --activityType --display --task --attach-agent --attach-agent-bind"
)
_START_OPTIONS = dict.fromkeys(_PLAIN.split(), 0) | dict.fromkeys(_VALUED.split(), 1)
_BROADCAST_OPTIONS = {
    "--user": 1,
    "--receiver-permission": 1,
    "--allow-background-activity-starts": 0,
    "--async": 0,
    "--bypass-delivery-group-policy": 0,
}
_PERMISSION_DENIED = -94
_NOT_RESOLVED = -91


@command("am")
async def activity_manager(call: Call) -> int:
    verbs = {
        "start": _start, "start-activity": _start, "startservice": _start_service, "start-service": _start_service,
        "startforegroundservice": _start_service, "start-foreground-service": _start_service,
        "stopservice": _stop_service, "stop-service": _stop_service, "broadcast": _broadcast,
        "force-stop": _force_stop, "stop-app": _force_stop, "kill": _kill, "kill-all": _kill_all, "crash": _crash,
        "stack": _stack, "get-current-user": _current_user, "set-debug-app": _quiet, "clear-debug-app": _quiet,
        "wait-for-broadcast-idle": _idle, "wait-for-broadcast-barrier": _idle, "to-uri": _quiet,
        "get-config": _configuration, "set-inactive": _quiet, "set-standby-bucket": _quiet, "make-uid-idle": _quiet,
        "start-user": _user, "switch-user": _user, "unlock-user": _user, "is-user-stopped": _user,
        "clear-exit-info": _quiet, "clear-watch-heap": _quiet, "hang": _absent, "instrument": _absent,
        "profile": _absent, "dumpheap": _absent, "monitor": _absent, "trace-ipc": _absent, "task": _absent,
    }  # fmt: skip
    if not call.args:
        raise Usage("Activity manager (activity) commands:\n  " + "\n  ".join(sorted(verbs)))
    verb = verbs.get(call.args[0])
    if verb is None:
        await call.err(f"Unknown command: {call.args[0]}\n")
        return 255
    return await verb(replace(call, args=call.args[1:]), call.args[0])


def _user_of(own: dict[str, list[str]]) -> None:
    user = own.get("--user", ["0"])[0]
    if user not in ("0", "current", "all", "cur"):
        raise Usage(f"Error: Invalid user: {user}; the lab device has user 0 only")


async def _start(call: Call, verb: str) -> int:
    intent, own = parse_intent(list(call.args), _START_OPTIONS)
    _user_of(own)
    if intent == Intent():
        raise Usage("Error: No intent supplied")
    repeat = int(own["-R"][0]) if own.get("-R", [""])[0].isdigit() else 1
    status = 0
    for _ in range(max(1, repeat)):
        await call.out(f"Starting: Intent {intent.describe()}\n")
        sent = replace(intent, flags=intent.flags | FLAG_ACTIVITY_NEW_TASK)
        try:
            result = await call.system.start_activity(sent, wait="-W" in own, stop="-S" in own)
        except ActivityRefused as refused:
            result = StartResult(False, why=str(refused), code=refused.code)
        status = await _report_start(call, sent, result, waited="-W" in own)
    return status


async def _report_start(call: Call, intent: Intent, result: StartResult, *, waited: bool) -> int:
    """In ActivityManagerShellCommand's words."""
    if not result.started and result.code == _PERMISSION_DENIED:
        await call.err(
            f"\nException occurred while executing 'start':\njava.lang.SecurityException: {result.why}\n"
            "\tat com.android.server.wm.ActivityTaskSupervisor.checkStartAnyActivityPermission"
            "(ActivityTaskSupervisor.java)\n"
        )
        return 255
    if not result.started:
        if result.code == _NOT_RESOLVED:
            await call.err(f"Error: Activity not started, unable to resolve Intent {intent.describe()}\n")
        elif result.code:
            await call.err(f"Error type 3\nError: {result.why}\n")
        else:
            await call.err(f"Error: Activity not started: {result.why}\n")
        return 1
    if result.brought_to_front:
        await call.err("Warning: Activity not started, its current task has been brought to the front\n")
    elif result.delivered:
        await call.err("Warning: Activity not started, intent has been delivered to currently running top-most instance.\n")
    if waited:
        status = "timeout" if result.timed_out else "ok"
        state = "UNKNOWN (0)" if result.brought_to_front or result.delivered or result.timed_out else result.state
        await call.out(
            f"Status: {status}\nLaunchState: {state}\nActivity: {short_component(result.component)}\n"
            f"TotalTime: {result.total_ms}\nWaitTime: {result.wait_ms}\nComplete\n"
        )
    return 0


async def _start_service(call: Call, verb: str) -> int:
    intent, own = parse_intent(list(call.args), {"--user": 1})
    _user_of(own)
    await call.out(f"Starting service: Intent {intent.describe()}\n")
    try:
        started = await call.system.start_service(intent, foreground="foreground" in verb)
    except (ComponentRefused, StartFailed) as refused:
        await call.err(f"Error: {refused}\n")
        return 255
    if not started:
        await call.err("Error: Not found; no service started.\n")
        return 255
    return 0


async def _stop_service(call: Call, verb: str) -> int:
    intent, own = parse_intent(list(call.args), {"--user": 1})
    _user_of(own)
    await call.out(f"Stopping service: Intent {intent.describe()}\n")
    try:
        stopped = await call.system.stop_service(intent)
    except ComponentRefused as refused:
        await call.err(f"Error stopping service: {refused}\n")
        return 255
    await call.err("Service stopped\n" if stopped else "Service not stopped: was not running.\n")
    return 0 if stopped else 255


async def _broadcast(call: Call, verb: str) -> int:
    intent, own = parse_intent(list(call.args), _BROADCAST_OPTIONS)
    _user_of(own)
    await call.out(f"Broadcasting: Intent {replace(intent, flags=intent.flags | 0x400000).describe()}\n")
    result = await call.system.broadcast(intent)
    data = f', data="{result.data}"' if result.data else ""
    await call.out(f"Broadcast completed: result={result.code}{data}\n")
    return 0


async def _force_stop(call: Call, verb: str) -> int:
    _, names = call.options("", stop_early=False) if "--user" not in call.args else ({}, list(call.args[2:]))
    if not names:
        raise Usage("Exception occurred while executing 'force-stop':\n"
                    "java.lang.IllegalArgumentException: Argument expected after \"force-stop\"")  # fmt: skip
    if call.system.packages.find(names[0]) is not None:
        await call.system.force_stop(names[0])
    return 0


async def _kill(call: Call, verb: str) -> int:
    for name in call.args:
        if call.system.packages.find(name) is not None:
            await call.system.kill_background(name)
    return 0


async def _kill_all(call: Call, verb: str) -> int:
    for package in list(call.system.packages):
        await call.system.kill_background(package.name)
    return 0


async def _crash(call: Call, verb: str) -> int:
    for name in call.args:
        if call.system.packages.find(name) is None:
            raise Usage(f"Error: no process of {name}")
        await call.system.crash(name)
    return 0


async def _stack(call: Call, verb: str) -> int:
    if call.args[:1] not in (["list"], ["info"]):
        raise Usage("Error: unknown command '" + " ".join(call.args) + "'")
    width, height = call.system.display.width, call.system.display.height
    bounds = f"[0,0][{width},{height}]"
    front = call.system.tasks.front
    for task in reversed(call.system.tasks.order):
        kind = "home" if task.is_home else "standard"
        await call.out(f"RootTask id={task.id} bounds={bounds} displayId=0 userId=0\n")
        await call.out(f" configuration={{1.0 {width}x{height} mActivityType={kind} mWindowingMode=fullscreen}}\n")
        visible = str(task is front).lower()
        for activity in reversed(task.activities):
            await call.out(
                f"  taskId={task.id}: {activity.component} bounds={bounds} userId=0 visible={visible} "
                f"topActivity=ComponentInfo{{{activity.component}}}\n"
            )
        await call.out("\n")
    return 0


async def _current_user(call: Call, verb: str) -> int:
    await call.out("0\n")
    return 0


async def _user(call: Call, verb: str) -> int:
    if call.args[:1] != ["0"]:
        raise Usage("Error: the lab device has user 0 only")
    await call.out("false\n" if verb == "is-user-stopped" else "Success: user started\n")
    return 0


async def _idle(call: Call, verb: str) -> int:
    await call.out("All broadcast queues are idle!\n")
    return 0


async def _configuration(call: Call, verb: str) -> int:
    qualifiers = call.system.profile.get("display", {}).get("qualifiers", "")
    await call.out(f"config: {qualifiers}\nabi: {call.device.properties.get('ro.product.cpu.abilist')}\n")
    return 0


async def _quiet(call: Call, verb: str) -> int:
    return 0


async def _absent(call: Call, verb: str) -> int:
    await call.err(f"am {verb}: this lab device does not have it\n")
    return 1


_MONKEY_S = 20.0
"""How long `monkey` stays for the app to come up. A phone's is itself a program that takes longer to end than an app to draw,
and its users count on that; here an app needs seconds on a busy machine."""


def _in_front(call: Call, package: str) -> bool:
    top = call.system.tasks.top
    return top is None or top.package != package or not top.coming


@command("monkey")
async def monkey(call: Call) -> int:
    """monkey -p PACKAGE -c android.intent.category.LAUNCHER 1: a start through the launcher, no random events."""
    args, package, count = list(call.args), "", 0
    await call.out(f"  bash arg: {args[0]}\n" if args else "")
    for arg in args[1:]:
        await call.out(f"  bash arg: {arg}\n")
    while args:
        word = args.pop(0)
        if word in ("-p", "-c", "-s", "--throttle", "-f") or word.startswith("--pct-"):
            value = args.pop(0) if args else ""
            package = value if word == "-p" else package
        elif word.isdigit():
            count = int(word)
        elif not word.startswith("-"):
            raise Usage(f'** Error: Count is not a number: "{word}"')
    if count != 1:
        raise Usage("** Error: this lab device takes one event: monkey -p PACKAGE 1")
    begun = time.monotonic()
    listed = find_listed(call.system, package)
    if listed is None or listed.installed is None or listed.installed.launcher is None:
        await call.err("** No activities found to run, monkey aborted.\n")
        return 252
    try:
        result = await call.system.launch(package)
    except ActivityRefused as refused:
        result = StartResult(False, why=str(refused))
    if not result.started:
        await call.err(f"** Error: {result.why}\n** Monkey aborted due to error.\n")
        return 1
    while time.monotonic() - begun < _MONKEY_S and not _in_front(call, package):
        await asyncio.sleep(0.02)
    spent = int((time.monotonic() - begun) * 1000)
    await call.out(
        f"Events injected: 1\n## Network stats: elapsed time={spent}ms (0ms mobile, 0ms wifi, {spent}ms not connected)\n"
    )
    return 0
