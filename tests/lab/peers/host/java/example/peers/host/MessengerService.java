package example.peers.host;

import android.app.Service;
import android.content.Intent;
import android.os.Bundle;
import android.os.Handler;
import android.os.IBinder;
import android.os.Looper;
import android.os.Message;
import android.os.Messenger;
import android.os.Process;
import android.os.RemoteException;

/** Answers each message to the Messenger that came with it. */
public final class MessengerService extends Service {
    private final Messenger messenger = new Messenger(new Handler(Looper.getMainLooper()) {
        @Override
        public void handleMessage(Message message) {
            Message answer = Message.obtain(null, message.what + 1, Process.myPid(), message.sendingUid);
            Bundle data = new Bundle();
            data.putString("word", message.getData().getString("word") + " answered");
            answer.setData(data);
            try {
                message.replyTo.send(answer);
            } catch (RemoteException e) {
                throw new IllegalStateException(e);
            }
        }
    });

    @Override
    public IBinder onBind(Intent intent) {
        return messenger.getBinder();
    }
}
