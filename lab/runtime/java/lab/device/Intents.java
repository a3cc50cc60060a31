package lab.device;

import android.content.ComponentName;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import android.os.Parcel;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Intents as the wire has them (docs/lab-protocol.md).
 *
 * <p>Extras that JSON holds are written as such for the daemon to read. What JSON cannot hold
 * exactly travels whole in the extra "lab.parcel", which only another app process opens.
 */
public final class Intents {
  private static final String PARCEL = "lab.parcel";
  private static final String FILLED = "lab.filled";

  private Intents() {}

  public static Map<String, Object> write(Intent intent) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (intent == null) {
      return fields;
    }
    put(fields, "action", intent.getAction());
    put(fields, "data", intent.getDataString());
    put(fields, "type", intent.getType());
    put(fields, "package", intent.getPackage());
    if (intent.getComponent() != null) {
      fields.put("component", intent.getComponent().flattenToString());
    }
    if (intent.getCategories() != null) {
      fields.put("categories", new ArrayList<>(intent.getCategories()));
    }
    if (intent.getFlags() != 0) {
      fields.put("flags", intent.getFlags());
    }
    if (intent.getExtras() != null && !intent.getExtras().isEmpty()) {
      fields.put("extras", extras(intent.getExtras(), fields));
    }
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private static Map<String, Object> extras(Bundle bundle, Map<String, Object> fields) {
    Map<String, Object> extras = new LinkedHashMap<>();
    boolean exact = true;
    for (String key : bundle.keySet()) {
      Object value = bundle.get(key);
      if (value instanceof String || value instanceof Boolean || value instanceof Integer) {
        extras.put(key, value);
      } else {
        exact = false;
        if (value instanceof Number || value instanceof CharSequence) {
          extras.put(key, value instanceof Number ? value : value.toString());
        }
      }
    }
    if (!exact) {
      Parcel parcel = Parcel.obtain();
      try {
        parcel.writeBundle(bundle);
        Map<String, Object> written = ParcelCodec.write(parcel, DeviceMain.binders());
        extras.put(PARCEL, written.get("data"));
        if (written.containsKey("binders")) {
          fields.put("binders", written.get("binders"));
        }
      } finally {
        parcel.recycle();
      }
    }
    return extras;
  }

  @SuppressWarnings("unchecked")
  static Intent readObject(Object fields, ClassLoader loader) {
    return read((Map<String, Object>) fields, loader);
  }

  @SuppressWarnings("unchecked")
  public static Intent read(Map<String, Object> fields, ClassLoader loader) {
    Intent intent = new Intent();
    if (fields == null) {
      return intent;
    }
    intent.setAction((String) fields.get("action"));
    String data = (String) fields.get("data");
    String type = (String) fields.get("type");
    intent.setDataAndType(data == null ? null : Uri.parse(data), type);
    intent.setPackage((String) fields.get("package"));
    String component = (String) fields.get("component");
    if (component != null) {
      intent.setComponent(ComponentName.unflattenFromString(component));
    }
    List<Object> categories = (List<Object>) fields.get("categories");
    if (categories != null) {
      for (Object category : categories) {
        intent.addCategory((String) category);
      }
    }
    Number flags = (Number) fields.get("flags");
    intent.setFlags(flags == null ? 0 : flags.intValue());
    Map<String, Object> extras = (Map<String, Object>) fields.get("extras");
    if (extras != null) {
      List<Object> binders = (List<Object>) fields.get("binders");
      intent.putExtras(bundle(extras, binders == null ? Collections.emptyList() : binders, loader));
    }
    intent.setExtrasClassLoader(loader);
    return intent;
  }

  /** What the sender of a pending intent has filled in comes last, as do its binders. */
  @SuppressWarnings("unchecked")
  private static Bundle bundle(Map<String, Object> extras, List<Object> binders, ClassLoader loader) {
    Object filled = extras.get(FILLED);
    if (!(filled instanceof Map)) {
      return plainBundle(extras, binders, loader);
    }
    Map<String, Object> more = (Map<String, Object>) filled;
    int own = binders.size() - ((Number) more.get("binders")).intValue();
    Map<String, Object> first = new LinkedHashMap<>(extras);
    first.remove(FILLED);
    Bundle bundle = plainBundle(first, binders.subList(0, own), loader);
    bundle.putAll(plainBundle((Map<String, Object>) more.get("extras"), binders.subList(own, binders.size()), loader));
    return bundle;
  }

  private static Bundle plainBundle(Map<String, Object> extras, List<Object> binders, ClassLoader loader) {
    Object parcelled = extras.get(PARCEL);
    if (parcelled != null) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("data", parcelled);
      fields.put("binders", binders);
      Parcel parcel = Parcel.obtain();
      try {
        ParcelCodec.read(fields, parcel, DeviceMain.binders());
        return parcel.readBundle(loader);
      } finally {
        parcel.recycle();
      }
    }
    Bundle bundle = new Bundle(loader);
    for (Map.Entry<String, Object> extra : extras.entrySet()) {
      putExtra(bundle, extra.getKey(), extra.getValue());
    }
    return bundle;
  }

  /** A number that fits an int is one, as `am start --ei` has it; {"long": 5} and the like say otherwise. */
  private static void putExtra(Bundle bundle, String key, Object value) {
    if (value instanceof Boolean) {
      bundle.putBoolean(key, (Boolean) value);
    } else if (value instanceof Long) {
      long number = (Long) value;
      if (number == (int) number) {
        bundle.putInt(key, (int) number);
      } else {
        bundle.putLong(key, number);
      }
    } else if (value instanceof Double) {
      bundle.putDouble(key, (Double) value);
    } else if (value instanceof Map) {
      putTyped(bundle, key, (Map<?, ?>) value);
    } else if (value instanceof List) {
      putList(bundle, key, (List<?>) value);
    } else {
      bundle.putString(key, (String) value);
    }
  }

  private static void putTyped(Bundle bundle, String key, Map<?, ?> typed) {
    for (Map.Entry<?, ?> entry : typed.entrySet()) {
      Object value = entry.getValue();
      switch ((String) entry.getKey()) {
        case "long":
          bundle.putLong(key, ((Number) value).longValue());
          break;
        case "float":
          bundle.putFloat(key, ((Number) value).floatValue());
          break;
        case "double":
          bundle.putDouble(key, ((Number) value).doubleValue());
          break;
        case "uri":
          bundle.putParcelable(key, Uri.parse((String) value));
          break;
        case "component":
          bundle.putParcelable(key, ComponentName.unflattenFromString((String) value));
          break;
        case "longs":
          bundle.putLongArray(key, ((List<?>) value).stream().mapToLong(one -> ((Number) one).longValue()).toArray());
          break;
        case "bytes":
          bundle.putByteArray(key, Base64.getDecoder().decode((String) value));
          break;
        default:
          throw new IllegalArgumentException("extra " + key + " has no type " + entry.getKey());
      }
    }
  }

  private static void putList(Bundle bundle, String key, List<?> list) {
    if (!list.isEmpty() && list.get(0) instanceof Number) {
      int[] numbers = new int[list.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = ((Number) list.get(i)).intValue();
      }
      bundle.putIntArray(key, numbers);
    } else {
      bundle.putStringArray(key, list.toArray(new String[0]));
    }
  }
}
