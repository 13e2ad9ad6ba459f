package io.graft.local;

import io.graft.testing.Ports;

/** Where the three processes of the stack listen. */
public record StackPorts(int broker, int inference, int trainer) {

    /** Ports that nobody listens on at this moment. */
    public static StackPorts free() {
        return new StackPorts(Ports.free(), Ports.free(), Ports.free());
    }
}
