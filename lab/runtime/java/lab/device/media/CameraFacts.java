package lab.device.media;

import android.graphics.ImageFormat;
import android.graphics.Rect;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraMetadata;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.CaptureResult;
import android.hardware.camera2.impl.CameraMetadataNative;
import android.hardware.camera2.params.ReprocessFormatsMap;
import android.hardware.camera2.params.StreamConfiguration;
import android.hardware.camera2.params.StreamConfigurationDuration;
import android.hardware.camera2.params.StreamConfigurationMap;
import android.util.Range;
import android.util.Rational;
import android.util.Size;
import android.util.SizeF;
import java.util.ArrayList;
import java.util.List;
import lab.device.Profile;
import lab.device.shadows.LabCameraMetadataNative;

/** One camera of the profile: what it says of itself, and the requests that it begins with. */
public final class CameraFacts {
  /** A frame takes this long. */
  public static final long FRAME_NS = 66_666_667;

  /** Formats of the camera's own kind (graphics.h), which stand for JPEG, for YUV_420_888, and for what is only shown. */
  static final int BLOB = 0x21;
  static final int YUV = 0x23;
  static final int PRIVATE = 0x22;

  private static final int[][] SIZES = {{2048, 1536}, {1920, 1080}, {1280, 960}, {1280, 720}, {640, 480}, {320, 240}};
  private static final int FRONT_BEGINS = 2;

  public final String id;
  public final boolean front;
  final String marker;

  private CameraFacts(int place, Profile profile) {
    id = String.valueOf(place);
    front = "front".equals(profile.text("facing"));
    marker = profile.text("marker");
  }

  public static List<CameraFacts> all() {
    List<CameraFacts> all = new ArrayList<>();
    for (Profile one : Profile.device().list("cameras")) {
      all.add(new CameraFacts(all.size(), one));
    }
    return all;
  }

  /** Null where there is none. */
  public static CameraFacts of(String id) {
    for (CameraFacts one : all()) {
      if (one.id.equals(id)) {
        return one;
      }
    }
    return null;
  }

  /** Degrees by which the picture is turned against the upright device. */
  public int orientation() {
    return front ? 270 : 90;
  }

  /** Width and height of each size, the largest first. */
  public List<Size> sizes() {
    List<Size> sizes = new ArrayList<>();
    for (int i = front ? FRONT_BEGINS : 0; i < SIZES.length; i++) {
      sizes.add(new Size(SIZES[i][0], SIZES[i][1]));
    }
    return sizes;
  }

  /** The size of those it has that is nearest by its number of pixels. */
  Size nearest(int width, int height) {
    Size nearest = null;
    for (Size one : sizes()) {
      if (one.getWidth() == width && one.getHeight() == height) {
        return one;
      }
      if (nearest == null || distance(one, width, height) < distance(nearest, width, height)) {
        nearest = one;
      }
    }
    return nearest;
  }

  private static long distance(Size one, int width, int height) {
    return Math.abs((long) one.getWidth() * one.getHeight() - (long) width * height);
  }

