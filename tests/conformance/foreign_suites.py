"""Conformance suites that nobody here wrote, run unmodified against a lab device, and what came of each test.

`python -m tests.conformance.foreign_suites --adbutils REPO --uiautomator2 REPO --aosp REPO --aosp-client REPO --logs FOLDER
[--only SUITE] [--page]`

Each REPO is a git repository, bare or not, or REPO@REVISION (HEAD unless given): openatx/adbutils, openatx/uiautomator2,
AOSP's platform/packages/modules/adb, and platform/development, which has the Python module that AOSP's tests import. What
is run is exported from it into a folder of the run. FOLDER keeps what the suites said and what came of them; `--only` runs
one of them, or none; `--page` writes docs/conformance.md, with what is kept of suites that were not run now.

The suites name port 5037, so all this happens in a network namespace with nothing but a loopback: the lab device, an adb
server of its own on that port, the suites. Nothing but protobuf (for AOSP's) is fetched, and that before.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import adbutils
import yaml

from harness.lab import registry
from harness.lab.apps.builder import build_source
from harness.lab.apps.sources import apps
from harness.lab.containment import kernel
from harness.resources import cache_dir
from tests.lab import foreign
from tests.lab.whole import ROOT, own_state

APIDEMOS = foreign.Foreign("apidemos-old", "android-apidemos@3.0.0", "package/apks/ApiDemos-debug.apk")
"""uiautomator2's mobile_tests/runtest.sh names the build in the sources of Appium's Java client 7.3.0, which is in no registry.
This is the newest one with all its activities: from 3.3.1 on there is no graphics.Pictures, which a test looks for."""
KNOWN = Path(__file__).with_suffix(".yaml")
PAGE = ROOT / "docs" / "conformance.md"
ADB_PORT = 5037
MINUTES = 15
"""After which a suite is given up: far more than it takes."""
_PROTOBUF = ("protobuf", "grpcio-tools")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """`repository`: the option that names it; `tests`: a folder or file in it; `client`: what it drives the device with."""

    name: str
    repository: str
    tests: str
    client: str


SUITES = (
    Suite(name="adbutils-e2e", repository="adbutils", tests="e2etests", client="adbutils"),
    Suite(name="uiautomator2-demo", repository="uiautomator2", tests="demo_tests", client="uiautomator2"),
    Suite(name="uiautomator2-mobile", repository="uiautomator2", tests="mobile_tests", client="uiautomator2"),
    Suite(name="aosp-adb", repository="aosp", tests="test_device.py", client="adb"),
)


@dataclass(frozen=True)
class Outcome:
    """One test of a suite. `result`: passed, failed, skipped; `said`: the last line of why not."""

    test: str
    result: str
    said: str


@dataclass(frozen=True)
class Ran:
    suite: str
    commit: str
    against: str
    outcomes: tuple[Outcome, ...]

    def count(self, result: str) -> int:
        return sum(one.result == result for one in self.outcomes)

    def keep(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def kept(cls, file: Path) -> Ran:
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls(**{**content, "outcomes": tuple(Outcome(**one) for one in content["outcomes"])})


def known() -> dict[str, dict[str, dict[str, str]]]:
    """foreign_suites.yaml: by suite and test `whose` it is that the test does not pass (suite or lab), and `why`."""
    return dict(yaml.safe_load(KNOWN.read_text(encoding="utf-8")))


def export(repository: str, paths: Sequence[str], target: Path) -> str:
    """Writes `paths` of REPO[@REVISION], as committed, into `target`. The commit. The rest of REPO need not be whole: a mirror
    may lack its largest files."""
    place, _, revision = repository.partition("@")
    git = ["git", "-C", place]
    commit = subprocess.check_output([*git, "rev-parse", f"{revision or 'HEAD'}^{{commit}}"], text=True).strip()
    home = subprocess.check_output([*git, "rev-parse", "--absolute-git-dir"], text=True).strip()
    target.mkdir(parents=True, exist_ok=True)
    checkout = ["git", "-c", "core.hooksPath=/dev/null", f"--git-dir={home}", f"--work-tree={target}", "checkout", "--quiet"]
    with tempfile.TemporaryDirectory() as index:
        environment = {**os.environ, "GIT_INDEX_FILE": str(Path(index, "index"))}
        subprocess.check_call([*checkout, commit, "--", *paths], cwd=target, env=environment)
    return commit


def protobuf_for(protos: Path, target: Path) -> list[str]:
    """The folders that AOSP's tests need on PYTHONPATH for the messages in `protos`, compiled into `target`/proto."""
    tools = cache_dir("foreign-protobuf")
    if not (tools / "grpc_tools").is_dir():
        subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(tools), *_PROTOBUF])
    (target / "proto").mkdir(parents=True)
    subprocess.check_call(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{protos}", f"--python_out={target / 'proto'}", "devices.proto"],
        env={**os.environ, "PYTHONPATH": str(tools)},
    )
    return [str(tools), str(target)]


