package android.app;

/** The agent looks for the loader that defines this class. */
public class Application {
}
