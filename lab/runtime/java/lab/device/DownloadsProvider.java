package lab.device;

import static lab.device.SystemProviders.byId;
import static lab.device.SystemProviders.path;

import android.content.ContentUris;
import android.content.ContentValues;
import android.database.Cursor;
import android.net.Uri;
import android.os.Bundle;
import android.os.ParcelFileDescriptor;
import android.provider.Downloads;
import java.io.File;
import java.io.FileNotFoundException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lab.device.system.Daemon;

/** What DownloadManager stands on: the rows are the daemon's, who downloads, and are asked for anew at each query. */
final class DownloadsProvider extends TableProvider {
  private static final String[] COLUMNS = {
    "uri", "_data", "hint", "title", "description", "mimetype", "visibility", "destination", "status", "total_bytes",
    "current_bytes", "lastmod", "is_visible_in_downloads_ui", "notificationpackage", "deleted", "allow_write",
    "mediaprovider_uri", "mediastore_uri", "scanned", "etag", "control", "numfailed", "allowed_network_types",
    "allow_roaming", "allow_metered", "flags", "is_public_api", "local_uri", "reason", "local_filename", "media_type", "total_size", "bytes_so_far",
    "last_modified_timestamp"
  };

  /** The names that DownloadManager has for columns (DownloadProvider's sColumnsMap). */
  private static final Map<String, String> ALIASES =
      Map.of(
          "_data", "local_filename", "mimetype", "media_type", "total_bytes", "total_size", "current_bytes", "bytes_so_far",
          "lastmod", "last_modified_timestamp");

  DownloadsProvider() {
    super(null, null);
  }

  @Override
  void fill(Profile profile) {
    table("downloads", COLUMNS);
  }

  @Override
  Target target(Uri uri) {
    switch (path(uri, 0)) {
      case "my_downloads":
      case "all_downloads":
      case "download":
        return new Target("downloads", byId(path(uri, 1)));
      default:
        throw new IllegalArgumentException("Unknown URI: " + uri);
    }
  }

  @Override
  public synchronized Cursor query(Uri uri, String[] projection, String selection, String[] arguments, String order) {
    database();
    clear("downloads");
    for (Object one : (List<?>) Daemon.ask("download", "verb", "list").get("rows")) {
      List<Object> pairs = new ArrayList<>();
      for (Map.Entry<?, ?> field : ((Map<?, ?>) one).entrySet()) {
        Object value = "".equals(field.getValue()) ? null : field.getValue();
        pairs.addAll(Arrays.asList(field.getKey(), value));
        if (ALIASES.containsKey(field.getKey())) {
          pairs.addAll(Arrays.asList(ALIASES.get(field.getKey()), value));
        }
      }
      pairs.addAll(List.of("deleted", 0, "allow_write", 0, "local_uri", "placeholder", "reason", "placeholder"));
      row("downloads", pairs.toArray());
    }
    Cursor found = super.query(uri, projection, selection, arguments, order);
    found.setNotificationUri(getContext().getContentResolver(), uri);
    return found;
  }

  private List<Long> ids(Uri uri, String selection, String[] arguments) {
    List<Long> ids = new ArrayList<>();
    try (Cursor rows = query(uri, new String[] {"_id"}, selection, arguments, null)) {
      while (rows.moveToNext()) {
        ids.add(rows.getLong(0));
      }
    }
    return ids;
  }

  @Override
  public Uri insert(Uri uri, ContentValues values) {
    target(uri);
    return ContentUris.withAppendedId(
        uri, ((Number) Daemon.ask("download", "verb", "insert", "values", plain(values)).get("id")).longValue());
  }

  @Override
  public int delete(Uri uri, String selection, String[] arguments) {
    List<Long> ids = ids(uri, selection, arguments);
    for (Long id : ids) {
      Daemon.ask("download", "verb", "remove", "id", id);
    }
    return ids.size();
  }

  @Override
  public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
    List<Long> ids = ids(uri, selection, arguments);
    for (Long id : ids) {
      Daemon.ask("download", "verb", "change", "id", id, "values", plain(values));
    }
    return ids.size();
  }

  private static Map<String, Object> plain(ContentValues values) {
    Map<String, Object> fields = new HashMap<>();
    for (String key : values.keySet()) {
      Object value = values.get(key);
      fields.put(key, value instanceof Boolean ? (Boolean) value ? 1 : 0 : value == null ? null : value.toString());
    }
    return fields;
  }

  @Override
  public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
    target(uri);
    String place = Daemon.text(Daemon.ask("download", "verb", "open", "id", ContentUris.parseId(uri)), "path");
    if (place == null || place.isEmpty()) {
      throw new FileNotFoundException("No file for " + uri);
    }
    return ParcelFileDescriptor.open(new File(place), ParcelFileDescriptor.parseMode(mode));
  }

  /** The public folders are there; what is refused of them, is refused at the insert. */
  @Override
  public Bundle call(String method, String argument, Bundle extras) {
    if (method.equals(Downloads.CALL_CREATE_EXTERNAL_PUBLIC_DIR)) {
      return new Bundle();
    }
    throw new UnsupportedOperationException("Unsupported call: " + method);
  }

  @Override
  public String getType(Uri uri) {
    if (byId(path(uri, 1)) == null) {
      return "vnd.android.cursor.dir/download";
    }
    try (Cursor row = query(uri, new String[] {"mimetype"}, null, null, null)) {
      return row.moveToFirst() ? row.getString(0) : null;
    }
  }
}
