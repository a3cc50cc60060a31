"""The clause catalogue: what the regulations ask, as data."""

from harness.clauses.catalogue import Clause, Force, catalogue, counted_once, load_folder

__all__ = ["Clause", "Force", "catalogue", "counted_once", "load_folder"]
