package io.graft.local;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;

/**
 * Labelled images in two parts.
 *
 * @param training what is published
 * @param heldOut what nobody trains on, and what the served model is asked about
 */
record DemoSet(TaskId task, List<DemoImage> training, List<DemoImage> heldOut) {

    /** Of the images of a label, in their order, every fifth is held out. */
    static final int HELD_OUT_EVERY = 5;

    private static final int DRAWN_PER_LABEL = 100;
    private static final long DRAWN_SEED = 7;

    DemoSet {
        long labelCount = training.stream().map(DemoImage::label).distinct().count();
        if (labelCount < 2) {
            throw Problem.invalid("DEMO_IMAGES_UNFIT", "task '" + task + "' has images of " + labelCount
                    + " labels to train on (expected: at least 2)");
        }
        if (heldOut.isEmpty()) {
            throw Problem.invalid("DEMO_IMAGES_UNFIT", "task '" + task
                    + "' has no image left to hold out (expected: at least " + HELD_OUT_EVERY + " images of a label)");
        }
    }

    /** The images that need no download. */
    static DemoSet drawn() {
        List<LabelledImage> images = new DrawnImages(DRAWN_SEED).draw(DRAWN_PER_LABEL);
        int labelCount = DrawnImages.labels().size();
        List<DemoImage> training = new ArrayList<>();
        List<DemoImage> heldOut = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            LabelledImage image = images.get(i);
            DemoImage shown = new DemoImage(new SampleId(image.sampleId()), image.sampleId(), image.label(), "image/jpeg",
                    image::bytes);
            (isHeldOut(i / labelCount) ? heldOut : training).add(shown);
        }
        return new DemoSet(new TaskId("drawn"), training, heldOut);
    }

    static boolean isHeldOut(int index) {
        return index % HELD_OUT_EVERY == HELD_OUT_EVERY - 1;
    }

    /** Every label of either part, in the order of the alphabet. */
    List<String> labels() {
        return Stream.concat(training.stream(), heldOut.stream()).map(DemoImage::label).distinct().sorted().toList();
    }
}
