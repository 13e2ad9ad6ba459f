package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

class ImageFolderTest {

    private final Path folder;

    ImageFolderTest(@TempDir Path dir) {
        this.folder = dir.resolve("Ants & Bees");
    }

    @Test
    void holdsEveryFifthFileOutWhenThereAreNoParts() throws IOException {
        // Given
        for (int i = 0; i < 10; i++) {
            file("ants/" + i + ".jpg");
            file("bees/" + i + ".png");
        }
        file("bees/.hidden");
        // When
        DemoSet set = ImageFolder.read(folder);
        // Then
        assertThat(set.task()).isEqualTo(new TaskId("ants-bees"));
        assertThat(set.labels()).containsExactly("ants", "bees");
        assertThat(set.training()).hasSize(16);
        assertThat(set.heldOut()).extracting(DemoImage::name)
                .containsExactly("ants/4.jpg", "ants/9.jpg", "bees/4.png", "bees/9.png");
        assertThat(set.heldOut().get(3).source().read()).isEqualTo("bees/9.png".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void holdsThePartValOutWhenThereIsOne() throws IOException {
        // Given
        file("train/ants/1.jpg");
        file("train/bees/1.jpg");
        file("val/bees/2.jpg");
        // When
        DemoSet set = ImageFolder.read(folder);
        // Then
        assertThat(set.training()).extracting(DemoImage::name).containsExactly("ants/1.jpg", "bees/1.jpg");
        assertThat(set.heldOut()).extracting(DemoImage::name).containsExactly("bees/2.jpg");
    }

    @Test
    void callsAFileAnImageWhateverItsName() throws IOException {
        // Given
        file("train/ants/a.jpg");
        file("train/bees/notes.txt");
        file("val/ants/b.gif");
        // When
        DemoSet set = ImageFolder.read(folder);
        // Then
        assertThat(set.training()).extracting(DemoImage::contentType).containsExactly("image/jpeg", "image/x-unknown");
        assertThat(set.heldOut()).extracting(DemoImage::contentType).containsExactly("image/gif");
    }

    @Test
    void keepsFilesApartWhenTheirNamesDifferOnlyInForbiddenCharacters() throws IOException {
        // Given
        file("train/ants/a b.jpg");
        file("train/ants/a+b.jpg");
        file("train/bees/plain.jpg");
        file("val/bees/x.jpg");
        // When
        DemoSet set = ImageFolder.read(folder);
        // Then
        assertThat(set.training()).extracting(DemoImage::sampleId).doesNotHaveDuplicates()
                .contains(new SampleId("bees:plain.jpg"));
    }

    @Test
    void refusesAFolderWithOneLabel() throws IOException {
        // Given
        file("ants/1.jpg");
        // When
        assertThatThrownBy(() -> ImageFolder.read(folder))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage("task 'ants-bees' has images of 1 labels to train on (expected: at least 2)");
    }

    @Test
    void refusesAFolderThatLeavesNothingToAskAbout() throws IOException {
        // Given
        file("ants/1.jpg");
        file("bees/1.jpg");
        // When
        assertThatThrownBy(() -> ImageFolder.read(folder))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage("task 'ants-bees' has no image left to hold out (expected: at least 5 images of a label)");
    }

    private void file(String path) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, path);
    }
}
