"""What an app needs that the lab device lacks, read from its APK before anything is run."""

from harness.lab.check.apk_check import Checked, check_apk, grouped
from harness.lab.check.needs import Need, Severity

__all__ = ["Checked", "Need", "Severity", "check_apk", "grouped"]
