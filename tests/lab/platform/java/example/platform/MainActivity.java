package example.platform;

import android.app.Activity;
import android.content.Context;
import android.content.pm.ProviderInfo;
import android.content.res.Resources;
import android.database.Cursor;
import android.graphics.Canvas;
import android.graphics.Color;
import android.net.ConnectivityManager;
import android.opengl.GLES20;
import android.opengl.GLSurfaceView;
import android.os.Bundle;
import android.os.Process;
import android.os.SystemClock;
import android.provider.MediaStore;
import android.text.format.Time;
import android.util.Log;
import android.view.SurfaceHolder;
import android.view.SurfaceView;
import android.view.View;
import android.widget.AdapterView;
import android.widget.ArrayAdapter;
import android.widget.LinearLayout;
import android.widget.Spinner;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.concurrent.Callable;
import javax.microedition.khronos.egl.EGLConfig;
import javax.microedition.khronos.opengles.GL10;
import org.apache.http.HttpResponse;
import org.apache.http.client.HttpClient;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.impl.client.DefaultHttpClient;

/** Says each thing that it finds, under the tag Probe. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        LinearLayout layout = new LinearLayout(this);
        layout.setOrientation(LinearLayout.VERTICAL);
        layout.addView(drawn(), new LinearLayout.LayoutParams(400, 300));
        layout.addView(rendered(), new LinearLayout.LayoutParams(400, 300));
        setContentView(layout);
        facts();
        libraries();
        new Thread(new Runnable() {
            @Override
            public void run() {
                say("http", new Callable<Object>() {
                    @Override
                    public Object call() throws Exception {
                        HttpResponse response = new DefaultHttpClient().execute(new HttpGet("http://old.example/page"));
                        return response.getStatusLine().getStatusCode();
                    }
                });
                say("client", new Callable<Object>() {
                    @Override
                    public Object call() throws Exception {
                        HttpClient client = androids();
                        return client.execute(new HttpGet("http://old.example/client")).getStatusLine().getStatusCode();
                    }
                });
            }
        }).start();
    }

    /** Android's own client, by its name: what Java is compiled against here has it not. */
    private static HttpClient androids() throws Exception {
        Class<?> client = Class.forName("android.net.http.AndroidHttpClient");
        return (HttpClient) client.getMethod("newInstance", String.class).invoke(null, "old/1");
    }

    private void facts() {
        say("machine", new Callable<Object>() {
            @Override
            public Object call() {
                return System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + " " + System.getProperty("java.vendor");
            }
        });
        say("main", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                try {
                    return androids().execute(new HttpGet("http://old.example/main"));
                } catch (RuntimeException refused) {
                    return refused.getMessage();
                }
            }
        });
        say("temporary", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                File file = File.createTempFile("some", null);
                return getCacheDir().equals(file.getParentFile());
            }
        });
        say("systemLoader", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                ClassLoader system = ClassLoader.getSystemClassLoader();
                Class<?> version = Class.forName("android.os.Build$VERSION", true, system);
                try {
                    Class.forName("example.platform.MainActivity", false, system);
                    return "finds the app";
                } catch (ClassNotFoundException expected) {
                    return version.getField("SDK_INT").get(null);
                }
            }
        });
        say("slept", new Callable<Object>() {
            @Override
            public Object call() {
                long began = System.nanoTime();
                long up = SystemClock.uptimeMillis();
                SystemClock.sleep(300);
                long spent = (System.nanoTime() - began) / 1_000_000;
                return spent >= 300 && spent < 3000 && Math.abs(SystemClock.uptimeMillis() - up - spent) < 100;
            }
        });
        say("time", new Callable<Object>() {
            @Override
            public Object call() {
                Time summer = new Time("America/New_York");
                summer.set(1_720_000_000_000L);
                Time winter = new Time("America/New_York");
                winter.set(1_705_000_000_000L);
                return summer.format("%Y-%m-%d %H:%M") + " " + winter.format("%Y-%m-%d %H:%M");
            }
        });
        say("network", new Callable<Object>() {
            @Override
            public Object call() {
                return ((ConnectivityManager) getSystemService(Context.CONNECTIVITY_SERVICE)).getActiveNetworkInfo().getTypeName();
            }
        });
        say("providers", new Callable<Object>() {
            @Override
            public Object call() {
                StringBuilder found = new StringBuilder();
                for (ProviderInfo info : getPackageManager().queryContentProviders(getPackageName(), Process.myUid(), 0)) {
                    found.append(info.authority);
                }
                return found;
            }
        });
        say("tinted", new Callable<Object>() {
            @Override
            public Object call() {
                Resources own = getResources();
                Resources again = new Resources(own.getAssets(), own.getDisplayMetrics(), own.getConfiguration());
                return again.getDrawable(again.getIdentifier("progress_large_material", "drawable", "android"), getTheme()) != null;
            }
        });
        say("spinner", new Callable<Object>() {
            @Override
            public Object call() {
                final StringBuilder chosen = new StringBuilder("nothing yet");
                Spinner spinner = new Spinner(MainActivity.this);
                spinner.setAdapter(new ArrayAdapter<String>(MainActivity.this, android.R.layout.simple_spinner_item, new String[] {"a", "b"}));
                spinner.setOnItemSelectedListener(new AdapterView.OnItemSelectedListener() {
                    @Override
                    public void onItemSelected(AdapterView<?> parent, View view, int position, long id) {
                        chosen.append(", chosen ").append(view);
                    }

                    @Override
                    public void onNothingSelected(AdapterView<?> parent) {
                        chosen.append(", nothing");
                    }
                });
                spinner.setSelection(1);
                return chosen;
            }
        });
        say("albums", new Callable<Object>() {
            @Override
            public Object call() {
                Cursor cursor = getContentResolver().query(MediaStore.Audio.Albums.EXTERNAL_CONTENT_URI,
                    new String[] {MediaStore.Audio.Albums.ALBUM, MediaStore.Audio.Albums.NUMBER_OF_SONGS}, null, null, MediaStore.Audio.Albums.ALBUM_KEY);
                return cursor.getColumnCount();
            }
        });
    }

    private void libraries() {
        say("prepared", new Callable<Object>() {
            @Override
            public Object call() {
                try {
                    System.loadLibrary("prepared");
                    return "loaded";
                } catch (UnsatisfiedLinkError told) {
                    return "told";
                }
            }
        });
        say("unprepared", new Callable<Object>() {
            @Override
            public Object call() {
                return Unprepared.name();
            }
        });
        say("native", new Callable<Object>() {
            @Override
            public Object call() {
                try {
                    return Unprepared.compute();
                } catch (UnsatisfiedLinkError told) {
                    return "told";
                }
            }
        });
        say("direct", new Callable<Object>() {
            @Override
            public Object call() {
                System.load("/data/data/example.platform/lib/libdirect.so");
                return "went on";
            }
        });
    }

    /** Draws all of its surface red, from a thread of its own. */
    private SurfaceView drawn() {
        SurfaceView view = new SurfaceView(this);
        view.getHolder().addCallback(new SurfaceHolder.Callback() {
            @Override
            public void surfaceCreated(final SurfaceHolder holder) {
                say("created " + holder.getSurface().isValid());
            }

            @Override
            public void surfaceChanged(final SurfaceHolder holder, int format, int width, int height) {
                say("changed " + width + "x" + height);
                new Thread(new Runnable() {
                    @Override
                    public void run() {
                        Canvas canvas = holder.lockCanvas();
                        canvas.drawColor(Color.RED);
                        holder.unlockCanvasAndPost(canvas);
                        say("posted");
                    }
                }).start();
            }

            @Override
            public void surfaceDestroyed(SurfaceHolder holder) {
                say("destroyed");
            }
        });
        return view;
    }

    private GLSurfaceView rendered() {
        GLSurfaceView view = new GLSurfaceView(this);
        view.setRenderer(new GLSurfaceView.Renderer() {
            private int frames;

            @Override
            public void onSurfaceCreated(GL10 gl, EGLConfig config) {
                say("renderer created " + gl.glGetString(GL10.GL_VERSION));
                IntBuffer told = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).asIntBuffer();
                GLES20.glGetShaderiv(GLES20.glCreateShader(GLES20.GL_VERTEX_SHADER), GLES20.GL_COMPILE_STATUS, told);
                int compiled = told.get(0);
                GLES20.glGetProgramiv(GLES20.glCreateProgram(), GLES20.GL_LINK_STATUS, told);
                int linked = told.get(0);
                GLES20.glGenTextures(1, told);
                int texture = told.get(0);
                GLES20.glGenTextures(1, told);
                say("shaders " + compiled + " " + linked + " " + (texture != 0 && texture != told.get(0)));
            }

            @Override
            public void onSurfaceChanged(GL10 gl, int width, int height) {
                say("renderer changed " + width + "x" + height);
            }

            @Override
            public void onDrawFrame(GL10 gl) {
                gl.glClear(GL10.GL_COLOR_BUFFER_BIT);
                if (++frames == 3) {
                    say("renderer drew");
                }
            }
        });
        return view;
    }

    private static void say(String text) {
        Log.i("Probe", text);
    }

    private static void say(String name, Callable<Object> reading) {
        try {
            say(name + "=" + reading.call());
        } catch (Exception e) {
            say(name + "!" + e);
        }
    }
}
