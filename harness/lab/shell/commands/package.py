"""pm: installing, removing and asking about packages."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.install_sessions import MAX_BYTES, InstallSession
from harness.lab.shell.intent_arguments import parse_intent
from harness.lab.shell.package_dump import dump_package
from harness.lab.shell.package_view import find_listed, listed_packages
from harness.lab.shell.pipes import OpenFile, Source
from harness.lab.system.facts import Component
from harness.lab.system.install_errors import INVALID_APK, InstallFailed
from harness.lab.system.intents import CATEGORY_LAUNCHER, Intent, short_component
from harness.lab.system.packages import UnknownPackage
from harness.lab.system.permissions import SecurityRefusal
from harness.lab.system.phone_features import FEATURES, LIBRARIES
from harness.lab.system.resolution import find_answers

_FLAGS = frozenset(
    {"-r", "-R", "-t", "-d", "-g", "-f", "-l", "-s", "-F", "--dont-kill", "--instant", "--ephemeral", "--full",
     "--preload", "--apex", "--force-queryable", "--skip-verification", "--bypass-low-target-sdk-block", "--no-wait",
     "--restrict-permissions", "--staged", "--enable-rollback", "--multi-package", "--update-ownership", "--wait",
     "--request-downgrade", "--allow-test"}
)  # fmt: skip
_VALUED = frozenset(
    {"-i", "-S", "-p", "--user", "--abi", "--originating-uri", "--referrer", "--install-location", "--install-reason",
     "--pkg", "--package-source", "--dexopt-compiler-filter", "--staged-ready-timeout", "--force-uuid", "--split"}
)  # fmt: skip


@command("pm")
async def package_manager(call: Call) -> int:
    verbs = {
        "list": _list, "path": _path, "install": _install, "install-streaming": _install, "uninstall": _uninstall,
        "clear": _clear, "grant": _grant, "revoke": _grant, "reset-permissions": _reset, "dump": _dump,
        "enable": _enable, "disable": _enable, "disable-user": _enable, "default-state": _enable,
        "install-create": _create, "install-write": _write, "install-commit": _commit, "install-abandon": _abandon,
        "resolve-activity": _resolve, "query-activities": _query, "query-services": _query, "query-receivers": _query,
        "get-install-location": _location, "get-max-users": _one, "is-user-visible": _one, "trim-caches": _quiet,
        "set-installer": _quiet, "compile": _success, "bg-dexopt-job": _success, "set-home-activity": _success,
        "list-users": _users, "has-feature": _has_feature, "art": _success, "get-app-links": _quiet,
        "set-app-links": _quiet, "verify-app-links": _quiet, "log-visibility": _quiet, "wait-for-handler": _success,
    }  # fmt: skip
    if not call.args:
        raise Usage("Package manager (package) commands:\n  " + "\n  ".join(sorted(verbs)))
    verb = verbs.get(call.args[0])
    if verb is None:
        await call.err(f"Unknown command: {call.args[0]}\n")
        return 255
    try:
        return await verb(replace(call, args=_without_user(call.args[1:])), call.args[0])
    except SecurityRefusal as refusal:
        kind = "IllegalArgumentException" if str(refusal).startswith("Unknown") else "SecurityException"
        await call.err(f"\nException occurred while executing '{call.args[0]}':\njava.lang.{kind}: {refusal}\n")
        return 255


def _without_user(args: Iterable[str]) -> list[str]:
    """Drops `--user 0`. Raises Usage for any other user."""
    out = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word != "--user":
            out.append(word)
            continue
        user = rest.pop(0) if rest else ""
        if user not in ("0", "current", "cur", "all"):
            raise Usage(f"Error: user {user} does not exist")
    return out


async def _list(call: Call, verb: str) -> int:
    kind = call.args[0] if call.args else ""
    inner = replace(call, args=call.args[1:])
    if kind in ("packages", "package"):
        return await _list_packages(inner)
    if kind == "permissions":
        return await _list_permissions(inner)
    if kind == "permission-groups":
        groups = sorted(set(call.system.permissions.table.groups.values()))
        await call.out("".join(f"permission group:android.permission-group.{group}\n" for group in groups))
        return 0
    if kind == "users":
        return await _users(inner, kind)
    if kind in ("features", "libraries", "instrumentation", "staged-sessions", "sdks"):
        names = {"features": FEATURES, "libraries": LIBRARIES}.get(kind, ())
        await call.out("".join(f"{'feature' if kind == 'features' else 'library'}:{name}\n" for name in names))
        return 0
    await call.err(f"Error: unknown list type '{kind}'\n")
    return 255


async def _has_feature(call: Call, verb: str) -> int:
    known = bool(call.args) and call.args[0] in FEATURES
    await call.out(f"{str(known).lower()}\n")
    return int(not known)


async def _list_packages(call: Call) -> int:
    words = [w for w in call.args if not w.startswith("-")]
    flags = {w for w in call.args if w.startswith("-")}
    unknown = flags - {"-f", "-a", "-d", "-e", "-s", "-3", "-i", "-l", "-u", "-U", "--show-versioncode", "--apex-only",
                       "--factory-only", "--match-libraries"}  # fmt: skip
    if unknown:
        raise Usage(f"Error: Unknown option: {min(unknown)}")
    for one in listed_packages(call.system):
        if words and words[-1] not in one.name:
            continue
        if ("-s" in flags and not one.system) or ("-3" in flags and one.system) or "--apex-only" in flags:
            continue
        if ("-d" in flags and one.enabled) or ("-e" in flags and not one.enabled):
            continue
        line = f"package:{one.apk}={one.name}" if "-f" in flags else f"package:{one.name}"
        line += f" versionCode:{one.version_code}" if "--show-versioncode" in flags else ""
        line += f"  installer={one.installer or 'null'}" if "-i" in flags else ""
        line += f" uid:{one.uid}" if "-U" in flags else ""
        await call.out(line + "\n")
    return 0


async def _list_permissions(call: Call) -> int:
    flags = "".join(word[1:] for word in call.args if word.startswith("-"))
    group = next((word for word in call.args if not word.startswith("-")), "").rpartition(".")[2]
    table = call.system.permissions.table
    names = [
        name
        for name, level in sorted(table.levels.items())
        if (not group or table.groups.get(name) == group) and ("d" not in flags or level.startswith("dangerous"))
    ]
    await call.out("Dangerous Permissions:\n\n" if "d" in flags else "All Permissions:\n\n")
    if "g" not in flags:
        for name in names:
            await call.out(f"permission:{name}\n")
            if "f" in flags:
                await call.out(f"  package:android\n  protectionLevel:{table.levels[name]}\n")
        return 0
    grouped: dict[str, list[str]] = {}
    for name in names:
        grouped.setdefault(table.groups.get(name, ""), []).append(name)
    for key in sorted(grouped, key=lambda key: (not key, key)):
        await call.out(f"group:android.permission-group.{key}\n" if key else "ungrouped:\n")
        await call.out("".join(f"  permission:{name}\n" for name in grouped[key]) + "\n")
    return 0


async def _users(call: Call, verb: str) -> int:
    await call.out("Users:\n\tUserInfo{0:Owner:4c13} running\n")
    return 0


async def _path(call: Call, verb: str) -> int:
    found = find_listed(call.system, call.args[0]) if call.args else None
    if found is None:
        return 1
    await call.out("".join(f"package:{apk}\n" for apk in (found.apk, *found.splits)))
    return 0


# installing


def _install_words(call: Call) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    operands: list[str] = []
    rest = list(call.args)
    while rest:
        word = rest.pop(0)
        if word in _VALUED:
            if not rest:
                raise Usage(f'Error: Argument expected after "{word}"')
            options[word] = rest.pop(0)
        elif word in _FLAGS:
            options[word] = ""
        elif word.startswith("-") and word != "-":
            raise Usage(f"Error: Unknown option {word}")
        else:
            operands.append(word)
    return options, operands


async def _install(call: Call, verb: str) -> int:
    options, paths = _install_words(call)
    if not paths and "-S" not in options:
        raise Usage("Error: must either specify a package size or an APK file")
    session = call.device.processes.install_sessions.create(options)
    try:
        if paths and paths != ["-"]:
            for path in paths:
                await _take_file(call, session, path, path.rpartition("/")[2])
        else:
            await _receive(session, "base.apk", call.streams.stdin, _size(options.get("-S", "")))
        return await _install_session(call, session)
    except InstallFailed as failed:
        await call.out(failed.line + "\n")
        return 1
    finally:
        call.device.processes.install_sessions.end(session)


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > MAX_BYTES:
        raise Usage(f"Error: bad size '{text}'")
    return int(text)


async def _take_file(call: Call, session: InstallSession, path: str, name: str) -> None:
    """An APK that lies on the device. Its own reader has to be allowed to read it: the shell's user is."""
    try:
        info = call.files.stat(call.path(path))
        if not stat.S_ISREG(info.mode):
            raise Usage(f"Error: failed to open {path}: not a file")
        source = OpenFile(call.files.open(call.path(path), os.O_RDONLY))
    except OSError as error:
        raise Usage(f"Error: Unable to open file: {path}\nConsider using a file under /data/local/tmp/\n"
                    f"Error: {error.strerror}") from error  # fmt: skip
    try:
        await _receive(session, name, source, info.size)
    finally:
        source.close()


