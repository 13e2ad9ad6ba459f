package io.graft.trainer.trigger;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.graft.event.Topics;
import io.graft.model.TrainingCause;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.trainer.history.TrainingTrigger;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.setup.TaskTags;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;

/**
 * The arrow from {@code training-policies} to {@code train-requests}: once a second, asks what the policies of the owned tasks
 * want and sends it.
 */
@Singleton
public class TriggerClock {

    private static final Logger LOG = Logger.getLogger(TriggerClock.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final TrainerMemory memory;
    private final TriggerRound round;
    private final TriggerTransactions transactions;
    private final MeterRegistry registry;
    private final TaskTags tags;
    private final Thread thread = new Thread(this::run, "graft-training-triggers");
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile @Nullable Throwable failure;

    @Inject
    TriggerClock(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, Admin admin,
            TrainerMemory memory, Clock clock, MeterRegistry registry, TaskTags tags) {
        this.memory = memory;
        this.round = new TriggerRound(topics.sampleFeatures(), memory.features(), memory.models(), memory.policies(),
                memory.triggers(), clock);
        this.transactions = new TriggerTransactions(kafka, topics, admin, memory.replay());
        this.registry = registry;
        this.tags = tags;
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Why policies are not followed any more, if that ended on its own. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try {
            while (!closing.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                tick();
            }
        } catch (Throwable e) {
            if (isClosing()) {
                LOG.debug("Training triggers closed", e);
            } else {
                failure = e;
                LOG.error("Training triggers ended", e);
            }
        }
    }

    private void tick() throws InterruptedException {
        if (!memory.replay().hasCaughtUp()) {
            return;
        }
        try {
            for (int partition : round.due().stream().map(DueRequest::partition).distinct().toList()) {
                fire(partition);
            }
        } catch (InterruptException | AuthorizationException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warnf("Training triggers go back reason=%s", e.getMessage());
        }
    }

    private void fire(int partition) throws InterruptedException {
        List<DueRequest> written;
        try {
            written = transactions.write(partition,
                    () -> round.due().stream().filter(request -> request.partition() == partition).toList());
        } catch (Problem e) {
            if (e.type() != ProblemType.BUSY) {
                throw e;
            }
            LOG.warnf("Training triggers of a partition left for later partition=%d code=%s reason=%s", partition, e.code(),
                    e.sentence());
            return;
        }
        written.forEach(request -> fired(request.trigger()));
    }

    private void fired(TrainingTrigger fired) {
        TrainingCause cause = fired.cause();
        registry.counter("graft.training.triggers", "task", tags.of(fired.task()), "trigger", cause.trigger().word())
                .increment();
        LOG.infof("Training policy fulfilled task=%s trigger=%s changedSampleCount=%d deletedSampleCount=%d trainRequestId=%s",
                fired.task(), cause.trigger().word(), cause.changedSampleCount(), cause.deletedSampleCount(),
                fired.trainRequestId());
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** Ends the thread; what it has open the next owner of the partition settles. */
    public void close() {
        closing.countDown();
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        try {
            thread.join(CLOSE_LIMIT.toMillis());
            thread.interrupt();
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
