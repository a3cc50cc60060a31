"""What the lab's phone says that it has: features (PackageManager.FEATURE_*) and libraries of the platform."""

FEATURES = (
    "android.hardware.bluetooth", "android.hardware.camera", "android.hardware.camera.any",
    "android.hardware.camera.autofocus", "android.hardware.camera.flash", "android.hardware.camera.front",
    "android.hardware.fingerprint",
    "android.hardware.location", "android.hardware.location.gps", "android.hardware.microphone", "android.hardware.nfc",
    "android.hardware.screen.portrait", "android.hardware.telephony", "android.hardware.touchscreen",
    "android.hardware.wifi", "android.software.webview",
)  # fmt: skip
LIBRARIES = ("android.test.base", "android.test.mock", "android.test.runner", "org.apache.http.legacy")
