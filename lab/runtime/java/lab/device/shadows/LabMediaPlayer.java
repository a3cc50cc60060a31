package lab.device.shadows;

import android.content.Context;
import android.content.res.AssetFileDescriptor;
import android.media.AudioAttributes;
import android.media.MediaDataSource;
import android.media.MediaPlayer;
import android.net.Uri;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpCookie;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import lab.device.DeviceMain;
import lab.device.MediaLength;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowMediaPlayer;
import org.robolectric.shadows.util.DataSource;

/**
 * Players that run on the clock for as long as what they play lasts, without a sound. A source that cannot be opened
 * fails as on a phone; one on the network is not fetched and counts as {@link MediaLength#UNKNOWN_MS}.
 */
@Implements(MediaPlayer.class)
public class LabMediaPlayer extends ShadowMediaPlayer {
  private static final int LIMIT = 64 << 20;

  @Implementation
  protected static MediaPlayer create(Context context, int resId) {
    return create(context, resId, null, 0);
  }

  @Implementation
  protected static MediaPlayer create(Context context, int resId, AudioAttributes attributes, int session) {
    Uri uri = Uri.parse("android.resource://" + context.getPackageName() + "/" + resId);
    MediaPlayer player = create(context, uri);
    if (player != null && attributes != null) {
      player.setAudioAttributes(attributes);
    }
    if (player != null && session != 0) {
      player.setAudioSessionId(session);
    }
    return player;
  }

  @Implementation
  protected static MediaPlayer create(Context context, Uri uri) {
    MediaPlayer player = new MediaPlayer();
    try {
      player.setDataSource(context, uri);
      player.prepare();
      return player;
    } catch (IOException | IllegalArgumentException | SecurityException refused) {
      DeviceMain.log("D", "MediaPlayer", "create failed: " + refused); // the framework logs it and gives null
      player.release();
      return null;
    }
  }

  @Override
  @Implementation
  protected void setDataSource(Context context, Uri uri, Map<String, String> headers, List<HttpCookie> cookies)
      throws IOException {
    String scheme = uri.getScheme();
    if (scheme == null || scheme.equals("file")) {
      setDataSource(uri.getPath());
      return;
    }
    if (scheme.equals("http") || scheme.equals("https") || scheme.equals("rtsp")) {
      play(DataSource.toDataSource(uri.toString()), MediaLength.UNKNOWN_MS);
      return;
    }
    InputStream in = context.getContentResolver().openInputStream(uri);
    if (in == null) {
      throw new FileNotFoundException("No content provider: " + uri);
    }
    play(DataSource.toDataSource(uri.toString()), MediaLength.of(in));
  }

  @Override
  @Implementation
  protected void setDataSource(String path) throws IOException {
    if (path == null) {
      throw new IllegalArgumentException("null path");
    }
    boolean remote = path.startsWith("http:") || path.startsWith("https:") || path.startsWith("rtsp:");
    String file = path.startsWith("file:") ? Uri.parse(path).getPath() : path;
    play(DataSource.toDataSource(path), remote ? MediaLength.UNKNOWN_MS : MediaLength.of(new FileInputStream(file)));
  }

  @Override
  @Implementation
  protected void setDataSource(String path, Map<String, String> headers) throws IOException {
    setDataSource(path);
  }

  @Override
  @Implementation
  protected void setDataSource(FileDescriptor fd, long offset, long length) throws IOException {
    if (fd == null || !fd.valid()) {
      throw new IOException("setDataSourceFD failed.: status=0x80000000");
    }
    play(DataSource.toDataSource(fd, offset, length), MediaLength.of(read(fd, offset, length)));
  }

  /** The app's own descriptor: it stays open, and its position where it was. */
  private static byte[] read(FileDescriptor fd, long offset, long length) throws IOException {
    @SuppressWarnings("resource")
    FileChannel channel = new FileInputStream(fd).getChannel();
    long size = Math.max(0, Math.min(Math.min(length, LIMIT), channel.size() - offset));
    ByteBuffer buffer = ByteBuffer.allocate((int) size);
    while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {
      continue;
    }
    return buffer.array();
  }

  @Override
  @Implementation
  protected void setDataSource(AssetFileDescriptor descriptor) throws IOException {
    try (InputStream in = descriptor.createInputStream()) {
      play(DataSource.toDataSource(descriptor), MediaLength.of(in));
    }
  }

  @Override
  @Implementation
  protected void setDataSource(MediaDataSource source) throws IOException {
    byte[] data = new byte[(int) Math.max(0, Math.min(source.getSize(), LIMIT))];
    int at = 0;
    for (int got; at < data.length && (got = source.readAt(at, data, at, data.length - at)) > 0; ) {
      at += got;
    }
    play(DataSource.toDataSource(source), MediaLength.of(data));
  }

  private void play(DataSource source, int duration) throws IOException {
    addMediaInfo(source, new MediaInfo(duration, 0));
    setDataSource(source);
  }
}
