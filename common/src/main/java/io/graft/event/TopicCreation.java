package io.graft.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

import io.graft.problem.Problem;

/**
 * Makes the topics that are missing, with the clean-up that the contract gives them, and checks what the pipeline rests on.
 *
 * @param partitionCount of every topic but {@code promotions}, {@code training-policies} and {@code training-triggers}, of
 *        which the last record counts, and {@code task-dimensions}, of which the first does: each is one log and has one
 * @param replicationFactor of every topic
 */
public record TopicCreation(Topics topics, int partitionCount, short replicationFactor) {

    private static final long LIMIT_SECONDS = 60;
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Map<String, String> COMPACT = Map.of(TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT);
    private static final Map<String, String> FOR_EVER = Map.of(TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE, TopicConfig.RETENTION_MS_CONFIG, "-1");

    /**
     * Makes what is missing and waits until it is there; several services may do so at once. @throws Problem BROKEN when the
     * broker refuses
     */
    public void createMissing(Admin admin) {
        List<NewTopic> all = all();
        for (NewTopic topic : all) {
            try {
                admin.createTopics(List.of(topic)).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw failed("topic '" + topic.name() + "' cannot be created: " + reason(e), e);
                }
            } catch (TimeoutException e) {
                throw failed("topic '" + topic.name() + "' was not created within " + LIMIT_SECONDS + " s", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failed("interrupted while creating topics", e);
            }
        }
        awaitKnown(admin, all.stream().map(NewTopic::name).toList());
    }

    /** The controller creates; the broker that is asked next may hear of it later. */
    private static void awaitKnown(Admin admin, List<String> names) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (true) {
            try {
                describe(admin, names);
                return;
            } catch (Problem e) {
                boolean unheardOf = e.getCause() != null
                        && e.getCause().getCause() instanceof UnknownTopicOrPartitionException;
                if (!unheardOf || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
    }

    private List<NewTopic> all() {
        List<NewTopic> all = new ArrayList<>();
        all.add(topic(topics.labelledSamples(), partitionCount, COMPACT));
        all.add(topic(topics.sampleFeatures(), partitionCount, COMPACT));
        all.add(topic(topics.taskDimensions(), 1, FOR_EVER));
        all.add(topic(topics.trainRequests(), partitionCount, retention(30)));
        all.add(topic(topics.trainingQueue(), partitionCount, retention(30)));
        all.add(topic(topics.trainingProgress(), partitionCount, retention(7)));
        all.add(topic(topics.trainingPolicies(), 1, COMPACT));
        all.add(topic(topics.trainingTriggers(), 1, COMPACT));
        all.add(topic(topics.modelReady(), partitionCount, COMPACT));
        all.add(topic(topics.promotions(), 1, FOR_EVER));
        all.add(topic(topics.predictionRequests(), partitionCount, retention(7)));
        all.add(topic(topics.predictions(), partitionCount, retention(7)));
        all.add(topic(topics.predictionFeedback(), 1, retention(1)));
        all.add(topic(topics.labellingCandidates(), partitionCount, retention(30)));
        for (String read : List.of(topics.labelledSamples(), topics.trainRequests(), topics.predictionRequests(),
                topics.predictionFeedback())) {
            all.add(topic(Topics.deadLetter(read), partitionCount, retention(30)));
        }
        return all;
    }

    private NewTopic topic(String name, int partitions, Map<String, String> configuration) {
        return new NewTopic(name, partitions, replicationFactor).configs(configuration);
    }

    private static Map<String, String> retention(int days) {
        return Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE, TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(Duration.ofDays(days).toMillis()));
    }

    /**
     * Checks that the queue and the features have the same number of partitions, so that one owner holds both sides of a task,
     * and that promotions, training policies, their triggers and the tasks' dimensions are one log each.
     *
     * @throws Problem BROKEN naming topic and number
     */
    public static void check(Admin admin, Topics topics) {
        Map<String, String> singles = Map.of(topics.promotions(), "last promotion", topics.trainingPolicies(), "last policy",
                topics.trainingTriggers(), "last trigger", topics.taskDimensions(), "first dimension");
        List<String> names = new ArrayList<>(singles.keySet());
        names.addAll(List.of(topics.sampleFeatures(), topics.trainingQueue()));
        Map<String, TopicDescription> found = describe(admin, names);
        int features = partitionCount(found, topics.sampleFeatures());
        int queue = partitionCount(found, topics.trainingQueue());
        if (features != queue) {
            throw Problem.broken("TOPICS_UNFIT",
                    "topic '" + topics.trainingQueue() + "' has " + queue + " partitions (expected: "
                            + features + ", as many as '" + topics.sampleFeatures() + "')");
        }
        singles.forEach((topic, noun) -> {
            int count = partitionCount(found, topic);
            if (count != 1) {
                throw Problem.broken("TOPICS_UNFIT", "topic '" + topic + "' has " + count
                        + " partitions (expected: 1, since the " + noun + " wins)");
            }
        });
    }

    private static Map<String, TopicDescription> describe(Admin admin, List<String> names) {
        try {
            return admin.describeTopics(names).allTopicNames().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failed("topics cannot be described: " + reason(e)
                    + " (create them, or set graft.topics.create=true)", e);
        } catch (TimeoutException e) {
            throw failed("topics were not described within " + LIMIT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted while describing topics", e);
        }
    }

    private static int partitionCount(Map<String, TopicDescription> found, String topic) {
        TopicDescription description = found.get(topic);
        return description == null ? 0 : description.partitions().size();
    }

    private static String reason(ExecutionException e) {
        return String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    }

    private static Problem failed(String sentence, Exception cause) {
        return Problem.broken("TOPICS_UNFIT", sentence, cause);
    }
}
