package example.collector;

/** How a read gets at what it reads; `label` is its name in labels.yaml. */
enum Route {
    DIRECT("direct"),
    REFLECTION("reflection"),
    BINDER("binder"),
    EXEC("exec"),
    NATIVE_PROPERTY("native-property"),
    FILE("file"),
    THREAD_POOL("thread-pool");

    final String label;

    Route(String label) {
        this.label = label;
    }
}
