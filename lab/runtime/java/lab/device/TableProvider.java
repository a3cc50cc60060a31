package lab.device;

import android.content.ContentProvider;
import android.content.ContentUris;
import android.content.ContentValues;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.database.sqlite.SQLiteDatabase;
import android.net.Uri;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A provider of the system (contacts, messages, calls, calendar, media), served from tables in memory.
 *
 * <p>Which table a URI means is the subclass's. Columns that an app asks for and that are not here are
 * null rather than an error, since the real tables have many more.
 */
abstract class TableProvider extends ContentProvider {
  /** What a URI selects: a table, and rows of it (SQL, null for all). */
  static final class Target {
    final String table;
    final String where;

    Target(String table, String where) {
      this.table = table;
      this.where = where;
    }
  }

  /** Columns of whole numbers: compared as numbers with the texts that selections are given. All others hold texts. */
  private static final Set<String> NUMBERS =
      new HashSet<>(
          Arrays.asList(
              "allDay", "attendeeRelationship", "attendeeStatus", "attendeeType", "availability", "begin", "bucket_id", "bytes_so_far",
              "calendar_access_level", "calendar_color", "calendar_id", "contact_id", "contact_last_updated_timestamp",
              "album_id", "artist_id", "audio_id", "bookmark", "date", "date_added", "date_modified", "date_sent", "datetaken", "deleted", "dtend", "dtstart",
              "current_bytes", "destination", "end", "error_code", "eventStatus", "event_id", "features", "hasAlarm", "hasAttendeeData", "has_phone_number",
              "height", "in_visible_group", "isPrimary", "is_pending", "duration", "generation_added", "generation_modified", "genre_id", "image_id", "is_alarm", "is_download",
              "is_favorite", "is_music", "is_notification", "is_podcast", "is_ringtone", "is_trashed", "kind", "maxyear",
              "minyear", "mini_thumb_magic", "number_of_albums", "number_of_tracks", "numsongs", "parent", "play_order",
              "playlist_id", "track", "video_id", "year", "is_primary", "is_read", "is_super_primary",
              "is_visible_in_downloads_ui", "last_modified", "last_modified_timestamp", "last_time_contacted", "lastmod", "locked", "media_type", "method", "minutes", "name_raw_contact_id",
              "new", "numbertype", "orientation", "person", "photo_id", "presentation", "protocol", "raw_contact_id",
              "read", "reply_path_present", "seen", "_size", "starred", "status", "sub_id", "sync_events", "thread_id",
              "times_contacted", "total_bytes", "total_size", "type", "version", "visibility", "visible", "width"));

  private final String readPermission;
  private final String writePermission;
  private final Map<String, Set<String>> columns = new LinkedHashMap<>();
  private SQLiteDatabase database;

  TableProvider(String readPermission, String writePermission) {
    this.readPermission = readPermission;
    this.writePermission = writePermission;
  }

  /** Creates the tables and fills them from the profile; at the first query. */
  abstract void fill(Profile profile);

  abstract Target target(Uri uri);

  /** Whether a read without the permission shows nothing (media) rather than being an error. */
  boolean hidesSilently() {
    return false;
  }

  String readPermissionFor(Uri uri) {
    return readPermission;
  }

  final void table(String name, String... names) {
    Set<String> all = new LinkedHashSet<>(Arrays.asList(names));
    columns.put(name, all);
    StringBuilder typed = new StringBuilder("_id INTEGER PRIMARY KEY");
    for (String column : names) {
      typed.append(", ").append(column).append(NUMBERS.contains(column) ? " INTEGER" : "");
    }
    database.execSQL("CREATE TABLE " + name + " (" + typed + ")");
  }

