"""ime: which input methods there are, which of them are enabled, which one is chosen."""

from __future__ import annotations

from harness.lab.shell.call import Call, Usage, command

BUILT_IN = ("com.android.inputmethod.latin/.LatinIME", "com.github.uiautomator/.AdbKeyboard")
"""uiautomator2's own is built in: what it would be sent is carried out by `am broadcast`."""

_ACTION = "android.view.InputMethod"  # InputMethod.SERVICE_INTERFACE
_PERMISSION = "android.permission.BIND_INPUT_METHOD"


def known(call: Call) -> list[str]:
    """The ids of all input methods: the device's, and each app's services that only the system may bind
    (InputMethodManagerService.queryInputMethodServicesInternal)."""
    names = list(BUILT_IN)
    for package in call.system.packages:
        for one in package.facts.components:
            offers = any(_ACTION in intents.actions for intents in one.filters)
            if one.kind == "service" and offers and one.permission == _PERMISSION and package.is_enabled(one):
                names.append(short(one.package, one.name))
    return names


def short(package: str, name: str) -> str:
    """ComponentName.flattenToShortString, which is an input method's id."""
    return f"{package}/{name.removeprefix(package) if name.startswith(f'{package}.') else name}"


@command("ime")
async def input_methods(call: Call) -> int:
    verb = call.args[0] if call.args else ""
    words = [word for word in call.args[1:] if not word.startswith("-")]
    names = known(call)
    enabled = (call.system.settings.get("secure", "enabled_input_methods") or BUILT_IN[0]).split(":")
    if verb == "list":
        for name in names if "-a" in call.args else [one for one in names if one in enabled]:
            await call.out(f"{name}\n" if "-s" in call.args else f"{name}:\n  mId={name} mIsDefaultResId=0x0\n")
        return 0
    if verb == "reset":
        await call.system.put_setting("secure", "enabled_input_methods", BUILT_IN[0])
        await call.system.put_setting("secure", "default_input_method", BUILT_IN[0])
        await call.out("Reset current and enabled IMEs for user #0\n")
        return 0
    if verb not in ("enable", "disable", "set") or not words:
        raise Usage("usage: ime list [-a] [-s] | enable ID | disable ID | set ID | reset")
    package, _, service = words[0].partition("/")
    name = short(package, service)
    if name not in names:
        done = "selected" if verb == "set" else f"{verb}d"
        await call.err(f"Unknown input method {words[0]} cannot be {done} for user #0\n")
        return 255
    if verb == "set":
        await call.system.put_setting("secure", "default_input_method", name)
        await call.out(f"Input method {name} selected for user #0\n")
        return 0
    left = [one for one in enabled if one != name] + ([name] if verb == "enable" else [])
    already = (name in enabled) == (verb == "enable")
    await call.system.put_setting("secure", "enabled_input_methods", ":".join(left))
    if verb == "disable" and call.system.settings.get("secure", "default_input_method") == name:
        await call.system.put_setting("secure", "default_input_method", left[0] if left else "")
    await call.out(f"Input method {name}: {'already' if already else 'now'} {verb}d for user #0\n")
    return 0
