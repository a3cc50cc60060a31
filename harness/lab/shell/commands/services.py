"""appops, cmd jobscheduler, and dumpsys' pages of them: what the system holds for apps."""

from __future__ import annotations

import math
import time
import zlib
import zoneinfo

from harness.lab.shell.call import Call, Usage, command
from harness.lab.system.alarms import EXACT_CHANGED, TYPES, elapsed_ms
from harness.lab.system.app_ops import CAMERA, MODES, RECORD_AUDIO
from harness.lab.system.biometrics import SensorRefused
from harness.lab.system.downloads import PROVIDER
from harness.lab.system.intents import Intent, full_class, short_component
from harness.lab.system.jobs import Job
from harness.lab.system.notifications import SHELL_CHANNEL

_JOB_ERRORS = {"package": -1000, "job": -1001, "constraints": -1002}
"""JobSchedulerShellCommand.CMD_ERR_NO_PACKAGE, _NO_JOB, _CONSTRAINTS"""
_EXACT = "SCHEDULE_EXACT_ALARM"
_IN_USE = (CAMERA, RECORD_AUDIO)
_APP_OPS = "appops get PACKAGE [OP] | appops set PACKAGE OP allow|foreground|ignore|deny|default"


async def job_scheduler(call: Call) -> int:
    """run [-f] [-u USER] [-n NAMESPACE] PACKAGE JOB_ID, timeout [PACKAGE [JOB_ID]], cancel, get-job-state."""
    verb = call.args[0] if call.args else "help"
    options, words, force, namespace = list(call.args[1:]), [], False, None
    while options:
        word = options.pop(0)
        if word in ("-f", "--force"):
            force = True
        elif word in ("-u", "--user", "-n", "--namespace"):
            value = options.pop(0) if options else ""
            namespace = value if word in ("-n", "--namespace") else namespace
        elif word not in ("-s", "--satisfied"):
            words.append(word)
    jobs = call.system.app_services.jobs
    package = words[0] if words else ""
    if verb == "timeout":
        jobs.time_out(package, _number(words[1]) if len(words) > 1 else None)
        return 0
    if verb not in ("run", "cancel", "get-job-state"):
        raise Usage("Job scheduler (jobscheduler) commands:\n  run [-f] PACKAGE JOB_ID\n  timeout [PACKAGE] [JOB_ID]\n"
                    "  cancel PACKAGE [JOB_ID]\n  get-job-state PACKAGE JOB_ID")  # fmt: skip
    if verb == "run" and package == PROVIDER:
        return await _run_download(call, _number(words[1] if len(words) > 1 else ""))
    if call.system.packages.find(package) is None:
        await call.err(f"Package not found: {package} / user 0\n")
        return _JOB_ERRORS["package"] & 255
    if verb == "cancel" and len(words) == 1:
        jobs.cancel_all(package)
        await call.out(f"Canceling all jobs for {package} in user 0\n")
        return 0
    number = _number(words[1] if len(words) > 1 else "")
    job = jobs.find(package, namespace, number)
    if verb == "get-job-state":
        if job is None:
            await call.out("unknown\n")
        else:
            await call.out(("active" if job.run else "waiting" if jobs.missing(job) else "pending ready") + "\n")
        return 0
    if job is None:
        await call.err(f"Could not find job {number} in package {package} / user 0\n")
        return _JOB_ERRORS["job"] & 255
    if verb == "cancel":
        jobs.cancel(package, namespace, number)
        await call.out(f"Canceling job {package}/#{number} in user 0\n")
        return 0
    if not jobs.force(job, even_if_not_ready=force):
        await call.err(f"Job {number} in package {package} / user 0 has functional constraints but --force not specified\n")
        return _JOB_ERRORS["constraints"] & 255
    await call.out(f"Running job{' [FORCED]' if force else ''}\n")
    return 0


def _number(word: str) -> int:
    if not word.lstrip("-").isdigit():
        raise Usage("Error: Error: job id is no number")
    return int(word)


