package io.graft.backbone;

/** System properties that a native engine reads when it starts. What the user has set is left alone. */
final class EngineProperties {

    private EngineProperties() {
    }

    static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
