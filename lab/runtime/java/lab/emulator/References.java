package lab.emulator;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What native code holds of Java's objects. A reference is a number, its two lowest bits its kind as in ART: 1 local, 2 global,
 * 3 weak. Local ones end with the call, or the frame, that they were made in.
 */
final class References {
  static final int LOCAL = 1;
  static final int GLOBAL = 2;
  static final int WEAK = 3;

  private final Map<Long, Object> objects = new HashMap<>();
  private final Deque<List<Long>> frames = new ArrayDeque<>();
  /** Of threads that the code made itself: theirs end when they do. */
  private final Map<Object, Deque<List<Long>>> threads = new IdentityHashMap<>();
  private Deque<List<Long>> current = frames;
  private long next = 1;

  /** From now on on behalf of this thread of the code's own; null: of the call from Java. */
  void turnTo(Object thread) {
    current = thread == null ? frames : threads.computeIfAbsent(thread, unused -> new ArrayDeque<>());
  }

  void forget(Object thread) {
    Deque<List<Long>> ended = threads.remove(thread);
    if (ended != null) {
      ended.forEach(frame -> frame.forEach(objects::remove));
    }
  }

  /** A new frame; how many there were. */
  int push() {
    int depth = current.size();
    current.push(new ArrayList<>());
    return depth;
  }

  /** Ends frames until there are as many, also those that code has forgotten. */
  void popTo(int depth) {
    while (current.size() > depth) {
      pop();
    }
  }

  void pop() {
    List<Long> frame = current.poll();
    if (frame != null) {
      frame.forEach(objects::remove);
    }
  }

  long local(Object object) {
    if (object == null) {
      return 0;
    }
    if (current.isEmpty()) {
      push();
    }
    long made = add(object, LOCAL);
    current.peek().add(made);
    return made;
  }

  long global(Object object) {
    return object == null ? 0 : add(object, GLOBAL);
  }

  long weak(Object object) {
    return object == null ? 0 : add(new WeakReference<>(object), WEAK);
  }

  private long add(Object object, int kind) {
    long reference = next++ << 2 | kind;
    objects.put(reference, object);
    return reference;
  }

  /** The object, or null for 0, for a weak reference whose object is gone, and for what is no reference. */
  Object get(long reference) {
    Object found = objects.get(reference);
    return (reference & 3) == WEAK && found != null ? ((WeakReference<?>) found).get() : found;
  }

  void delete(long reference) {
    objects.remove(reference);
  }

  /** jobjectRefType: 0 invalid, 1 local, 2 global, 3 weak global. */
  int kind(long reference) {
    return objects.containsKey(reference) ? (int) (reference & 3) : 0;
  }
}
