package net.late;

/** Is not on the class path: the app loads it while it runs, as a plugin framework does. */
public class Plugin {
    public static String id() {
        return "plugin-490154203237518";
    }
}