  final void row(String table, Object... namesAndValues) {
    ContentValues values = new ContentValues();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      String name = (String) namesAndValues[i];
      if (value instanceof Number) {
        values.put(name, ((Number) value).longValue());
      } else if (value != null) {
        values.put(name, value.toString());
      }
    }
    database.insertOrThrow(table, null, values);
  }

  final void clear(String table) {
    database.delete(table, null, null);
  }

  final synchronized SQLiteDatabase database() {
    if (database == null) {
      database = SQLiteDatabase.create(null);
      fill(Profile.device());
    }
    return database;
  }

  @Override
  public boolean onCreate() {
    return true;
  }

  private void enforce(String permission, String verb, Uri uri) {
    if (permission != null && !Permissions.granted(permission)) {
      throw new SecurityException(
          "Permission Denial: " + verb + " " + getClass().getName() + " uri " + uri + " from pid="
              + android.os.Process.myPid() + ", uid=" + android.os.Process.myUid() + " requires " + permission
              + ", or grantUriPermission()");
    }
  }

  @Override
  public Cursor query(Uri uri, String[] projection, String selection, String[] arguments, String order) {
    String permission = readPermissionFor(uri);
    if (hidesSilently() && !Permissions.granted(permission)) {
      return new MatrixCursor(projection == null ? new String[] {"_id"} : projection);
    }
    enforce(permission, "reading", uri);
    SQLiteDatabase database = database();
    Target target = target(uri);
    if (!columns.containsKey(target.table)) {
      throw new IllegalArgumentException("Unknown URL " + uri);
    }
    String where = target.where;
    if (selection != null && !selection.trim().isEmpty()) {
      where = where == null ? selection : "(" + where + ") AND (" + selection + ")";
    }
    String sql =
        "SELECT " + projection(target.table, projection) + " FROM " + target.table
            + (where == null ? "" : " WHERE " + where)
            + (order == null || order.trim().isEmpty() ? "" : " ORDER BY " + order);
    String limit = uri.getQueryParameter("limit");
    return database.rawQuery(limit == null ? sql : sql + " LIMIT " + Integer.parseInt(limit), arguments);
  }

  private String projection(String table, String[] projection) {
    if (projection == null || projection.length == 0) {
      return "*";
    }
    Set<String> known = columns.get(table);
    StringBuilder list = new StringBuilder();
    for (String column : projection) {
      list.append(list.length() == 0 ? "" : ", ");
      boolean plain = column.matches("[A-Za-z_][A-Za-z0-9_]*");
      if (plain && !column.equals("_id") && known != null && !known.contains(column)) {
        list.append("NULL AS ");
      }
      list.append(column);
    }
    return list.toString();
  }

  @Override
  public Uri insert(Uri uri, ContentValues values) {
    enforce(writePermission, "writing", uri);
    SQLiteDatabase database = database();
    String table = target(uri).table;
    ContentValues known = new ContentValues();
    for (String key : values.keySet()) {
      if (columns.get(table).contains(key)) {
        known.put(key, values.getAsString(key));
      }
    }
    Uri made = ContentUris.withAppendedId(uri, database.insertOrThrow(table, "_id", known));
    tell(made);
    return made;
  }

  /** What observers hear of when what lies behind the URI has changed. */
  List<Uri> changed(Uri uri) {
    return List.of(uri);
  }

  private void tell(Uri uri) {
    getContext().getContentResolver().notifyChange(changed(uri), null, 0);
  }

  private int told(int rows, Uri uri) {
    if (rows > 0) {
      tell(uri);
    }
    return rows;
  }

  @Override
  public int delete(Uri uri, String selection, String[] arguments) {
    enforce(writePermission, "writing", uri);
    Target target = target(uri);
    return told(database().delete(target.table, and(target.where, selection), arguments), uri);
  }

  @Override
  public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
    enforce(writePermission, "writing", uri);
    Target target = target(uri);
    return told(database().update(target.table, values, and(target.where, selection), arguments), uri);
  }

  private static String and(String first, String second) {
    return first == null ? second : second == null ? first : "(" + first + ") AND (" + second + ")";
  }

  @Override
  public String getType(Uri uri) {
    return "vnd.android.cursor.dir/" + target(uri).table;
  }
}
