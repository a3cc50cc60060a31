package example.hostile;

/** All attempts, by the names that buttons and intents use. */
final class Attempts {
    static final Attempt[] ALL = {
        FileAttempts.READ, FileAttempts.WRITE, FileAttempts.DISK,
        ProcessAttempts.LIST, ProcessAttempts.KILL, ProcessAttempts.FORK, ProcessAttempts.THREADS, ProcessAttempts.MEMORY,
        NetworkAttempts.CONNECT, NetworkAttempts.RESOLVE, NetworkAttempts.LAB_PORTS, NetworkAttempts.LAB_SOCKETS,
        NetworkAttempts.BINDER, NetworkAttempts.BINDER_NOISE, ProxyAttempts.THROUGH_PROXY,
    };

    private Attempts() {
    }
}
