package lab.emulator;

import com.github.unidbg.Emulator;
import com.github.unidbg.file.FileResult;
import com.github.unidbg.file.linux.AndroidFileIO;
import com.github.unidbg.file.linux.LinuxFileSystem;
import com.github.unidbg.linux.android.LogCatHandler;
import com.github.unidbg.linux.file.ByteArrayFileIO;
import com.github.unidbg.unix.UnixEmulator;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * Files as emulated code sees them. What lies below /data and the shared storage is the app process's own view of the device;
 * all else is a tree of its own, for /system is the JRE's there.
 */
final class DeviceFiles extends LinuxFileSystem {
  private static final int WRITING = 3; // O_WRONLY, O_RDWR
  private static final int O_TRUNC = 01000;
  private static final long MOST_READ = 64 << 20;
  private static final String[] SHOWN = {"/data/", "/sdcard/", "/storage/", "/mnt/"};

  private final LinuxFileSystem shown;

  DeviceFiles(Emulator<AndroidFileIO> emulator, File own) {
    super(emulator, own);
    shown = new Shown(emulator);
  }

  private static final class Shown extends LinuxFileSystem {
    Shown(Emulator<AndroidFileIO> emulator) {
      super(emulator, new File("/"));
    }

    /** Nothing is made in the process's own root. */
    @Override
    protected void initialize(File root) {}
  }

  static boolean isShown(String path) {
    for (String prefix : SHOWN) {
      if (path.startsWith(prefix)) {
        return true;
      }
    }
    return path.startsWith(Machine.around.data() + "/");
  }

  /** Without dots that could lead elsewhere. */
  private static String plain(String path) {
    return path.startsWith("/") ? Paths.get(path).normalize().toString() : Paths.get("/", path).normalize().toString();
  }

  @Override
  public FileResult<AndroidFileIO> open(String written, int flags) {
    if (written.isEmpty()) {
      return FileResult.failed(UnixEmulator.ENOENT);
    }
    String path = plain(written);
    if (!isShown(path)) {
      return super.open(path, flags);
    }
    File file = new File(path);
    try {
      if (file.isFile() && !file.canWrite()) {
        return readOnly(file, path, flags);
      }
      if ((flags & O_TRUNC) != 0 && (flags & WRITING) != 0 && file.isFile()) {
        new FileOutputStream(file).close();
      }
      return shown.open(path, flags);
    } catch (IOException | IllegalStateException refused) {
      return FileResult.failed(UnixEmulator.EACCES);
    }
  }

  /** unidbg opens every file for writing. */
  private static FileResult<AndroidFileIO> readOnly(File file, String path, int flags) throws IOException {
    if ((flags & WRITING) != 0 || !file.canRead() || file.length() > MOST_READ) {
      return FileResult.failed(UnixEmulator.EACCES);
    }
    return FileResult.success(new ByteArrayFileIO(flags, path, Files.readAllBytes(file.toPath())));
  }

  @Override
  public void unlink(String written) {
    String path = plain(written);
    if (new File(path).isDirectory()) {
      return;
    }
    if (isShown(path)) {
      shown.unlink(path);
    } else {
      super.unlink(path);
    }
  }

  @Override
  public boolean mkdir(String written, int mode) {
    String path = plain(written);
    return isShown(path) ? shown.mkdir(path, mode) : super.mkdir(path, mode);
  }

  @Override
  public void rmdir(String written) {
    String path = plain(written);
    File folder = isShown(path) ? new File(path) : new File(getRootDir(), path);
    if (folder.isDirectory()) {
      folder.delete(); // an empty one only, as Linux does
    }
  }

  @Override
  public int rename(String written, String wanted) {
    String from = plain(written);
    String to = plain(wanted);
    return isShown(from) && isShown(to) ? shown.rename(from, to) : super.rename(from, to);
  }

  @Override
  public LogCatHandler getLogCatHandler() {
    return (type, level, tag, text) -> Machine.around.log(level == null ? 4 : "__VDIWEA".indexOf(level.getLevel()), tag, text);
  }
}
