package example.services;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** Where pending intents go: says the word that they carry. */
public final class WordReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Acts.say("word " + intent.getStringExtra("word"));
    }
}
