"""Runs a command where there is no network but loopback: `python offline.py WORDS...`; root only.

The adb server that the command brings up there is ended with it: it could serve nobody else.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import adbutils

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from harness.lab.containment import kernel


def main(words: list[str]) -> int:
    kernel.unshare(kernel.CLONE_NEWNET)
    kernel.raise_loopback()
    try:
        return subprocess.run(words, check=False).returncode
    finally:
        subprocess.run([adbutils.adb_path(), "kill-server"], check=False, capture_output=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
