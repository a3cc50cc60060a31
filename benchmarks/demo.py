"""How long the main job takes: `harness demo`, everything downloaded before. `python benchmarks/demo.py`

One run, whole: it is long enough to say something by itself. Run it alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.recorded import tell

AIM = 120.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "harness.cli.main", "demo", "--json", "--out", folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    said = json.loads(done.stdout)
    if not said["ok"]:
        sys.exit("The demo did not find what was planted, so its time says nothing.")
    tell("demo", {"seconds": said["seconds"]}, {"seconds": AIM})


if __name__ == "__main__":
    main()
