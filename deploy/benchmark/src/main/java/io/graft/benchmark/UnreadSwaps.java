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
import io.graft.id.TaskId;
import io.graft.local.HttpConnection;
import io.graft.local.ModelSender;
import io.graft.local.SwapSeries;
import io.graft.local.UntrainedModel;

/**
 * What {@link SwapSeries} sends and asks, but on topics that no replica reads: what swaps take of the machine before a replica
 * has done anything for them.
 */
final class UnreadSwaps implements AutoCloseable {

    private static final Topics TOPICS = new Topics("unread-");

    private final TaskId task;
    private final ModelSender sender;
    private final HttpConnection connection;
    private int sentCount;

    /**
     * Makes the topics.
     *
     * @param task that a replica serves, of vectors of three numbers
     */
    UnreadSwaps(TaskId task, String bootstrapServers, int port) throws IOException, ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(TOPICS.modelReady(), Optional.of(1), Optional.empty()),
                    new NewTopic(TOPICS.promotions(), Optional.of(1), Optional.empty()))).all().get();
        }
        this.task = task;
        this.sender = new ModelSender(bootstrapServers, TOPICS);
        this.connection = new HttpConnection(port);
    }

    void send() throws IOException {
        int first = sentCount + 1;
        sentCount += SwapSeries.AT_ONCE;
        for (int version = first; version <= sentCount; version++) {
            sender.send(UntrainedModel.of(task, new ModelVersion(version), UntrainedModel.vectors(3),
                    UntrainedModel.head(2, 3, version)));
        }
        sender.flush();
        for (int version = first; version <= sentCount; version++) {
            sender.promote(task, new ModelVersion(version));
        }
        sender.flush();
        look("/v2/models/" + task + "/ready");
        LockSupport.parkNanos(SwapSeries.LOOK_AGAIN_NANOS);
        look("/v2/models/" + task + "/ready");
        look("/v1/tasks/" + task);
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
