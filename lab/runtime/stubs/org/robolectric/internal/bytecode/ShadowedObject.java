package org.robolectric.internal.bytecode;

/**
 * Stands in the compiler's class path before Robolectric's own interface of this name. The method that one
 * declares is synthetic in the framework's jar, so a compiler that saw it would ask every Service,
 * ContentProvider and BroadcastReceiver to implement it.
 */
public interface ShadowedObject {}
