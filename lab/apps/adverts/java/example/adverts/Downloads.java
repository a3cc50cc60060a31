package example.adverts;

import android.view.View;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;

/** A file in three parts. `pause_ms`: how long each account waits between two of them, in order. */
final class Downloads extends Feature {
    private static final String SERVER = "https://files.songta.example/v1/part/";

    Downloads() {
        super("downloads");
    }

    @Override
    void onHome(final HomeActivity home) {
        home.add("下载样片", new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                new Thread(new Runnable() {
                    @Override
                    public void run() {
                        download(home);
                    }
                }).start();
            }
        });
    }

    private void download(final HomeActivity home) {
        long pause = Long.parseLong(behaviour(home).texts("pause_ms")[Accounts.current(home)]);
        String came = "下载完成";
        try {
            for (int part = 0; part < 3; part++) {
                fetch(SERVER + part);
                Thread.sleep(part < 2 ? pause : 0);
            }
        } catch (IOException | InterruptedException broken) {
            came = "下载失败";
        }
        final String words = came;
        home.runOnUiThread(new Runnable() {
            @Override
            public void run() {
                home.say(words);
            }
        });
    }

    private static void fetch(String address) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        try (InputStream in = connection.getInputStream()) {
            byte[] some = new byte[4096];
            while (in.read(some) >= 0) {
                continue;
            }
        } finally {
            connection.disconnect();
        }
    }
}
