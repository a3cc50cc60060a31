package example.collector;

import android.app.Activity;
import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.content.ContentUris;
import android.graphics.Bitmap;
import android.graphics.PointF;
import android.hardware.Camera;
import android.hardware.Sensor;
import android.hardware.SensorEvent;
import android.hardware.SensorEventListener;
import android.hardware.SensorManager;
import android.hardware.biometrics.BiometricPrompt;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.media.AudioFormat;
import android.media.AudioRecord;
import android.media.FaceDetector;
import android.media.MediaRecorder;
import android.media.projection.MediaProjectionManager;
import android.net.Uri;
import android.os.CancellationSignal;
import android.os.Handler;
import android.os.Looper;
import android.os.Process;
import android.provider.MediaStore;
import android.service.notification.StatusBarNotification;
import android.view.PixelCopy;
import android.view.View;
import android.view.accessibility.AccessibilityNodeInfo;
import android.webkit.WebView;
import java.io.File;
import java.io.InputStream;

/** Pictures, files, sounds, what is on the screen, the body. */
final class Content {
    private static final int SIDE = 64;
    private static final int RATE = 8000;

    private Content() {
    }

    private static AccessibilityNodeInfo node(Activity activity) {
        View view = activity.getWindow().getDecorView();
        return view.createAccessibilityNodeInfo();
    }

    private static Notification notification(Activity activity) {
        return new Notification.Builder(activity, "own").setSmallIcon(android.R.drawable.ic_dialog_info).setContentTitle("invented").build();
    }

