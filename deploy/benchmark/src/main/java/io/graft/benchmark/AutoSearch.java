package io.graft.benchmark;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import com.sun.management.OperatingSystemMXBean;

import io.graft.backbone.HeadProgram;
import io.graft.model.EpochResult;
import io.graft.model.Recipe;
import io.graft.model.RecipeCandidate;
import io.graft.trainer.training.EpochListener;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainedHead;

/** How long {@code auto} takes on 10,000 features, of which a fifth is for validation, and which of its candidates take it. */
final class AutoSearch {

    private static final int ROUND_COUNT = 3;
    private static final OperatingSystemMXBean PROCESS = ManagementFactory
            .getPlatformMXBean(OperatingSystemMXBean.class);

    private AutoSearch() {
    }

    static void measure() {
        HeadTrainer trainer = new HeadTrainer();
        try (HeadProgram program = HeadProgram.load()) {
            HeadTraining training = new HeadTraining(program, Duration.ofHours(1), System::nanoTime);
            print("%nrecipe 'auto', 10,000 × 512 features, 10 labels, one thread; wanted: at most 5 s%n");
            for (int round = 1; round <= ROUND_COUNT; round++) {
                Shares shares = new Shares();
                long cpuStart = PROCESS.getProcessCpuTime();
                long start = System.nanoTime();
                TrainedHead trained = training.train(trainer.snapshot(HeadTrainer.ROW_COUNT * 4 / 5), Recipe.DEFAULT, shares);
                double seconds = (System.nanoTime() - start) / 1e9;
                double cpuSeconds = (PROCESS.getProcessCpuTime() - cpuStart) / 1e9;
                shares.end();
                print("  round %d: %.2f s, %.2f s of CPU; %s; %s%n", round, seconds, cpuSeconds, shares.describe(),
                        trained.recipe().reason());
            }
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }

    /** The time from the start of a candidate to that of the next, by kind. */
    private static final class Shares implements EpochListener {

        private final Map<String, Double> seconds = new LinkedHashMap<>();
        private String kind = "";
        private long began;

        @Override
        public void epochEnded(EpochResult result) {
            // Only candidates are timed.
        }

        @Override
        public void candidateBegan(RecipeCandidate candidate, int number, int count) {
            end();
            kind = number == 1 ? "textbook" : candidate.optimizer().equals(Recipe.SGD) ? "grid" : "regressions";
            began = System.nanoTime();
        }

        void end() {
            if (!kind.isEmpty()) {
                seconds.merge(kind, (System.nanoTime() - began) / 1e9, Double::sum);
            }
        }

        String describe() {
            double sum = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
            return String.join(", ", seconds.entrySet().stream().map(
                    entry -> String.format(Locale.ROOT, "%s %.0f %%", entry.getKey(), 100 * entry.getValue() / sum)).toList());
        }
    }
}
