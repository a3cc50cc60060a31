package lab.device.media;

import android.graphics.ImageFormat;
import android.media.Image;
import java.nio.ByteBuffer;

/** One frame that an app has from an ImageReader. Its buffers are gone when it is closed, as a phone's are. */
final class CameraImage extends Image {
  private static final class Part extends Image.Plane {
    private final ByteBuffer buffer;
    private final int rowStride;
    private final int pixelStride;
    private final CameraImage image;

    Part(CameraImage image, ByteBuffer buffer, int rowStride, int pixelStride) {
      this.image = image;
      this.buffer = buffer;
      this.rowStride = rowStride;
      this.pixelStride = pixelStride;
    }

    @Override
    public ByteBuffer getBuffer() {
      image.check();
      return buffer;
    }

    @Override
    public int getRowStride() {
      image.check();
      if (rowStride == 0) {
        throw new UnsupportedOperationException("getRowStride is not supported for JPEG plane");
      }
      return rowStride;
    }

    @Override
    public int getPixelStride() {
      image.check();
      if (pixelStride == 0) {
        throw new UnsupportedOperationException("getPixelStride is not supported for JPEG plane");
      }
      return pixelStride;
    }
  }

  private final ImageQueue queue;
  private final Picture picture;
  private final byte[] file;
  private long timestamp;
  private Plane[] planes;

  /** `file`: the JPEG, null of other formats. */
  CameraImage(ImageQueue queue, Picture picture, byte[] file, long timestamp) {
    this.queue = queue;
    this.picture = picture;
    this.file = file;
    this.timestamp = timestamp;
    mIsImageValid = true;
  }

  private void check() {
    throwISEIfImageIsInvalid();
  }

  @Override
  public int getFormat() {
    check();
    return queue.format;
  }

  @Override
  public int getWidth() {
    check();
    return queue.size.getWidth();
  }

  @Override
  public int getHeight() {
    check();
    return queue.size.getHeight();
  }

  @Override
  public long getTimestamp() {
    check();
    return timestamp;
  }

  @Override
  public void setTimestamp(long timestamp) {
    check();
    this.timestamp = timestamp;
  }

  @Override
  public int getTransform() {
    check();
    return 0;
  }

  @Override
  public int getScalingMode() {
    check();
    return 0;
  }

  @Override
  public int getPlaneCount() {
    check();
    return queue.format == ImageFormat.PRIVATE ? 0 : queue.format == ImageFormat.JPEG ? 1 : 3;
  }

  @Override
  public synchronized Plane[] getPlanes() {
    check();
    if (planes == null) {
      planes = make();
    }
    return planes.clone();
  }

  private Plane[] make() {
    switch (queue.format) {
      case ImageFormat.PRIVATE:
        return new Plane[0];
      case ImageFormat.JPEG:
        return new Plane[] {new Part(this, direct(file), 0, 0)};
      default:
        byte[] chroma = picture.chroma();
        return new Plane[] {
          new Part(this, direct(picture.luma()), picture.width, 1), difference(chroma[0]), difference(chroma[1]),
        };
    }
  }

  private Part difference(byte value) {
    byte[] all = new byte[picture.width / 2 * (picture.height / 2)];
    java.util.Arrays.fill(all, value);
    return new Part(this, direct(all), picture.width / 2, 1);
  }

  private static ByteBuffer direct(byte[] content) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(content.length);
    buffer.put(content).flip();
    return buffer;
  }

  @Override
  public void close() {
    if (mIsImageValid) {
      mIsImageValid = false;
      queue.release(this);
    }
  }
}
