package lab.device;

import android.content.ContentResolver;
import android.provider.Settings.Global;
import android.provider.Settings.Secure;
import android.provider.Settings.System;
import java.util.Map;

/** The three tables of device settings, as the daemon keeps them. */
final class Settings {
  private Settings() {}

  @SuppressWarnings("unchecked")
  static void set(ContentResolver resolver, Map<String, Object> namespaces) {
    for (Map.Entry<String, Object> namespace : namespaces.entrySet()) {
      for (Map.Entry<String, Object> entry : ((Map<String, Object>) namespace.getValue()).entrySet()) {
        String value = entry.getValue() == null ? null : entry.getValue().toString();
        switch (namespace.getKey()) {
          case "secure":
            Secure.putString(resolver, entry.getKey(), value);
            break;
          case "global":
            Global.putString(resolver, entry.getKey(), value);
            break;
          case "system":
            System.putString(resolver, entry.getKey(), value);
            break;
          default:
            throw new DeviceMain.Wrong("no settings " + namespace.getKey());
        }
      }
    }
  }
}
