"""The run on disk: append-only journals, objects named by hash, a signed manifest. See docs/bundle.md."""

from harness.bundle.format import FORMAT, BundleError
from harness.bundle.journal import JournalWriter
from harness.bundle.labelled import AllObjects, LabelledReader, label_of
from harness.bundle.objects import ObjectStore, ObjectWriter
from harness.bundle.reader import BundleReader, open_bundle
from harness.bundle.recovery import finish_seal, seal_interrupted
from harness.bundle.report import refuse_anothers, report_place, write_reports
from harness.bundle.run import Bundle, link_latest
from harness.bundle.signed import Signer
from harness.bundle.verify import Difference, Status, Verification, verify

__all__ = [
    "FORMAT", "AllObjects", "Bundle", "BundleError", "BundleReader", "Difference", "JournalWriter", "LabelledReader",
    "ObjectStore", "ObjectWriter", "Signer", "Status", "Verification", "finish_seal", "label_of", "link_latest", "open_bundle",
    "refuse_anothers", "report_place", "seal_interrupted", "verify", "write_reports",
]
