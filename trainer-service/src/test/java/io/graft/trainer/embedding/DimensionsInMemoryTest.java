package io.graft.trainer.embedding;

/** The twin of the log keeps the same contract. */
class DimensionsInMemoryTest extends DimensionsContract {

    private final Dimensions dimensions = new DimensionsInMemory();

    @Override
    Dimensions dimensions() {
        return dimensions;
    }
}
