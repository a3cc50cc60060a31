"""Bundle -> pandas frames. Everything right of the bundle starts here."""

from harness.tables.frames import Tables, groups, load, records
from harness.tables.parties import AppFacts

__all__ = ["AppFacts", "Tables", "groups", "load", "records"]
