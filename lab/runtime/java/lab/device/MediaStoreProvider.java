package lab.device;

import static lab.device.SystemProviders.byId;
import static lab.device.SystemProviders.isNumber;
import static lab.device.SystemProviders.path;

import android.net.Uri;

/** MediaStore: the profile's images, videos and audio files, with the columns of android.provider.MediaStore. */
final class MediaStoreProvider extends TableProvider {
  private static final int TIRAMISU = 33;

  MediaStoreProvider() {
    super("android.permission.READ_EXTERNAL_STORAGE", "android.permission.WRITE_EXTERNAL_STORAGE");
  }

  @Override
  boolean hidesSilently() {
    return true;
  }

  @Override
  String readPermissionFor(Uri uri) {
    if (DeviceMain.app().parsed().applicationInfo.targetSdkVersion < TIRAMISU) {
      return "android.permission.READ_EXTERNAL_STORAGE";
    }
    switch (path(uri, 1)) {
      case "video":
        return "android.permission.READ_MEDIA_VIDEO";
      case "audio":
        return "android.permission.READ_MEDIA_AUDIO";
      default:
        return "android.permission.READ_MEDIA_IMAGES";
    }
  }

  @Override
  void fill(Profile profile) {
    table(
        "files", "_data", "_display_name", "title", "mime_type", "_size", "date_added", "date_modified", "datetaken",
        "date_expires", "media_type", "latitude", "longitude", "width", "height", "resolution", "description",
        "bucket_id", "bucket_display_name", "group_id", "relative_path", "volume_name", "owner_package_name",
        "document_id", "instance_id", "original_document_id", "is_download", "is_drm", "is_favorite", "is_pending",
        "is_private", "is_trashed", "isprivate", "mini_thumb_magic", "orientation", "picasa_id", "duration", "tags",
        "category", "language", "bookmark", "exposure_time", "f_number", "iso", "scene_capture_type", "xmp",
        "generation_added", "generation_modified", "format", "parent", "capture_framerate", "bitrate", "num_tracks",
        "color_range", "color_standard", "color_transfer", "artist", "artist_id", "artist_key", "album", "album_id",
        "album_key", "album_artist", "author", "composer", "compilation", "genre", "genre_id", "genre_key", "title_key",
        "title_resource_uri", "track", "cd_track_number", "disc_number", "writer", "year", "is_alarm", "is_audiobook",
        "is_music", "is_notification", "is_podcast", "is_recording", "is_ringtone");
    table(
        "albums", "album", "album_id", "album_key", "album_art", "artist", "artist_id", "artist_key", "minyear", "maxyear",
        "numsongs", "numsongs_by_artist");
    table("artists", "artist", "artist_key", "number_of_albums", "number_of_tracks");
    table("genres", "name");
    table("playlists", "name", "_data", "date_added", "date_modified");
    table("playlist_members", "audio_id", "playlist_id", "play_order");
    table("thumbnails", "_data", "image_id", "video_id", "kind", "width", "height");
    for (Profile one : profile.list("media")) {
      add(one);
    }
  }

  private void add(Profile one) {
    String kind = one.text("kind", "image");
    boolean audio = kind.equals("audio");
    String folder = audio ? "Music" : "Camera";
    String where = audio ? "Music/" : "DCIM/Camera/";
    long seconds = one.number("date_ms") / 1000;
    row(
        "files", "_id", one.number("id"), "_data", "/storage/emulated/0/" + where + one.text("name"), "_display_name",
        one.text("name"), "title", one.text("name"), "mime_type", one.text("mime"), "_size", one.number("size"),
        "date_added", seconds, "date_modified", seconds, "datetaken", one.number("date_ms"), "media_type",
        kind.equals("image") ? 1 : audio ? 2 : 3, "latitude", one.text("latitude"), "longitude", one.text("longitude"),
        "bucket_id", audio ? 2 : 1, "bucket_display_name", folder, "relative_path", where, "is_pending", 0,
        "is_trashed", 0, "is_favorite", 0, "is_download", 0, "orientation", 0, "volume_name", "external_primary",
        "artist", audio ? "<unknown>" : null, "artist_id", audio ? 1 : null, "album", audio ? folder : null,
        "album_id", audio ? 1 : null, "album_key", audio ? folder : null, "title_key", one.text("name"), "is_music",
        audio ? 1 : null, "is_alarm", 0, "is_notification", 0, "is_ringtone", 0);
  }

  @Override
  Target target(Uri uri) {
    String kind = path(uri, 1);
    String what = path(uri, 2);
    String id = path(uri, 3);
    if (kind.equals("audio") && !what.equals("media")) {
      return new Target(what.equals("playlists") && !path(uri, 4).isEmpty() ? "playlist_members" : what, byId(id));
    }
    if (what.equals("thumbnails")) {
      return new Target("thumbnails", byId(id));
    }
    String own = isNumber(id) ? " AND _id = " + id : "";
    switch (kind) {
      case "images":
        return new Target("files", "media_type = 1" + own);
      case "audio":
        return new Target("files", "media_type = 2" + own);
      case "video":
        return new Target("files", "media_type = 3" + own);
      default:
        return new Target("files", byId(what));
    }
  }
}
