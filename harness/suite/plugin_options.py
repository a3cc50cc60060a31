"""The plugin's options, and what they and the fixtures `app_args` and `android_device_args` ask for, checked.

Each option begins with `--harness-` (pytest-playwright has `--device` and `--output`) and has an environment variable.
"""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError, UsageError

if TYPE_CHECKING:
    from harness.suite.session import Order

APP_ARGS = ("apk", "package", "app_file", "profile", "observe", "operator", "case", "output")
"""Keys of the fixture `app_args`."""
CHOICE_ARGS = ("device", "wait", "lab_profile", "trust_apk")
RIG_ARGS = ("proxy_port", "resolve", "upstream_ca", "reach_private", "keep_responses", "way", "wireguard_endpoint", "read_quic",
            "spawn_gating", "frida_server", "frida_name", "frida_port")
"""Keys of the fixture `android_device_args`: which device, and how its rig is set up (`harness.suite.rig.DeviceRig`)."""
FAIL_ON = ("violation", "candidate", "inconclusive", "never")
_DEFAULTS = {"wait": "0", "output": "harness-results", "profile": "default", "proxy_port": "0", "operator": "",
             "fail_on": "violation", "frida_name": "", "frida_port": "27042"}
_MOST = 366 * 24 * 3600
_NAMES = ("apk", "package", "device", "wait", "output", "observe", "profile", "app_file", "proxy_port", "operator", "fail_on",
          "frida_server", "frida_name", "frida_port")


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("harness", "Android privacy compliance")

    def option(name: str, help: str, *more: str, default: str | None = None, **details: Any) -> None:
        key = name.replace("-", "_")
        variable = f"HARNESS_{key.upper()}"
        usual = _DEFAULTS.get(key, default)
        group.addoption(f"--harness-{name}", *more, default=os.environ.get(variable, usual), help=f"{help} [${variable}]",
                        dest=f"harness_{key}", **details)

    serial = os.environ.get("HARNESS_SERIAL") or os.environ.get("ANDROID_SERIAL")
    option("apk", "the APK to test", metavar="FILE")
    option("package", "the package to test, if it is on the device already", metavar="NAME")
    option("device", "lab: an embedded device, started if none is there; auto: any that is free; or a serial of adb. "
           "Without it: the only one there is, and with -n: auto", "--harness-serial", default=serial, metavar="lab|auto|SERIAL")
    option("wait", "how long to wait for a device that another run has", metavar="SECONDS")
    option("output", "folder in which the run's own folder is made", metavar="DIR")
    option("observe", "seconds of every observation window", metavar="SECONDS")
    option("profile", "named profile of windows and limits, or a YAML file", metavar="NAME")
    option("app-file", "what is known of the app (docs/app-file.md)", metavar="FILE")
    option("proxy-port", "port of the proxy; 0 lets the system choose", metavar="PORT")
    option("frida-server", "the frida-server that is brought to the device where no Frida answers; else that of the cache folder",
           metavar="FILE")
    option("frida-name", "name of its file on the device", metavar="NAME|random")
    option("frida-port", "the device's port at which Frida answers", metavar="PORT|random")
    option("operator", "who runs it, for the bundle", metavar="NAME")
    option("fail-on", "what fails a run: violation, candidate, inconclusive or never", choices=FAIL_ON)


def source(config: pytest.Config, name: str) -> str:
    """Whence an option has its value: its name on the command line, a variable of the environment; "" where from neither."""
    option, value = f"--harness-{name.replace('_', '-')}", config.getoption(f"harness_{name}")
    more = ("HARNESS_SERIAL", "ANDROID_SERIAL") if name == "device" else ()
    for variable in (f"HARNESS_{name.upper()}", *more):
        if variable in os.environ:
            return variable if value == os.environ[variable] else option
    return "" if value == _DEFAULTS.get(name) else option


def asked(config: pytest.Config) -> bool:
    """Whether the command line says that this run is one of ours, or an app is named. Variables of the environment alone do
    not: they stand there for runs that have nothing to do with it, too."""
    app = config.getoption("harness_apk") or config.getoption("harness_package")
    return bool(app) or any(source(config, name).startswith("--") for name in _NAMES)


