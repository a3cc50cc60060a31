package example.services;

import android.content.Context;
import android.content.Intent;
import android.media.AudioFormat;
import android.media.AudioRecord;
import android.media.MediaRecorder;
import android.os.SystemClock;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Records sound, and tells its pitch and its loudness. */
final class SoundActs {
    private static final int RATE = 16000;
    private static AudioRecord kept;
    private static MediaRecorder tape;

    private SoundActs() {}

    private static AudioRecord microphone(int format) {
        int bytes = AudioRecord.getMinBufferSize(RATE, AudioFormat.CHANNEL_IN_MONO, format);
        return new AudioRecord(MediaRecorder.AudioSource.MIC, RATE, AudioFormat.CHANNEL_IN_MONO, format, 4 * bytes);
    }

    /** Of one second: how often it rises through zero, and the loudest of it, of 1000. */
    private static String heard(double[] second) {
        int rises = 0;
        double loudest = 0;
        for (int i = 1; i < second.length; i++) {
            rises += second[i - 1] < 0 && second[i] >= 0 ? 1 : 0;
            loudest = Math.max(loudest, Math.abs(second[i]));
        }
        return rises + " loud " + Math.round(loudest * 1000);
    }

    static void hearTone(Context context, Intent intent) {
        double[] second = new double[RATE];
        AudioRecord record = microphone(AudioFormat.ENCODING_PCM_16BIT);
        short[] shorts = new short[RATE];
        Acts.say("too early " + record.read(shorts, 0, RATE));
        record.startRecording();
        long from = SystemClock.elapsedRealtime();
        int count = record.read(shorts, 0, RATE);
        Acts.say("shorts " + count + " in time " + (SystemClock.elapsedRealtime() - from >= 950));
        for (int i = 0; i < RATE; i++) {
            second[i] = shorts[i] / 32768.0;
        }
        Acts.say("pitch of shorts " + heard(second));
        byte[] bytes = new byte[2 * RATE];
        count = record.read(bytes, 0, bytes.length);
        ByteBuffer pairs = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        for (int i = 0; i < RATE; i++) {
            second[i] = pairs.getShort() / 32768.0;
        }
        Acts.say("pitch of " + count + " bytes " + heard(second));
        ByteBuffer direct = ByteBuffer.allocateDirect(2 * RATE).order(ByteOrder.nativeOrder());
        count = record.read(direct, 2 * RATE);
        for (int i = 0; i < RATE; i++) {
            second[i] = direct.getShort(2 * i) / 32768.0;
        }
        Acts.say("pitch of " + count + " direct " + heard(second) + " position " + direct.position());
        record.stop();
        Acts.say("stopped " + record.read(shorts, 0, 100));
        record.release();
        Acts.say("released " + record.read(shorts, 0, 100));
        AudioRecord floating = microphone(AudioFormat.ENCODING_PCM_FLOAT);
        floating.startRecording();
        float[] floats = new float[RATE];
        count = floating.read(floats, 0, RATE, AudioRecord.READ_BLOCKING);
        for (int i = 0; i < RATE; i++) {
            second[i] = floats[i];
        }
        Acts.say("pitch of " + count + " floats " + heard(second));
        floating.release();
    }

    /** Another thread waits for sound when it ends. */
    static void releaseAmid(Context context, Intent intent) throws Exception {
        final AudioRecord record = microphone(AudioFormat.ENCODING_PCM_16BIT);
        record.startRecording();
        Thread reader = new Thread(new Runnable() {
            @Override
            public void run() {
                short[] hour = new short[3600 * RATE];
                Acts.say("cut short " + (record.read(hour, 0, hour.length) < hour.length));
            }
        });
        reader.start();
        while (record.read(new short[16], 0, 16) == 0) {
            Thread.sleep(1);
        }
        record.release();
        reader.join();
        Acts.say("joined");
    }

    static void keepListening(Context context, Intent intent) {
        kept = microphone(AudioFormat.ENCODING_PCM_16BIT);
        kept.startRecording();
        Acts.say("keeps listening " + (kept.getRecordingState() == AudioRecord.RECORDSTATE_RECORDING));
    }

    static void loudness(Context context, Intent intent) {
        double loudest = 0;
        short[] some = new short[RATE / 10];
        kept.read(some, 0, some.length);
        for (short one : some) {
            loudest = Math.max(loudest, Math.abs(one));
        }
        Acts.say("loudness " + (loudest > 0 ? "some" : "none"));
    }

    static void listenUnasked(Context context, Intent intent) {
        AudioRecord record = microphone(AudioFormat.ENCODING_PCM_16BIT);
        Acts.say("state " + record.getState());
        record.startRecording();
    }

    /** `format`, `encoder`: MediaRecorder.OutputFormat and AudioEncoder; `name`: of the file. */
    static void tape(Context context, Intent intent) throws Exception {
        MediaRecorder recorder = new MediaRecorder(context);
        recorder.setAudioSource(MediaRecorder.AudioSource.MIC);
        recorder.setOutputFormat(intent.getIntExtra("format", MediaRecorder.OutputFormat.MPEG_4));
        recorder.setAudioEncoder(intent.getIntExtra("encoder", MediaRecorder.AudioEncoder.AAC));
        recorder.setAudioSamplingRate(RATE);
        recorder.setOutputFile(new File(context.getFilesDir(), intent.getStringExtra("name")).getPath());
        try {
            recorder.prepare();
        } catch (IOException e) {
            Acts.say("tape " + e.getMessage());
            recorder.release();
            return;
        }
        recorder.start();
        recorder.getMaxAmplitude();
        Thread.sleep(500);
        recorder.pause();
        recorder.resume();
        Thread.sleep(500);
        Acts.say("amplitude " + (recorder.getMaxAmplitude() > 10000));
        recorder.stop();
        recorder.release();
        Acts.say("taped " + intent.getStringExtra("name"));
    }

    static void tapeWrong(Context context, Intent intent) throws Exception {
        MediaRecorder recorder = new MediaRecorder(context);
        try {
            recorder.start();
        } catch (IllegalStateException e) {
            Acts.say("start first: " + e.getClass().getSimpleName());
        }
        recorder.release();
        try {
            recorder.stop();
        } catch (IllegalStateException e) {
            Acts.say("stop after release: " + e.getClass().getSimpleName());
        }
    }

    static void tapeShort(Context context, Intent intent) throws Exception {
        final MediaRecorder recorder = new MediaRecorder(context);
        tape = recorder;
        recorder.setAudioSource(MediaRecorder.AudioSource.MIC);
        recorder.setOutputFormat(MediaRecorder.OutputFormat.THREE_GPP);
        recorder.setAudioEncoder(MediaRecorder.AudioEncoder.AMR_NB);
        recorder.setMaxDuration(300);
        recorder.setOutputFile(new File(context.getFilesDir(), "short.3gp"));
        recorder.setOnInfoListener(new MediaRecorder.OnInfoListener() {
            @Override
            public void onInfo(MediaRecorder from, int what, int extra) {
                from.stop();
                from.release();
                Acts.say("full " + what);
            }
        });
        recorder.prepare();
        recorder.start();
    }
}
