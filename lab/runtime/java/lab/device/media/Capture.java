package lab.device.media;

import java.nio.ByteBuffer;

/** A recording that an app reads piece by piece: sound comes as time passes, and what nobody fetched in time is lost. */
public final class Capture {
  private static final long NAP_MS = 5;

  private final Tone tone;
  private final int room;
  private Recordings.Recording recording;
  private long begun;
  private long base;
  private long position;

  /** `room`: frames that are kept for the app. */
  public Capture(Tone tone, int room) {
    this.tone = tone;
    this.room = room;
  }

  /** False without the permission. */
  public synchronized boolean start() {
    if (recording == null) {
      recording = Recordings.start();
      begun = System.nanoTime();
      base = position;
    }
    return recording != null;
  }

  public synchronized void stop() {
    if (recording != null) {
      recording.stop();
      recording = null;
      notifyAll();
    }
  }

  /** Frames that the app has had, or has missed. */
  public synchronized long position() {
    return position;
  }

  /** Frames since the beginning of all. */
  public synchronized long heard() {
    return recording == null ? position : base + (System.nanoTime() - begun) * tone.rate() / 1_000_000_000L;
  }

  /**
   * Writes `frames` frames; the number of those that were there, which is less where the recording was stopped or does not run,
   * or `wait` is false.
   */
  public synchronized int read(ByteBuffer into, int frames, boolean wait) {
    int got = 0;
    while (got < frames && recording != null) {
      long heard = heard();
      position = Math.max(position, heard - room);
      int here = (int) Math.min(frames - got, heard - position);
      tone.write(into, position, here, recording.silenced());
      position += here;
      got += here;
      if (got == frames || !wait) {
        break;
      }
      try {
        wait(NAP_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return got;
  }
}
