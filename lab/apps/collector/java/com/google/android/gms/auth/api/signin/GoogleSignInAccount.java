package com.google.android.gms.auth.api.signin;

/** Stands in for the log-in service's class of that name: an invented answer, none of its code. */
public class GoogleSignInAccount {
    public String getEmail() {
        return "liang.xiaoyu@mail.example";
    }
}
