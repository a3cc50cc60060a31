"""Why a package was not installed, in the words of Android's package manager.

Codes: AOSP frameworks/base core/java/android/content/pm/PackageManager.java (INSTALL_FAILED_*,
INSTALL_PARSE_FAILED_*), Android 15.
"""

from __future__ import annotations

from harness.errors import BadApk

NOT_APK = "INSTALL_PARSE_FAILED_NOT_APK"
BAD_MANIFEST = "INSTALL_PARSE_FAILED_BAD_MANIFEST"
MANIFEST_MALFORMED = "INSTALL_PARSE_FAILED_MANIFEST_MALFORMED"
BAD_PACKAGE_NAME = "INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME"
NO_CERTIFICATES = "INSTALL_PARSE_FAILED_NO_CERTIFICATES"
INVALID_APK = "INSTALL_FAILED_INVALID_APK"
NO_MATCHING_ABIS = "INSTALL_FAILED_NO_MATCHING_ABIS"
OLDER_SDK = "INSTALL_FAILED_OLDER_SDK"
TEST_ONLY = "INSTALL_FAILED_TEST_ONLY"
MISSING_SPLIT = "INSTALL_FAILED_MISSING_SPLIT"
ALREADY_EXISTS = "INSTALL_FAILED_ALREADY_EXISTS"
UPDATE_INCOMPATIBLE = "INSTALL_FAILED_UPDATE_INCOMPATIBLE"
VERSION_DOWNGRADE = "INSTALL_FAILED_VERSION_DOWNGRADE"
DUPLICATE_PERMISSION = "INSTALL_FAILED_DUPLICATE_PERMISSION"
CONFLICTING_PROVIDER = "INSTALL_FAILED_CONFLICTING_PROVIDER"
INSUFFICIENT_STORAGE = "INSTALL_FAILED_INSUFFICIENT_STORAGE"
DEXOPT = "INSTALL_FAILED_DEXOPT"

_FIXES = {
    NOT_APK: "Give the complete .apk file; download it again if it was cut short.",
    BAD_MANIFEST: "Give an APK with a readable AndroidManifest.xml.",
    MANIFEST_MALFORMED: "Give an APK with a valid AndroidManifest.xml.",
    NO_CERTIFICATES: "Sign the APK, e.g. with apksigner.",
    INVALID_APK: "Give an APK that has code (classes.dex) and only plain entry names.",
    NO_MATCHING_ABIS: "Give the edition for arm64-v8a or armeabi-v7a, or a universal one.",
    OLDER_SDK: "Give an edition for Android 15 (API level 35) or older.",
    TEST_ONLY: "Install it with `adb install -t`.",
    MISSING_SPLIT: "Give its splits with it (`adb install-multiple`), or a universal APK: this one is part of an app bundle.",
    UPDATE_INCOMPATIBLE: "Uninstall the other edition first.",
    VERSION_DOWNGRADE: "Uninstall the newer version first.",
    INSUFFICIENT_STORAGE: "Free some disk space.",
}


class InstallFailed(BadApk):
    """`code` and `detail` make the line that `pm install` prints: Failure [CODE: detail]."""

    def __init__(self, code: str, detail: str, *, fix: str = "") -> None:
        super().__init__("The package was not installed.", f"{code}: {detail}", fix or _FIXES.get(code, ""))
        self.code = code
        self.detail = detail

    @property
    def line(self) -> str:
        """What `pm install` prints."""
        return f"Failure [{self.code}: {self.detail}]" if self.detail else f"Failure [{self.code}]"
