package lab.device.shadows;

import android.graphics.ImageFormat;
import android.media.Image;
import android.media.ImageReader;
import android.view.Surface;
import lab.device.media.ImageQueue;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadow.api.ShadowPicker;
import org.robolectric.shadows.ShadowNativeImageReader;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** Readers of the formats that cameras write have the lab's buffers; those of pixels have Robolectric's. */
@Implements(value = ImageReader.class, isInAndroidSdk = false, callNativeMethodsByDefault = true)
public class LabImageReader extends ShadowNativeImageReader {
  /** Ahead of Robolectric's own. */
  public static final class Picker implements ShadowPicker<LabImageReader> {
    @Override
    public Class<LabImageReader> pickShadowClass() {
      return LabImageReader.class;
    }
  }

  @RealObject private ImageReader reader;
  private ImageQueue queue;

  @Implementation
  protected void initializeImageReader(
      int width, int height, int format, int most, long usage, int hardwareFormat, int dataSpace) {
    boolean sound = width > 0 && height > 0 && most > 0;
    if (!sound || !ImageQueue.takes(format)) {
      Shadow.directlyOn(
          reader,
          ImageReader.class,
          "initializeImageReader",
          ClassParameter.from(int.class, width),
          ClassParameter.from(int.class, height),
          ClassParameter.from(int.class, format),
          ClassParameter.from(int.class, most),
          ClassParameter.from(long.class, usage),
          ClassParameter.from(int.class, hardwareFormat),
          ClassParameter.from(int.class, dataSpace));
      return;
    }
    queue = new ImageQueue(reader, width, height, format, most);
    set("mWidth", width);
    set("mHeight", height);
    set("mFormat", format);
    set("mUsage", usage);
    set("mMaxImages", most);
    set("mNumPlanes", format == ImageFormat.PRIVATE ? 0 : format == ImageFormat.JPEG ? 1 : 3);
    set("mHardwareBufferFormat", hardwareFormat);
    set("mDataSpace", dataSpace);
    set("mSurface", queue.surface());
    set("mIsReaderValid", true);
  }

  private void set(String field, Object value) {
    ReflectionHelpers.setField(ImageReader.class, reader, field, value);
  }

  @Override
  @Implementation
  protected Surface getSurface() {
    return queue == null ? super.getSurface() : queue.surface();
  }

  @Implementation
  protected Image acquireNextImage() {
    return queue == null ? Shadow.<Image, ImageReader>directlyOn(reader, ImageReader.class, "acquireNextImage") : queue.next();
  }

  @Implementation
  protected Image acquireLatestImage() {
    return queue == null ? Shadow.<Image, ImageReader>directlyOn(reader, ImageReader.class, "acquireLatestImage") : queue.latest();
  }

  @Implementation
  protected void discardFreeBuffers() {
    if (queue == null) {
      Shadow.directlyOn(reader, ImageReader.class, "discardFreeBuffers");
    }
  }

  @Implementation
  protected void close() {
    if (queue == null) {
      Shadow.directlyOn(reader, ImageReader.class, "close");
      return;
    }
    reader.setOnImageAvailableListener(null, null);
    set("mIsReaderValid", false);
    queue.close();
  }
}
