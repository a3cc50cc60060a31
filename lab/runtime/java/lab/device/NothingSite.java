package lab.device;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MutableCallSite;

/**
 * The call site of a framework method that does nothing here: a native one without an implementation, or one whose shadow
 * leaves it out. It says so, and from then on goes straight to nothing.
 */
public final class NothingSite extends MutableCallSite {
  /** Calls that are looked into: one that the framework alone makes is often made for ever. */
  private static final int LOOKS = 24;

  private static final MethodHandle TELL = tell(MethodHandles.lookup());

  private final MethodHandle nothing;
  private final String method;
  private int looks;

  /** `nothing`: gives back null or zero, and has the site's type. */
  public NothingSite(Class<?> owner, String name, MethodHandle nothing) {
    super(nothing.type());
    this.nothing = nothing;
    this.method = owner.getName() + "." + name;
    setTarget(MethodHandles.foldArguments(nothing, TELL.bindTo(this)));
  }

  private void tell() {
    if (Unimplemented.isAwake() && (Unimplemented.reached(method) || ++looks >= LOOKS)) {
      setTarget(nothing);
    }
  }

  private static MethodHandle tell(MethodHandles.Lookup lookup) {
    try {
      return lookup.findVirtual(NothingSite.class, "tell", methodType(void.class));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
