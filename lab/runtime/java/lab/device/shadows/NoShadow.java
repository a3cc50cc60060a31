package lab.device.shadows;

import org.robolectric.shadow.api.ShadowPicker;

/** For classes whose Robolectric shadow stands in the way of the framework's own code: they have none. */
public final class NoShadow implements ShadowPicker<Object> {
  @Override
  public Class<Object> pickShadowClass() {
    return null;
  }
}
