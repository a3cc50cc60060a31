package example.peers.host;

import example.peers.Acts;

/** Does what its acts are told. */
public final class MainActivity extends Acts {
    private final HostActs acts = new HostActs(this);

    @Override
    protected Object acts() {
        return acts;
    }
}
