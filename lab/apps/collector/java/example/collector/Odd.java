package example.collector;

import android.accounts.Account;
import android.accounts.AccountManager;
import android.app.Activity;
import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.ContentValues;
import android.database.Cursor;
import android.net.Uri;
import android.provider.CalendarContract;
import android.provider.Settings;
import java.security.MessageDigest;

/** Texts that a careless hook would cut or lose: with a NUL, with half a surrogate pair, and long ones. */
final class Odd {
    private static final String NUL = "a\0b\0";
    private static final String HALVES = "x\ud83dy\udc00z";
    private static final String WHOLE = "\ud83d\ude00 \u96e8";
    private static final String ALL_OF_IT = NUL + HALVES + WHOLE;
    private static final String SETTING = "mqBRboGZkQPcAkyk";
    private static final String TYPE = "example.collector";
    private static final int LONG = 20_000;
    /** From 10691234, in UCS-2: ALL_OF_IT. */
    private static final String PDU = "0004089101962143000842101021000000" + "1a" + "0061000000620000" + "0078d83d0079dc00007a" + "d83dde00002096e8";

    private Odd() {
    }

    private static ClipboardManager clipboard(Activity activity) {
        return Use.service(activity, ClipboardManager.class);
    }

    /** What the clipboard gives back of a clip; what was on it before is put back. */
    private static String clip(Activity activity, CharSequence text) {
        ClipData before = clipboard(activity).getPrimaryClip();
        clipboard(activity).setPrimaryClip(ClipData.newPlainText(text, text));
        try {
            ClipData got = clipboard(activity).getPrimaryClip();
            return Text.units(got.getItemAt(0).getText()) + " | " + Text.units(got.getDescription().getLabel());
        } finally {
            if (before != null) {
                clipboard(activity).setPrimaryClip(before);
            }
        }
    }

    static final Read[] ALL = {
        new Read("clipboard", "clipboard", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return clipboard(activity).getPrimaryClip();
            }
        },
        new Read("odd_clip_nul", "clipboard with NUL", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return clip(activity, NUL);
            }
        },
        new Read("odd_clip_halves", "clipboard with halves of surrogate pairs", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return clip(activity, HALVES);
            }
        },
        new Read("odd_clip_all", "clipboard with both", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return clip(activity, ALL_OF_IT);
            }
        },
        new Read("odd_clip_text", "clipboard by its old methods", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                ClipData before = clipboard(activity).getPrimaryClip();
                clipboard(activity).setText(ALL_OF_IT);
                try {
                    return Text.units(clipboard(activity).getText());
                } finally {
                    if (before != null) {
                        clipboard(activity).setPrimaryClip(before);
                    }
                }
            }
        },
        new Read("odd_clip_long", "clipboard with more than is kept of a text", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                StringBuilder text = new StringBuilder();
                while (text.length() < LONG) {
                    text.append(ALL_OF_IT);
                }
                String got = clip(activity, text);
                return got.length() + " " + Text.of(MessageDigest.getInstance("SHA-256").digest(got.getBytes("US-ASCII")));
            }
        },
        new Read("odd_setting", "a number of its own in the settings", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                boolean put = Settings.System.putString(activity.getContentResolver(), SETTING, ALL_OF_IT);
                return put + " " + Text.units(Settings.System.getString(activity.getContentResolver(), SETTING));
            }
        },
        new Read("odd_secure_setting", "a number of its own in the secure settings", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Settings.Secure.putString(activity.getContentResolver(), SETTING, HALVES);
                return Text.units(Settings.Secure.getString(activity.getContentResolver(), SETTING));
            }
        },
        new Read("odd_account", "an account of its own", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Account odd = new Account(ALL_OF_IT, TYPE);
                AccountManager manager = AccountManager.get(activity);
                manager.removeAccountExplicitly(odd);
                boolean added = manager.addAccountExplicitly(odd, HALVES, null);
                try {
                    Account[] got = manager.getAccountsByType(TYPE);
                    return added + " " + Text.units(got[0].name) + " | " + Text.units(manager.getPassword(odd));
                } finally {
                    manager.removeAccountExplicitly(odd);
                }
            }
        },
        new Read("odd_event", "a day of its own in the calendar", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                ContentValues event = new ContentValues();
                event.put("title", ALL_OF_IT);
                event.put("description", HALVES);
                event.put("calendar_id", 1);
                Uri row = activity.getContentResolver().insert(CalendarContract.Events.CONTENT_URI, event);
                String[] columns = {"title", "description"};
                try (Cursor cursor = activity.getContentResolver().query(row, columns, null, null, null)) {
                    cursor.moveToFirst();
                    return Text.units(cursor.getString(0)) + " | " + Text.units(cursor.getString(1)) + " | " + cursor.getPosition();
                } finally {
                    activity.getContentResolver().delete(row, null, null);
                }
            }
        },
        new Read("odd_sms", "a delivered message", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Text.units(People.message(PDU).getMessageBody());
            }
        },
        new Read("odd_package", "whether an app of an impossible name is there", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return activity.getPackageManager().getPackageInfo(ALL_OF_IT, 0);
            }
        },
        new Read("odd_command", "a command that nobody can run", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return Runtime.getRuntime().exec(new String[] {"getprop", ALL_OF_IT}).waitFor();
            }
        },
        new Read("odd_property", "a property that is not there, with a word for none", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return Text.units(String.valueOf(Use.callStatic("android.os.SystemProperties", "get",
                        Use.types(String.class, String.class), "ro.ril.oem.imei", ALL_OF_IT)));
            }
        },
    };
}
