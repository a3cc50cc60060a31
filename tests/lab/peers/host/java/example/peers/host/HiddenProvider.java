package example.peers.host;

/** Not exported. */
public final class HiddenProvider extends NotesProvider {}
