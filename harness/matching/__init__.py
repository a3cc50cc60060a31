"""Looks for values that are known in messages that were taken apart (docs/decoding.md)."""

from harness.matching.hit import Hit
from harness.matching.known import Known
from harness.matching.lexicon import field_of
from harness.matching.search import Search

__all__ = ["Hit", "Known", "Search", "field_of"]
