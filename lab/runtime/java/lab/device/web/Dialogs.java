package lab.device.web;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Context;
import android.content.ContextWrapper;
import android.webkit.JsPromptResult;
import android.webkit.JsResult;
import android.webkit.WebChromeClient;
import android.webkit.WebView;
import android.widget.EditText;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** alert, confirm and prompt: the app's own client first, else the dialog that a phone shows. On the main thread. */
final class Dialogs {
  private Dialogs() {}

  static void alert(WebView view, WebChromeClient chrome, String url, String text, CompletableFuture<String> done) {
    JsPromptResult result = result(done);
    if (chrome == null || (!chrome.onJsAlert(view, url, text, result) && !show(view, url, text, null, result, false))) {
      result.cancel();
    }
  }

  static void confirm(WebView view, WebChromeClient chrome, String url, String text, CompletableFuture<String> done) {
    JsPromptResult result = result(done);
    if (chrome == null || (!chrome.onJsConfirm(view, url, text, result) && !show(view, url, text, null, result, true))) {
      result.cancel();
    }
  }

  static void prompt(
      WebView view, WebChromeClient chrome, String url, String text, String value, CompletableFuture<String> done) {
    JsPromptResult result = result(done);
    if (chrome == null
        || (!chrome.onJsPrompt(view, url, text, value, result) && !show(view, url, text, value, result, true))) {
      result.cancel();
    }
  }

  /** Completed with null when cancelled, else with the text given, "" where none is asked. */
  private static JsPromptResult result(CompletableFuture<String> done) {
    JsPromptResult[] self = new JsPromptResult[1];
    self[0] =
        new JsPromptResult(
            answered -> done.complete(self[0].getResult() ? nonNull(self[0].getStringResult()) : null));
    return self[0];
  }

  private static String nonNull(String text) {
    return text == null ? "" : text;
  }

  private static boolean show(WebView view, String url, String text, String value, JsPromptResult result, boolean choice) {
    Activity activity = activity(view.getContext());
    if (activity == null || activity.isFinishing()) {
      return false;
    }
    AlertDialog.Builder builder = new AlertDialog.Builder(activity);
    builder.setTitle("“" + url + "”").setMessage(text);
    EditText field = value == null ? null : new EditText(activity);
    if (field != null) {
      field.setText(value);
      builder.setView(field);
    }
    builder.setPositiveButton(
        android.R.string.ok,
        (dialog, which) -> {
          if (field != null) {
            result.confirm(field.getText().toString());
          } else {
            ((JsResult) result).confirm();
          }
        });
    if (choice) {
      builder.setNegativeButton(android.R.string.cancel, (dialog, which) -> result.cancel());
    }
    builder.setOnCancelListener(dialog -> result.cancel()).show();
    return true;
  }

  /** The list of a select element. */
  static void choose(WebView view, java.util.List<String> options, int chosen, IntConsumer then) {
    Activity activity = activity(view.getContext());
    if (activity == null || activity.isFinishing()) {
      return;
    }
    new AlertDialog.Builder(activity)
        .setSingleChoiceItems(
            options.toArray(new String[0]),
            chosen,
            (dialog, which) -> {
              dialog.dismiss();
              then.accept(which);
            })
        .show();
  }

  private static Activity activity(Context context) {
    Context one = context;
    while (one instanceof ContextWrapper && !(one instanceof Activity)) {
      one = ((ContextWrapper) one).getBaseContext();
    }
    return one instanceof Activity ? (Activity) one : null;
  }
}
