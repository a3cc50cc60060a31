"""The plugin's options, and what they and the fixtures `app_args` and `android_device_args` ask for, checked.

Each option begins with `--harness-` (pytest-playwright has `--device` and `--output`) and has an environment variable.
"""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.suite.session import Order

APP_ARGS = ("apk", "package", "app_file", "profile", "observe", "operator", "case", "output")
"""Keys of the fixture `app_args`."""
CHOICE_ARGS = ("device", "wait", "lab_profile", "trust_apk")
RIG_ARGS = ("proxy_port", "resolve", "upstream_ca", "reach_private", "keep_responses", "way", "wireguard_endpoint", "read_quic",
            "spawn_gating")
"""Keys of the fixture `android_device_args`: which device, and how its rig is set up (`harness.suite.rig.DeviceRig`)."""


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("harness", "Android privacy compliance")

    def option(name: str, help: str, default: str | None = None, *more: str, **details: Any) -> None:
        variable = f"HARNESS_{name.upper().replace('-', '_')}"
        group.addoption(f"--harness-{name}", *more, default=os.environ.get(variable, default), help=f"{help} [${variable}]",
                        dest=f"harness_{name.replace('-', '_')}", **details)

    serial = os.environ.get("HARNESS_SERIAL") or os.environ.get("ANDROID_SERIAL")
    option("apk", "the APK to test", metavar="FILE")
    option("package", "the package to test, if it is on the device already", metavar="NAME")
    option("device", "lab: an embedded device, started if none is there; auto: any that is free; or a serial of adb. "
           "Without it: the only one there is, and with -n: auto", serial, "--harness-serial", metavar="lab|auto|SERIAL")
    option("wait", "how long to wait for a device that another run has", "0", metavar="SECONDS")
    option("output", "folder in which the run's own folder is made", "harness-results", metavar="DIR")
    option("observe", "seconds of every observation window", metavar="SECONDS")
    option("profile", "named profile of windows and limits, or a YAML file", "default", metavar="NAME")
    option("app-file", "what is known of the app (docs/app-file.md)", metavar="FILE")
    option("proxy-port", "port of the proxy; 0 lets the system choose", "0", metavar="PORT")
    option("operator", "who runs it, for the bundle", "", metavar="NAME")
    option("fail-on", "what fails a run: violation, candidate, inconclusive or never", "violation",
           choices=("violation", "candidate", "inconclusive", "never"))


def app_args_of(config: pytest.Config) -> dict[str, Any]:
    return {name: config.getoption(f"harness_{name}", None) for name in APP_ARGS if name != "case"}


def device_args_of(config: pytest.Config) -> dict[str, Any]:
    return {"device": config.getoption("harness_device"), "wait": config.getoption("harness_wait"),
            "proxy_port": config.getoption("harness_proxy_port")}


def order_of(config: pytest.Config, args: Mapping[str, Any], out: Path | None = None) -> Order:
    """What is to be run. `args`: as `app_args` gives them; `out`: instead of the folder that they name. Raises UsageError."""
    from harness.suite.app_file import read_app_file
    from harness.suite.limits import load_limits
    from harness.suite.run import make_order

    _known(args, APP_ARGS, "app_args")
    file, apk = args.get("app_file"), args.get("apk")
    seconds = args.get("observe")
    return make_order(
        apk=Path(apk) if apk else None, package=args.get("package") or "",
        out=out or Path(args.get("output") or "harness-results"), limits=load_limits(str(args.get("profile") or "default")),
        observe=None if seconds is None else number(seconds, "--harness-observe"),
        app_file=file if file is None or isinstance(file, Mapping) else read_app_file(Path(file)),
        operator=args.get("operator") or "", case=args.get("case"),
        command_line=("pytest", *map(str, config.invocation_params.args)))


def rig_args(args: Mapping[str, Any]) -> dict[str, Any]:
    """What of `android_device_args` the rig takes. Raises UsageError."""
    _known(args, (*CHOICE_ARGS, *RIG_ARGS), "android_device_args")
    found = {name: args[name] for name in RIG_ARGS if name in args}
    if "proxy_port" in found:
        found["proxy_port"] = int(number(found["proxy_port"], "--harness-proxy-port"))
    if found.get("upstream_ca") is not None:
        found["upstream_ca"] = Path(found["upstream_ca"])
    return found


def again(config: pytest.Config, node: str) -> str:
    """The command that runs one test again with the harness's options of this run; "" where there is no such test."""
    if not node:
        return ""
    words = [str(word) for word in config.invocation_params.args]
    mine = [following for n, following in enumerate(words)
            if following.startswith("--harness-") or (n and words[n - 1].startswith("--harness-") and "=" not in words[n - 1])]
    return shlex.join(["pytest", node, *mine])


def number(text: Any, option: str) -> float:
    """Raises UsageError."""
    try:
        found = float(text)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found) or found < 0:
        raise UsageError(f"{text!r} is no number of seconds." if option != "--harness-proxy-port" else f"{text!r} is no port.",
                         "", f"Correct {option}.")
    return found


def _known(args: Any, names: tuple[str, ...], fixture: str) -> None:
    if not isinstance(args, Mapping):
        raise UsageError(f"The fixture {fixture} gives no mapping.", f"It gives {args!r}.", f"Known keys: {', '.join(names)}.")
    unknown = sorted(map(str, set(args) - set(names)))
    if unknown:
        raise UsageError(f"The fixture {fixture} gives unknown keys: {', '.join(unknown)}.", "", f"Known: {', '.join(names)}.")