def check(config: pytest.Config) -> None:
    """All that can be told of the options before anything starts. Raises pytest.UsageError with the option, or the variable of
    the environment, that is wrong."""
    from harness.suite.app_file import read_app_file
    from harness.suite.limits import load_limits

    def value(name: str) -> Any:
        return config.getoption(f"harness_{name}")

    with _naming(source(config, "fail_on")):
        if value("fail_on") not in FAIL_ON:     # argparse looks at what stands on the command line only
            raise UsageError(f"{value('fail_on')!r} is none of {', '.join(FAIL_ON)}.")
    for name in ("observe", "wait", "proxy_port"):
        if value(name) is not None:
            with _naming(source(config, name)):
                number(value(name), f"--harness-{name.replace('_', '-')}")
    for name, checked in _frida_checks().items():
        with _naming(source(config, name)):
            checked(value(name))
    with _naming(source(config, "profile")):
        load_limits(str(value("profile") or "default"))
    if value("app_file"):
        with _naming(source(config, "app_file")):
            read_app_file(Path(value("app_file")))
    if value("apk") or value("package"):
        with _naming(source(config, "apk" if value("apk") else "package")):
            order_of(config, app_args_of(config))


def check_sharing(config: pytest.Config, workers: int) -> None:
    """Raises pytest.UsageError where several workers are to have the one device that an option names."""
    from harness.suite.devices import AUTO, LAB, one_for_all

    word, where = config.getoption("harness_device"), source(config, "device")
    named = where.startswith("--") or (where.startswith("HARNESS_") and asked(config))
    if workers > 1 and named and word and word not in (LAB, AUTO):
        with _naming(where):
            raise one_for_all(str(word), workers)


def no_app() -> pytest.UsageError:
    """For a run of scenarios without one."""
    return pytest.UsageError(
        "No app was named.\n  fix: Give --harness-apk FILE, or --harness-package NAME for an app that is on the device already; "
        "a conftest.py may do so with the fixture app_args.")


@contextmanager
def _naming(where: str) -> Iterator[None]:
    try:
        yield
    except HarnessError as error:
        raise pytest.UsageError(f"{where}: {told(error)}" if where else told(error)) from None


def words(error: HarnessError) -> str:
    """An error for a report of pytest's: its sort, what, why and what to do."""
    return f"{type(error).__name__}: {told(error)}"


def told(error: HarnessError) -> str:
    """What, why and what to do, a line each."""
    lines = [error.what, f"  why: {error.why}", f"  fix: {error.fix}"]
    return "\n".join(line for line in lines if not line.endswith(": "))


def app_args_of(config: pytest.Config) -> dict[str, Any]:
    return {name: config.getoption(f"harness_{name}", None) for name in APP_ARGS if name != "case"}


def device_args_of(config: pytest.Config) -> dict[str, Any]:
    return {"device": config.getoption("harness_device"), "wait": config.getoption("harness_wait"),
            "proxy_port": config.getoption("harness_proxy_port"),
            **{name: config.getoption(f"harness_{name}") for name in _frida_checks()}}


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
    for name, checked in _frida_checks().items():
        if name in found:
            found[name] = checked(found[name])
    if found.get("upstream_ca") is not None:
        found["upstream_ca"] = Path(found["upstream_ca"])
    return found


def _frida_checks() -> dict[str, Callable[[Any], Any]]:
    """The option's value as DeviceRig takes it. Each raises UsageError."""
    from harness.device.frida_server import checked_file, checked_name, checked_port

    return {"frida_server": lambda text: checked_file(Path(text) if text else None),
            "frida_name": lambda text: checked_name(text or ""), "frida_port": checked_port}


def again(config: pytest.Config, node: str) -> str:
    """The command that runs one test again with the harness's options of this run; "" where there is no such test."""
    if not node:
        return ""
    given = [str(word) for word in config.invocation_params.args]
    mine = [following for n, following in enumerate(given)
            if following.startswith("--harness-") or (n and given[n - 1].startswith("--harness-") and "=" not in given[n - 1])]
    path, mark, test = node.partition("::")
    return shlex.join(["pytest", seen_from(config, path) + mark + test, *mine])


def seen_from(config: pytest.Config, path: str) -> str:
    """The path in a node id, which is relative to pytest's root folder, as it is to be written where pytest was called."""
    return Path(os.path.relpath(config.rootpath / path, config.invocation_params.dir)).as_posix()


def number(text: Any, option: str) -> float:
    """Raises UsageError."""
    port = option == "--harness-proxy-port"
    try:
        found = float(int(text)) if port else float(text)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not 0 <= found <= (65535 if port else _MOST):
        raise UsageError(f"{text!r} is no port." if port else f"{text!r} is no number of seconds.", "",
                         f"Correct {option}: " + ("0 to 65535." if port else "0 or more, a year at the most."))
    return found


def _known(args: Any, names: tuple[str, ...], fixture: str) -> None:
    if not isinstance(args, Mapping):
        raise UsageError(f"The fixture {fixture} gives no mapping.", f"It gives {args!r}.", f"Known keys: {', '.join(names)}.")
    unknown = sorted(map(str, set(args) - set(names)))
    if unknown:
        raise UsageError(f"The fixture {fixture} gives unknown keys: {', '.join(unknown)}.", "", f"Known: {', '.join(names)}.")
