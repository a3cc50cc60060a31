"""The run on disk: append-only journals, objects named by hash, a signed manifest. See docs/bundle.md."""

from harness.bundle.format import FORMAT, BundleError
from harness.bundle.journal import JournalWriter
from harness.bundle.objects import ObjectStore, ObjectWriter
from harness.bundle.reader import BundleReader, open_bundle
from harness.bundle.run import Bundle, seal_interrupted
from harness.bundle.verify import Difference, Status, Verification, verify

__all__ = [
    "FORMAT", "Bundle", "BundleError", "BundleReader", "Difference", "JournalWriter", "ObjectStore",
    "ObjectWriter", "Status", "Verification", "open_bundle", "seal_interrupted", "verify",
]
