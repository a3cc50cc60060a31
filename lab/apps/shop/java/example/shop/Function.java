package example.shop;

/** A function of the shop: its button, name, permissions (any one of which will do) and what it does. */
abstract class Function {
    final int button;
    final int name;
    final int rationale;
    final String[] permissions;

    Function(int button, int name, int rationale, String... permissions) {
        this.button = button;
        this.name = name;
        this.rationale = rationale;
        this.permissions = permissions;
    }

    /** The code of its permission request; below 0x1000 are the edition's own. */
    int request() {
        return 0x1000 | button & 0xFFF;
    }

    /** Does it, and says what to show. */
    abstract String run();
}
