package example.services;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.Color;
import android.graphics.ImageFormat;
import android.graphics.Matrix;
import android.graphics.SurfaceTexture;
import android.hardware.Camera;
import android.hardware.camera2.CameraAccessException;
import android.hardware.camera2.CameraCaptureSession;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.CaptureResult;
import android.hardware.camera2.TotalCaptureResult;
import android.media.ExifInterface;
import android.media.Image;
import android.media.ImageReader;
import android.os.Handler;
import android.os.HandlerThread;
import android.provider.MediaStore;
import android.util.Size;
import android.view.Surface;
import android.view.SurfaceHolder;
import android.view.SurfaceView;
import android.view.TextureView;
import java.io.ByteArrayInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Takes pictures, the new way and the old, and reads from them what the test looks for. */
final class CameraActs {
    private static final int COLUMNS = 16;
    private static final int FIELDS = 128;
    private static final int MARKER = 32;
    private static CameraDevice held;
    private static Camera old;

    private CameraActs() {}

    private static CameraManager manager(Context context) {
        return (CameraManager) context.getSystemService(Context.CAMERA_SERVICE);
    }

    private static Handler handler() {
        HandlerThread thread = new HandlerThread("camera acts");
        thread.start();
        return new Handler(thread.getLooper());
    }

    static void cameraApp(Context context, Intent intent) {
        context.startActivity(new Intent(MediaStore.ACTION_IMAGE_CAPTURE));
    }

    private static String id(Intent intent) {
        return intent.hasExtra("id") ? intent.getStringExtra("id") : "0";
    }

