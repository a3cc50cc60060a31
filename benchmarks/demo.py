"""How long the main job takes: `harness demo`, everything downloaded before. `python -m benchmarks.demo [--against 40]`

One run, whole: it is long enough to say something by itself. `--against N` runs it again with N hooked methods, those that the
example apps call among them, and tells the ratio: what the rest of the catalogue costs. Run it alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.recorded import tell
from harness.capture.catalogue import load_catalogue

ROOT = Path(__file__).resolve().parent.parent
AIM = 120.0
COPIED = ("harness", "hooks", "lab", "scenarios", "reports", "clauses", "pyproject.toml")


def demo(root: Path, out: Path) -> float:
    """Seconds that the demo of that checkout takes."""
    command = [sys.executable, "-m", "harness.cli.main", "demo", "--json", "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    said: dict[str, Any] = json.loads(done.stdout)
    if not said["ok"]:
        sys.exit("The demo did not find what was planted, so its time says nothing.")
    return float(said["seconds"])


def called(out: Path) -> list[str]:
    """The methods that the example apps called, each once."""
    lines = (line for file in sorted(out.rglob("calls.jsonl")) for line in file.read_text("utf-8").splitlines())
    return list(dict.fromkeys(json.loads(line)["method"] for line in lines))


def trimmed(target: Path, methods: Collection[str]) -> None:
    """A copy of the checkout whose catalogue has these methods only."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    for file in (target / "hooks" / "catalogue").glob("*.yaml"):
        unit = yaml.safe_load(file.read_text("utf-8"))
        unit["hooks"] = [hook for hook in unit["hooks"] if hook["method"] in methods]
        if unit["hooks"]:
            file.write_text(yaml.safe_dump(unit, allow_unicode=True), "utf-8")
        else:
            file.unlink()


def against(number: int, out: Path) -> tuple[int, float]:
    """How many methods the smaller catalogue has, and the seconds of the demo with them."""
    needed = called(out)
    chosen = list(dict.fromkeys(needed + load_catalogue().methods()))[: max(number, len(needed))]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as second:
        trimmed(Path(folder), set(chosen))
        return len(chosen), demo(Path(folder), Path(second))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--against", type=int, metavar="N", help="run it with N methods as well")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds = demo(ROOT, Path(folder))
        tell("demo", {"seconds": seconds}, {"seconds": AIM})
        if chosen.against is not None:
            number, fewer = against(chosen.against, Path(folder))
            methods = len(load_catalogue().methods())
            ratio = seconds / fewer
            print(f"{methods} methods {seconds:.1f} s, {number} methods {fewer:.1f} s: {ratio:.3f} of it (aim: at most 1.1)")


if __name__ == "__main__":
    main()
