package lab.device;

import android.content.ContentProvider;
import android.content.Context;
import android.content.pm.ProviderInfo;
import android.database.DatabaseUtils;
import android.net.Uri;
import java.util.List;
import org.robolectric.shadows.ShadowContentResolver;

/** The providers that every phone has, filled from the device profile. */
final class SystemProviders {
  private SystemProviders() {}

  static void register(Context context) {
    add(context, new Contacts(), "com.android.contacts", "contacts");
    add(context, new Calls(), "call_log", "call_log_shadow");
    add(context, new Messages(), "sms", "mms-sms");
    add(context, new Calendar(), "com.android.calendar");
    add(context, new MediaStoreProvider(), "media");
    add(context, new DownloadsProvider(), "downloads");
  }

  private static void add(Context context, ContentProvider provider, String... authorities) {
    ProviderInfo info = new ProviderInfo();
    info.authority = authorities[0];
    info.name = provider.getClass().getName();
    info.packageName = "android";
    info.applicationInfo = context.getApplicationInfo();
    info.exported = true;
    provider.attachInfo(context, info);
    for (String authority : authorities) {
      ShadowContentResolver.registerProviderInternal(authority, provider);
    }
  }

  static boolean isNumber(String text) {
    return text.matches("[0-9]+");
  }

  static String path(Uri uri, int index) {
    List<String> segments = uri.getPathSegments();
    return index < segments.size() ? segments.get(index) : "";
  }

  static String byId(String segment) {
    return isNumber(segment) ? "_id = " + segment : null;
  }

  /** ContactsContract: one raw contact and one contact for each entry of the profile. */
  private static final class Contacts extends TableProvider {
    private static final String PHONE = "vnd.android.cursor.item/phone_v2";
    private static final String EMAIL = "vnd.android.cursor.item/email_v2";

    Contacts() {
      super("android.permission.READ_CONTACTS", "android.permission.WRITE_CONTACTS");
    }

    /** Any of them may be another's aggregate. */
    @Override
    List<Uri> changed(Uri uri) {
      return List.of(Uri.parse("content://com.android.contacts"));
    }

    @Override
    void fill(Profile profile) {
      String[] person = {
        "display_name", "display_name_alt", "lookup", "has_phone_number", "starred", "times_contacted",
        "last_time_contacted", "photo_id", "photo_uri", "photo_thumb_uri", "in_visible_group", "sort_key",
        "contact_last_updated_timestamp", "name_raw_contact_id"
      };
      table("contacts", person);
      table("raw_contacts", "contact_id", "display_name", "account_name", "account_type", "deleted", "version", "sourceid");
      table(
          "data", "raw_contact_id", "contact_id", "mimetype", "data1", "data2", "data3", "data4", "data5",
          "data6", "data7", "data8", "data9", "data10", "data11", "data12", "data13", "data14", "data15",
          "is_primary", "is_super_primary", "display_name", "display_name_alt", "lookup", "has_phone_number",
          "starred", "photo_id", "photo_uri", "photo_thumb_uri", "in_visible_group", "sort_key",
          "account_name", "account_type");
      for (Profile one : profile.list("contacts")) {
        add(one);
      }
    }

    private void add(Profile one) {
      long id = one.number("id");
      String name = one.text("name");
      int phones = one.texts("phones").isEmpty() ? 0 : 1;
      String lookup = "lab" + id;
      row(
          "contacts", "_id", id, "display_name", name, "display_name_alt", name, "lookup", lookup,
          "has_phone_number", phones, "starred", 0, "times_contacted", 0, "in_visible_group", 1, "sort_key", name,
          "name_raw_contact_id", id);
      row("raw_contacts", "_id", id, "contact_id", id, "display_name", name, "deleted", 0, "version", 1);
      data(one, "vnd.android.cursor.item/name", name, null);
      for (String phone : one.texts("phones")) {
        data(one, PHONE, phone, "2");
      }
      for (String email : one.texts("emails")) {
        data(one, EMAIL, email, "1");
      }
      data(one, "vnd.android.cursor.item/organization", one.text("organisation"), "1");
      data(one, "vnd.android.cursor.item/postal-address_v2", one.text("address"), "1");
      data(one, "vnd.android.cursor.item/note", one.text("note"), null);
    }

