package io.graft.local;

import io.graft.head.Head;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelReady.BackboneReference;

/** A task of vectors and one of images, both with an untrained version 1. */
final class UntrainedTasks {

    static final TaskId VECTORS = new TaskId("vectors");
    static final TaskId IMAGES = new TaskId("images");
    static final Head VECTOR_HEAD = UntrainedModel.head(3, 3, 1);

    private static final ModelVersion FIRST = new ModelVersion(1);

    private UntrainedTasks() {
    }

    /** Returns when every replica answers for both. */
    static void serve(ServingStack stack) throws Exception {
        BackboneReference images = stack.imageBackbone();
        try (ModelSender sender = new ModelSender(stack.broker().bootstrapServers())) {
            sender.send(UntrainedModel.of(VECTORS, FIRST, UntrainedModel.vectors(3), VECTOR_HEAD));
            sender.send(UntrainedModel.of(IMAGES, FIRST, images, UntrainedModel.head(3, images.dimension(), 1)));
            sender.promote(VECTORS, FIRST);
            sender.promote(IMAGES, FIRST);
            sender.flush();
        }
        stack.awaitServing(VECTORS);
        stack.awaitServing(IMAGES);
    }
}
