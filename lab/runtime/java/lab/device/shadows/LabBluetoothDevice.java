package lab.device.shadows;

import android.bluetooth.BluetoothDevice;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowBluetoothDevice;

/** A device this one is paired with. */
@Implements(BluetoothDevice.class)
public class LabBluetoothDevice extends ShadowBluetoothDevice {
  public void plant(String name) {
    setName(name);
    setBondState(BluetoothDevice.BOND_BONDED);
  }
}
