package io.graft.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EmbeddingPoolTest {

    @Test
    void endsWithSmallChunks() {
        assertThat(EmbeddingPool.chunkSizes(64, 2, 8)).containsExactly(8, 8, 8, 8, 8, 6, 4, 3, 2, 2, 2, 2, 2, 1);
    }

    @Test
    void givesEachThreadItsShareOfAFew() {
        assertThat(EmbeddingPool.chunkSizes(2, 2, 8)).containsExactly(1, 1);
        assertThat(EmbeddingPool.chunkSizes(16, 16, 64)).hasSize(16).containsOnly(1);
        assertThat(EmbeddingPool.chunkSizes(1, 4, 1)).containsExactly(1);
        assertThat(EmbeddingPool.chunkSizes(0, 4, 8)).isEmpty();
    }
}
