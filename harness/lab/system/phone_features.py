"""What the lab's phone says that it has: features (PackageManager.FEATURE_*) and libraries of the platform."""

FEATURES = (
    "android.hardware.bluetooth", "android.hardware.bluetooth_le", "android.hardware.camera", "android.hardware.camera.any",
    "android.hardware.camera.autofocus", "android.hardware.camera.flash", "android.hardware.camera.front",
    "android.hardware.faketouch", "android.hardware.fingerprint",
    "android.hardware.location", "android.hardware.location.gps", "android.hardware.location.network",
    "android.hardware.microphone", "android.hardware.nfc", "android.hardware.screen.landscape",
    "android.hardware.screen.portrait", "android.hardware.sensor.accelerometer", "android.hardware.sensor.compass",
    "android.hardware.sensor.gyroscope", "android.hardware.sensor.light", "android.hardware.sensor.proximity",
    "android.hardware.sensor.stepcounter", "android.hardware.sensor.stepdetector",
    "android.hardware.telephony", "android.hardware.telephony.gsm", "android.hardware.touchscreen",
    "android.hardware.touchscreen.multitouch", "android.hardware.wifi",
    "android.software.webview",
)  # fmt: skip
LIBRARIES = ("android.test.base", "android.test.mock", "android.test.runner", "org.apache.http.legacy")