async def _receive(session: InstallSession, name: str, source: Source, size: int) -> None:
    """Exactly `size` bytes into the session. Raises InstallFailed where fewer come."""
    target = session.folder / f"{len(session.apks)}-{re.sub('[^A-Za-z0-9._-]', '_', name)[-100:]}"
    missing = size
    with target.open("wb") as file:
        while missing and (block := await source.read(min(missing, 256 * 1024))):
            file.write(block)
            missing -= len(block)
    if missing:
        raise InstallFailed(INVALID_APK, f"{missing} of {size} bytes did not arrive")
    session.apks[name] = target


async def _install_session(call: Call, session: InstallSession) -> int:
    if not session.apks:
        raise InstallFailed(INVALID_APK, f"Session: {session.id}. No packages staged in /data/app/vmdl{session.id}.tmp")
    options = session.options
    await call.system.install(
        *session.apks.values(),
        replace="-R" not in options,
        grant="-g" in options,
        downgrade="-d" in options,
        test_only="-t" in options,
        inherit=options.get("-p", ""),
    )
    await call.out("Success\n")
    return 0


async def _create(call: Call, verb: str) -> int:
    options, _ = _install_words(call)
    session = call.device.processes.install_sessions.create(options)
    await call.out(f"Success: created install session [{session.id}]\n")
    return 0


