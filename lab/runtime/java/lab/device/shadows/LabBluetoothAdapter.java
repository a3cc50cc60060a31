package lab.device.shadows;

import android.bluetooth.BluetoothAdapter;
import android.bluetooth.BluetoothDevice;
import java.util.Collections;
import java.util.Set;
import lab.device.Permissions;
import lab.device.Profile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowBluetoothAdapter;

/** The Bluetooth adapter: its address and name, and what it is paired with. */
@Implements(BluetoothAdapter.class)
public class LabBluetoothAdapter extends ShadowBluetoothAdapter {
  /** BluetoothAdapter.DEFAULT_MAC_ADDRESS: what Android 6 and later tell ordinary apps. */
  private static final String HIDDEN = "02:00:00:00:00:00";

  private static boolean allowed() {
    return DeviceFacts.targetSdk() < 31
        ? Permissions.granted("android.permission.BLUETOOTH")
        : Permissions.granted("android.permission.BLUETOOTH_CONNECT");
  }

  private static void enforce() {
    if (!allowed()) {
      throw new SecurityException(
          DeviceFacts.targetSdk() < 31
              ? "Need BLUETOOTH permission"
              : "Need android.permission.BLUETOOTH_CONNECT permission");
    }
  }

  @Override
  @Implementation
  protected String getAddress() {
    enforce();
    return Profile.identifiersOpen() ? super.getAddress() : HIDDEN;
  }

  @Override
  @Implementation
  protected String getName() {
    enforce();
    return Profile.device().object("bluetooth").text("name");
  }

  @Override
  @Implementation
  protected Set<BluetoothDevice> getBondedDevices() {
    if (Profile.device().object("bluetooth").isEmpty()) {
      return Collections.emptySet();
    }
    enforce();
    return super.getBondedDevices();
  }
}