    private void data(Profile one, String type, String value, String kind) {
      if (value == null || value.isEmpty()) {
        return;
      }
      row(
          "data", "raw_contact_id", one.number("id"), "contact_id", one.number("id"), "mimetype", type, "data1", value,
          "data2", kind, "data4", type.equals(PHONE) ? value : null, "is_primary", 0, "is_super_primary", 0,
          "display_name", one.text("name"), "lookup", "lab" + one.number("id"), "has_phone_number",
          one.texts("phones").isEmpty() ? 0 : 1, "in_visible_group", 1, "sort_key", one.text("name"));
    }

    @Override
    Target target(Uri uri) {
      String first = path(uri, 0);
      String second = path(uri, 1);
      switch (first) {
        case "contacts":
          if (second.equals("lookup")) {
            return new Target("contacts", "lookup = " + DatabaseUtils.sqlEscapeString(path(uri, 2)));
          }
          if (second.equals("filter")) {
            return new Target("contacts", "display_name LIKE " + DatabaseUtils.sqlEscapeString("%" + path(uri, 2) + "%"));
          }
          if (isNumber(second) && path(uri, 2).equals("data")) {
            return new Target("data", "contact_id = " + second);
          }
          return new Target("contacts", byId(second));
        case "raw_contacts":
          return new Target("raw_contacts", byId(second));
        case "data":
          if (second.equals("phones") || second.equals("emails")) {
            String type = second.equals("phones") ? PHONE : EMAIL;
            String where = "mimetype = '" + type + "'";
            if (path(uri, 2).equals("filter")) {
              where += " AND data1 LIKE " + DatabaseUtils.sqlEscapeString("%" + path(uri, 3) + "%");
            } else if (isNumber(path(uri, 2))) {
              where += " AND _id = " + path(uri, 2);
            }
            return new Target("data", where);
          }
          return new Target("data", byId(second));
        case "phone_lookup":
          return new Target(
              "contacts",
              "_id IN (SELECT contact_id FROM data WHERE mimetype = '" + PHONE + "' AND data1 = "
                  + DatabaseUtils.sqlEscapeString(second) + ")");
        case "profile":
          return new Target("contacts", "0");
        case "people":
          return new Target("contacts", byId(second));
        default:
          throw new IllegalArgumentException("Unknown URI " + uri);
      }
    }
  }

  private static final class Calls extends TableProvider {
    Calls() {
      super("android.permission.READ_CALL_LOG", "android.permission.WRITE_CALL_LOG");
    }

    @Override
    List<Uri> changed(Uri uri) {
      return List.of(Uri.parse("content://call_log/calls"));
    }

    @Override
    void fill(Profile profile) {
      table(
          "calls", "number", "presentation", "name", "date", "duration", "type", "new", "is_read", "countryiso",
          "geocoded_location", "numbertype", "numberlabel", "subscription_id", "phone_account_address", "features",
          "last_modified", "cached_normalized_number");
      for (Profile one : profile.list("calls")) {
        String type = one.text("type", "");
        row(
            "calls", "_id", one.number("id"), "number", one.text("number"), "presentation", 1, "name",
            one.text("name"), "date", one.number("date_ms"), "duration", one.number("duration_s"), "type",
            type.equals("incoming") ? 1 : type.equals("outgoing") ? 2 : 3, "new", 0, "is_read", 1, "features", 0);
      }
    }

    @Override
    Target target(Uri uri) {
      return path(uri, 1).equals("filter")
          ? new Target("calls", "number = " + DatabaseUtils.sqlEscapeString(path(uri, 2)))
          : new Target("calls", byId(path(uri, 1)));
    }
  }

  private static final class Messages extends TableProvider {
    Messages() {
      super("android.permission.READ_SMS", "android.permission.WRITE_SMS");
    }

    @Override
    List<Uri> changed(Uri uri) {
      return List.of(uri, Uri.parse("content://sms"), Uri.parse("content://mms-sms/conversations"));
    }

