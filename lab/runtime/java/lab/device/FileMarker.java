package lab.device;

import android.os.Binder;

/** Stands in a parcel for a file descriptor: a number that means something in this process only. */
public final class FileMarker extends Binder {
  public final int number;

  public FileMarker(int number) {
    this.number = number;
  }
}