  /** Those of a LIMITED device (CameraCharacteristics, "keys that are present on all devices"), and some more. */
  public CameraMetadataNative characteristics() {
    CameraMetadataNative facts = new CameraMetadataNative();
    Size whole = sizes().get(0);
    Rect array = new Rect(0, 0, whole.getWidth(), whole.getHeight());
    facts.set(CameraCharacteristics.LENS_FACING, front ? CameraMetadata.LENS_FACING_FRONT : CameraMetadata.LENS_FACING_BACK);
    facts.set(CameraCharacteristics.SENSOR_ORIENTATION, orientation());
    facts.set(CameraCharacteristics.INFO_SUPPORTED_HARDWARE_LEVEL, CameraMetadata.INFO_SUPPORTED_HARDWARE_LEVEL_LIMITED);
    facts.set(
        CameraCharacteristics.REQUEST_AVAILABLE_CAPABILITIES,
        new int[] {CameraMetadata.REQUEST_AVAILABLE_CAPABILITIES_BACKWARD_COMPATIBLE});
    facts.set(CameraCharacteristics.REQUEST_PARTIAL_RESULT_COUNT, 1);
    facts.set(CameraCharacteristics.REQUEST_PIPELINE_MAX_DEPTH, (byte) 4);
    facts.set(CameraCharacteristics.REQUEST_MAX_NUM_OUTPUT_PROC, 3);
    facts.set(CameraCharacteristics.REQUEST_MAX_NUM_OUTPUT_PROC_STALLING, 1);
    facts.set(CameraCharacteristics.REQUEST_MAX_NUM_OUTPUT_RAW, 0);
    facts.set(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP, streams());
    facts.set(CameraCharacteristics.SCALER_AVAILABLE_MAX_DIGITAL_ZOOM, 4f);
    facts.set(CameraCharacteristics.CONTROL_ZOOM_RATIO_RANGE, new Range<>(1f, 4f));
    facts.set(CameraCharacteristics.SCALER_CROPPING_TYPE, CameraMetadata.SCALER_CROPPING_TYPE_CENTER_ONLY);
    facts.set(CameraCharacteristics.SENSOR_INFO_ACTIVE_ARRAY_SIZE, array);
    facts.set(CameraCharacteristics.SENSOR_INFO_PRE_CORRECTION_ACTIVE_ARRAY_SIZE, array);
    facts.set(CameraCharacteristics.SENSOR_INFO_PIXEL_ARRAY_SIZE, whole);
    facts.set(CameraCharacteristics.SENSOR_INFO_PHYSICAL_SIZE, front ? new SizeF(3.6f, 2.7f) : new SizeF(5.76f, 4.32f));
    facts.set(
        CameraCharacteristics.SENSOR_INFO_TIMESTAMP_SOURCE, CameraMetadata.SENSOR_INFO_TIMESTAMP_SOURCE_REALTIME);
    facts.set(CameraCharacteristics.LENS_INFO_AVAILABLE_FOCAL_LENGTHS, new float[] {front ? 2.7f : 4.3f});
    facts.set(CameraCharacteristics.LENS_INFO_AVAILABLE_APERTURES, new float[] {front ? 2.2f : 1.8f});
    facts.set(CameraCharacteristics.LENS_INFO_MINIMUM_FOCUS_DISTANCE, front ? 0f : 10f);
    facts.set(CameraCharacteristics.LENS_INFO_AVAILABLE_OPTICAL_STABILIZATION, new int[] {0});
    facts.set(CameraCharacteristics.FLASH_INFO_AVAILABLE, !front);
    facts.set(CameraCharacteristics.CONTROL_AVAILABLE_MODES, new int[] {0, 1});
    facts.set(CameraCharacteristics.CONTROL_AVAILABLE_EFFECTS, new int[] {0});
    facts.set(CameraCharacteristics.CONTROL_AVAILABLE_SCENE_MODES, new int[] {0});
    facts.set(CameraCharacteristics.CONTROL_AVAILABLE_VIDEO_STABILIZATION_MODES, new int[] {0});
    facts.set(CameraCharacteristics.CONTROL_AE_AVAILABLE_ANTIBANDING_MODES, new int[] {0, 3});
    facts.set(CameraCharacteristics.CONTROL_AE_AVAILABLE_MODES, front ? new int[] {1} : new int[] {1, 2, 3});
    facts.set(CameraCharacteristics.CONTROL_AE_COMPENSATION_RANGE, new Range<>(-6, 6));
    facts.set(CameraCharacteristics.CONTROL_AE_COMPENSATION_STEP, new Rational(1, 3));
    facts.set(CameraCharacteristics.CONTROL_AE_LOCK_AVAILABLE, true);
    facts.set(CameraCharacteristics.CONTROL_AWB_LOCK_AVAILABLE, true);
    facts.set(CameraCharacteristics.CONTROL_AWB_AVAILABLE_MODES, new int[] {1});
    facts.set(CameraCharacteristics.CONTROL_AF_AVAILABLE_MODES, front ? new int[] {0} : new int[] {0, 1, 3, 4});
    facts.set(CameraCharacteristics.CONTROL_MAX_REGIONS_AE, 1);
    facts.set(CameraCharacteristics.CONTROL_MAX_REGIONS_AF, front ? 0 : 1);
    facts.set(CameraCharacteristics.CONTROL_MAX_REGIONS_AWB, 0);
    @SuppressWarnings("unchecked")
    Range<Integer>[] rates = new Range[] {new Range<>(15, 15)};
    facts.set(CameraCharacteristics.CONTROL_AE_AVAILABLE_TARGET_FPS_RANGES, rates);
    facts.set(CameraCharacteristics.EDGE_AVAILABLE_EDGE_MODES, new int[] {0, 1});
    facts.set(CameraCharacteristics.NOISE_REDUCTION_AVAILABLE_NOISE_REDUCTION_MODES, new int[] {0, 1});
    facts.set(CameraCharacteristics.HOT_PIXEL_AVAILABLE_HOT_PIXEL_MODES, new int[] {0});
    facts.set(CameraCharacteristics.COLOR_CORRECTION_AVAILABLE_ABERRATION_MODES, new int[] {0});
    facts.set(CameraCharacteristics.STATISTICS_INFO_AVAILABLE_FACE_DETECT_MODES, new int[] {0});
    facts.set(CameraCharacteristics.STATISTICS_INFO_MAX_FACE_COUNT, 0);
    facts.set(CameraCharacteristics.STATISTICS_INFO_AVAILABLE_HOT_PIXEL_MAP_MODES, new boolean[] {false});
    facts.set(CameraCharacteristics.JPEG_AVAILABLE_THUMBNAIL_SIZES, new Size[] {new Size(0, 0)});
    facts.set(CameraCharacteristics.SYNC_MAX_LATENCY, CameraMetadata.SYNC_MAX_LATENCY_PER_FRAME_CONTROL);
    CameraMetadataNative request = request(CameraDevice.TEMPLATE_PREVIEW);
    facts.set(CameraCharacteristics.REQUEST_AVAILABLE_REQUEST_KEYS, LabCameraMetadataNative.tags(request));
    facts.set(CameraCharacteristics.REQUEST_AVAILABLE_SESSION_KEYS, new int[0]);
    facts.set(CameraCharacteristics.REQUEST_AVAILABLE_RESULT_KEYS, LabCameraMetadataNative.tags(result(request, 0)));
    facts.set(CameraCharacteristics.REQUEST_AVAILABLE_CHARACTERISTICS_KEYS, LabCameraMetadataNative.tags(facts));
    return facts;
  }