def _session(call: Call, words: list[str]) -> InstallSession:
    number = words[0] if words else ""
    session = call.device.processes.install_sessions.get(int(number)) if number.isascii() and number.isdigit() else None
    if session is None:
        raise Usage(f"\nException occurred while executing:\njava.lang.SecurityException: Caller has no access to "
                    f"session {number}")  # fmt: skip
    return session


async def _write(call: Call, verb: str) -> int:
    """install-write [-S BYTES] SESSION SPLIT_NAME [PATH|-]"""
    options, words = _install_words(call)
    session = _session(call, words)
    name = words[1] if len(words) > 1 else "base"
    path = words[2] if len(words) > 2 else "-"
    try:
        if path != "-":
            await _take_file(call, session, path, name)
        else:
            await _receive(session, name, call.streams.stdin, _size(options.get("-S", "")))
    except InstallFailed as failed:
        await call.out(failed.line + "\n")
        return 1
    await call.out(f"Success: streamed {session.apks[name].stat().st_size} bytes\n")
    return 0


async def _commit(call: Call, verb: str) -> int:
    _, words = _install_words(call)
    session = _session(call, words)
    try:
        return await _install_session(call, session)
    except InstallFailed as failed:
        await call.out(failed.line + "\n")
        return 1
    finally:
        call.device.processes.install_sessions.end(session)


async def _abandon(call: Call, verb: str) -> int:
    call.device.processes.install_sessions.end(_session(call, list(call.args)))
    await call.out("Success\n")
    return 0


async def _uninstall(call: Call, verb: str) -> int:
    names = [word for word in _without(call.args, "--versionCode") if not word.startswith("-")]
    if not names:
        raise Usage("Error: package name not specified")
    listed = find_listed(call.system, names[0])
    if listed is not None and listed.installed is None:
        reason = "DELETE_FAILED_INTERNAL_ERROR" if listed.system else "DELETE_FAILED_DEVICE_POLICY_MANAGER"
        await call.out(f"Failure [{reason}]\n")
        return 1
    try:
        if names[1:]:
            await call.system.remove_splits(names[0], names[1:])
        else:
            await call.system.uninstall(names[0], keep_data="-k" in call.args)
    except InstallFailed as failed:
        await call.out(failed.line + "\n")
        return 1
    except UnknownPackage:
        await call.out("Failure [DELETE_FAILED_INTERNAL_ERROR]\n")
        return 1
    await call.out("Success\n")
    return 0


