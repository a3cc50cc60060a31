package example.peers.host;

import android.app.Activity;
import android.os.Bundle;
import android.os.Parcel;
import android.os.Parcelable;
import android.os.Process;
import android.widget.EditText;
import example.peers.Here;

/** Keeps a class of the app's own and what was typed. */
public final class StateActivity extends Activity {
    static final class Kept implements Parcelable {
        final String word;

        Kept(String word) {
            this.word = word;
        }

        @Override
        public int describeContents() {
            return 0;
        }

        @Override
        public void writeToParcel(Parcel out, int flags) {
            out.writeString(word);
        }

        public static final Parcelable.Creator<Kept> CREATOR = new Parcelable.Creator<Kept>() {
            @Override
            public Kept createFromParcel(Parcel in) {
                return new Kept(in.readString());
            }

            @Override
            public Kept[] newArray(int size) {
                return new Kept[size];
            }
        };
    }

    private EditText field;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        field = new EditText(this);
        field.setId(77);
        setContentView(field);
        Kept kept = saved == null ? null : saved.<Kept>getParcelable("kept");
        Here.say("created by " + Process.myPid() + " with " + (kept == null ? null : kept.word));
        if (saved == null) {
            field.setText(getIntent().getStringExtra("text"));
        }
    }

    @Override
    protected void onResume() {
        super.onResume();
        Here.say("shows " + field.getText());
    }

    @Override
    protected void onSaveInstanceState(Bundle out) {
        super.onSaveInstanceState(out);
        out.putParcelable("kept", new Kept("kept by " + Process.myPid()));
    }
}