def leave_the_network() -> None:
    """From here on this process and its children see a loopback of their own and nothing else."""
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        kernel.unshare(kernel.CLONE_NEWNET)
    else:
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET)
        kernel.write_maps("self", [(0, uid, 1)], [(0, gid, 1)])
    kernel.raise_loopback()


@contextmanager
def phone(folder: Path) -> Iterator[str]:
    """The serial of a fresh lab device, the only one of an adb server at 5037, with the apps that the suites name."""
    folder.mkdir(parents=True)
    environment = {
        **os.environ, "HOME": str(folder), "TMPDIR": str(folder), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554",
        "ADB_MDNS": "0", "ANDROID_ADB_SERVER_PORT": str(ADB_PORT),
    }  # fmt: skip
    subprocess.run([adbutils.adb_path(), "start-server"], env=environment, check=True, stdout=subprocess.DEVNULL)
    try:
        with own_state(folder / "state"):
            device = registry.start(warm=2, die_with=os.getpid())
            try:
                client = adbutils.AdbClient("127.0.0.1", ADB_PORT)
                client.connect(device.serial, timeout=30)
                for apk in (foreign.fetch(APIDEMOS), build_source(apps(Path(__file__).parent)[0])):
                    client.device(device.serial).install(str(apk), nolaunch=True, silent=True)
                yield device.serial
            finally:
                registry.stop(device.serial)
    finally:
        subprocess.run([adbutils.adb_path(), "kill-server"], env=environment, check=False)


def run(suite: Suite, source: Path, python_path: Sequence[str], serial: str, folder: Path, only: str = "") -> tuple[Outcome, ...]:
    """Runs the suite with pytest in a process and working folder of its own; `only`: pytest's -k."""
    work, report = folder / "work", folder / "report.xml"
    work.mkdir(parents=True)
    tools = folder / "tools"
    tools.mkdir()
    (tools / "adb").symlink_to(adbutils.adb_path())
    environment = {
        **os.environ, "ANDROID_SERIAL": serial, "ANDROID_ADB_SERVER_PORT": str(ADB_PORT), "HOME": str(folder),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(work),
        "PYTHONPATH": os.pathsep.join(python_path),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "pytest", "-p", "no:harness", "-p", "no:cacheprovider", "-o", "addopts=", "-rA", "--tb=long", "-s",
        f"--rootdir={source}", f"--basetemp={folder / 'temp'}", f"--junitxml={report}", str(source / suite.tests),
    ]  # fmt: skip
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it; a test interrupts adb
    keyboard, stdin = pty.openpty()  # adb ends early where stdin does, so it has a terminal on which nobody types
    try:
        with (folder / "said.txt").open("wb") as said:
            subprocess.run(
                command + (["-k", only] if only else []), cwd=work, env=environment, stdin=stdin, stdout=said,
                stderr=subprocess.STDOUT, timeout=60 * MINUTES, check=False, start_new_session=True,
            )  # fmt: skip
    finally:
        os.close(keyboard)
        os.close(stdin)
    return tuple(outcomes(report))


def outcomes(report: Path) -> Iterator[Outcome]:
    """What pytest's JUnit report says of each test."""
    for case in ET.parse(report).getroot().iter("testcase"):
        test = f"{case.get('classname', '').removeprefix('e2etests.').split('tests.')[-1]}.{case.get('name')}"
        why = next((part for part in case if part.tag in ("failure", "error", "skipped")), None)
        if why is None:
            yield Outcome(test, "passed", "")
        else:
            said = (why.get("message") or "").strip().splitlines()
            yield Outcome(test, "skipped" if why.tag == "skipped" else "failed", said[0] if said else "")


