package lab.translator;

/** A method whose code has no meaning on the JVM. ART would refuse most of these too, with a VerifyError. */
final class Untranslatable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Untranslatable(String why) {
        super(why);
    }
}
