package io.graft.inference.openinference;

import java.util.List;

/** What answers, and what it can beside the protocol itself. */
public record ServerMetadata(String name, String version, List<String> extensions) {

    public static ServerMetadata of(String release) {
        return new ServerMetadata("graft", release, List.of("binary_tensor_data"));
    }
}