    static final Read[] ALL = {
        new Read("photos", "photos", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Uri images = MediaStore.Images.Media.EXTERNAL_CONTENT_URI;
                String[] columns = {"_display_name", "latitude", "longitude"};
                return activity.getContentResolver().query(images, columns, null, null, "_id");
            }
        },
        new Read("videos_hidden", "videos, without the permission", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return MediaStore.Video.query(activity.getContentResolver(), MediaStore.Video.Media.EXTERNAL_CONTENT_URI, null);
            }
        },
        new Read("photo_file", "a photo's content", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                Uri photo = ContentUris.withAppendedId(MediaStore.Images.Media.EXTERNAL_CONTENT_URI, 1);
                try (InputStream in = activity.getContentResolver().openInputStream(photo)) {
                    return "open";
                }
            }
        },
        new Read("storage_list", "files of the shared storage", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return new File("/sdcard/Download").list();
            }
        },
        new Read("downloads", "downloads", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.query(activity, "content://downloads/public_downloads");
            }
        },
        new Read("camera", "opens the camera", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Camera camera = Camera.open(0);
                if (camera == null) {
                    return null;
                }
                camera.release();
                return "open";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("camera2", "opens the camera, the new way", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                CameraManager cameras = Use.service(activity, CameraManager.class);
                cameras.openCamera("0", new CameraDevice.StateCallback() {
                    @Override
                    public void onOpened(CameraDevice camera) {
                        camera.close();
                    }

                    @Override
                    public void onDisconnected(CameraDevice camera) {
                    }

                    @Override
                    public void onError(CameraDevice camera, int error) {
                    }
                }, new Handler(Looper.getMainLooper()));
                return "asked";
            }
        },
        new Read("camera_list", "how many cameras there are", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.service(activity, CameraManager.class).getCameraIdList();
            }
        },
        new Read("recorder", "takes the microphone for a recording", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                MediaRecorder recorder = new MediaRecorder(activity);
                try {
                    recorder.setAudioSource(MediaRecorder.AudioSource.MIC);
                } finally {
                    recorder.release();
                }
                return "set";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("microphone", "listens by the microphone", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                AudioRecord record =
                        new AudioRecord(MediaRecorder.AudioSource.MIC, RATE, AudioFormat.CHANNEL_IN_MONO, AudioFormat.ENCODING_PCM_16BIT, RATE);
                try {
                    record.startRecording();
                    return "started";
                } finally {
                    record.release();
                }
            }
        },
        new Read("screen_capture", "asks to capture the screen", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.service(activity, MediaProjectionManager.class).createScreenCaptureIntent().getComponent().getClassName();
            }
        },
        new Read("pixels", "copies its own window", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                PixelCopy.request(activity.getWindow(), Bitmap.createBitmap(SIDE, SIDE, Bitmap.Config.ARGB_8888),
                        new PixelCopy.OnPixelCopyFinishedListener() {
                            @Override
                            public void onPixelCopyFinished(int result) {
                            }
                        }, new Handler(Looper.getMainLooper()));
                return "asked";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("faces", "looks for faces in a picture", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Bitmap picture = Bitmap.createBitmap(SIDE, SIDE, Bitmap.Config.RGB_565);
                FaceDetector.Face[] faces = new FaceDetector.Face[1];
                int found = new FaceDetector(SIDE, SIDE, 1).findFaces(picture, faces);
                if (found > 0) {
                    faces[0].getMidPoint(new PointF());
                }
                return found;
            }
        },
        new Read("screen_texts", "texts of a window by accessibility", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return node(activity).findAccessibilityNodeInfosByText("imei").size();
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("screen_reader", "the window in use, as a reader of screens has it", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return new ScreenReader().getRootInActiveWindow();
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("press_for_user", "acts on a window by accessibility", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return node(activity).performAction(AccessibilityNodeInfo.ACTION_CLEAR_FOCUS);
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("notification_service", "notifications of all apps", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return new Listener().getActiveNotifications();
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("own_notifications", "its own notifications", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                NotificationManager manager = Use.service(activity, NotificationManager.class);
                manager.createNotificationChannel(new NotificationChannel("own", "own", NotificationManager.IMPORTANCE_LOW));
                manager.notify(1, notification(activity));
                try {
                    return manager.getActiveNotifications()[0].getPackageName();
                } finally {
                    manager.cancel(1);
                }
            }
        },
        new Read("notification", "whose a notification is, as a listener is told", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                String other = "com.example.nobody";
                return new StatusBarNotification(other, other, 1, null, 1, 1, 0, notification(activity), Process.myUserHandle(), 0).getPackageName();
            }
        },
        new Read("sensors", "list of sensors", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.service(activity, SensorManager.class).getSensorList(Sensor.TYPE_ALL);
            }
        },
        new Read("accelerometer", "listens to a sensor", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return listen(activity, Sensor.TYPE_ACCELEROMETER);
            }
        },
        new Read("steps", "listens to the step counter", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return listen(activity, Sensor.TYPE_STEP_COUNTER);
            }
        },
        new Read("biometric_prompt", "asks for finger or face", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                new BiometricPrompt.Builder(activity).setTitle("Collector").setDeviceCredentialAllowed(true).build()
                        .authenticate(new CancellationSignal(), activity.getMainExecutor(), new BiometricPrompt.AuthenticationCallback() {
                        });
                return "asked";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("fingers", "fingers that are known to the phone", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                Object manager = activity.getSystemService("fingerprint");
                return Use.call(manager, "getEnrolledFingerprints", Use.types());
            }
        },
        new Read("web_page", "opens a page of data", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                WebView view = new WebView(activity);
                view.loadDataWithBaseURL("https://page.example/", "<p>Collector</p>", "text/html", "utf-8", null);
                view.destroy();
                return "loaded";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("web_bridge", "gives a page a bridge into the app", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                WebView view = new WebView(activity);
                view.addJavascriptInterface("a bridge", "bridge");
                view.destroy();
                return "added";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("web_login", "a log-in that a page stored", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                WebView view = new WebView(activity);
                try {
                    return view.getHttpAuthUsernamePassword("page.example", "realm");
                } finally {
                    view.destroy();
                }
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
    };

    private static Object listen(Activity activity, int type) {
        SensorManager sensors = Use.service(activity, SensorManager.class);
        SensorEventListener listener = new SensorEventListener() {
            @Override
            public void onSensorChanged(SensorEvent event) {
            }

            @Override
            public void onAccuracyChanged(Sensor sensor, int accuracy) {
            }
        };
        boolean done = sensors.registerListener(listener, sensors.getDefaultSensor(type), SensorManager.SENSOR_DELAY_NORMAL);
        sensors.unregisterListener(listener);
        return done;
    }
}