def _without(args: Sequence[str], option: str) -> list[str]:
    """The words without an option and its value."""
    return [word for before, word in zip(["", *args], args, strict=False) if option not in (before, word)]


async def _clear(call: Call, verb: str) -> int:
    if not call.args:
        raise Usage("Error: no package specified")
    try:
        await call.system.clear_data(call.args[-1])
    except UnknownPackage:
        await call.out("Failed\n")
        return 1
    await call.out("Success\n")
    return 0


async def _grant(call: Call, verb: str) -> int:
    words = [word for word in call.args if not word.startswith("-")]
    if len(words) < 2:
        raise Usage("Error: no package specified" if not words else "Error: no permission specified")
    act = call.system.grant if verb == "grant" else call.system.revoke
    await act(words[0], words[1])
    return 0


async def _reset(call: Call, verb: str) -> int:
    words = [word for word in call.args if not word.startswith("-")]
    await call.system.reset_permissions(words[0] if words else None)
    return 0


async def _enable(call: Call, verb: str) -> int:
    state = {"enable": "enabled", "disable": "disabled", "disable-user": "disabled-user"}.get(verb, "default")
    if not call.args:
        raise Usage("Error: no package or component specified")
    target = call.args[-1]
    try:
        await call.system.set_enabled(target, state)
    except (UnknownPackage, ValueError) as error:
        text = f"Unknown package: {target}" if isinstance(error, UnknownPackage) else str(error)
        await call.err(f"\nException occurred while executing '{verb}':\njava.lang.IllegalArgumentException: {text}\n")
        return 255
    kind = "Component {" + target + "}" if "/" in target else f"Package {target}"
    await call.out(f"{kind} new state: {state}\n")
    return 0


async def _dump(call: Call, verb: str) -> int:
    if not call.args:
        raise Usage("Error: no package specified")
    await call.out("DUMP OF SERVICE package:\n")
    await call.out(dump_package(call.device, call.args[-1]))
    return 0


def _query_intent(call: Call) -> tuple[Intent, bool]:
    own = {"--brief": 0, "--components": 0, "--query-flags": 1}
    intent, found = parse_intent(list(call.args), own)
    return intent, bool({"--brief", "--components"} & set(found))


async def _resolve(call: Call, verb: str) -> int:
    intent, brief = _query_intent(call)
    answers = find_answers(intent, call.system.packages, ("activity", "alias"))
    if not answers:
        await call.out("No activity found\n")
        return 0
    await call.out(_resolved(answers[0][1], intent, brief))
    return 0


async def _query(call: Call, verb: str) -> int:
    kinds = {"query-activities": ("activity", "alias"), "query-services": ("service",)}.get(verb, ("receiver",))
    intent, brief = _query_intent(call)
    answers = find_answers(intent, call.system.packages, kinds)
    if not answers:
        await call.out(f"No {verb.removeprefix('query-')} found\n")
        return 0
    await call.out(f"{len(answers)} {verb.removeprefix('query-')} found:\n")
    for index, (_, component) in enumerate(answers):
        text = _resolved(component, intent, brief).rstrip().replace("\n", "\n    ")
        await call.out(f"  Activity #{index}:\n    {text}\n")
    return 0


def _resolved(component: Component, intent: Intent, brief: bool) -> str:
    match = 0x108000 if intent.categories or intent.action else 0
    default = str(CATEGORY_LAUNCHER in intent.categories).lower()
    first = f"priority=0 preferredOrder=0 match=0x{match:x} specificIndex=-1 isDefault={default}\n"
    if brief:
        return first + short_component(component.component) + "\n"
    return first + (
        f"ActivityInfo:\n  name={component.name}\n  packageName={component.package}\n"
        f"  enabled={str(component.enabled).lower()} exported={str(component.exported).lower()} directBootAware=false\n"
        f"  processName={component.process}\n"
    )


async def _location(call: Call, verb: str) -> int:
    await call.out("0[auto]\n")
    return 0


async def _one(call: Call, verb: str) -> int:
    await call.out("Maximum supported users: 1\n" if verb == "get-max-users" else "true\n")
    return 0


async def _quiet(call: Call, verb: str) -> int:
    return 0


async def _success(call: Call, verb: str) -> int:
    await call.out("Success\n")
    return 0
