package lab.device.shadows;

import android.media.MediaDrm;
import java.util.Base64;
import lab.device.Profile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** The id by which a licence server knows the device; every other property is unknown. */
@Implements(MediaDrm.class)
public class LabMediaDrm {
  @Implementation
  protected byte[] getPropertyByteArray(String name) {
    String id = Profile.device().object("ids").text("drm_id");
    return id != null && MediaDrm.PROPERTY_DEVICE_UNIQUE_ID.equals(name) ? Base64.getDecoder().decode(id) : null;
  }
}
