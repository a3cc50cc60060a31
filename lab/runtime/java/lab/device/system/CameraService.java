package lab.device.system;

import android.hardware.CameraStatus;
import android.hardware.ICameraService;
import android.hardware.ICameraServiceListener;
import android.hardware.camera2.ICameraDeviceCallbacks;
import android.hardware.camera2.ICameraDeviceUser;
import android.hardware.camera2.impl.CameraMetadataNative;
import android.hardware.camera2.utils.ConcurrentCameraIdCombination;
import android.os.IBinder;
import android.os.RemoteException;
import android.os.ServiceSpecificException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import lab.device.DeviceMain;
import lab.device.media.CameraFacts;
import lab.device.media.CameraSession;

/** android.hardware.ICameraService: the framework's own CameraManager asks for the cameras of the profile. */
final class CameraService {
  private final List<ICameraServiceListener> listeners = new CopyOnWriteArrayList<>();

  private static CameraFacts find(String id) {
    CameraFacts found = CameraFacts.of(id);
    if (found == null) {
      throw new ServiceSpecificException(ICameraService.ERROR_ILLEGAL_ARGUMENT, "Unknown camera ID " + id);
    }
    return found;
  }

  int getNumberOfCameras(int type, int device, int policy) {
    return CameraFacts.all().size();
  }

  CameraStatus[] addListener(ICameraServiceListener listener) {
    listeners.add(listener);
    List<CameraFacts> all = CameraFacts.all();
    CameraStatus[] states = new CameraStatus[all.size()];
    for (int i = 0; i < states.length; i++) {
      states[i] = new CameraStatus();
      states[i].cameraId = all.get(i).id;
      states[i].status = ICameraServiceListener.STATUS_PRESENT;
      states[i].unavailablePhysicalCameras = new String[0];
      states[i].clientPackage = "";
    }
    return states;
  }

  void removeListener(ICameraServiceListener listener) {
    listeners.removeIf(one -> one.asBinder() == listener.asBinder());
  }

  ConcurrentCameraIdCombination[] getConcurrentCameraIds() {
    return new ConcurrentCameraIdCombination[0];
  }

  CameraMetadataNative getCameraCharacteristics(String id, int target, int rotation, int device, int policy) {
    return find(id).characteristics();
  }

  CameraMetadataNative createDefaultRequest(String id, int template, int device, int policy) {
    return find(id).request(template);
  }

  boolean supportsCameraApi(String id, int version) {
    find(id);
    return true;
  }

  boolean isHiddenPhysicalCamera(String id) {
    return false;
  }

  ICameraDeviceUser connectDevice(
      ICameraDeviceCallbacks callbacks,
      String id,
      String packageName,
      String attribution,
      int uid,
      int score,
      int target,
      int rotation,
      int device,
      int policy) {
    return LocalService.of(ICameraDeviceUser.class, new CameraSession(find(id), callbacks));
  }

  /** Nobody sees the light. */
  void setTorchMode(String id, boolean on, IBinder client, int device, int policy) throws RemoteException {
    if (find(id).front) {
      throw new ServiceSpecificException(ICameraService.ERROR_ILLEGAL_ARGUMENT, "Camera " + id + " has no flash unit");
    }
    DeviceMain.log("I", "CameraService", "the torch of camera " + id + " is " + (on ? "on" : "off"));
    for (ICameraServiceListener listener : listeners) {
      listener.onTorchStatusChanged(
          on ? ICameraServiceListener.TORCH_STATUS_AVAILABLE_ON : ICameraServiceListener.TORCH_STATUS_AVAILABLE_OFF, id, 0);
    }
  }
}
