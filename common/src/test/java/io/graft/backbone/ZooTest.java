package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A zoo in a folder, in a process without a network: DJL reads where its zoo is when it starts. */
class ZooTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;
    @SuppressWarnings("NullAway.Init") // set before each test
    private ZooOnDisk zoo;

    @BeforeEach
    void choose() {
        zoo = new ZooOnDisk(folder);
    }

    @Test
    void opensTheZoosNetworkByOurProgramWithoutANetwork() throws Exception {
        // Given
        zoo.layOut();
        // When
        String output = zoo.probeOnDisk();
        // Then
        assertThat(output).contains(ZooProbe.DIGEST + ZooProbe.EXPECTED);
        String first = output.lines().filter(line -> line.startsWith(ZooProbe.FIRST)).findFirst().orElseThrow();
        assertThat(Float.parseFloat(first.substring(ZooProbe.FIRST.length()))).isBetween(4.72f, 4.75f);
    }

    @Test
    void namesTheDamagedFileAndBothDigests() throws Exception {
        // Given
        zoo.layOut();
        String expected = zoo.sha1();
        zoo.damage();
        // When
        String output = zoo.probeOnDisk();
        // Then
        assertThat(output).contains(ZooProbe.PROBLEM + "backbone 'zoo' cannot be opened: model zoo artifact"
                + " djl://ai.djl.pytorch/resnet18_embedding has file " + zoo.zip() + " with SHA-1 " + zoo.sha1()
                + " (expected: " + expected + ")").doesNotContain(ZooProbe.DIGEST);
    }

    @Test
    void saysWhereItLookedForAZooThatIsNotThere() throws Exception {
        assertThat(zoo.probeOnDisk()).contains("model zoo artifact djl://ai.djl.pytorch/resnet18_embedding cannot be fetched"
                + " from " + zoo.root().toUri());
    }
}
