package lab.device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** One object of the device profile (docs/lab-protocol.md); what it does not name reads as empty. */
public final class Profile {
  private static volatile Profile device = new Profile(Collections.emptyMap());

  private final Map<String, Object> fields;

  Profile(Map<String, Object> fields) {
    this.fields = fields;
  }

  /** The device's whole profile. */
  public static Profile device() {
    return device;
  }

  static void set(Map<String, Object> fields) {
    device = new Profile(fields);
  }

  /**
   * Whether identifiers that Android 10 took from ordinary apps are given to them as before, to those that
   * hold the permission of that time. The switch is `identifiers`: "open" (also when missing) or "android10".
   */
  public static boolean identifiersOpen() {
    return !"android10".equals(device.fields.get("identifiers"));
  }

  /** The SIM in a slot; an empty profile where there is none. */
  public static Profile sim(int slot) {
    List<Profile> sims = device.object("telephony").list("sims");
    for (Profile sim : sims) {
      if (sim.integer("slot") == slot) {
        return sim;
      }
    }
    return new Profile(Collections.emptyMap());
  }

  public boolean isEmpty() {
    return fields.isEmpty();
  }

  public boolean has(String key) {
    return fields.get(key) != null;
  }

  public String text(String key) {
    Object value = fields.get(key);
    return value == null ? null : value.toString();
  }

  public String text(String key, String otherwise) {
    String value = text(key);
    return value == null ? otherwise : value;
  }

  public long number(String key) {
    Object value = fields.get(key);
    return value == null ? 0 : ((Number) value).longValue();
  }

  public int integer(String key) {
    return (int) number(key);
  }

  public double real(String key) {
    Object value = fields.get(key);
    return value == null ? 0 : ((Number) value).doubleValue();
  }

  public boolean flag(String key) {
    return Boolean.TRUE.equals(fields.get(key));
  }

  @SuppressWarnings("unchecked")
  public Profile object(String key) {
    Object value = fields.get(key);
    return value == null ? new Profile(Collections.emptyMap()) : new Profile((Map<String, Object>) value);
  }

  @SuppressWarnings("unchecked")
  public List<Profile> list(String key) {
    List<Profile> profiles = new ArrayList<>();
    List<Object> values = (List<Object>) fields.get(key);
    if (values != null) {
      for (Object value : values) {
        profiles.add(new Profile((Map<String, Object>) value));
      }
    }
    return profiles;
  }

  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    List<?> values = (List<?>) fields.get(key);
    if (values != null) {
      for (Object value : values) {
        texts.add(String.valueOf(value));
      }
    }
    return texts;
  }

  Map<String, Object> fields() {
    return fields;
  }
}
