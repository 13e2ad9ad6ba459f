package io.graft.trainer.verification;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import io.graft.backbone.HeadProgram;
import io.graft.digest.Digests;
import io.graft.feature.Feature;
import io.graft.head.HeadCodec;
import io.graft.model.ClassWeights;
import io.graft.model.Recipe;
import io.graft.trainer.table.DrawnFeatures;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainingSet;

/** Trains on the same samples in an order of arrival; also a program of its own, for another process. */
public final class HeadDigest {

    private HeadDigest() {
    }

    /** Prints the digests; takes the number of the order of arrival. */
    public static void main(String[] arguments) {
        System.out.println(of(Long.parseLong(arguments[0])));
    }

    /** The digests of dataset and head. */
    static String of(long arrival) {
        List<Feature> features = DrawnFeatures.clouds(600, 64, 5, 0.8, 3);
        Collections.shuffle(features, new Random(arrival));
        FeatureSnapshot snapshot = DrawnFeatures.table(features).snapshot(Optional.empty(), 0.2);
        try (HeadProgram program = HeadProgram.load()) {
            HeadTraining training = new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime);
            TrainingSet set = new TrainingSet(snapshot.task(), snapshot.labels(), snapshot.dimension(), snapshot.features(),
                    snapshot.labelIndexes(), snapshot.trainRowCount());
            byte[] head = HeadCodec
                    .encode(training.train(set, new Recipe(Recipe.SGD, 20, 16, 0.01, 0.9, 0.001, 7, 0.1, 42, ClassWeights.NONE),
                            epoch -> {
                            }).head());
            return "dataset " + snapshot.sha256() + " head " + Digests.sha256Hex(head);
        }
    }
}
