package io.graft.benchmark;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.local.HttpConnection;
import io.graft.local.ModelSender;
import io.graft.local.SwapSeries;
import io.graft.local.VersionSeries;

/**
 * What {@link SwapSeries} sends and asks, but on topics that no replica reads: what swaps take of the machine before a replica
 * has done anything for them.
 */
final class UnreadSwaps implements AutoCloseable {

    private final VersionSeries versions;
    private final ModelSender sender;
    private final HttpConnection connection;

    /**
     * Makes the topics.
     *
     * @param versions of a task that a replica serves
     */
    UnreadSwaps(VersionSeries versions, String bootstrapServers, int port)
            throws IOException, ExecutionException, InterruptedException {
        Topics topics = new Topics("unread-" + versions.task() + "-");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(topics.modelReady(), Optional.of(1), Optional.empty()),
                    new NewTopic(topics.promotions(), Optional.of(1), Optional.empty()))).all().get();
        }
        this.versions = versions;
        this.sender = new ModelSender(bootstrapServers, topics);
        this.connection = new HttpConnection(port);
    }

    void send() throws IOException {
        int before = versions.sentCount();
        versions.send(sender, SwapSeries.AT_ONCE);
        sender.flush();
        for (int version = before + 1; version <= versions.sentCount(); version++) {
            sender.promote(versions.task(), new ModelVersion(version));
        }
        sender.flush();
        look("/v2/models/" + versions.task() + "/ready");
        LockSupport.parkNanos(SwapSeries.LOOK_AGAIN_NANOS);
        look("/v2/models/" + versions.task() + "/ready");
        look("/v1/tasks/" + versions.task());
    }

    private void look(String path) throws IOException {
        connection.exchange(HttpConnection.get(path));
    }

    @Override
    public void close() throws IOException {
        connection.close();
        sender.close();
    }
}