  private StreamConfigurationMap streams() {
    List<StreamConfiguration> configurations = new ArrayList<>();
    List<StreamConfigurationDuration> frames = new ArrayList<>();
    List<StreamConfigurationDuration> stalls = new ArrayList<>();
    for (int format : new int[] {BLOB, YUV, PRIVATE}) {
      for (Size size : sizes()) {
        configurations.add(new StreamConfiguration(format, size.getWidth(), size.getHeight(), false));
        frames.add(new StreamConfigurationDuration(format, size.getWidth(), size.getHeight(), FRAME_NS));
        long stall = format == BLOB ? FRAME_NS : 0;
        stalls.add(new StreamConfigurationDuration(format, size.getWidth(), size.getHeight(), stall));
      }
    }
    return new StreamConfigurationMap(
        configurations.toArray(new StreamConfiguration[0]),
        frames.toArray(new StreamConfigurationDuration[0]),
        stalls.toArray(new StreamConfigurationDuration[0]),
        null, null, null, null, null, null, null, null, null, null, null, null, null, (ReprocessFormatsMap) null, false);
  }

  /** What CameraDevice.createCaptureRequest begins with. */
  public CameraMetadataNative request(int template) {
    boolean still = template == CameraDevice.TEMPLATE_STILL_CAPTURE;
    boolean moving = template == CameraDevice.TEMPLATE_RECORD || template == CameraDevice.TEMPLATE_VIDEO_SNAPSHOT;
    CameraMetadataNative request = new CameraMetadataNative();
    request.set(CaptureRequest.CONTROL_CAPTURE_INTENT, template);
    request.set(CaptureRequest.CONTROL_MODE, CameraMetadata.CONTROL_MODE_AUTO);
    request.set(CaptureRequest.CONTROL_AE_MODE, CameraMetadata.CONTROL_AE_MODE_ON);
    request.set(CaptureRequest.CONTROL_AE_LOCK, false);
    request.set(CaptureRequest.CONTROL_AE_EXPOSURE_COMPENSATION, 0);
    request.set(CaptureRequest.CONTROL_AE_PRECAPTURE_TRIGGER, CameraMetadata.CONTROL_AE_PRECAPTURE_TRIGGER_IDLE);
    request.set(CaptureRequest.CONTROL_AE_TARGET_FPS_RANGE, new Range<>(15, 15));
    request.set(CaptureRequest.CONTROL_AF_MODE, front ? 0 : moving ? 3 : 4); // OFF, CONTINUOUS_VIDEO, CONTINUOUS_PICTURE
    request.set(CaptureRequest.CONTROL_AF_TRIGGER, CameraMetadata.CONTROL_AF_TRIGGER_IDLE);
    request.set(CaptureRequest.CONTROL_AWB_MODE, CameraMetadata.CONTROL_AWB_MODE_AUTO);
    request.set(CaptureRequest.CONTROL_AWB_LOCK, false);
    request.set(CaptureRequest.CONTROL_ZOOM_RATIO, 1f);
    request.set(CaptureRequest.FLASH_MODE, CameraMetadata.FLASH_MODE_OFF);
    request.set(CaptureRequest.JPEG_QUALITY, (byte) (still ? 95 : 90));
    request.set(CaptureRequest.JPEG_ORIENTATION, 0);
    return request;
  }

