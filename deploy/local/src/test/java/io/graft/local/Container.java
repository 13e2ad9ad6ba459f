package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.Json;
import io.graft.testing.Ports;

/**
 * A service in a container, by {@code runc} and under the rules of the manifests: its image's user, a read-only root, no
 * capability, a bound on memory, and a {@code /tmp}. It shares the network of this machine, where the broker is.
 */
final class Container implements AutoCloseable {

    static final long MEMORY_MAX_BYTES = 2L << 30;
    /** In KiB. */
    static final int TMP_MAX = 64 << 10;

    private final Path states;
    private final String id;
    private final ServiceProcess service;

    /**
     * Starts a container without waiting for it.
     *
     * @param image unpacked: its {@code rootfs}, and the {@code config.json} of what it asks for
     * @param folder for its configuration, its log and its state
     * @param properties configuration, on top of its port and of access for everybody
     */
    Container(Path image, Path folder, Map<String, String> properties) {
        this.states = folder.resolve("containers");
        this.id = "graft-" + image.getFileName() + "-" + ProcessHandle.current().pid();
        int port = Ports.free();
        Path bundle = folder.resolve(id);
        try {
            Path config = Files.createDirectories(bundle.resolve("config"));
            StringBuilder lines = new StringBuilder("quarkus.http.port=" + port + "\ngraft.access.required=false\n");
            properties.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
            Files.writeString(config.resolve("application.properties"), lines);
            ObjectNode description = (ObjectNode) Json.LENIENT.readTree(image.resolve("config.json").toFile());
            ((ObjectNode) description.get("root")).put("path", image.resolve("rootfs").toString()).put("readonly", true);
            restrict(description, config);
            Json.LENIENT.writeValue(bundle.resolve("config.json").toFile(), description);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.service = new ServiceProcess(id, port, folder.resolve(id + ".log"),
                List.of("runc", "--root", states.toString(), "run", "--bundle", bundle.toString(), id));
    }

    private static void restrict(ObjectNode description, Path config) {
        ObjectNode process = (ObjectNode) description.get("process");
        process.put("terminal", false).putObject("capabilities");
        ArrayNode mounts = (ArrayNode) description.get("mounts");
        mounts.addObject().put("destination", "/tmp").put("type", "tmpfs").put("source", "tmpfs").putArray("options")
                .add("nosuid").add("nodev").add("mode=1777").add("size=" + TMP_MAX + "k");
        mounts.addObject().put("destination", "/app/config").put("type", "bind").put("source", config.toString())
                .putArray("options").add("bind").add("ro");
        ObjectNode linux = (ObjectNode) description.get("linux");
        ((ObjectNode) linux.get("resources")).putObject("memory").put("limit", MEMORY_MAX_BYTES);
        ArrayNode namespaces = (ArrayNode) linux.get("namespaces");
        for (int i = namespaces.size() - 1; i >= 0; i--) {
            if (namespaces.get(i).get("type").asText().equals("network")) {
                namespaces.remove(i);
            }
        }
    }

    ServiceProcess service() {
        return service;
    }

    /** Runs a command of the image in the container, as its user. @return what it said, errors too */
    String run(String... command) {
        List<String> exec = new ArrayList<>(List.of("exec", id));
        exec.addAll(List.of(command));
        return runc(exec);
    }

    /** What the kernel counts for the container. */
    JsonNode statistics() {
        return Json.readLenient(runc(List.of("events", "--stats", id)).getBytes(StandardCharsets.UTF_8), JsonNode.class,
                "RUNC_ANSWER_INVALID", "answer of runc events");
    }

    private String runc(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("runc", "--root", states.toString()));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends the service in an orderly way; what is left is ended by force. */
    @Override
    public void close() {
        service.close();
        runc(List.of("delete", "--force", id));
    }
}
