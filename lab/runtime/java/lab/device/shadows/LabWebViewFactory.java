package lab.device.shadows;

import android.webkit.WebViewFactory;
import android.webkit.WebViewFactoryProvider;
import lab.device.web.Provider;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** Where a phone loads the WebView package. */
@Implements(value = WebViewFactory.class, isInAndroidSdk = false)
public class LabWebViewFactory {
  @Implementation
  protected static WebViewFactoryProvider getProvider() {
    return Provider.shared();
  }
}