    static void cameras(Context context, Intent intent) throws Exception {
        for (String id : manager(context).getCameraIdList()) {
            CameraCharacteristics facts = manager(context).getCameraCharacteristics(id);
            Size[] sizes = facts.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP).getOutputSizes(ImageFormat.JPEG);
            Acts.say("camera " + id + " facing " + facts.get(CameraCharacteristics.LENS_FACING)
                + " turned " + facts.get(CameraCharacteristics.SENSOR_ORIENTATION)
                + " flash " + facts.get(CameraCharacteristics.FLASH_INFO_AVAILABLE)
                + " largest " + sizes[0] + " sizes " + sizes.length + " names them " + (facts.getKeys().size() > 30));
        }
        Camera.CameraInfo info = new Camera.CameraInfo();
        Camera.getCameraInfo(1, info);
        Acts.say("old cameras " + Camera.getNumberOfCameras() + " facing " + info.facing);
    }

    /** The fields of the picture's pattern as hexadecimal digits. */
    private static String pattern(Bitmap picture) {
        StringBuilder digits = new StringBuilder();
        int digit = 0;
        for (int field = 0; field < FIELDS; field++) {
            int x = (field % COLUMNS * 2 + 1) * picture.getWidth() / (2 * COLUMNS);
            int y = (field / COLUMNS * 2 + 1) * picture.getHeight() / (2 * FIELDS / COLUMNS);
            digit = digit * 2 + (Color.green(picture.getPixel(x, y)) > 127 ? 1 : 0);
            if (field % 4 == 3) {
                digits.append(Character.forDigit(digit, 16));
                digit = 0;
            }
        }
        return digits.toString();
    }

    private static void tell(String what, byte[] jpeg) throws Exception {
        ExifInterface exif = new ExifInterface(new ByteArrayInputStream(jpeg));
        float[] place = new float[2];
        Acts.say(what + " pattern " + pattern(BitmapFactory.decodeByteArray(jpeg, 0, jpeg.length)));
        Acts.say(what + " exif " + exif.getAttribute(ExifInterface.TAG_IMAGE_UNIQUE_ID) + " " + exif.getAttribute(ExifInterface.TAG_MODEL)
            + " place " + (exif.getLatLong(place) ? Math.round(place[0] * 100) + "," + Math.round(place[1] * 100) : "none"));
    }

    private static String marker(byte[] luma) {
        return new String(luma, 0, MARKER, StandardCharsets.US_ASCII);
    }

    /** One picture as a file. */
    static void shoot(final Context context, Intent intent) throws Exception {
        final Handler handler = handler();
        final ImageReader reader = ImageReader.newInstance(1280, 960, ImageFormat.JPEG, 2);
        reader.setOnImageAvailableListener(new ImageReader.OnImageAvailableListener() {
            @Override
            public void onImageAvailable(ImageReader from) {
                Image image = from.acquireNextImage();
                byte[] jpeg = new byte[image.getPlanes()[0].getBuffer().remaining()];
                image.getPlanes()[0].getBuffer().get(jpeg);
                String size = image.getWidth() + "x" + image.getHeight();
                image.close();
                try {
                    try (FileOutputStream file = context.openFileOutput("shot.jpg", Context.MODE_PRIVATE)) {
                        file.write(jpeg);
                    }
                    tell("shot", jpeg);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                Acts.say("shot of " + size);
            }
        }, handler);
        open(context, id(intent), handler, new Ready() {
            @Override
            public void ready(final CameraDevice camera) throws CameraAccessException {
                camera.createCaptureSession(Arrays.asList(reader.getSurface()), new CameraCaptureSession.StateCallback() {
                    @Override
                    public void onConfigured(CameraCaptureSession session) {
                        try {
                            CaptureRequest.Builder wanted = camera.createCaptureRequest(CameraDevice.TEMPLATE_STILL_CAPTURE);
                            wanted.addTarget(reader.getSurface());
                            session.capture(wanted.build(), new CameraCaptureSession.CaptureCallback() {
                                @Override
                                public void onCaptureCompleted(CameraCaptureSession from, CaptureRequest request, TotalCaptureResult result) {
                                    Acts.say("result exposed " + result.get(CaptureResult.CONTROL_AE_STATE) + " intent "
                                        + result.get(CaptureResult.CONTROL_CAPTURE_INTENT));
                                }

                                @Override
                                public void onCaptureSequenceCompleted(CameraCaptureSession from, int sequence, long frame) {
                                    Acts.say("sequence ends with frame " + frame);
                                    camera.close();
                                }
                            }, handler);
                        } catch (CameraAccessException e) {
                            throw new IllegalStateException(e);
                        }
                    }

                    @Override
                    public void onConfigureFailed(CameraCaptureSession session) {
                        Acts.say("not configured");
                    }
                }, handler);
            }
        });
    }

    /** Some frames of a preview, then the end of the session and of the camera in the midst of them. */
    static void frames(final Context context, Intent intent) throws Exception {
        final Handler handler = handler();
        final ImageReader reader = ImageReader.newInstance(640, 480, ImageFormat.YUV_420_888, 3);
        open(context, id(intent), handler, new Ready() {
            @Override
            public void ready(final CameraDevice camera) throws CameraAccessException {
                camera.createCaptureSession(Arrays.asList(reader.getSurface()), new CameraCaptureSession.StateCallback() {
                    private int seen;

                    @Override
                    public void onConfigured(final CameraCaptureSession session) {
                        reader.setOnImageAvailableListener(new ImageReader.OnImageAvailableListener() {
                            @Override
                            public void onImageAvailable(ImageReader from) {
                                Image image = from.acquireLatestImage();
                                if (image == null) {
                                    return;
                                }
                                byte[] luma = new byte[MARKER];
                                ByteBuffer plane = image.getPlanes()[0].getBuffer();
                                plane.get(luma);
                                if (++seen == 5) {
                                    Acts.say("frame " + marker(luma) + " rows of " + image.getPlanes()[0].getRowStride()
                                        + " planes " + image.getPlanes().length);
                                    image.close();
                                    session.close();
                                    return;
                                }
                                image.close();
                            }
                        }, handler);
                        try {
                            CaptureRequest.Builder wanted = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW);
                            wanted.addTarget(reader.getSurface());
                            session.setRepeatingRequest(wanted.build(), null, handler);
                        } catch (CameraAccessException e) {
                            throw new IllegalStateException(e);
                        }
                    }

                    @Override
                    public void onConfigureFailed(CameraCaptureSession session) {
                        Acts.say("not configured");
                    }

                    @Override
                    public void onClosed(CameraCaptureSession session) {
                        Acts.say("session closed");
                        try {
                            session.capture(camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).build(), null, handler);
                        } catch (CameraAccessException | IllegalStateException | IllegalArgumentException e) {
                            Acts.say("afterwards " + e.getClass().getSimpleName());
                        }
                        camera.close();
                    }
                }, handler);
            }
        });
    }

    /** A size that no camera has. */
    static void oddSize(final Context context, Intent intent) throws Exception {
        final Handler handler = handler();
        final ImageReader reader = ImageReader.newInstance(123, 77, ImageFormat.JPEG, 1);
        open(context, "0", handler, new Ready() {
            @Override
            public void ready(final CameraDevice camera) throws CameraAccessException {
                camera.createCaptureSession(Arrays.asList(reader.getSurface()), new CameraCaptureSession.StateCallback() {
                    @Override
                    public void onConfigured(CameraCaptureSession session) {
                        Acts.say("configured");
                    }

                    @Override
                    public void onConfigureFailed(CameraCaptureSession session) {
                        Acts.say("not configured");
                        camera.close();
                    }
                }, handler);
            }
        });
    }

    /** Keeps the camera; what becomes of it is told. */
    static void hold(Context context, Intent intent) throws Exception {
        open(context, id(intent), handler(), new Ready() {
            @Override
            public void ready(CameraDevice camera) {
                held = camera;
            }
        });
    }

    static void letGo(Context context, Intent intent) {
        held.close();
    }

    static void noCamera(Context context, Intent intent) throws Exception {
        open(context, "7", handler(), null);
    }

    private interface Ready {
        void ready(CameraDevice camera) throws CameraAccessException;
    }

    private static void open(Context context, final String id, Handler handler, final Ready then) throws CameraAccessException {
        manager(context).openCamera(id, new CameraDevice.StateCallback() {
            @Override
            public void onOpened(CameraDevice camera) {
                Acts.say("opened " + camera.getId());
                try {
                    then.ready(camera);
                } catch (CameraAccessException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void onClosed(CameraDevice camera) {
                Acts.say("closed " + camera.getId());
            }

            @Override
            public void onDisconnected(CameraDevice camera) {
                Acts.say("disconnected " + camera.getId());
                camera.close();
            }

            @Override
            public void onError(CameraDevice camera, int error) {
                Acts.say("error " + error + " of " + camera.getId());
                camera.close();
            }
        }, handler);
    }

    // The old way

    static void oldFrames(Context context, Intent intent) throws Exception {
        final Camera camera = Camera.open(0);
        camera.setPreviewTexture(new SurfaceTexture(1));
        Camera.Parameters wanted = camera.getParameters();
        wanted.setPreviewSize(320, 240);
        wanted.setPictureSize(640, 480);
        wanted.setGpsLatitude(48.21);
        wanted.setGpsLongitude(-16.37);
        camera.setParameters(wanted);
        camera.setPreviewCallback(new Camera.PreviewCallback() {
            private int seen;

            @Override
            public void onPreviewFrame(byte[] frame, Camera from) {
                if (++seen != 3) {
                    return;
                }
                Acts.say("old frame " + marker(frame) + " bytes " + frame.length);
                from.setPreviewCallback(null);
                from.autoFocus(new Camera.AutoFocusCallback() {
                    @Override
                    public void onAutoFocus(boolean sharp, Camera focused) {
                        Acts.say("sharp " + sharp);
                        focused.takePicture(null, null, new Camera.PictureCallback() {
                            @Override
                            public void onPictureTaken(byte[] jpeg, Camera taken) {
                                taken.release();
                                try {
                                    tell("old shot", jpeg);
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                                Acts.say("old done");
                            }
                        });
                    }
                });
            }
        });
        camera.startPreview();
    }

    /** A preview on the whole screen. */
    static void oldShown(Context context, Intent intent) {
        final SurfaceView view = new SurfaceView(context);
        view.getHolder().addCallback(new SurfaceHolder.Callback() {
            @Override
            public void surfaceCreated(SurfaceHolder holder) {
                old = Camera.open(1);
                try {
                    old.setPreviewDisplay(holder);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                old.startPreview();
                Acts.say("shown");
            }

            @Override
            public void surfaceChanged(SurfaceHolder holder, int format, int width, int height) {
            }

            @Override
            public void surfaceDestroyed(SurfaceHolder holder) {
                old.release();
            }
        });
        ((Activity) context).setContentView(view);
    }

    /** A preview on a TextureView. */
    static void shown(final Context context, final Intent intent) {
        final TextureView view = new TextureView(context);
        view.setSurfaceTextureListener(new TextureView.SurfaceTextureListener() {
            private int seen;

            @Override
            public void onSurfaceTextureAvailable(SurfaceTexture texture, int width, int height) {
                Acts.say("texture " + (texture == view.getSurfaceTexture() && width > 100 && height > 100));
                preview(context, new Surface(texture));
            }

            @Override
            public void onSurfaceTextureSizeChanged(SurfaceTexture texture, int width, int height) {
            }

            @Override
            public boolean onSurfaceTextureDestroyed(SurfaceTexture texture) {
                Acts.say("texture gone");
                return true;
            }

            @Override
            public void onSurfaceTextureUpdated(SurfaceTexture texture) {
                if (++seen == 3) {
                    Bitmap seen = view.getBitmap(160, 320);
                    Acts.say("upright " + pattern(Bitmap.createBitmap(seen, 0, 0, 160, 320, turned(), false)));
                }
            }
        });
        ((Activity) context).setContentView(view);
    }

    /** Back to how the sensor lies. */
    private static Matrix turned() {
        Matrix turned = new Matrix();
        turned.setRotate(-90);
        return turned;
    }

    private static void preview(Context context, final Surface surface) {
        final Handler handler = handler();
        try {
            open(context, "0", handler, new Ready() {
                @Override
                public void ready(final CameraDevice camera) throws CameraAccessException {
                    held = camera;
                    camera.createCaptureSession(Arrays.asList(surface), new CameraCaptureSession.StateCallback() {
                        @Override
                        public void onConfigured(CameraCaptureSession session) {
                            try {
                                CaptureRequest.Builder wanted = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW);
                                wanted.addTarget(surface);
                                session.setRepeatingRequest(wanted.build(), null, handler);
                            } catch (CameraAccessException e) {
                                throw new IllegalStateException(e);
                            }
                        }

                        @Override
                        public void onConfigureFailed(CameraCaptureSession session) {
                            Acts.say("not configured");
                        }
                    }, handler);
                }
            });
        } catch (CameraAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    static void oldMistakes(Context context, Intent intent) throws Exception {
        old = Camera.open();
        old.setErrorCallback(new Camera.ErrorCallback() {
            @Override
            public void onError(int error, Camera camera) {
                Acts.say("old error " + error);
            }
        });
        try {
            old.takePicture(null, null, null);
        } catch (RuntimeException e) {
            Acts.say("no preview: " + e.getMessage());
        }
        try {
            Camera.Parameters odd = old.getParameters();
            odd.setPreviewSize(123, 77);
            old.setParameters(odd);
        } catch (RuntimeException e) {
            Acts.say("odd size: " + e.getMessage());
        }
        Camera again = Camera.open(0);
        again.startPreview();
        again.release();
        try {
            again.startPreview();
        } catch (RuntimeException e) {
            Acts.say("released: " + e.getMessage());
        }
        Camera.open(7);
    }
}
