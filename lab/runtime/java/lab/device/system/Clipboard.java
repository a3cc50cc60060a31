package lab.device.system;

import android.content.ClipData;
import android.content.ClipDescription;
import android.content.IOnPrimaryClipChangedListener;
import android.os.RemoteException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import lab.device.DeviceMain;

/** android.content.IClipboard: the device's one clip is the daemon's, who lets only the app in front see it. */
public final class Clipboard {
  private final List<IOnPrimaryClipChangedListener> listeners = new CopyOnWriteArrayList<>();

  void setPrimaryClip(ClipData clip, String packageName, String attribution, int user, int device) {
    CharSequence text = clip.getItemCount() == 0 ? null : clip.getItemAt(0).coerceToText(DeviceMain.app().context());
    Daemon.ask(
        "clipboard", "verb", "set", "text", text == null ? "" : text.toString(), "parcel", Parcels.write(clip));
  }

  void clearPrimaryClip(String packageName, String attribution, int user, int device) {
    Daemon.ask("clipboard", "verb", "clear");
  }

  ClipData getPrimaryClip(String packageName, String attribution, int user, int device) {
    return read("get");
  }

  /** Looking at what kind of thing it is does not count as access. */
  ClipDescription getPrimaryClipDescription(String packageName, String attribution, int user, int device) {
    ClipData clip = read("peek");
    return clip == null ? null : clip.getDescription();
  }

  boolean hasPrimaryClip(String packageName, String attribution, int user, int device) {
    return read("peek") != null;
  }

  boolean hasClipboardText(String packageName, String attribution, int user, int device) {
    return Boolean.TRUE.equals(Daemon.ask("clipboard", "verb", "peek").get("has_text"));
  }

  String getPrimaryClipSource(String packageName, String attribution, int user, int device) {
    throw new SecurityException("getPrimaryClipSource: Neither user nor current process has android.permission.SET_CLIP_SOURCE.");
  }

  private static ClipData read(String verb) {
    Map<String, Object> answer = Daemon.ask("clipboard", "verb", verb);
    String parcel = Daemon.text(answer, "parcel");
    if (parcel != null) {
      return Parcels.read(parcel, ClipData.CREATOR);
    }
    String text = Daemon.text(answer, "text");
    return text == null ? null : ClipData.newPlainText("", text);
  }

  void addPrimaryClipChangedListener(
      IOnPrimaryClipChangedListener listener, String packageName, String attribution, int user, int device) {
    listeners.add(listener);
  }

  void removePrimaryClipChangedListener(
      IOnPrimaryClipChangedListener listener, String packageName, String attribution, int user, int device) {
    listeners.removeIf(one -> one.asBinder() == listener.asBinder());
  }

  /** The daemon's call: there is another clip. */
  public void changed() throws RemoteException {
    for (IOnPrimaryClipChangedListener listener : listeners) {
      listener.dispatchPrimaryClipChanged();
    }
  }
}
