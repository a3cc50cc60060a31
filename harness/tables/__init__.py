"""Bundle -> pandas frames. Everything right of the bundle starts here."""

from harness.tables.boundaries import boundaries, ended
from harness.tables.flow_makers import MadeBy
from harness.tables.frames import Tables, columns_of, groups, load, records
from harness.tables.noted import AppText, Note
from harness.tables.parties import AppFacts
from harness.tables.parts import Run, bundles_in, is_run_folder, load_run

__all__ = [
    "AppFacts", "AppText", "MadeBy", "Note", "Run", "Tables", "boundaries", "bundles_in", "columns_of", "ended", "groups",
    "is_run_folder", "load", "load_run", "records",
]  # fmt: skip