async def alarm_manager(call: Call) -> int:
    """cmd alarm set-timezone ZONE"""
    if call.args[:1] != ["set-timezone"] or len(call.args) != 2 or call.args[1] not in zoneinfo.available_timezones():
        raise Usage("Alarm manager service (alarm) commands:\n  set-timezone TZ")
    call.system.app_services.set_timezone(call.args[1])
    return 0


async def _run_download(call: Call, number: int) -> int:
    """The job of a download has its number; it is begun now, also before its time."""
    downloads = call.system.app_services.downloads
    found = downloads.find(number)
    if found is None:
        await call.err(f"Could not find job {number} in package {PROVIDER} / user 0\n")
        return _JOB_ERRORS["job"] & 255
    downloads.begin(found)
    await call.out("Running job [FORCED]\n")
    return 0


async def fingerprint(call: Call) -> int:
    """cmd fingerprint fingerdown [FINGER] | enroll COUNT: a finger on the sensor, 1 without a number; how many it knows."""
    verb, word = [*call.args, "", ""][:2]
    biometrics = call.system.app_services.biometrics
    if verb == "fingerdown" and (not word or word.isdecimal()):
        if not biometrics.touch(int(word or 1)):
            await call.err("nobody waits for a finger\n")
            return 1
        return 0
    if verb != "enroll" or not word.isdecimal():
        raise Usage("Fingerprint Service commands:\n  fingerdown [FINGER]\n  enroll COUNT")
    try:
        biometrics.enroll(int(word))
    except SensorRefused as refused:
        await call.err(f"{refused}\n")
        return 255
    return 0


async def sensors(call: Call) -> int:
    """cmd sensorservice inject TYPE VALUE...: what Sensor.TYPE_* measures now, in its own unit. The lab's own: a phone takes
    events from its sensors alone, an emulator from its console (`adb emu sensor set`)."""
    verb, *words = call.args or ("",)
    try:
        kind, values = int(words[0]), [float(word) for word in words[1:]]
    except (IndexError, ValueError):
        kind, values = 0, []
    if verb != "inject" or not values or not all(map(math.isfinite, values)):
        raise Usage("Sensor service commands:\n  inject TYPE VALUE...")
    if kind not in {one.get("type") for one in call.system.profile.get("sensors", [])}:
        await call.err(f"this device has no sensor of type {kind}\n")
        return 1
    call.system.app_services.feel(kind, values)
    return 0


async def notification(call: Call) -> int:
    """cmd notification allow_listener | disallow_listener COMPONENT [USER], post [-t TITLE] [-S bigtext] TAG TEXT"""
    verb, component = [*call.args, "", ""][:2]
    if verb == "post":
        return await _post(call, list(call.args[1:]))
    if verb not in ("allow_listener", "disallow_listener") or "/" not in component:
        raise Usage("Notification service (notification) commands:\n  allow_listener COMPONENT [user_id]\n"
                    "  disallow_listener COMPONENT [user_id]\n  post [-t TITLE] [-S bigtext] TAG TEXT")  # fmt: skip
    package, _, name = component.partition("/")
    call.system.app_services.listeners.allow(f"{package}/{full_class(package, name)}", verb == "allow_listener")
    return 0


async def _post(call: Call, words: list[str]) -> int:
    title, style = "", ""
    while words[:1] and words[0] in ("-t", "--title", "-S", "--style") and len(words) > 1:
        option, value = words.pop(0), words.pop(0)
        title, style = (value, style) if option in ("-t", "--title") else (title, value)
    if len(words) != 2 or words[0].startswith("-") or style not in ("", "bigtext"):
        raise Usage("usage: cmd notification post [-t TITLE] [-S bigtext] TAG TEXT")
    tag, text = words
    call.system.app_services.notifications.post_as_shell(tag, title, text, text if style else "")
    await call.out(f"posting:\n  Notification(channel={SHELL_CHANNEL})\n")
    return 0


