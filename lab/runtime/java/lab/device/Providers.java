package lab.device;

import android.content.ContentProvider;
import android.content.pm.ProviderInfo;
import android.net.Uri;
import android.os.Binder;
import android.os.IBinder;
import android.os.Process;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lab.boot.Reply;
import lab.boot.Wire;
import org.robolectric.shadows.ShadowContentResolver;

/** The providers of this process that others may ask for, and those of others that this one asks. */
public final class Providers {
  private final Wire wire;
  private final Map<String, ProviderService> here = new ConcurrentHashMap<>();

  Providers(Wire wire) {
    this.wire = wire;
  }

  /** A provider of this process is up. */
  void add(String authority, ContentProvider provider) {
    ShadowContentResolver.registerProviderInternal(authority, provider);
    here.put(authority, new ProviderService(authority, provider));
  }

  public boolean isHere(String authority) {
    return here.containsKey(authority);
  }

  /** The daemon's call `provider`. */
  void open(String authority, Reply reply) {
    ProviderService service = here.get(authority);
    if (service == null) {
      reply.failed("no provider " + authority);
    } else {
      reply.done(Collections.singletonMap("binder", DeviceMain.binders().name(service)));
    }
  }

  /**
   * When the resolver meets an authority for the first time: a stand-in, if another process has it. SecurityException
   * where this app may not open it.
   */
  public void find(String authority) {
    Map<String, Object> answer;
    try {
      answer = wire.ask("provider", "authority", authority, "open", false);
    } catch (Wire.Refused e) {
      throw Refusals.of(e);
    }
    if (Boolean.TRUE.equals(answer.get("exists"))) {
      RemoteProvider provider = new RemoteProvider(authority);
      ProviderInfo info = new ProviderInfo();
      info.authority = authority;
      info.name = RemoteProvider.class.getName();
      info.packageName = DeviceMain.app().packageName();
      info.applicationInfo = DeviceMain.app().context().getApplicationInfo();
      info.exported = true;
      provider.attachInfo(DeviceMain.app().context(), info);
      ShadowContentResolver.registerProviderInternal(authority, provider);
    }
  }

  /** The object that speaks for a provider elsewhere, whose process is started if need be; null where there is none. */
  IBinder acquire(String authority) {
    try {
      return DeviceMain.binders().object(wire.ask("provider", "authority", authority).get("binder"));
    } catch (Wire.Refused e) {
      throw Refusals.of(e);
    }
  }

  /** Whether the process that calls may; SecurityException if not. */
  void check(String authority, Uri uri, boolean write) {
    Map<String, Object> answer = access(authority, uri, write);
    if (!Boolean.TRUE.equals(answer.get("granted"))) {
      throw new SecurityException(String.valueOf(answer.get("why")));
    }
  }

  /** The package of the process that calls. */
  String caller(String authority, Uri uri) {
    return (String) access(authority, uri, false).get("package");
  }

  private Map<String, Object> access(String authority, Uri uri, boolean write) {
    int uid = Binder.getCallingUid();
    if (uid == Process.myUid()) {
      Map<String, Object> own = new HashMap<>();
      own.put("granted", true);
      own.put("package", DeviceMain.app().packageName());
      return own;
    }
    String path = uri.getPath();
    try {
      return wire.ask("access", "authority", authority, "path", path == null ? "" : path, "write", write, "uid", uid);
    } catch (Wire.Refused e) {
      throw Refusals.of(e);
    }
  }
}
