package io.graft.trainer.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.testing.Leash;

/** The same samples, recipe and seed give the same bytes, wherever and in whatever order they came. */
class SameBytesTest {

    @Test
    void givesTheSameBytesInAnotherProcessAndAnotherOrderOfArrival() throws Exception {
        // Given
        String here = HeadDigest.of(1);

        // When
        String again = HeadDigest.of(2);
        String elsewhere = inAnotherProcess(3);

        // Then
        assertThat(again).isEqualTo(here);
        assertThat(elsewhere).isEqualTo(here);
    }

    private static String inAnotherProcess(long arrival) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Leash.java(), "-Xmx256m"));
        command.addAll(Leash.arguments(System.getProperty("java.class.path")));
        command.addAll(List.of(HeadDigest.class.getName(), Long.toString(arrival)));
        Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
        return output.lines().filter(line -> line.startsWith("dataset ")).findFirst().orElseThrow();
    }
}
