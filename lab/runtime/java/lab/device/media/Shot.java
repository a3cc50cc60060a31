package lab.device.media;

import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.impl.CameraMetadataNative;
import android.location.Location;

/** What an app asks of a picture that becomes a file. */
final class Shot {
  private static final int QUALITY = 90;

  final int quality;
  final int degrees;
  final Location place;

  Shot(int quality, int degrees, Location place) {
    this.quality = quality;
    this.degrees = degrees;
    this.place = place;
  }

  static Shot of(CameraMetadataNative request) {
    Byte quality = request.get(CaptureRequest.JPEG_QUALITY);
    Integer degrees = request.get(CaptureRequest.JPEG_ORIENTATION);
    return new Shot(
        quality == null ? QUALITY : quality, degrees == null ? 0 : degrees, request.get(CaptureRequest.JPEG_GPS_LOCATION));
  }
}
