"""The words that `am` reads as an intent (android.content.Intent.parseCommandArgs)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.lab.shell.call import Usage
from harness.lab.system import intents
from harness.lab.system.intents import Intent, full_class

_FLAG_WORDS = {
    "--activity-clear-task": intents.FLAG_ACTIVITY_CLEAR_TASK,
    "--activity-clear-top": intents.FLAG_ACTIVITY_CLEAR_TOP,
    "--activity-single-top": intents.FLAG_ACTIVITY_SINGLE_TOP,
    "--activity-no-history": intents.FLAG_ACTIVITY_NO_HISTORY,
    "--activity-reorder-to-front": intents.FLAG_ACTIVITY_REORDER_TO_FRONT,
    "--activity-reset-task-if-needed": intents.FLAG_ACTIVITY_RESET_TASK_IF_NEEDED,
    "--include-stopped-packages": intents.FLAG_INCLUDE_STOPPED_PACKAGES,
    "--activity-brought-to-front": 0x00400000,
    "--activity-exclude-from-recents": 0x00800000,
    "--activity-launched-from-history": 0x00100000,
    "--activity-multiple-task": 0x08000000,
    "--activity-no-animation": 0x00010000,
    "--activity-no-user-action": 0x00040000,
    "--activity-previous-is-top": 0x01000000,
    "--activity-task-on-home": 0x00004000,
    "--activity-match-external": 0x00000800,
    "--exclude-stopped-packages": 0x00000010,
    "--debug-log-resolution": 0x00000008,
    "--grant-read-uri-permission": 0x00000001,
    "--grant-write-uri-permission": 0x00000002,
    "--grant-persistable-uri-permission": 0x00000040,
    "--grant-prefix-uri-permission": 0x00000080,
    "--receiver-registered-only": 0x40000000,
    "--receiver-replace-pending": 0x20000000,
    "--receiver-foreground": 0x10000000,
    "--receiver-no-abort": 0x08000000,
}


def _truth(text: str) -> bool:
    if text.lower() in ("true", "t", "1"):
        return True
    if text.lower() in ("false", "f", "0"):
        return False
    raise Usage(f"Error: Invalid boolean value: {text}")


def _whole(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise Usage(f'Error: For input string: "{text}"') from None


def _real(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Usage(f'Error: For input string: "{text}"') from None


def _several(one: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [one(part) for part in text.split(",")]


_EXTRAS: dict[str, Callable[[str], Any]] = {
    "-e": str, "--es": str, "--eu": str, "--ecn": str, "--ei": _whole, "--el": _whole, "--ef": _real, "--ed": _real,
    "--ez": _truth, "--esa": _several(str), "--esal": _several(str), "--eia": _several(_whole),
    "--eial": _several(_whole), "--ela": _several(_whole), "--elal": _several(_whole), "--efa": _several(_real),
    "--efal": _several(_real), "--eda": _several(_real), "--eza": _several(_truth),
}  # fmt: skip


def parse_intent(words: list[str], options: dict[str, int]) -> tuple[Intent, dict[str, list[str]]]:
    """The intent and the command's own options: option -> its values.

    `options`: option -> how many words follow it. Raises Usage with am's message.
    """
    own: dict[str, list[str]] = {}
    fields: dict[str, Any] = {"action": "", "data": "", "type": "", "package": "", "component": "", "flags": 0}
    categories: list[str] = []
    extras: dict[str, Any] = {}
    rest = list(words)
    operand = ""

    def take(option: str) -> str:
        if not rest:
            raise Usage(f'Error: Argument expected after "{option}"')
        return rest.pop(0)

    plain = {"-a": "action", "-d": "data", "-t": "type", "-p": "package", "-i": "identifier"}
    while rest:
        word = rest.pop(0)
        if word in options:
            own[word] = [take(word) for _ in range(options[word])]
        elif word in plain:
            fields[plain[word]] = take(word)
        elif word == "-c":
            categories.append(take(word))
        elif word == "-n":
            fields["component"] = component_of(take(word))
        elif word == "-f":
            fields["flags"] |= _whole(take(word))
        elif word in _EXTRAS:
            name = take(word)
            extras[name] = _EXTRAS[word](take(word))
        elif word == "--esn":
            extras[take(word)] = None
        elif word in _FLAG_WORDS:
            fields["flags"] |= _FLAG_WORDS[word]
        elif word == "--selector":
            continue
        elif word.startswith("-"):
            raise Usage(f"Error: Unknown option: {word}")
        else:
            operand = word
    fields.pop("identifier", None)
    if operand:
        _take_operand(operand, fields, categories)
    return Intent(**fields, categories=tuple(categories), extras=extras), own


def _take_operand(operand: str, fields: dict[str, Any], categories: list[str]) -> None:
    """A URI, a component or a package name, in this order of likeness."""
    if ":" in operand:
        fields["data"] = fields["data"] or operand
        fields["action"] = fields["action"] or intents.ACTION_VIEW
    elif "/" in operand:
        fields["component"] = fields["component"] or component_of(operand)
        fields["action"] = fields["action"] or intents.ACTION_MAIN
        if not categories:
            categories.append(intents.CATEGORY_LAUNCHER)
    else:
        fields["package"] = fields["package"] or operand
        fields["action"] = fields["action"] or intents.ACTION_MAIN
        if not categories:
            categories.append(intents.CATEGORY_LAUNCHER)


def component_of(text: str) -> str:
    """`pkg/.Main` as "pkg/pkg.Main". Raises Usage."""
    package, slash, name = text.partition("/")
    if not slash or not package or not name:
        raise Usage(f"Error: Bad component name: {text}")
    return f"{package}/{full_class(package, name)}"
