"""The wheel carries all that the checkout has beside the package, and works from there alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harness.resources import FOLDERS

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as `make wheel` does, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def ask(code: str, where: Path | None, cwd: Path) -> Any:
    environment = {**os.environ, "PYTHONPATH": str(where) if where else str(ROOT), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_code_and_its_files_come_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = (
        "import json, harness, harness.resources as r;"
        f"print(json.dumps([harness.__file__] + [str(r.resource(f)) for f in {FOLDERS!r}]))"
    )
    places = ask(code, installed, tmp_path)
    assert all(Path(place).is_relative_to(installed) for place in places), places


UNITS = {
    "rules": "from harness.rules.engine import all_rules; found = [r.id for r in all_rules()]",
    "hooks": "from harness.capture.catalogue import load_catalogue; found = load_catalogue().methods()",
    "scenarios": "from harness.suite.scenario import find; found = sorted(find())",
    "apps": "from harness.lab.apps.sources import apps; found = [a.name for a in apps()]",
    "clauses": "from harness.cli.rules import clause_list; found = [c['id'] for c in clause_list()]",
    "texts": "from harness.render.view import texts; found = sorted(texts('zh'))",
    "sdks": "from harness.tables.attribution import load_sdks; found = [s.name for s in load_sdks()]",
    "recogniser": "from harness.screens.recogniser import recognise; found = [recognise('<hierarchy/>').kind]",
    "profiles": "from harness.lab.system.profile import make_profile; found = sorted(make_profile('default-zh', 7))",
    "artefacts": "from harness.lab.artefacts import read_lock; from harness.resources import resource;"
    "found = sorted([a.coordinate, a.sha256] for a in read_lock(resource('lab', 'runtime', 'artefacts.json')))",
    "files": "from harness.resources import resource, FOLDERS; from pathlib import Path;"
    "found = sorted(str(p.relative_to(resource(f))) for f in FOLDERS for p in resource(f).rglob('*')"
    " if p.is_file() and '__pycache__' not in p.parts and p.suffix != '.pyc')",
}


@pytest.mark.parametrize("unit", UNITS)
def test_the_wheel_has_the_same_units_as_the_checkout(unit: str, installed: Path, tmp_path: Path) -> None:
    code = f"import json; {UNITS[unit]}; print(json.dumps(found))"
    from_wheel = ask(code, installed, tmp_path)
    assert from_wheel
    assert from_wheel == ask(code, None, tmp_path)
