package example.collector;

import android.accounts.Account;
import android.accounts.AccountManager;
import android.app.Activity;
import android.content.CursorLoader;
import android.credentials.CredentialManager;
import android.credentials.CredentialOption;
import android.credentials.GetCredentialException;
import android.credentials.GetCredentialRequest;
import android.credentials.GetCredentialResponse;
import android.database.ContentObserver;
import android.net.Uri;
import android.os.Bundle;
import android.os.OutcomeReceiver;
import android.os.UserManager;
import android.provider.CalendarContract;
import android.provider.CallLog;
import android.provider.ContactsContract;
import android.provider.Telephony;
import android.telephony.SmsMessage;

/** The user's people, messages, days and accounts. */
final class People {
    /** A delivered message in GSM's coding: from 10691234, "Hi". Invented. */
    private static final String PDU = "000408910196214300004210102100000002c834";
    private static final Account OWN = new Account("owner@mail.example", "example.collector");

    private People() {
    }

    private static String[] columns(String... names) {
        return names;
    }

    private static AccountManager accounts(Activity activity) {
        return AccountManager.get(activity);
    }

    /** A message as the modem hands it over, from its hexadecimal digits. */
    static SmsMessage message(String pdu) {
        byte[] content = new byte[pdu.length() / 2];
        for (int at = 0; at < content.length; at++) {
            content[at] = (byte) Integer.parseInt(pdu.substring(2 * at, 2 * at + 2), 16);
        }
        return SmsMessage.createFromPdu(content, "3gpp");
    }

    static final Read[] ALL = {
        new Read("contacts", "contacts", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getContentResolver().query(ContactsContract.Contacts.CONTENT_URI, columns("_id", "display_name"), null, null, "_id");
            }
        },
        new Read("contact_numbers", "numbers of contacts", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Uri phones = ContactsContract.CommonDataKinds.Phone.CONTENT_URI;
                return activity.getContentResolver().query(phones, columns("data1"), null, null, "_id");
            }
        },
        new Read("contacts_loader", "contacts by a loader", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                CursorLoader loader = new CursorLoader(activity, ContactsContract.Contacts.CONTENT_URI, columns("_id"), null, null, "_id");
                return loader.loadInBackground();
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("contacts_by_client", "contacts by a provider's client", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                android.content.ContentProviderClient client =
                        activity.getContentResolver().acquireContentProviderClient(ContactsContract.Contacts.CONTENT_URI);
                if (client == null) {
                    throw new UnsupportedOperationException("no client");
                }
                try {
                    return client.query(ContactsContract.Contacts.CONTENT_URI, columns("display_name"), null, null, "_id");
                } finally {
                    client.close();
                }
            }
        },
        new Read("contacts_watch", "hears of changed contacts", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                ContentObserver observer = new ContentObserver(new android.os.Handler(activity.getMainLooper())) {
                };
                activity.getContentResolver().registerContentObserver(ContactsContract.Contacts.CONTENT_URI, true, observer);
                activity.getContentResolver().unregisterContentObserver(observer);
                return "registered";
            }
        },
        new Read("call_log", "calls", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getContentResolver().query(CallLog.Calls.CONTENT_URI, columns("number", "name", "type"), null, null, "_id");
            }
        },
        new Read("last_call", "the last number that was called", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return CallLog.Calls.getLastOutgoingCall(activity);
            }
        },
        new Read("sms_refused", "messages, without the permission", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getContentResolver().query(Telephony.Sms.CONTENT_URI, columns("address", "body"), null, null, null);
            }
        },
        new Read("sms_body", "a message as it is delivered", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return message(PDU).getMessageBody();
            }
        },
        new Read("sms_sender", "who sent a message", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return message(PDU).getOriginatingAddress();
            }
        },
        new Read("calendar", "days in the calendar", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Uri events = CalendarContract.Events.CONTENT_URI;
                return activity.getContentResolver().query(events, columns("title", "eventLocation"), null, null, "_id");
            }
        },
        new Read("calendar_instances", "days of a time", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return CalendarContract.Instances.query(activity.getContentResolver(), columns("title"), 0, Long.MAX_VALUE / 2);
            }
        },
        new Read("voicemail", "voicemail", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.query(activity, "content://com.android.voicemail/voicemail");
            }
        },
        new Read("browsing", "bookmarks and pages visited", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.query(activity, "content://browser/bookmarks");
            }
        },
        new Read("accounts", "accounts on the device", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return accounts(activity).getAccounts();
            }
        },
        new Read("account_add", "an account of its own", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                accounts(activity).removeAccountExplicitly(OWN);
                return accounts(activity).addAccountExplicitly(OWN, "invented-password", null);
            }
        },
        new Read("account_password", "password of its account", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                try {
                    return accounts(activity).getPassword(OWN);
                } finally {
                    accounts(activity).removeAccountExplicitly(OWN);
                }
            }
        },
        new Read("credential", "an account that the user picks", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                GetCredentialRequest request = new GetCredentialRequest.Builder(new Bundle())
                        .addCredentialOption(new CredentialOption.Builder("example.type", new Bundle(), new Bundle()).build()).build();
                Use.service(activity, CredentialManager.class).getCredential(activity, request, null, activity.getMainExecutor(),
                        new OutcomeReceiver<GetCredentialResponse, GetCredentialException>() {
                            @Override
                            public void onResult(GetCredentialResponse response) {
                            }
                        });
                return "asked";
            }
        },
        new Read("owner_name", "the owner's name", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.service(activity, UserManager.class).getUserName();
            }
        },
    };
}
