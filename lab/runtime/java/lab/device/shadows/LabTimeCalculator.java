package lab.device.shadows;

import com.android.i18n.timezone.ZoneInfoData;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** android.text.format.Time, whose zones come from the JVM: the device has no tzdata file. */
@Implements(className = "android.text.format.Time$TimeCalculator", isInAndroidSdk = false)
public class LabTimeCalculator {
  /** Until when rules are written out as single changes: what 32 bits of seconds reach. */
  private static final Instant END = Instant.ofEpochSecond(Integer.MAX_VALUE);

  @Implementation
  protected static ZoneInfoData lookupZoneInfoData(String id) {
    ZoneRules rules;
    try {
      rules = ZoneId.of(id).getRules();
    } catch (DateTimeException unknown) {
      rules = ZoneOffset.UTC.getRules(); // GMT, as on a phone
    }
    List<ZoneOffsetTransition> changes = changes(rules);
    List<List<Object>> kinds = new ArrayList<>();
    kind(kinds, rules, Instant.MIN);
    long[] times = new long[changes.size()];
    byte[] types = new byte[times.length];
    for (int i = 0; i < times.length; i++) {
      times[i] = changes.get(i).toEpochSecond();
      types[i] = (byte) kind(kinds, rules, changes.get(i).getInstant());
    }
    int[] offsets = new int[kinds.size()];
    boolean[] summer = new boolean[offsets.length];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = (Integer) kinds.get(i).get(0);
      summer[i] = (Boolean) kinds.get(i).get(1);
    }
    return ZoneInfoData.createInstance(id, times, types, offsets, summer);
  }

  private static List<ZoneOffsetTransition> changes(ZoneRules rules) {
    List<ZoneOffsetTransition> changes = new ArrayList<>(rules.getTransitions());
    Instant last = changes.isEmpty() ? Instant.EPOCH : changes.get(changes.size() - 1).getInstant();
    for (ZoneOffsetTransition next = rules.nextTransition(last);
        next != null && next.getInstant().isBefore(END);
        next = rules.nextTransition(next.getInstant())) {
      changes.add(next);
    }
    return changes;
  }

  /** The number of this pair of offset and summer time, each pair once. */
  private static int kind(List<List<Object>> kinds, ZoneRules rules, Instant at) {
    List<Object> kind = List.of(rules.getOffset(at).getTotalSeconds(), rules.isDaylightSavings(at));
    if (!kinds.contains(kind)) {
      kinds.add(kind);
    }
    return kinds.indexOf(kind);
  }
}
