package org.robolectric.internal.bytecode;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import lab.device.NothingSite;
import org.robolectric.annotation.RealObject;

/**
 * Links the call sites of instrumented framework code, in place of Robolectric's class of this name (the
 * framework's jar was instrumented to call it).
 *
 * <p>Robolectric's links each site so that shadows can be exchanged between tests and wraps each call to tidy
 * stack traces: some 5,000 generated classes by the time an activity shows. Shadows never change here
 * and whoever shows a stack drops the $$robo$$ frames, so every site is constant and calls straight through; only
 * one behind which there is nothing changes once, when that was told.
 */
public class InvokeDynamicSupport {
  /** Set by Sandbox.configure. */
  @SuppressWarnings("unused")
  private static Interceptors INTERCEPTORS;

  private static final MethodHandle NOTHING = MethodHandles.empty(methodType(void.class));
  private static final MethodHandle SHADOW = shadow();

  private static final String LAB = "lab.device.shadows.";
  private static final MethodHandle LAB_SHADOW = labShadow();
  private static final Map<Object, Map<Class<?>, Object>> COMPANIONS = Collections.synchronizedMap(new WeakHashMap<>());

  private InvokeDynamicSupport() {}

  /**
   * The object's shadow, or one of the class wanted beside it: where a subclass has a shadow of Robolectric's, which
   * extends Robolectric's of the parent and not the lab's.
   */
  private static Object shadowOf(Class<?> wanted, Object real) throws Throwable {
    Object shadow = SHADOW.invoke(real);
    if (wanted.isInstance(shadow)) {
      return shadow;
    }
    return COMPANIONS
        .computeIfAbsent(real, none -> new ConcurrentHashMap<>())
        .computeIfAbsent(wanted, none -> companion(wanted, real));
  }

  private static Object companion(Class<?> wanted, Object real) {
    try {
      Object shadow = wanted.getConstructor().newInstance();
      for (Class<?> type = wanted; type != Object.class; type = type.getSuperclass()) {
        for (Field field : type.getDeclaredFields()) {
          if (field.isAnnotationPresent(RealObject.class)) {
            field.setAccessible(true);
            field.set(shadow, real);
          }
        }
      }
      return shadow;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no " + wanted.getName() + " for " + real.getClass().getName(), e);
    }
  }

  /** In a constructor: gives the new object its shadow. */
  public static CallSite bootstrapInit(MethodHandles.Lookup caller, String name, MethodType type) {
    return new ConstantCallSite(RobolectricInternals.getShadowCreator(caller.lookupClass()).asType(type));
  }

  public static CallSite bootstrap(
      MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original, int wasNative)
      throws IllegalAccessException {
    Class<?> owner = caller.lookupClass();
    MethodHandle found =
        RobolectricInternals.findShadowMethodHandle(owner, name, type, false, wasNative == 1);
    if (found == null || found == ShadowWrangler.DO_NOTHING) {
      return plain(owner, name, found, original, type, wasNative);
    }
    Class<?> receiver = found.type().parameterType(0);
    // A native method's own binding takes the object itself, a shadow method its shadow.
    if (receiver != owner) {
      MethodHandle shadow = receiver.getName().startsWith(LAB) ? LAB_SHADOW.bindTo(receiver) : SHADOW;
      found = MethodHandles.filterArguments(found, 0, shadow.asType(methodType(receiver, type.parameterType(0))));
    }
    return new ConstantCallSite(found.asType(type));
  }

  public static CallSite bootstrapStatic(
      MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original, int wasNative)
      throws IllegalAccessException {
    Class<?> owner = caller.lookupClass();
    return plain(
        owner,
        name,
        RobolectricInternals.findShadowMethodHandle(owner, name, type, true, wasNative == 1),
        original,
        type,
        wasNative);
  }

  /** A call to a method of the JDK that behaves otherwise on Android, or is not there. */
  public static CallSite bootstrapIntrinsic(
      MethodHandles.Lookup caller, String name, MethodType type, String callee)
      throws ReflectiveOperationException {
    Interceptor interceptor = INTERCEPTORS.findInterceptor(callee, name);
    if (interceptor == null) {
      return new ConstantCallSite(MethodHandles.dropArguments(NOTHING, 0, type.parameterArray()).asType(type));
    }
    Interceptor inside =
        (Interceptor)
            RobolectricInternals.getClassLoader()
                .loadClass(interceptor.getClass().getName())
                .getConstructor()
                .newInstance();
    return new ConstantCallSite(inside.getMethodHandle(name, type).asType(type));
  }

  private static CallSite plain(
      Class<?> owner, String name, MethodHandle found, MethodHandle original, MethodType type, int wasNative) {
    if (found == ShadowWrangler.DO_NOTHING) {
      MethodHandle nothing = MethodHandles.dropArguments(found, 0, type.parameterArray()).asType(type);
      return name.startsWith("__") ? new ConstantCallSite(nothing) : new NothingSite(owner, name, nothing);
    }
    if (found != null) {
      return new ConstantCallSite(found.asType(type));
    }
    // The body that the instrumentation gives to a native method returns null or zero.
    MethodHandle body = original.asType(type);
    return wasNative == 1 ? new NothingSite(owner, name, body) : new ConstantCallSite(body);
  }

  private static MethodHandle labShadow() {
    try {
      return MethodHandles.lookup()
          .findStatic(InvokeDynamicSupport.class, "shadowOf", methodType(Object.class, Class.class, Object.class));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static MethodHandle shadow() {
    try {
      return MethodHandles.lookup().findVirtual(ShadowedObject.class, "$$robo$getData", methodType(Object.class));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
