package example.nimbus;

/** The same, for alarms alone. */
public final class NimbusAlarm extends NimbusReceiver {
}
