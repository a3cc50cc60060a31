package lab.device.shadows;

import android.accounts.Account;
import android.accounts.AccountManager;
import lab.device.Permissions;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowAccountManager;

/** Accounts of others are seen with GET_ACCOUNTS only; without it the list is empty, as on a phone. */
@Implements(AccountManager.class)
public class LabAccountManager extends ShadowAccountManager {
  private static final Account[] NONE = {};

  private static boolean allowed() {
    return Permissions.granted("android.permission.GET_ACCOUNTS");
  }

  @Override
  @Implementation
  protected Account[] getAccounts() {
    return allowed() ? super.getAccounts() : NONE;
  }

  @Override
  @Implementation
  protected Account[] getAccountsByType(String type) {
    return allowed() ? super.getAccountsByType(type) : NONE;
  }
}