@command("appops")
async def app_ops(call: Call) -> int:
    """get PACKAGE [OP], set PACKAGE OP MODE: of SCHEDULE_EXACT_ALARM, CAMERA and RECORD_AUDIO."""
    words = [word for word in call.args if word not in ("--uid", "--user", "0")]
    verb, package = [*words, "", ""][:2]
    if call.system.packages.find(package) is None:
        await call.err(f"Error: No UID for {package} in user 0\n")
        return 255
    alarms, ops = call.system.app_services.alarms, call.system.app_services.ops
    named = words[2].removeprefix("android:").upper() if len(words) > 2 else ""
    if named not in ("", _EXACT, *_IN_USE):
        await call.err(f"appops: {words[2]}: this lab device does not have it\n")
        return 1
    if verb == "get":
        mode = alarms.exact_mode(package)
        lines = {_EXACT: f"{_EXACT}: {'default' if mode is None else 'allow' if mode else 'deny'}"}
        lines |= {one: ops.describe(package, one) for one in _IN_USE}
        await call.out("".join(f"{line}\n" for one, line in lines.items() if named in ("", one)))
        return 0
    if verb != "set" or len(words) != 4 or words[3] not in MODES:
        raise Usage(_APP_OPS)
    if named in _IN_USE:
        ops.set_mode(package, named, words[3])
        return 0
    modes = {"allow": True, "deny": False, "ignore": False, "default": None}
    if words[3] not in modes:
        raise Usage(_APP_OPS)
    before = alarms.may_be_exact(package)
    if alarms.allow_exact(package, modes[words[3]]):
        await call.system.kill_package(package, "schedule_exact_alarm revoked")
    elif not before and alarms.may_be_exact(package):
        await call.system.broadcast(Intent(action=EXACT_CHANGED, package=package))
    return 0


def dump_jobs(call: Call) -> str:
    """dumpsys jobscheduler [PACKAGE]"""
    only = next((word for word in call.args if not word.startswith("-")), "")
    jobs = call.system.app_services.jobs
    lines = [f"Registered {len(jobs.all())} jobs:"]
    for job in jobs.all():
        if only in ("", job.package):
            lines += _job_lines(job, jobs.missing(job), jobs.now_ms())
    running = [job for job in jobs.all() if job.run]
    lines += ["", "Active jobs:"]
    lines += [f"  {_job_name(job)}" for job in running] or ["  None"]
    return "\n".join(lines) + "\n"


def _job_name(job: Job) -> str:
    space = f"@{job.namespace}@" if job.namespace else ""
    return f"JOB {space}#u0a{job.uid - 10000}/{job.spec.id}: {short_component(job.spec.service)}"


def _job_lines(job: Job, missing: list[str], now_ms: int) -> list[str]:
    spec = job.spec
    ready = not missing and not job.run
    lines = [
        f"  {_job_name(job)}",
        f"    u0a{job.uid - 10000} tag=*job*/{short_component(spec.service)}#{spec.id}",
        f"    Source: uid=u0a{job.uid - 10000} user=0 pkg={job.package}",
        "    JobInfo:",
        f"      Service: {short_component(spec.service)}",
    ]
    if spec.periodic:
        lines.append(f"      PERIODIC: interval={_span(spec.interval_ms)} flex={_span(spec.flex_ms)}")
    if spec.persisted:
        lines.append("      PERSISTED")
    lines += [
        f"      Backoff: policy={0 if spec.backoff_linear else 1} initial={_span(spec.backoff_ms)}",
        f"    Required constraints: {' '.join(job.required)}",
        f"    Unsatisfied constraints: {' '.join(missing)}",
        f"    Run time: earliest={_until(job.earliest_ms, now_ms)}, "
        f"latest={_until(job.latest_ms, now_ms) if job.latest_ms >= 0 else 'none'}",
        f"    Num failures: {job.failures}" if job.failures else "",
        f"    Pending work: {len(job.work)}" if job.work else "",
        f"    Ready: {str(ready).lower()} (job={str(not missing).lower()} user=true !restricted=true "
        f"!pending=true !active={str(not job.run).lower()} !backingup=true comp=true)",
    ]
    return [line for line in lines if line]


def _span(ms: int) -> str:
    """TimeUtils.formatDuration: +1h2m3s4ms."""
    text, rest = "", abs(ms)
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        if rest >= length:
            text, rest = f"{text}{rest // length}{unit}", rest % length
    return ("-" if ms < 0 else "+") + text if text else "0"