  /** What was asked for, and what the camera made of it: the scene is still, so it is always in focus and lit. */
  CameraMetadataNative result(CameraMetadataNative request, long timestamp) {
    CameraMetadataNative result = new CameraMetadataNative(request);
    Integer focus = request.get(CaptureRequest.CONTROL_AF_MODE);
    Integer trigger = request.get(CaptureRequest.CONTROL_AF_TRIGGER);
    boolean off = focus == null || focus == CameraMetadata.CONTROL_AF_MODE_OFF;
    boolean asked = trigger != null && trigger == CameraMetadata.CONTROL_AF_TRIGGER_START;
    boolean alone = !off && focus > CameraMetadata.CONTROL_AF_MODE_MACRO;
    result.set(
        CaptureResult.CONTROL_AF_STATE,
        off
            ? CameraMetadata.CONTROL_AF_STATE_INACTIVE
            : asked || !alone
                ? CameraMetadata.CONTROL_AF_STATE_FOCUSED_LOCKED
                : CameraMetadata.CONTROL_AF_STATE_PASSIVE_FOCUSED);
    Boolean locked = request.get(CaptureRequest.CONTROL_AE_LOCK);
    result.set(
        CaptureResult.CONTROL_AE_STATE,
        Boolean.TRUE.equals(locked) ? CameraMetadata.CONTROL_AE_STATE_LOCKED : CameraMetadata.CONTROL_AE_STATE_CONVERGED);
    result.set(CaptureResult.CONTROL_AWB_STATE, CameraMetadata.CONTROL_AWB_STATE_CONVERGED);
    result.set(CaptureResult.FLASH_STATE, front ? CameraMetadata.FLASH_STATE_UNAVAILABLE : CameraMetadata.FLASH_STATE_READY);
    result.set(CaptureResult.LENS_STATE, CameraMetadata.LENS_STATE_STATIONARY);
    result.set(CaptureResult.LENS_FOCAL_LENGTH, front ? 2.7f : 4.3f);
    result.set(CaptureResult.LENS_APERTURE, front ? 2.2f : 1.8f);
    result.set(CaptureResult.SENSOR_TIMESTAMP, timestamp);
    result.set(CaptureResult.SENSOR_EXPOSURE_TIME, 20_000_000L);
    result.set(CaptureResult.SENSOR_SENSITIVITY, 100);
    result.set(CaptureResult.SENSOR_FRAME_DURATION, FRAME_NS);
    result.set(CaptureResult.REQUEST_PIPELINE_DEPTH, (byte) 1);
    return result;
  }

  /** Whether what a surface takes is a picture as file, YUV, or for the eye only. */
  static int ownFormat(int format) {
    return format == ImageFormat.JPEG ? BLOB : format == ImageFormat.YUV_420_888 || format == ImageFormat.YV12 ? YUV : PRIVATE;
  }
}
