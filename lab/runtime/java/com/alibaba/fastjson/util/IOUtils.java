package com.alibaba.fastjson.util;

import java.io.Closeable;
import java.io.IOException;

/** The one method of fastjson that unidbg's files call; fastjson itself, which is for JSON and given up, is not brought. */
public final class IOUtils {
  private IOUtils() {}

  public static void close(Closeable closed) {
    if (closed != null) {
      try {
        closed.close();
      } catch (IOException nothing) {
        // as fastjson's: the file is closed as far as it goes
      }
    }
  }
}