def _until(moment: int, now_ms: int) -> str:
    return _span(moment - now_ms)


def dump_alarms(call: Call) -> str:
    """dumpsys alarm"""
    services = call.system.app_services
    now = elapsed_ms()
    alarms = services.alarms.all()
    lines = [
        "Current Alarm Manager state:", f"  nowRTC={time.time_ns() // 1_000_000} nowELAPSED={now}", "",
        f"  {len(alarms)} pending alarms:",
    ]  # fmt: skip
    for index, one in enumerate(alarms):
        pending = services.pending.find(one.operation)
        goes_to = (pending.intent.component or pending.intent.action) if pending else "listener"
        tag = one.tag or f"*{'walarm' if one.type % 2 == 0 else 'alarm'}*:{goes_to}"
        lines += [
            f"    {TYPES[one.type]} #{index}: Alarm{{{one.id:x} type {one.type} origWhen {one.due_ms} "
            f"whenElapsed {one.due_ms} {one.owner.package}}}",
            f"      tag={tag}",
            f"      type={TYPES[one.type]} whenElapsed={_until(one.due_ms, now)} window={_span(max(0, one.window_ms))} "
            f"repeatInterval={one.interval_ms} count={one.count} flags=0x{one.flags:x}",
        ]
        if pending is not None:
            lines.append(f"      operation={_intent(call, one.operation)}")
        if one.clock is not None:
            lines.append(f"      Alarm clock:\n        triggerTime={one.clock.get('trigger_ms')}")
    return "\n".join(lines) + "\n"


def dump_notifications(call: Call) -> str:
    """dumpsys notification [--noredact]: texts are shown with it only, as on a phone."""
    noted = call.system.app_services.notifications
    full = "--noredact" in call.args

    def text(value: str) -> str:
        return f"String ({value})" if full else f"String [length={len(value)}]"

    lines = ["Current Notification Manager state:", "  Notification List:"]
    for one in noted.all():
        lines += [
            f"    NotificationRecord(0x{zlib.crc32(one.key.encode()):08x}: pkg={one.owner.package} user=UserHandle{{0}} "
            f"id={one.id} tag={one.tag or 'null'} importance={one.importance} key={one.key}: Notification(channel="
            f"{one.channel or 'null'} flags=0x{one.flags:x} category={one.category or 'null'} vis=PRIVATE))",
            f"      uid={one.owner.uid} userId=0",
            f"      opPkg={one.owner.package}",
            f"      flags=0x{one.flags:x}",
            f"      pri={one.priority}",
            f"      key={one.key}",
            f"      contentIntent={_intent(call, one.content)}",
            f"      deleteIntent={_intent(call, one.delete)}",
        ]
        if one.actions:
            lines.append("      actions={")
            lines += [
                f"        [{place}] {text(action.title) if not full else chr(34) + action.title + chr(34)} -> "
                f"{_intent(call, action.intent)}"
                for place, action in enumerate(one.actions)
            ]
            lines.append("      }")
        lines.append("      extras={")
        named = {"android.title": one.title, "android.subText": one.sub_text, "android.text": one.text,
                 "android.bigText": one.big_text}  # fmt: skip
        lines += [f"          {name}={text(value)}" for name, value in named.items() if value]
        lines.append("      }")
    lines += ["  ", "  Ranking Config:"]
    for package in call.system.packages:
        channels = noted.channels(package.name)
        if channels:
            lines.append(f"    AppSettings: {package.name} ({package.uid}) importance=UNSPECIFIED")
            lines += [
                f"      NotificationChannel{{mId='{name}', mName={one['name']}, mImportance={one['importance']}}}"
                for name, one in channels.items()
            ]
    return "\n".join(lines) + "\n"


def _intent(call: Call, number: str) -> str:
    pending = call.system.app_services.pending.find(number)
    if pending is None:
        return "null"
    kind = {1: "broadcastIntent", 2: "startActivity", 4: "startService", 5: "startForegroundService"}[pending.kind]
    return f"PendingIntent{{{pending.id}: PendingIntentRecord{{{pending.owner.package} {kind}}}}}"