    @Override
    void fill(Profile profile) {
      table(
          "sms", "thread_id", "address", "person", "date", "date_sent", "protocol", "read", "status", "type",
          "reply_path_present", "subject", "body", "service_center", "locked", "error_code", "seen", "sub_id", "creator");
      for (Profile one : profile.list("sms")) {
        row(
            "sms", "_id", one.number("id"), "thread_id", one.number("id"), "address", one.text("address"), "date",
            one.number("date_ms"), "date_sent", one.number("date_ms"), "read", one.flag("read") ? 1 : 0, "status",
            -1, "type", "sent".equals(one.text("type")) ? 2 : 1, "body", one.text("body"), "locked", 0, "seen", 1);
      }
    }

    @Override
    Target target(Uri uri) {
      switch (path(uri, 0)) {
        case "inbox":
          return new Target("sms", "type = 1");
        case "sent":
          return new Target("sms", "type = 2");
        case "draft":
        case "outbox":
        case "failed":
        case "queued":
          return new Target("sms", "0");
        default:
          return new Target("sms", byId(path(uri, 0)));
      }
    }
  }

  private static final class Calendar extends TableProvider {
    Calendar() {
      super("android.permission.READ_CALENDAR", "android.permission.WRITE_CALENDAR");
    }

    @Override
    List<Uri> changed(Uri uri) {
      return List.of(Uri.parse("content://com.android.calendar"));
    }

    @Override
    void fill(Profile profile) {
      table(
          "calendars", "name", "calendar_displayName", "account_name", "account_type", "ownerAccount", "visible",
          "calendar_access_level", "calendar_color", "calendar_timezone", "sync_events", "isPrimary");
      String[] event = {
        "calendar_id", "title", "description", "eventLocation", "dtstart", "dtend", "eventTimezone", "duration",
        "allDay", "organizer", "hasAttendeeData", "rrule", "rdate", "eventStatus", "deleted", "availability",
        "calendar_displayName", "account_name", "account_type", "visible", "event_id", "begin", "end", "hasAlarm"
      };
      table("events", event);
      table("instances", event);
      table("attendees", "event_id", "attendeeName", "attendeeEmail", "attendeeStatus", "attendeeType", "attendeeRelationship");
      table("reminders", "event_id", "minutes", "method");
      row(
          "calendars", "_id", 1, "name", "lab", "calendar_displayName", "lab", "account_name", "lab", "account_type",
          "LOCAL", "ownerAccount", "lab", "visible", 1, "calendar_access_level", 700, "sync_events", 1, "isPrimary", 1);
      for (Profile one : profile.list("calendar")) {
        for (String table : new String[] {"events", "instances"}) {
          row(
              table, "_id", one.number("id"), "event_id", one.number("id"), "calendar_id", 1, "title",
              one.text("title"), "description", one.text("description"), "eventLocation", one.text("location"),
              "dtstart", one.number("begin_ms"), "dtend", one.number("end_ms"), "begin", one.number("begin_ms"),
              "end", one.number("end_ms"), "allDay", 0, "organizer", one.text("organizer"), "deleted", 0, "visible",
              1, "account_name", "lab", "account_type", "LOCAL", "calendar_displayName", "lab", "hasAlarm", 0);
        }
        for (String attendee : one.texts("attendees")) {
          row("attendees", "event_id", one.number("id"), "attendeeEmail", attendee, "attendeeStatus", 1, "attendeeType", 1);
        }
      }
    }

    @Override
    Target target(Uri uri) {
      String first = path(uri, 0);
      String second = path(uri, 1);
      switch (first) {
        case "calendars":
        case "events":
        case "attendees":
        case "reminders":
          return new Target(first, byId(second));
        case "instances":
          return second.equals("when") && isNumber(path(uri, 2)) && isNumber(path(uri, 3))
              ? new Target("instances", "\"end\" >= " + path(uri, 2) + " AND \"begin\" <= " + path(uri, 3))
              : new Target("instances", null);
        default:
          throw new IllegalArgumentException("Unknown URL " + uri);
      }
    }
  }
}
