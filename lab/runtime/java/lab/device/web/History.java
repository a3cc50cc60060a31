package lab.device.web;

import android.graphics.Bitmap;
import android.os.Bundle;
import android.webkit.WebBackForwardList;
import android.webkit.WebHistoryItem;
import java.util.ArrayList;
import java.util.List;

/** The pages that a WebView was on, and which of them it is on now. */
final class History {
  private static final String URLS = "lab.web.urls";
  private static final String TITLES = "lab.web.titles";
  private static final String INDEX = "lab.web.index";

  /** One page; the load is what brings it back. */
  static final class Entry {
    final Load load;
    String url;
    String title = "";
    int scroll;

    Entry(Load load, String url) {
      this.load = load;
      this.url = url;
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private int index = -1;

  Entry current() {
    return index < 0 ? null : entries.get(index);
  }

  void push(Entry entry) {
    while (entries.size() > index + 1) {
      entries.remove(entries.size() - 1);
    }
    entries.add(entry);
    index = entries.size() - 1;
  }

  boolean can(int steps) {
    return index >= 0 && index + steps >= 0 && index + steps < entries.size();
  }

  Entry at(int steps) {
    return entries.get(index + steps);
  }

  void moveTo(Entry entry) {
    int there = entries.indexOf(entry);
    if (there >= 0) {
      index = there;
    }
  }

  /** All but the page shown. */
  void clear() {
    Entry current = current();
    entries.clear();
    index = -1;
    if (current != null) {
      push(current);
    }
  }

  void save(Bundle out) {
    ArrayList<String> urls = new ArrayList<>();
    ArrayList<String> titles = new ArrayList<>();
    for (Entry entry : entries) {
      urls.add(entry.url);
      titles.add(entry.title);
    }
    out.putStringArrayList(URLS, urls);
    out.putStringArrayList(TITLES, titles);
    out.putInt(INDEX, index);
  }

  /** False if nothing was saved there. */
  boolean restore(Bundle in) {
    ArrayList<String> urls = in.getStringArrayList(URLS);
    ArrayList<String> titles = in.getStringArrayList(TITLES);
    if (urls == null || titles == null || urls.isEmpty()) {
      return false;
    }
    entries.clear();
    for (int i = 0; i < urls.size(); i++) {
      Entry entry = new Entry(Load.of(urls.get(i)), urls.get(i));
      entry.title = titles.get(i);
      entries.add(entry);
    }
    index = Math.max(0, Math.min(entries.size() - 1, in.getInt(INDEX)));
    return true;
  }

  WebBackForwardList copy() {
    List<WebHistoryItem> items = new ArrayList<>();
    for (Entry entry : entries) {
      items.add(new Item(entry.url, entry.load.call.url, entry.title));
    }
    return new Copy(items, index);
  }

  private static final class Copy extends WebBackForwardList {
    private final List<WebHistoryItem> items;
    private final int index;

    Copy(List<WebHistoryItem> items, int index) {
      this.items = items;
      this.index = index;
    }

    @Override
    public WebHistoryItem getCurrentItem() {
      return getItemAtIndex(index);
    }

    @Override
    public int getCurrentIndex() {
      return index;
    }

    @Override
    public WebHistoryItem getItemAtIndex(int at) {
      return at < 0 || at >= items.size() ? null : items.get(at);
    }

    @Override
    public int getSize() {
      return items.size();
    }

    @Override
    protected WebBackForwardList clone() {
      return new Copy(new ArrayList<>(items), index);
    }
  }

  private static final class Item extends WebHistoryItem {
    private final String url;
    private final String original;
    private final String title;

    Item(String url, String original, String title) {
      this.url = url;
      this.original = original;
      this.title = title;
    }

    @Override
    public int getId() {
      return url.hashCode();
    }

    @Override
    public String getUrl() {
      return url;
    }

    @Override
    public String getOriginalUrl() {
      return original;
    }

    @Override
    public String getTitle() {
      return title;
    }

    @Override
    public Bitmap getFavicon() {
      return null;
    }

    @Override
    protected WebHistoryItem clone() {
      return new Item(url, original, title);
    }
  }
}
