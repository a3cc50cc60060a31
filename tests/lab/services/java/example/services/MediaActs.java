package example.services;

import android.content.Context;
import android.content.Intent;
import android.media.MediaPlayer;
import android.os.SystemClock;

final class MediaActs {
    private MediaActs() {}

    static void play(Context context, Intent intent) {
        MediaPlayer player = MediaPlayer.create(context, R.raw.tone);
        Acts.say("length " + player.getDuration());
        final long from = SystemClock.elapsedRealtime();
        player.setOnCompletionListener(new MediaPlayer.OnCompletionListener() {
            @Override
            public void onCompletion(MediaPlayer played) {
                Acts.say("played in time " + (SystemClock.elapsedRealtime() - from >= 750));
            }
        });
        player.start();
        Acts.say("playing " + player.isPlaying());
    }

    static void playNothing(Context context, Intent intent) throws Exception {
        new MediaPlayer().setDataSource("/data/local/tmp/none.mp3");
    }
}
