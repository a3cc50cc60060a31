package lab.device.shadows;

import android.app.SearchManager;
import android.app.SearchableInfo;
import java.util.Collections;
import java.util.List;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowSearchManager;

/** No app of the lab device offers its own content to the search of the whole device. */
@Implements(SearchManager.class)
public class LabSearchManager extends ShadowSearchManager {
  @Implementation
  protected List<SearchableInfo> getSearchablesInGlobalSearch() {
    return Collections.emptyList();
  }
}
