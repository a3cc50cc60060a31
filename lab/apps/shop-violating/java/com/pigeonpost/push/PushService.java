package com.pigeonpost.push;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;

/** Keeps the push process alive. */
public final class PushService extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        return START_NOT_STICKY;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
