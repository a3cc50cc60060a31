package example.services;

import android.app.DownloadManager;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.database.ContentObserver;
import android.database.Cursor;
import android.net.Uri;
import android.os.Environment;
import android.os.Handler;
import android.os.Looper;
import android.os.ParcelFileDescriptor;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Downloads by the system's DownloadManager. */
final class DownloadActs {
    private static long last;

    private DownloadActs() {}

    private static DownloadManager manager(Context context) {
        return (DownloadManager) context.getSystemService(Context.DOWNLOAD_SERVICE);
    }

    static void storage(Context context, Intent intent) throws IOException {
        File own = context.getExternalFilesDir(Environment.DIRECTORY_DOWNLOADS);
        Acts.say("own " + own + " " + Environment.getExternalStorageState(own) + " " + own.isDirectory());
        Acts.say("cache " + context.getExternalCacheDir());
        Acts.say("public " + Environment.getExternalStoragePublicDirectory(Environment.DIRECTORY_DOWNLOADS));
        Acts.say("apps " + String.join(" ", own.getParentFile().getParentFile().getParentFile().list()));
        Acts.say("kept " + new File(own, "kept").exists() + " made " + new File(own, "kept").createNewFile());
    }

    /** Extras: url; own or shared: a file name; visibility. */
    static void download(Context context, Intent intent) {
        context.getApplicationContext().registerReceiver(new BroadcastReceiver() {
            @Override
            public void onReceive(Context where, Intent heard) {
                Acts.say("complete " + heard.getLongExtra(DownloadManager.EXTRA_DOWNLOAD_ID, -1));
            }
        }, new IntentFilter(DownloadManager.ACTION_DOWNLOAD_COMPLETE), Context.RECEIVER_EXPORTED);
        DownloadManager.Request request = new DownloadManager.Request(Uri.parse(intent.getStringExtra("url")));
        request.setTitle("A title").setDescription("of a download").addRequestHeader("X-Own", "header of the app");
        if (intent.hasExtra("own")) {
            request.setDestinationInExternalFilesDir(context, Environment.DIRECTORY_DOWNLOADS, intent.getStringExtra("own"));
        } else if (intent.hasExtra("shared")) {
            request.setDestinationInExternalPublicDir(Environment.DIRECTORY_DOWNLOADS, intent.getStringExtra("shared"));
        } else if (intent.hasExtra("path")) {
            request.setDestinationUri(Uri.parse("file://" + intent.getStringExtra("path")));
        }
        if (intent.hasExtra("visibility")) {
            request.setNotificationVisibility(Integer.parseInt(intent.getStringExtra("visibility")));
        }
        if (intent.hasExtra("wifi")) {
            request.setAllowedNetworkTypes(DownloadManager.Request.NETWORK_WIFI);
        }
        last = manager(context).enqueue(request);
        Acts.say("enqueued " + last);
    }

    static void watchDownloads(Context context, Intent intent) {
        context.getContentResolver().registerContentObserver(Uri.parse("content://downloads/my_downloads"), true,
            new ContentObserver(new Handler(Looper.getMainLooper())) {
                @Override
                public void onChange(boolean own, Uri uri) {
                    Acts.say("changed " + uri);
                }
            });
    }

    private static long id(Intent intent) {
        return intent.hasExtra("id") ? Long.parseLong(intent.getStringExtra("id")) : last;
    }

    static void progress(Context context, Intent intent) {
        long id = id(intent);
        try (Cursor row = manager(context).query(new DownloadManager.Query().setFilterById(id))) {
            if (!row.moveToFirst()) {
                Acts.say("no download " + id);
                return;
            }
            Acts.say("status " + number(row, DownloadManager.COLUMN_STATUS) + " reason " + number(row, DownloadManager.COLUMN_REASON)
                + " bytes " + number(row, DownloadManager.COLUMN_BYTES_DOWNLOADED_SO_FAR) + " of "
                + number(row, DownloadManager.COLUMN_TOTAL_SIZE_BYTES) + " title " + text(row, DownloadManager.COLUMN_TITLE)
                + " type " + text(row, DownloadManager.COLUMN_MEDIA_TYPE) + " at " + text(row, DownloadManager.COLUMN_LOCAL_URI));
        }
    }

    private static int number(Cursor row, String column) {
        return row.getInt(row.getColumnIndexOrThrow(column));
    }

    private static String text(Cursor row, String column) {
        return row.getString(row.getColumnIndexOrThrow(column));
    }

    static void readDownload(Context context, Intent intent) throws IOException {
        long id = id(intent);
        try (ParcelFileDescriptor opened = manager(context).openDownloadedFile(id);
            InputStream bytes = new ParcelFileDescriptor.AutoCloseInputStream(opened)) {
            Acts.say("read " + new String(bytes.readAllBytes(), "UTF-8"));
        }
        Uri uri = manager(context).getUriForDownloadedFile(id);
        try (InputStream bytes = context.getContentResolver().openInputStream(uri)) {
            Acts.say("resolved " + uri + " " + bytes.readAllBytes().length + " " + manager(context).getMimeTypeForDownloadedFile(id));
        }
    }

    static void readPath(Context context, Intent intent) throws IOException {
        try (InputStream bytes = new FileInputStream(intent.getStringExtra("path"))) {
            Acts.say("found " + new String(bytes.readAllBytes(), "UTF-8"));
        }
    }

    static void removeDownload(Context context, Intent intent) {
        Acts.say("removed " + manager(context).remove(id(intent)));
    }

    /** A link in the app's own folder that leads elsewhere. */
    static void linkAway(Context context, Intent intent) throws IOException {
        File folder = new File(context.getExternalFilesDir(null), "away");
        java.nio.file.Files.createSymbolicLink(folder.toPath(), new File(intent.getStringExtra("to")).toPath());
        Acts.say("linked " + folder);
    }
}
