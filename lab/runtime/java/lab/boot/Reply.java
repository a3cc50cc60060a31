package lab.boot;

import java.util.Map;

/** Where the outcome of a call goes, now or later, once. */
public interface Reply {
  void done(Map<String, Object> fields);

  void failed(String why);
}