def page(ran: Sequence[Ran]) -> str:
    """docs/conformance.md."""
    lines = [
        "# Conformance suites that nobody here wrote",
        "",
        "Made by `python -m tests.conformance.foreign_suites --page`: each suite as committed by its authors, unmodified,",
        "with the real adb against a lab device of its own. Why a test does not pass was looked at by hand",
        "(tests/conformance/foreign_suites.yaml): `suite`, it would not pass on a phone connected by TCP either, or its authors",
        "skip it; `lab`, a piece is missing.",
        "",
        "The app of uiautomator2's demo tests is published in no registry: one written to what the tests ask is in",
        "tests/conformance/u2testdemo, so those counts are of the tests unmodified but not of the app. The other app is",
        f"ApiDemos, as its authors built it (npm {APIDEMOS.spec}). The build that uiautomator2's mobile tests name, of",
        "2015, is in no registry either; this is the newest one that has all its activities. A test looks for one, Pictures,",
        "which from 3.3.1 on is no longer there.",
        "",
        "| suite | commit | against | tests | passed | failed | skipped |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in ran:
        counts = " | ".join(str(one.count(result)) for result in ("passed", "failed", "skipped"))
        lines.append(f"| {one.suite} | {one.commit[:12]} | {one.against} | {len(one.outcomes)} | {counts} |")
    reasons = known()
    for one in ran:
        rest = [outcome for outcome in one.outcomes if outcome.result != "passed"]
        if rest:
            lines += ["", f"## {one.suite}", "", "| test | result | whose | why |", "|---|---|---|---|"]
        for outcome in rest:
            reason = reasons.get(one.suite, {}).get(outcome.test)
            if reason is None:
                raise SystemExit(f"{one.suite}: {outcome.test} {outcome.result}, and {KNOWN.name} does not say why.")
            lines.append(f"| {outcome.test} | {outcome.result} | {reason['whose']} | {reason['why']} |")
    return "\n".join(lines) + "\n"


def _client_version(client: str) -> str:
    if client != "adb":
        return version(client)
    said = subprocess.check_output([adbutils.adb_path(), "version"], text=True)
    return next(line.removeprefix("Version ") for line in said.splitlines() if line.startswith("Version "))


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("adbutils", "uiautomator2", "aosp", "aosp-client"):
        options.add_argument(f"--{name}", required=True, metavar="REPO[@REVISION]")
    options.add_argument("--only", choices=[*(suite.name for suite in SUITES), "none"])
    options.add_argument("-k", dest="matching", default="", help="only tests that pytest's -k selects")
    options.add_argument("--logs", type=Path, required=True)
    options.add_argument("--page", action="store_true")
    given = options.parse_args()
    given.logs.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="foreign-suites-"))
    try:
        source = folder / "source"
        paths = {"adbutils": ["e2etests"], "uiautomator2": ["demo_tests", "mobile_tests"], "aosp": ["test_device.py", "proto"]}
        commits = {name: export(getattr(given, name), parts, source / name) for name, parts in paths.items()}
        export(given.aosp_client, ["python-packages/adb"], source / "client")
        python_path = {
            "aosp": [str(source / "client/python-packages/adb"), *protobuf_for(source / "aosp/proto", source / "messages")]
        }
        foreign.fetch(APIDEMOS)
        leave_the_network()
        for suite in SUITES:
            if given.only not in (None, suite.name):
                continue
            with phone(folder / suite.name / "host") as serial:
                own = folder / suite.name / "suite"
                paths_of = python_path.get(suite.repository, [])
                done = run(suite, source / suite.repository, paths_of, serial, own, given.matching)
            shutil.copy(own / "said.txt", given.logs / f"{suite.name}.txt")
            one = Ran(suite.name, commits[suite.repository], f"{suite.client} {_client_version(suite.client)}", done)
            if not given.matching:
                one.keep(given.logs / f"{suite.name}.json")
            counts = ", ".join(f"{one.count(result)} {result}" for result in ("passed", "failed", "skipped"))
            print(f"{suite.name}: {len(done)} tests, {counts}")
            for outcome in done:
                if outcome.result != "passed":
                    print(f"  {outcome.result} {outcome.test}: {outcome.said}", flush=True)
        if given.page:
            PAGE.write_text(page([Ran.kept(given.logs / f"{suite.name}.json") for suite in SUITES]), encoding="utf-8")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
